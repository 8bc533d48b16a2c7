"""Coverage pages: every number opens a list of its length, every rate says what it divides, on which day."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.companies.choices import CompanyStatus, LinkKind, SizeClass, TenancyKind
from parkparty.companies.models import Company, Tenancy
from parkparty.core.dates import today
from parkparty.coverage.services.counting import fold_all
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import OrganizationSpan
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization

PAGES = [
    ("coverage:area", "310110"),
    ("coverage:area", "310110019"),
    ("coverage:park", "kic"),
    ("coverage:organization", "WJC"),
    ("coverage:organization", "KIC-J1"),
]
STRUCK_OFF = dt.date(2020, 3, 1)

SignIn = Callable[[User], Client]


@pytest.fixture
def town(world: World) -> World:
    """Companies in every state, in both parks of the street, one of them in both."""
    companies = [make_company(number, world.kic) for number in range(12)]
    cover(companies[0], world.own_branch, LinkKind.OWN)
    for company in companies[1:7]:
        cover(company, world.joint_branch)
    cover(companies[7], world.kic_committee, LinkKind.INSTRUCTOR)
    cover(companies[8], None, LinkKind.UNION)
    neighbours = [make_company(100 + number, world.neighbour) for number in range(7)]
    cover(neighbours[0], world.neighbour_branch)
    Tenancy.objects.create(company=companies[9], park=world.neighbour, since=LONG_AGO)
    make_company(200, world.kic, kind=TenancyKind.REGISTERED)
    make_company(201, world.kic, status=CompanyStatus.DEREGISTERED, status_since=STRUCK_OFF)
    make_company(300, world.tiandi)
    return world


def body(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def comparison(client: Client, code: str) -> list[str]:
    page = body(client, reverse("coverage:organization", args=[code]))
    return re.findall(r'<th scope="row"><a[^>]+>([^<]+)</a>', page.split("各下级党组织")[1])


def numbers_with_lists(page: str) -> Iterator[tuple[int, str]]:
    """Every number of a page that leads to a list, with the list's address."""
    for address, text in re.findall(r'<a href="([^"]+)"[^>]*>([\d,]+)[^<]*</a>', page):
        if address.startswith(("/companies/?", "/organizations/?")):
            yield int(text.replace(",", "")), html.unescape(address)


def length(client: Client, address: str) -> int:
    """How many rows a list has, by what it says and by its rows."""
    page = body(client, address)
    said = re.search(r'<p class="found">\s*共 ([\d,]+)', page)
    rows = page.count('<th scope="row">')
    assert rows == (int(said[1].replace(",", "")) if said else 0), address
    return rows


@pytest.mark.parametrize(("name", "key"), PAGES)
@pytest.mark.parametrize("query", ["", "?denominator=registered", "?as_of=2019-12-31&denominator=registered"])
def test_every_number_equals_the_length_of_its_list(
    town: World, reviewer: User, viewer: User, client_of: SignIn, name: str, key: str, query: str
) -> None:
    client = client_of(reviewer if key != "310110" else viewer)
    found = list(numbers_with_lists(body(client, reverse(name, args=[key]) + query)))
    assert len(found) >= 11
    assert any(number for number, _address in found)
    for number, address in found:
        assert length(client, address) == number, address


@pytest.mark.parametrize("role", ["reviewer", "viewer", "administrator"])
def test_the_numbers_of_the_home_page_open_their_lists(
    request: pytest.FixtureRequest, town: World, client_of: SignIn, role: str
) -> None:
    client = client_of(request.getfixturevalue(role))
    found = list(numbers_with_lists(body(client, reverse("home"))))
    assert len(found) == 7
    for number, address in found:
        assert length(client, address) == number, address


@pytest.mark.parametrize(("role", "expected"), [("place", "1"), ("viewer", "2")])
def test_who_reaches_an_organisation_by_its_park_alone_sees_the_companies_of_that_park(
    world: World, make_user: Callable[..., User], viewer: User, client_of: SignIn, role: str, expected: str
) -> None:
    for number, park in enumerate((world.kic, world.neighbour)):
        cover(make_company(number, park), world.joint_branch)
    user = viewer if role == "viewer" else make_user("of-place", "administrator", world.kic)
    client = client_of(user)
    page = body(client, reverse("coverage:organization", args=["KIC-J1"]))
    assert re.search(r"分母 <a [^>]+>(\d+) 家</a>", page)[1] == expected  # type: ignore[index]
    assert max(number for number, _list in numbers_with_lists(page)) == int(expected)


@pytest.mark.parametrize(("role", "is_seen"), [("place", False), ("viewer", True)])
def test_who_reaches_an_organisation_by_its_park_alone_sees_nothing_of_branches_elsewhere(
    world: World,
    make_user: Callable[..., User],
    make_activity: Callable[..., Activity],
    secretary: User,
    viewer: User,
    client_of: SignIn,
    role: str,
    is_seen: bool,
) -> None:
    elsewhere = make_organization(
        "KIC-X", OrganizationType.JOINT_BRANCH, world.kic_committee, name="外驻支部", park=world.tiandi
    )
    judged = {"state": ActivityState.APPROVED, "reviewed_by": viewer, "reviewed_at": timezone.now()}
    make_activity(elsewhere, secretary, held_on=today(), **judged)
    user = viewer if role == "viewer" else make_user("of-place", "administrator", world.kic)
    page = body(client_of(user), reverse("coverage:organization", args=["KIC"]))
    assert ("外驻支部" in page) is is_seen
    assert f"{int(is_seen)} 次</a>" in page
    assert re.search(r"全部 <a [^>]+>(\d) 个</a>", page)[1] == ("3" if is_seen else "2")  # type: ignore[index]


def test_a_rate_stands_with_its_numbers_its_definition_and_its_day(
    town: World, reviewer: User, client_of: SignIn
) -> None:
    page = body(client_of(reviewer), reverse("coverage:park", args=["kic"]) + "?as_of=2019-12-31")
    assert "2019-12-31" in page
    assert "实体运营企业：截至日经营状态为存续，并实际入驻办公的企业，每家只计一次。" in page
    assert re.search(r"分子 <a [^>]+>7 家</a></span>\s*<span[^>]*>分母 <a [^>]+>13 家</a>", page)
    assert "53.8%" in page


def test_the_day_decides_who_is_counted(town: World, reviewer: User, client_of: SignIn) -> None:
    client, address = client_of(reviewer), reverse("coverage:park", args=["kic"])
    assert "分母" in body(client, address)
    before, after = body(client, f"{address}?as_of=2020-02-29"), body(client, f"{address}?as_of=2020-03-01")
    assert ">13 家</a>" in before
    assert ">13 家</a>" not in after
    assert ">12 家</a>" in after


def test_a_small_number_is_shown_as_a_fraction(world: World, reviewer: User, client_of: SignIn) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    make_company(2, world.kic)
    page = body(client_of(reviewer), reverse("coverage:park", args=["kic"]))
    assert '<p class="rate-number">1/2</p>' in page
    assert "50.0%" not in page


def test_a_place_without_companies_has_a_dash_and_no_error(world: World, reviewer: User, client_of: SignIn) -> None:
    page = body(client_of(reviewer), reverse("coverage:park", args=["kic"]))
    assert '<p class="rate-number">—</p>' in page


def test_the_park_that_misses_most_stands_first(town: World, reviewer: User, client_of: SignIn) -> None:
    page = body(client_of(reviewer), reverse("coverage:area", args=["310110019"]))
    assert page.index(">邻里园</a>") < page.index(">创智园</a>")
    assert 'width="100.00%"' in page


def test_an_organisation_shows_those_directly_below_it_beside_each_other(
    town: World, reviewer: User, secretary: User, client_of: SignIn
) -> None:
    rows = comparison(client_of(reviewer), "WJC")
    assert set(rows) == {"创智园党委", "邻里园党委"}
    assert "各下级党组织" not in body(client_of(secretary), reverse("coverage:organization", args=["KIC-J1"]))
    before = reverse("coverage:organization", args=["WJC"]) + "?as_of=2014-12-31"
    assert "各下级党组织" not in body(client_of(reviewer), before)


def test_a_district_is_compared_by_street_when_asked(town: World, viewer: User, client_of: SignIn) -> None:
    client, address = client_of(viewer), reverse("coverage:area", args=["310110"])
    by_park, by_area = body(client, address), body(client, f"{address}?by=area")
    assert ">邻里园</a>" in by_park
    assert ">邻里园</a>" not in by_area
    assert reverse("coverage:area", args=["310110019"]) in by_area
    for number, address in numbers_with_lists(by_area):
        assert length(client, address) == number, "a company in two parks of the street counts once"


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("as_of=2019-02-30", "日期按 2026-11-21 的样子填写。"),
        ("as_of=%00", "日期按 2026-11-21 的样子填写。"),
        ("as_of=0001-01-01", "日期不早于 1921-07-01"),
        ("as_of=9999-12-31", "截至日期不晚于今天"),
        ("denominator=made-up", "denominator"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_page_still_stands(
    town: World, reviewer: User, client_of: SignIn, query: str, complaint: str
) -> None:
    page = body(client_of(reviewer), reverse("coverage:park", args=["kic"]) + f"?{query}")
    assert complaint in page
    assert "有内容需要改正" in page
    assert "企业怎样被覆盖" in page


@pytest.mark.parametrize(("name", "key"), [*PAGES, ("coverage:park", "tiandi"), ("coverage:area", "310107")])
def test_outside_the_scope_there_is_nothing(
    town: World, other_secretary: User, stranger: User, client_of: SignIn, name: str, key: str
) -> None:
    address = reverse(name, args=[key])
    assert client_of(other_secretary).get(address).status_code == 404
    assert client_of(stranger).get(address).status_code == 403
    assert Client().get(address).url.startswith(reverse("accounts:login"))


def test_one_subtree_is_opened_at_once_and_several_are_listed(
    town: World, administrator: User, secretary: User, client_of: SignIn
) -> None:
    only = client_of(secretary).get(reverse("coverage:index"))
    assert only.url == reverse("coverage:organization", args=["KIC-J1"])
    page = body(client_of(administrator), reverse("coverage:index"))
    assert reverse("coverage:park", args=["kic"]) in page
    assert reverse("coverage:organization", args=["KIC"]) in page


WHILE_MARKED = 7
"""Queries more until the next fold: the facts of the marked companies."""


@pytest.mark.parametrize(("name", "key"), PAGES)
def test_a_page_needs_few_queries(
    town: World, viewer: User, client_of: SignIn, django_assert_max_num_queries: Any, name: str, key: str
) -> None:
    client = client_of(viewer)
    with django_assert_max_num_queries(12 + WHILE_MARKED):
        body(client, reverse(name, args=[key]))
    fold_all()
    with django_assert_max_num_queries(12):
        body(client, reverse(name, args=[key]))


def test_effective_coverage_is_not_claimed_for_days_before_any_record(
    town: World, reviewer: User, secretary: User, make_activity: Callable[..., Any], client_of: SignIn
) -> None:
    client, address = client_of(reviewer), reverse("coverage:park", args=["kic"])
    assert "没有活动记录，不能统计" in body(client, address)
    make_activity(
        town.joint_branch,
        secretary,
        held_on=dt.date(2019, 5, 1),
        state="approved",
        reviewed_by=reviewer,
        reviewed_at=dt.datetime(2019, 5, 2, tzinfo=dt.UTC),
    )
    assert "没有活动记录，不能统计" in body(client, f"{address}?as_of=2019-04-30")
    page = body(client, f"{address}?as_of=2019-05-01")
    assert "没有活动记录，不能统计" not in page
    assert "list=effective" in page


def test_a_page_is_kept_as_drawn_until_something_on_it_changes(
    town: World, viewer: User, client_of: SignIn, django_assert_num_queries: Any
) -> None:
    client, address = client_of(viewer), reverse("coverage:park", args=["kic"])
    first = body(client, address)
    with CaptureQueriesContext(connection) as queries:
        assert figures(body(client, address)) == figures(first)
    assert len(queries) <= 7
    OrganizationSpan.objects.filter(organization=town.joint_branch).update(type=OrganizationType.INDEPENDENT_BRANCH)
    without_joint = body(client, address)
    assert figures(without_joint) != figures(first)
    make_company(400, town.kic)
    assert figures(body(client, address)) != figures(without_joint)


def test_what_is_kept_of_a_cut_and_for_others_is_not_shown(
    town: World, viewer: User, make_user: Callable[..., User], client_of: SignIn
) -> None:
    client, address = client_of(viewer), reverse("coverage:park", args=["kic"])
    Company.objects.filter(name__contains="1").update(size=SizeClass.LARGE)
    cut = figures(body(client, f"{address}?size=large"))
    assert cut != figures(body(client, address))
    Company.objects.update(size=SizeClass.SMALL)
    assert figures(body(client, f"{address}?size=large")) != cut
    cover(make_company(500, town.neighbour), town.joint_branch)
    branch = reverse("coverage:organization", args=["KIC-J1"])
    by_park_alone = client_of(make_user("of-place", "administrator", town.kic))
    assert figures(body(client, branch)) != figures(body(by_park_alone, branch))


def figures(page: str) -> str:
    return page.split('class="definition"', 1)[1].split("</main>")[0]

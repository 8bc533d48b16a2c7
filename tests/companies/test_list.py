"""The company list: its filters stand in the address, its pages leave nobody out, and it never shows a stranger."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, Industry, Membership, Tenancy
from parkparty.companies.querysets import UNSTATED, CompanyQuerySet
from parkparty.coverage.services.counting import fold_all
from tests.conftest import LONG_AGO, World, cover, make_company
from tests.golden.kic import make_companies

SignIn = Callable[[User], Client]
LIST = "/companies/"
NAME = r'<th scope="row"><a href="/companies/\d+/">([^<]+)</a>'


def names(client: Client, **filters: str) -> list[str]:
    page = client.get(LIST, filters).content.decode()
    return re.findall(NAME, page)


def pages(client: Client, address: str) -> Iterator[list[str]]:
    """The names on each page from ``address`` on."""
    while address:
        page = client.get(address).content.decode()
        yield re.findall(NAME, page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = LIST + html.unescape(following[1]) if following else ""


@pytest.fixture
def companies(world: World) -> list[Company]:
    made = [
        make_company(1, world.kic, name="Ａlpha 软件（上海）有限公司"),
        make_company(2, world.kic, name="贝塔网络有限公司"),
        make_company(3, world.neighbour, name="伽马数据有限公司"),
        make_company(4, world.tiandi, name="德尔塔科技有限公司"),
    ]
    cover(made[0], world.own_branch, LinkKind.OWN)
    cover(made[1], world.joint_branch)
    return made


@pytest.mark.parametrize("text", ["alpha", "ALPHA软件", "软件(上海)", "91310110DEM00001", "９１３１０１１０dem00001"])
def test_a_company_is_found_however_its_name_or_code_is_typed(
    companies: list[Company], reviewer: User, client_of: SignIn, text: str
) -> None:
    assert names(client_of(reviewer), q=text) == ["Ａlpha 软件（上海）有限公司"]


def test_only_companies_in_reach_are_listed(
    companies: list[Company], reviewer: User, administrator: User, secretary: User, client_of: SignIn
) -> None:
    assert len(names(client_of(reviewer))) == 3
    assert len(names(client_of(administrator))) == 2
    assert names(client_of(secretary)) == ["贝塔网络有限公司"]


def test_who_writes_for_branches_alone_sees_those_that_they_cover_once(
    companies: list[Company], world: World, make_user: Any, client_of: SignIn
) -> None:
    cover(companies[2], world.own_branch, LinkKind.INSTRUCTOR)
    cover(companies[0], world.joint_branch, LinkKind.LIAISON)
    client = client_of(make_user("two branches", Role.SECRETARY, world.own_branch, world.joint_branch))
    assert sorted(names(client)) == ["伽马数据有限公司", "贝塔网络有限公司", "Ａlpha 软件（上海）有限公司"]
    assert names(client, coverage="joint") == ["贝塔网络有限公司"]
    assert names(client, q="数据") == ["伽马数据有限公司"]
    client = client_of(make_user("a branch and a park", Role.SECRETARY, world.joint_branch, world.tiandi))
    assert len(names(client)) == 3


def test_a_member_unit_elsewhere_is_in_reach_of_its_committee(
    companies: list[Company], world: World, administrator: User, client_of: SignIn
) -> None:
    Membership.objects.create(company=companies[3], organization=world.kic_committee, since=LONG_AGO)
    assert "德尔塔科技有限公司" in names(client_of(administrator), organization="KIC")


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"place": "park:kic"}, 2),
        ({"place": "area:310110019"}, 3),
        ({"place": "area:310110019", "coverage": "organization"}, 2),
        ({"place": "area:310110019", "coverage": "uncovered"}, 1),
        ({"coverage": "joint"}, 1),
        ({"organization": "KIC"}, 2),
        ({"branch": "KIC-J1"}, 1),
        ({"denominator": "sanyou"}, 3),
        ({"denominator": "yingjian"}, 0),
        ({"place": "park:kic", "as_of": "2014-12-31"}, 0),
    ],
)
def test_filters_stand_in_the_address(
    companies: list[Company], reviewer: User, client_of: SignIn, filters: dict[str, str], number: int
) -> None:
    client = client_of(reviewer)
    assert len(names(client, **filters)) == number
    page = client.get(LIST, filters).content.decode()
    assert page.count('<a class="filter-chip"') == len(filters)


def test_a_chip_takes_its_own_filter_away_and_keeps_the_others(
    companies: list[Company], reviewer: User, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    page = client.get(LIST, {"place": "park:kic", "coverage": "own", "older": '["x",1]'}).content.decode()
    chips = [html.unescape(address) for address in re.findall(r'<a class="filter-chip" href="([^"]+)"', page)]
    assert chips == ["?coverage=own", "?place=park%3Akic"]
    assert "共 1 家" in client.get(LIST + chips[0]).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "place=park:tiandi",
        "place=area:310107",
        "place=nonsense",
        "place=park:%00",
        "organization=PT",
        "organization=%00",
        "branch=NOBODY",
        "coverage=made-up",
        "denominator=made-up",
        "as_of=2026-13-01",
        "q=%00",
    ],
)
def test_what_cannot_be_read_or_reached_is_said_and_finds_nothing(
    companies: list[Company], reviewer: User, client_of: SignIn, query: str
) -> None:
    response = client_of(reviewer).get(f"{LIST}?{query}")
    assert response.status_code == 200
    page = response.content.decode()
    assert "有内容需要改正" in page
    assert 'href="/companies/1' not in page


@pytest.mark.parametrize("cursor", ["older=", "older=x", 'older=["甲"]', 'newer=["甲","乙"]', "older=[null,1]"])
def test_a_broken_cursor_gives_the_first_page(
    companies: list[Company], reviewer: User, client_of: SignIn, cursor: str
) -> None:
    page = client_of(reviewer).get(f"{LIST}?{cursor}").content.decode()
    assert "共 3 家" in page


def test_pages_hold_every_company_once(world: World, reviewer: User, client_of: SignIn) -> None:
    make_companies(world.kic, 120)
    client, address = client_of(reviewer), f"{LIST}?place=park:kic"
    assert "共 120 家" in client.get(address).content.decode()
    seen = [name for page in pages(client, address) for name in page]
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == 120


def test_a_long_list_is_not_counted_to_the_end_the_sooner_when_nothing_bounds_it(
    world: World, reviewer: User, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_companies(world.kic, 1002)
    client = client_of(reviewer)
    assert "超过 1,000 家" in client.get(LIST).content.decode()
    assert "共 1,002 家" in client.get(LIST, {"place": "park:kic"}).content.decode()
    monkeypatch.setattr("parkparty.organizations.filters.BOUNDED_TO", 1001)
    assert "超过 1,001 家" in client.get(LIST, {"place": "park:kic"}).content.decode()


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("park:kic", 70),
        ("park:kic&coverage=none", 69),
        ("park:kic&coverage=joint", 1),
        ("park:kic&coverage=own", 0),
        ("park:kic&size=-", 70),
        ("park:kic&size=-&staff=20&industry=-&q=企业", 70),
        ("area:310110019&size=-&q=企业", 71),
        ("area:310110019&q=0000", 11),
        ("area:310110019&coverage=joint&q=0000", 1),
        ("area:310110019&q=没有的", 0),
    ],
)
def test_a_large_place_has_the_same_pages_however_they_are_found(
    world: World,
    reviewer: User,
    client_of: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    asked: str,
    number: int,
    django_assert_max_num_queries: Any,
) -> None:
    units = make_companies(world.kic, 70)
    for beside in (world.neighbour, world.tiandi):
        make_companies(beside, 1)
    cover(units[3], world.joint_branch)
    client, address = client_of(reviewer), f"{LIST}?place={asked}"
    by_sorting = list(pages(client, address))
    monkeypatch.setattr("parkparty.companies.filters.SORTED_TO", 10)
    monkeypatch.setattr("parkparty.companies.filters.COUNTED_TO", 50)
    for tell in (lambda: None, fold_all):
        tell()  # by the facts, then by what is kept
        with django_assert_max_num_queries(12):
            page = client.get(address).content.decode()
        assert ("超过 50 家" if number > 50 else f"共 {number} 家" if number else "没有符合") in page
        assert list(pages(client, address)) == by_sorting
    assert sum(map(len, by_sorting)) == number


@pytest.mark.parametrize("industry", ["65131", "软件", "6 5", "６５"])
def test_an_industry_that_is_no_code_is_said_to_be_none_in_our_words(
    companies: list[Company], reviewer: User, client_of: SignIn, industry: str
) -> None:
    page = client_of(reviewer).get(LIST, {"industry": industry}).content.decode()
    assert "行业按代码填写，例如 65。" in page
    assert f'value="{industry}"' in page
    assert "字符" not in page


@pytest.mark.parametrize("text", ["", "0000"])
@pytest.mark.parametrize("industry", ["ZZ99", "65", "651", "6513", "64", "6", "-"])
def test_of_an_industry_the_same_are_listed_however_few_they_are(
    world: World, reviewer: User, client_of: SignIn, monkeypatch: pytest.MonkeyPatch, industry: str, text: str
) -> None:
    random, codes = Random(5), ["65", "6511", "6513", "6421"]
    for code in codes:
        Industry.objects.get_or_create(code=code, defaults={"name": code})
    for park in (world.kic, world.neighbour, world.tiandi):
        for unit in make_companies(park, 70):
            Company.objects.filter(pk=unit.pk).update(industry=random.choice([None, "6513", "6513", *codes]))
    of_it = Q(industry=None) if industry == UNSTATED else Q(industry__code__startswith=industry)
    there = Company.objects.exclude(tenancies__park=world.tiandi).filter(of_it, name__contains=text).order_by("name")
    meant = list(there.values_list("name", flat=True))
    monkeypatch.setattr("parkparty.companies.filters.SORTED_TO", 10)
    monkeypatch.setattr("parkparty.companies.filters.COUNTED_TO", 50)
    client, address = client_of(reviewer), f"{LIST}?place=area:310110019&industry={industry}&q={text}"
    for tell in (lambda: None, fold_all):
        tell()  # by the facts, then by what is kept
        assert [name for page in pages(client, address) for name in page] == meant
        assert ("超过" in client.get(address).content.decode()) == (len(meant) > 50)


@pytest.mark.parametrize(
    ("asked", "is_long"),
    [
        ("coverage=none", True),
        ("coverage=none&as_of=2020-05-01", True),
        ("coverage=none&denominator=sanyou", True),
        ("coverage=uncovered&size=-&staff=20", True),
        ("coverage=joint", False),
        ("coverage=none&denominator=operating", True),
        ("coverage=none&q=企业", False),
        ("coverage=none&industry=65", False),
        ("size=-", False),
    ],
)
@pytest.mark.parametrize("node", ["kic", "wujiaochang", "yangpu"])
def test_how_all_are_covered_has_the_same_pages_however_they_are_found(
    world: World,
    make_user: Callable[..., User],
    client_of: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    node: str,
    asked: str,
    is_long: bool,
) -> None:
    units = make_companies(world.kic, 70)
    make_companies(world.neighbour, 3)
    Tenancy.objects.filter(company=units[5]).update(until=LONG_AGO + dt.timedelta(days=9))  # seen, and counted nowhere
    for unit in units[3:30:9]:
        cover(unit, world.joint_branch)
    client, address = client_of(make_user("reader", Role.VIEWER, getattr(world, node))), f"{LIST}?{asked}"
    plain = list(pages(client, address))
    monkeypatch.setattr("parkparty.companies.filters.COUNTED_TO", 50)
    monkeypatch.setattr("parkparty.coverage.figures.listed.FOUND_TO", 55)
    walks: list[Any] = []
    walk = CompanyQuerySet.asked_by_name
    monkeypatch.setattr(CompanyQuerySet, "asked_by_name", lambda *found: [walks.append(found), walk(*found)][1])
    assert list(pages(client, address)) == plain
    assert not walks  # nothing is kept yet
    fold_all()
    assert list(pages(client, address)) == plain
    assert bool(walks) == is_long
    assert len(plain) > (2 if is_long else -1)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("", 63),
        ("coverage=joint", 60),
        ("coverage=own", 0),
        ("coverage=uncovered&size=-", 3),
        ("size=-&staff=20&industry=-", 63),
        ("size=large", 0),
        ("denominator=operating&as_of=2020-05-01", 63),
        ("q=企业", 63),
        ("industry=6513", 0),
    ],
)
@pytest.mark.parametrize("node", ["kic", "yangpu", "kic_committee"])
def test_a_large_organisation_has_the_same_pages_however_they_are_found(
    world: World,
    make_user: Callable[..., User],
    client_of: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    node: str,
    asked: str,
    number: int,
    django_assert_max_num_queries: Any,
) -> None:
    units, beyond = make_companies(world.kic, 70), make_company(9, world.tiandi)
    for unit in (*units[:60], beyond):
        cover(unit, world.joint_branch)
    for unit in units[58:63]:
        Membership.objects.create(company=unit, organization=world.kic_committee, since=LONG_AGO)
    holds = getattr(world, node)
    number += node == "kic_committee" and number >= 60 and "staff" not in asked  # the one that sits elsewhere
    client, address = client_of(make_user("reader", Role.VIEWER, holds)), f"{LIST}?organization=KIC&{asked}"
    plain = list(pages(client, address))
    assert sum(map(len, plain)) == number
    for most in (10_000, 50):
        monkeypatch.setattr("parkparty.organizations.filters.BOUNDED_TO", most)
        for change in (fold_all, lambda: Company.objects.filter(pk=units[20].pk).update(revenue_over_20m=True)):
            change()  # by what is kept, then by the facts of who is marked
            with django_assert_max_num_queries(12):
                page = client.get(address).content.decode()
            assert ("超过 50 家" if number > most else f"共 {number} 家" if number else "没有符合") in page
            assert list(pages(client, address)) == plain


def test_a_reader_of_places_alone_is_told_of_no_park_beside_them(
    world: World, make_user: Callable[..., User], client_of: SignIn
) -> None:
    company = make_company(1, world.kic)
    Tenancy.objects.create(company=company, park=world.tiandi, since=LONG_AGO)
    page = client_of(make_user("kic", Role.VIEWER, world.kic)).get(LIST).content.decode()
    assert company.name in page
    assert world.tiandi.name not in page


def test_an_empty_list_says_why(world: World, reviewer: User, client_of: SignIn) -> None:
    client = client_of(reviewer)
    assert "范围内还没有企业。" in client.get(LIST).content.decode()
    assert "没有符合这些筛选的企业。" in client.get(LIST, {"q": "没有的"}).content.decode()


def test_the_list_needs_few_queries(
    companies: list[Company], viewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(viewer)
    with django_assert_max_num_queries(12):
        client.get(LIST, {"place": "area:310110", "organization": "YP", "branch": "KIC-J1", "coverage": "joint"})


def test_a_stranger_and_an_auditor_are_told_why_not(stranger: User, auditor: User, client_of: SignIn) -> None:
    for user in (stranger, auditor):
        response = client_of(user).get(LIST)
        assert response.status_code == 403
        assert "查看企业" in response.content.decode()
    assert reverse("accounts:login") in Client().get(LIST).url

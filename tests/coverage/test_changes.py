"""Why did it change: steps that sum exactly, each opening the companies behind it."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from parkparty.accounts.models import User
from parkparty.companies.choices import CompanyStatus, CoverageState, Denominator, LinkKind, TenancyKind
from parkparty.companies.models import CompanyMemberCount, Tenancy
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.choices import Cause
from parkparty.coverage.figures import Node, changes, company_coverage
from parkparty.coverage.figures.changes import Comparison, Waterfall, companies_behind, waterfall, waterfalls
from parkparty.coverage.figures.history import NOT_YET, History, Standing, Step, standings_on
from parkparty.coverage.services.counting import fold_all
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Park
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization

ALL = Scope.everything()
SPRING, SUMMER, AUTUMN = dt.date(2020, 3, 1), dt.date(2020, 6, 1), dt.date(2020, 9, 1)
OPERATING, REGISTERED = Denominator.OPERATING, Denominator.REGISTERED

SignIn = Callable[[User], Client]


@pytest.fixture
def year(world: World) -> World:
    """One company for each cause between spring and autumn, and some that do not change."""
    kic, joint = world.kic, world.joint_branch
    cover(make_company(1, kic), world.own_branch, LinkKind.OWN, since=SUMMER)
    cover(make_company(2, kic), joint, since=SUMMER)
    cover(make_company(3, kic), joint, until=SUMMER)
    founded = make_company(4, founded_on=SUMMER)
    moved_in = make_company(5, founded_on=LONG_AGO)
    for company in (founded, moved_in):
        Tenancy.objects.create(company=company, park=kic, since=SUMMER)
    cover(moved_in, joint)
    now_on_site = make_company(6, kic, kind=TenancyKind.REGISTERED)
    now_on_site.tenancies.update(until=SUMMER)
    Tenancy.objects.create(company=now_on_site, park=kic, since=SUMMER)
    moved_out = make_company(7, kic)
    moved_out.tenancies.update(until=SUMMER)
    cover(moved_out, joint)
    cover(make_company(8, kic, status=CompanyStatus.DEREGISTERED, status_since=SUMMER), joint)
    make_company(9, kic, status=CompanyStatus.SUSPENDED, status_since=SUMMER)
    make_company(10, kic, kind=TenancyKind.REGISTERED)
    for number in range(11, 15):
        cover(make_company(number, kic), joint)
    return world


def steps(found: Waterfall) -> dict[str, tuple[int, int]]:
    return {step.cause.value: (step.covered, step.companies) for step in found.steps if step.concerned}


def test_each_company_has_its_cause(year: World, django_assert_num_queries: Any) -> None:
    comparison = Comparison(year.kic, SPRING, AUTUMN, OPERATING, OPERATING)
    found = waterfall(comparison, ALL)
    fold_all()
    with django_assert_num_queries(5):
        assert waterfall(comparison, ALL) == found
    assert steps(found) == {
        "built": (1, 0),
        "joined": (1, 0),
        "ended": (-1, 0),
        "founded": (0, 1),
        "moved_in": (1, 1),
        "qualified": (0, 1),
        "moved_out": (-1, -1),
        "deregistered": (-1, -1),
        "unqualified": (0, -1),
    }
    assert (found.start, found.end) == (Rate(7, 10), Rate(7, 10))


def test_two_definitions_of_one_day_differ_by_the_definition_alone(year: World) -> None:
    found = waterfall(Comparison(year.kic, AUTUMN, AUTUMN, OPERATING, REGISTERED), ALL)
    assert steps(found) == {"definition_in": (0, 2)}
    back = waterfall(Comparison(year.kic, AUTUMN, AUTUMN, REGISTERED, OPERATING), ALL)
    assert steps(back) == {"definition_out": (0, -2)}


def test_kept_histories_tell_the_same_causes_as_the_facts(year: World) -> None:
    nodes = (year.kic, year.yangpu, year.kic_committee)
    comparisons = [Comparison(node, SPRING, AUTUMN, counted, counted) for node in nodes for counted in Denominator]
    by_facts = [waterfall(comparison, ALL) for comparison in comparisons]  # nothing is kept yet
    assert set().union(*(steps(found) for found in by_facts)) >= {"joined", "ended", "moved_in", "moved_out", "founded"}
    fold_all()
    assert [waterfall(comparison, ALL) for comparison in comparisons] == by_facts


def test_comparisons_with_several_days_tell_the_same_as_each_alone(year: World, django_assert_num_queries: Any) -> None:
    late = cover(make_company(15, year.kic), year.joint_branch, since=dt.date(2020, 8, 1))
    comparisons = [Comparison(year.kic, day, AUTUMN, OPERATING, OPERATING) for day in (dt.date(2020, 7, 1), SPRING)]
    alone = [waterfall(comparison, ALL) for comparison in comparisons]
    assert [steps(found)["joined"] for found in alone] == [(1, 0), (2, 0)]
    assert len(steps(alone[0])) == 1
    assert waterfalls(comparisons, ALL) == alone
    fold_all()
    with django_assert_num_queries(5):
        assert waterfalls(comparisons, ALL) == alone
    late.since = dt.date(2020, 7, 1)  # marks its company
    late.save()
    assert [steps(found)["joined"] for found in waterfalls(comparisons, ALL) if "joined" in steps(found)] == [(2, 0)]


def test_a_history_is_read_day_by_day_as_it_was_written() -> None:
    seated = Standing(("a0001p0001",), (), (), ("registered", "operating"), CoverageState.NONE.value)
    moved = seated._replace(sits=("a0001p0001", "a0001p0002"), on_site=("a0001p0002",), tied=("o0001",))
    covered = moved._replace(state=CoverageState.JOINT.value, effective=True)
    steps = (
        Step("2020-03-01", seated),
        Step("2020-06-01", moved),
        Step("2020-09-01", covered),
        Step("2021-01-01", NOT_YET),
    )
    text = History(steps).as_text()
    days = ["2020-02-29", "2020-03-01", "2020-08-31", "2020-09-01", "2020-12-31", "2021-01-01"]
    assert standings_on(text, days) == [NOT_YET, seated, moved, covered, covered, NOT_YET]
    assert standings_on(History(steps[:1]).as_text(), days[:2]) == [NOT_YET, seated]
    assert History.from_text(text).steps == steps


def adds_up(comparison: Comparison) -> None:
    """The steps sum to the difference of figures worked out by themselves, and each to its lists."""
    found = waterfall(comparison, ALL)
    for rate, day, denominator in (
        (found.start, comparison.since, comparison.denominator),
        (found.end, comparison.until, comparison.then),
    ):
        alone = company_coverage(comparison.node, as_of=day, denominator=denominator, scope=ALL)
        assert rate == alone.organization_rate
    assert found.start.numerator + sum(step.covered for step in found.steps) == found.end.numerator
    assert found.start.denominator + sum(step.companies for step in found.steps) == found.end.denominator


@pytest.mark.parametrize("node", ["kic", "yangpu", "kic_committee", "joint_branch"])
@pytest.mark.parametrize("then", list(Denominator))
def test_the_steps_sum_to_the_difference_and_to_their_lists(year: World, node: str, then: Denominator) -> None:
    comparison = Comparison(getattr(year, node), SPRING, AUTUMN, OPERATING, then)
    adds_up(comparison)
    for step in waterfall(comparison, ALL).steps:
        assert companies_behind(comparison, step.cause, ALL).count() == step.concerned
        moving = companies_behind(comparison, step.cause, ALL, covered_only=True).count()
        assert moving == abs(step.covered)


@pytest.mark.parametrize("is_folded", [True, False])
def test_lists_by_kept_histories_are_those_of_the_facts(year: World, is_folded: bool) -> None:
    if is_folded:
        fold_all()
    listed = Counter[Cause]()
    for node in (year.kic, year.yangpu, year.kic_committee):
        comparison = Comparison(node, SPRING, AUTUMN, OPERATING, OPERATING)
        for cause in Cause:
            for covered_only in (False, True):
                with mock.patch.object(changes, "is_kept", return_value=False):
                    facts = set(companies_behind(comparison, cause, ALL, covered_only=covered_only))
                assert set(companies_behind(comparison, cause, ALL, covered_only=covered_only)) == facts
                listed[cause] += len(facts)
    assert {cause for cause in Cause if not listed[cause]} == {Cause.DEFINITION_IN, Cause.DEFINITION_OUT}


DAYS = st.integers(0, 12).map(lambda month: dt.date(2020 + month // 12, month % 12 + 1, 1))
SPANS = st.tuples(DAYS, st.none() | DAYS).filter(lambda span: span[1] is None or span[0] < span[1])
TENANCIES = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(TenancyKind), SPANS), min_size=1, max_size=2)
LINKS = st.lists(st.tuples(st.integers(0, 2), SPANS), max_size=2)
STATUSES = st.tuples(st.sampled_from(CompanyStatus), DAYS)
COMPANIES = st.lists(st.tuples(TENANCIES, LINKS, STATUSES, st.none() | DAYS, st.integers(0, 4)), min_size=1, max_size=6)


class TestAnyHistory(TestCase):
    """Random histories of founding, joining, moving, dissolving and deregistering."""

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        COMPANIES, st.none() | DAYS, st.tuples(DAYS, DAYS), st.sampled_from(Denominator), st.sampled_from(Denominator)
    )
    def test_the_steps_sum_exactly(
        self,
        companies: list[Any],
        dissolved_on: dt.date | None,
        days: tuple[dt.date, dt.date],
        denominator: Denominator,
        then: Denominator,
    ) -> None:
        nodes = self.write(companies, dissolved_on)
        for node in nodes:
            adds_up(Comparison(node, min(days), max(days), denominator, then))

    def write(self, companies: list[Any], dissolved_on: dt.date | None) -> list[Node]:
        area = Area.objects.create(code="310110", name="杨浦区", level=AreaLevel.DISTRICT)
        parks = [Park.objects.create(key=f"p{n}", name=f"园{n}", area=area) for n in range(2)]
        committee = make_organization("C", OrganizationType.COMMITTEE, park=parks[0])
        gone = {"status": OrganizationStatus.DISSOLVED, "dissolved_on": dissolved_on} if dissolved_on else {}
        joint = make_organization("J", OrganizationType.JOINT_BRANCH, committee, **gone)
        for number, (tenancies, links, (status, status_since), founded_on, members) in enumerate(companies):
            company = make_company(number, status=status, status_since=status_since, founded_on=founded_on)
            CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=members)
            for park, kind, (since, until) in tenancies:
                if not company.tenancies.filter(park=parks[park]).exists():
                    Tenancy.objects.create(company=company, park=parks[park], kind=kind, since=since, until=until)
            for kind, (since, until) in links:
                self.link(number, company, kind, joint, since=since, until=until)
        return [area, *parks, committee]

    def link(self, number: int, company: Any, kind: int, joint: Any, **span: Any) -> None:
        if company.links.filter(kind=(LinkKind.JOINT, LinkKind.OWN, LinkKind.UNION)[kind]).exists():
            return
        if kind == 0:
            cover(company, joint, **span)
        elif kind == 1:
            own = make_organization(f"O{number}", OrganizationType.INDEPENDENT_BRANCH, joint.parent)
            cover(company, own, LinkKind.OWN, **span)
        else:
            cover(company, None, LinkKind.UNION, **span)


def test_every_number_of_the_page_opens_a_list_of_its_length(year: World, viewer: User, client_of: SignIn) -> None:
    client = client_of(viewer)
    query = {"place": "park:kic", "since": SPRING, "until": AUTUMN, "then": "registered"}
    page = client.get(reverse("coverage:changes"), query).content.decode()
    found = re.findall(r'<a href="(/co[^"]+)">([+−]?)([\d,]+)</a>', page)
    assert len(found) > 20
    for address, _sign, number in found:
        rows = client.get(html.unescape(address)).content.decode().count('<th scope="row">')
        assert rows == int(number), address


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ({"since": "2021-01-01", "until": "2020-01-01"}, "把两个日期对调即可"),
        ({"until": "9999-01-01"}, "日期不晚于今天"),
        ({"since": "0001-01-01"}, "日期不早于 1921-07-01"),
        ({"since": "2020-02-30"}, "日期按 2026-11-21 的样子填写"),
        ({"then": "made-up"}, "made-up"),
    ],
)
def test_what_cannot_be_read_is_said(
    year: World, viewer: User, client_of: SignIn, query: dict[str, str], complaint: str
) -> None:
    client, asked = client_of(viewer), {"place": "park:kic", "list": "joined", **query}
    for name in ("coverage:changes", "coverage:companies"):
        response = client.get(reverse(name), asked)
        assert response.status_code == 200
        assert complaint in response.content.decode()


@pytest.mark.parametrize("name", ["coverage:companies", "coverage:snapshots", "coverage:wall"])
def test_a_day_and_a_definition_that_cannot_be_read_are_said(
    year: World, viewer: User, client_of: SignIn, name: str
) -> None:
    asked = {"place": "park:kic", "as_of": "2020-02-30", "denominator": "made-up"}
    shown = client_of(viewer).get(reverse(name), asked).content.decode()
    assert "日期按 2026-11-21 的样子填写" in shown
    assert "made-up" in shown


def test_what_companies_are_narrowed_by_and_cannot_be_read_is_said(
    year: World, viewer: User, client_of: SignIn
) -> None:
    asked = {"place": "park:kic", "list": "effective", "industry": "软件"}
    assert "行业按代码填写，例如 65。" in client_of(viewer).get(reverse("coverage:companies"), asked).content.decode()


@pytest.mark.parametrize(("asked", "is_known"), [("effective", True), ("", True), ("made-up", False)])
def test_a_list_that_is_not_there_is_said(
    year: World, viewer: User, client_of: SignIn, asked: str, is_known: bool
) -> None:
    response = client_of(viewer).get(reverse("coverage:companies"), {"place": "park:kic", "list": asked})
    shown = response.content.decode()
    said = ("没有找到这份名单" in shown, "有效覆盖的企业" in shown, "没有这样的企业" in shown)
    assert said == ((False, True, True) if is_known else (True, False, False))


@pytest.mark.parametrize("name", ["coverage:changes", "coverage:companies", "coverage:snapshots"])
def test_a_place_outside_the_scope_does_not_exist(
    year: World, administrator: User, client_of: SignIn, name: str
) -> None:
    client = client_of(administrator)
    assert client.get(reverse(name), {"place": "park:neighbour"}).status_code == 404
    assert client.get(reverse(name), {"organization": "NB-J1"}).status_code == 404
    assert client.get(reverse(name), {"place": "park:nowhere"}).status_code == 404
    assert client.get(reverse(name), {"place": "park:kic"}).status_code == 200


def test_the_pages_need_few_queries(
    year: World, viewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(viewer)
    fold_all()
    for name, query in (("coverage:changes", {}), ("coverage:companies", {"list": Cause.JOINED})):
        with django_assert_max_num_queries(12):
            assert client.get(reverse(name), {"place": "park:kic", "since": SPRING, **query}).status_code == 200

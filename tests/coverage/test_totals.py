"""Coverage from totals that are kept equals coverage worked out from the facts, whatever was changed and however."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkparty.accounts.models import User
from parkparty.companies.choices import (
    STATES_OF,
    CoverageChoice,
    CoverageState,
    Denominator,
    LinkKind,
    TenancyKind,
)
from parkparty.companies.models import Company, CoverageLink, Industry, Tenancy
from parkparty.companies.querysets import UNSTATED, Cut
from parkparty.companies.scoping import Sought
from parkparty.core.scope import Reach, Scope
from parkparty.coverage.choices import Dimension
from parkparty.coverage.figures import Node, Point, cross, listed, load_at, totals, with_units
from parkparty.coverage.figures.branches import from_histories
from parkparty.coverage.figures.changes import Comparison, waterfall
from parkparty.coverage.figures.coverage import load_of
from parkparty.coverage.figures.cross import cross_table
from parkparty.coverage.figures.effective import effective_at
from parkparty.coverage.figures.from_facts import histories, standings
from parkparty.coverage.figures.listed import kept_list
from parkparty.coverage.figures.loads import loads
from parkparty.coverage.figures.marks import holds, version
from parkparty.coverage.figures.totals import coverage_at, from_totals, with_parts
from parkparty.coverage.models import (
    CompanyMark,
    CompanySpell,
    CoverageSum,
    CoverageTotal,
    FoldCount,
    LoadMark,
    SpellCount,
)
from parkparty.coverage.services import counting
from parkparty.coverage.services.counting import differences, fold, fold_all, rebuild
from parkparty.coverage.services.telling import count_spells
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization, OrganizationSpan
from parkparty.places.models import Area, Park
from parkparty.rules.choices import Measure, RuleKind, Strength
from parkparty.rules.figures import LimitBook
from parkparty.rules.models import Rule
from tests.conftest import World, cover, make_company
from tests.coverage.play import ACTS, ALL, CHANGES, FIRST, SPAN, act, day_of, meet

OPERATING = Denominator.OPERATING


def points_on(days: list[dt.date], choice: int) -> list[Point]:
    """Some of the points of which totals are kept: other nodes and denominators for every ``choice``."""
    nodes: list[Node] = [*Area.objects.all(), *Park.objects.all(), *Organization.objects.not_branches()]
    kinds = list(Denominator)
    return [
        Point(nodes[(choice + 5 * n) % len(nodes)], kinds[(choice + n) % len(kinds)], day)
        for n in range(2)
        for day in days
    ]


def assert_kept_is_live(points: list[Point]) -> None:
    assert from_totals(points) == effective_at(points, ALL)
    for point in points:
        assert_kept_list_is_live(point)
        assert load_at(point.node, point.as_of, ALL) == load_of(point.node, point.as_of, ALL)
        assert_loads_are_live(point.as_of)
        for rows, columns in CROSSED:
            assert cross_table(point, rows, columns, ALL) == facts_crossed(point, rows, columns)
    for reader in readers():
        if holds("told"):
            assert from_totals(points, scope=reader) == effective_at(points, reader)


def assert_loads_are_live(day: dt.date) -> None:
    found = loads(Organization.objects.all(), Measure.UNITS, day, 99)
    joint: Any = Organization.objects.active_on(day).of_type_on(day, [OrganizationType.JOINT_BRANCH])
    live = [(row.pk, row.units) for row in with_units(joint, day).order_by("-units", "path") if row.units]
    assert [(load.branch.pk, load.number) for load in found] == live


def readers() -> list[Scope]:
    """Some from whom a part is hidden: of two parks and a district, of a park and a branch, of nothing."""
    kic, neighbour = (Park.objects.get(key=key).path for key in ("kic", "neighbour"))
    putuo, branch = Area.objects.get(code="310107").path, Organization.objects.get(code="NB-J1").path
    of_branch = Reach("viewer", "organizations", branch)
    places: list[tuple[Reach, ...]] = [
        *((Reach("viewer", "places", path),) for path in (kic, putuo)),
        (Reach("viewer", "places", neighbour), of_branch),
        (),
    ]
    return [Scope(reaches) for reaches in places]


def assert_kept_list_is_live(point: Point) -> None:
    """Whether a list of companies is long is told, if at all, by their number, and who is on it by the facts."""
    if isinstance(point.node, Organization):
        return
    limits = LimitBook().of(point.denominator, point.as_of)
    is_exact = holds("told") and not CompanyMark.objects.filter(company_id__isnull=False).exists()
    for cut, choice in product(CUTS, (None, *CoverageChoice)):
        companies = Company.objects.population(point.node, point.denominator, point.as_of, limits, cut)
        meant = set(companies.covered(choice, point.as_of) if choice else companies)
        number, by_index = len(meant), bool(choice or cut.size)
        for than in (max(number - 1, 0), number, 20):
            sought = Sought(point.node, point.denominator, point.as_of, cut, STATES_OF[choice] if choice else ())
            told = kept_list(sought, than, Company.objects.all())
            answers = {number > than} if is_exact else {number > than, None}
            # Of an area in which companies sit twice, fewer may be met among the first.
            assert told.is_long in (answers | {False} if is_exact and isinstance(point.node, Area) else answers)
            assert (told.holds is not None) is is_exact or not by_index
            assert told.holds is None or set(Company.objects.filter(told.holds)) == meant


CUTS = [Cut(), Cut(industry="65"), Cut(industry=UNSTATED, size=UNSTATED), Cut(staff="300"), Cut(staff=UNSTATED)]

CROSSED = [
    (Dimension.STAFF, Dimension.COVERAGE), (Dimension.PARK, Dimension.INDUSTRY), (Dimension.COVERAGE, Dimension.AREA),
]  # fmt: skip


def facts_crossed(point: Point, rows: Dimension, columns: Dimension) -> cross.CrossTable | None:
    """The table by the facts alone: what a reader sees before anything was ever folded."""
    with transaction.atomic():
        FoldCount.objects.all().delete()
        table = cross_table(point, rows, columns, ALL)
        transaction.set_rollback(True)
    return table


def test_branches_are_told_from_the_histories_of_their_companies(field: World, secretary: User) -> None:
    random = Random(11)
    for _change in range(30):
        kind = random.choice(["found", "join", "join", "deregister", "correct"])
        act(field, secretary, kind, random.randrange(40), random.randrange(SPAN))
    meet(field, secretary, Company.objects.earliest("pk"), day_of(300), 0)
    points = [
        Point(branch, kind, day)
        for branch in (field.joint_branch, field.neighbour_branch)
        for kind in Denominator
        for day in (day_of(50), day_of(380))
    ]
    by_park = Scope.everything().narrowed_to("places", field.kic.path)
    facts = {scope: effective_at(points, scope) for scope in (ALL, by_park)}
    assert facts[ALL] != facts[by_park]
    assert {effective for _parts, effective in facts[ALL]} > {None, 0}
    for _folded in range(2):
        assert {scope: from_histories(points, scope) for scope in facts} == facts
        fold_all()


def test_what_holds_on_a_day_is_what_the_history_says(field: World, secretary: User) -> None:
    """Of the meetings those of the quarter before, and since, are enough."""
    for number, start in enumerate(range(100, 800, 100)):
        meet(field, secretary, Company.objects.earliest("pk"), day_of(start + 7 * number), number)
    companies, book = list(Company.objects.order_by("pk").values_list("pk", flat=True)), LimitBook()
    told = histories(companies)
    found = Counter()
    for day in (FIRST + dt.timedelta(days=number) for number in range(60, SPAN, 23)):
        stood = [standing for (standing,) in standings(companies, [day], book).values()]
        assert stood == [history.on(day.isoformat()) for history in told.values()]
        found.update(standing.effective for standing in stood)
    assert min(found[True], found[False]) > 20


PLAYED = st.lists(CHANGES, min_size=3, max_size=12)
DAYS = st.lists(st.integers(0, SPAN + 200), min_size=2, max_size=2)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=PLAYED, days=DAYS, choice=st.integers(0, 100))
def test_any_history_leaves_the_coverage_of_the_facts(
    field: World, secretary: User, changes: list[tuple[str, int, int]], days: list[int], choice: int
) -> None:
    since, until = sorted(FIRST + dt.timedelta(days=day) for day in days)
    with transaction.atomic():
        for change in changes:
            act(field, secretary, *change)
        assert_kept_is_live(points_on([since, until], choice))
        fold_all()
        assert differences() == []
        assert_kept_is_live(points_on([since, until], choice))
        assert_parts_sum_to_the_whole(until)
        assert_steps_sum_to_the_whole(Comparison(field.yangpu, since, until, OPERATING, Denominator.YINGJIAN))
        for node in (field.yangpu, field.street_committee):
            for denominator in (OPERATING, Denominator.YINGJIAN):
                assert_steps_sum_to_the_whole(Comparison(node, since, until, denominator, denominator))
        transaction.set_rollback(True)


def assert_steps_sum_to_the_whole(comparison: Comparison) -> None:
    """The ends are kept, the steps are found among what moved: were a company missed, they would not meet."""
    fall = waterfall(comparison, ALL)
    assert fall.start.numerator + sum(step.covered for step in fall.steps) == fall.end.numerator
    assert fall.start.denominator + sum(step.companies for step in fall.steps) == fall.end.denominator


def assert_parts_sum_to_the_whole(day: dt.date) -> None:
    """A company that sits in one park only stands in one of them."""
    point = Point(Area.objects.get(code="310000"), Denominator.REGISTERED, day)
    parks = [replace(point, node=park) for park in Park.objects.filter(parent=None)]
    sitting = Tenancy.objects.valid_on(day).values("company").distinct().count()
    if sitting == Tenancy.objects.valid_on(day).count():
        whole, *parts = (coverage for coverage, _effective in from_totals([point, *parks]) or [])
        assert whole.companies == sum(part.companies for part in parts)
        assert whole.organization_covered == sum(part.organization_covered for part in parts)


def test_figures_come_from_the_totals_once_they_are_folded(field: World) -> None:
    fold_all()
    point = Point(field.kic, OPERATING, dt.date(2018, 1, 1))
    CoverageSum.objects.filter(path=field.kic.path, denominator=OPERATING, is_year=True).update(none=77)
    ((parts, _effective),) = from_totals([point]) or []
    assert parts.none >= 77


def test_sums_that_an_older_version_left_behind_are_not_read_and_are_mended(field: World) -> None:
    fold_all()
    point = Point(field.kic, OPERATING, dt.date(2018, 1, 1))
    CoverageSum.objects.update(none=77)
    CompanySpell.objects.update(state="own")
    FoldCount.objects.update(number=F("number") + 1)
    assert_kept_is_live([point])
    assert fold_all() == 0
    assert differences() == []
    assert_kept_is_live([point])


def test_a_table_is_told_by_what_is_kept_but_for_companies_that_changed(field: World) -> None:
    fold_all()
    assert differences() == []
    point = Point(field.kic, OPERATING, dt.date(2018, 1, 1))
    first, second = Company.objects.filter(tenancies__park=field.kic).order_by("pk")[:2]
    CompanySpell.objects.filter(company_id=first.pk).update(staff_band=2000)
    count_spells()
    wrong = cross_table(point, Dimension.STAFF, Dimension.COVERAGE, ALL)
    assert wrong
    assert wrong.row_totals["2000"] == 1
    assert differences() != []
    industry = Industry.objects.get_or_create(code="65", defaults={"name": "软件业"})[0]
    Company.objects.filter(pk=second.pk).update(industry=industry)
    changed = cross_table(point, Dimension.STAFF, Dimension.INDUSTRY, ALL)
    assert changed
    assert changed.column_totals["65"] == 1
    rebuild()
    assert differences() == []
    assert_kept_is_live([point])


def test_a_list_is_told_by_what_is_kept_or_only_by_the_facts(field: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fold_all()
    some, all_there = Company.objects.all(), Sought(field.kic, OPERATING, dt.date(2018, 1, 1), Cut())
    there = Company.objects.filter(tenancies__park=field.kic)
    assert there.count() == 3
    assert [kept_list(all_there, than, some).is_long for than in (2, 3)] == [True, False]
    assert kept_list(all_there._replace(cut=Cut(industry=UNSTATED)), 2, some).is_long is True
    assert kept_list(all_there, 2, some[100:101]) == (False, None)
    assert kept_list(all_there._replace(cut=Cut(building=UNSTATED)), 2, some) == (None, None)
    assert kept_list(all_there._replace(cut=Cut(industry="6513")), 2, some) == (None, None)
    Company.objects.filter(pk=there[0].pk).update(size="small")
    longer = [kept_list(all_there, than, some) for than in (1, 2, 3)]
    assert longer == [(True, None), (None, None), (None, None)]
    fold_all()
    assert kept_list(all_there._replace(cut=Cut(size="small")), 0, some).is_long is True
    monkeypatch.setattr(listed, "FOUND_TO", 2)
    assert kept_list(all_there._replace(states=CoverageState.values), 1, some) == (True, None)
    FoldCount.objects.update(told=F("number") - 1)
    assert kept_list(all_there, 1, some) == (None, None)


def test_a_list_holds_those_who_sit_there_on_the_day_on_which_others_leave(field: World, secretary: User) -> None:
    random = Random(7)
    for _change in range(40):
        act(field, secretary, random.choice(["found", "move", "join"]), random.randrange(40), random.randrange(SPAN))
    elsewhere = Company.objects.create(name="在别处办公")
    Tenancy.objects.create(company=elsewhere, park=field.tiandi, since=FIRST)
    Tenancy.objects.create(company=elsewhere, park=field.kic, since=FIRST, kind=TenancyKind.REGISTERED)
    fold_all()
    for park in Park.objects.filter(pk__in=[field.kic.pk, field.tiandi.pk]):
        left = Tenancy.objects.filter(park=park, until__isnull=False).latest("until").until
        for denominator in (Denominator.REGISTERED, OPERATING):
            assert_kept_list_is_live(Point(park, denominator, left))


def test_a_table_of_a_park_is_told_by_the_counts_that_the_last_fold_knew(field: World) -> None:
    fold_all()
    point = Point(field.kic, OPERATING, dt.date(2018, 1, 1))
    of_kic = SpellCount.objects.filter(path=field.kic.path, staff_band=10)
    assert of_kic.update(staff_band=2000)
    wrong = cross_table(point, Dimension.STAFF, Dimension.COVERAGE, ALL)
    assert wrong
    assert wrong.row_totals["2000"]
    assert {line[-1] for line in differences()} == {"#"}
    # A version of the site that knows spells, and no counts of them, folds.
    FoldCount.objects.update(**{name: F("number") + 1 for name in ("number", "summed", "told", "typed")})
    assert_kept_is_live([point])
    assert fold_all() == 0
    assert differences() == []
    assert_kept_is_live([point])


def test_a_company_of_which_nothing_is_dated_counts_nowhere(world: World) -> None:
    Company.objects.create(name="无日期")
    rebuild()
    assert differences() == []


def test_a_total_that_is_wrong_is_told_and_counted_anew(field: World) -> None:
    fold_all()
    row = CoverageTotal.objects.filter(own=0).earliest("pk")
    CoverageTotal.objects.filter(pk=row.pk).update(own=3)
    of_row = f"{row.path} {row.denominator}"
    sums = [f"{of_row} {row.day:%Y-%m}: Σ", f"{of_row} {row.day:%Y}: Σ"]
    assert differences() == [f"{of_row} {row.day} own: 3 ≠ 0", *sums]
    rebuild()
    assert differences() == []


def test_where_most_companies_are_marked_all_are_counted_anew(field: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fold_all()
    CoverageTotal.objects.all().delete()
    CompanyMark.objects.create(company_id=Company.objects.latest("pk").pk)
    fold_all()
    assert differences() != []
    monkeypatch.setattr(counting, "BATCH", 3)
    CompanyMark.objects.bulk_create(CompanyMark(company_id=pk) for pk in Company.objects.values_list("pk", flat=True))
    fold_all()
    assert differences() == []


def test_who_reaches_an_organization_by_its_place_is_told_by_totals_without_what_is_hidden(
    field: World, secretary: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Companies that sit elsewhere are taken off, whether or not they are marked; one marked since is not forgotten."""
    random = Random(7)
    for _change in range(40):
        kind = random.choice(["found", "join", "join", "move", "deregister", "correct", "meet"])
        act(field, secretary, kind, random.randrange(40), random.randrange(SPAN))
    fold_all()
    days = (day_of(50), day_of(380), day_of(880))
    nodes = (field.district_committee, field.street_committee, field.kic_committee)
    points = [Point(node, kind, day) for node in nodes for kind in Denominator for day in days]
    here, _putuo, both, nobody = readers()
    facts = {reader: effective_at(points, reader) for reader in (ALL, here, both, nobody)}
    assert len({tuple(found) for found in facts.values()}) == len(facts)
    for number in range(2):
        for reader in (here, both, nobody):
            assert from_totals(points, scope=reader) == effective_at(points, reader)
            assert coverage_at(points, reader) == [parts for parts, _effective in effective_at(points, reader)]
        Tenancy.objects.filter(park=field.kic).latest("pk").delete()
        new = Company.objects.create(name=f"新来的{number}")
        Tenancy.objects.create(company=new, park=field.kic, since=FIRST)
        CoverageLink.objects.create(company=new, organization=field.joint_branch, kind=LinkKind.JOINT, since=FIRST)
    monkeypatch.setattr(totals, "coverage_live", lambda points, *_: [*points])
    assert coverage_at(points, here) == [parts for parts, _effective in effective_at(points, here)]


def test_with_too_many_hidden_companies_or_stale_spells_the_facts_are_asked(
    field: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold_all()
    reader, point = readers()[0], Point(field.district_committee, OPERATING, dt.date(2018, 1, 1))
    assert from_totals([point], scope=reader) == effective_at([point], reader)
    FoldCount.objects.update(number=F("number") + 1)
    assert from_totals([point], scope=reader) is None
    FoldCount.objects.update(number=F("told"))
    monkeypatch.setattr(totals, "HIDDEN_READ", 0)
    assert from_totals([point], scope=reader) is None
    whole, rest, parts = with_parts([point], [point], {}, reader, LimitBook())
    assert (whole, rest, parts) == (effective_at([point], reader), coverage_at([point], reader), None)


def test_with_too_many_marks_nothing_is_read_from_the_totals(field: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "MARKS_READ", 2)
    assert from_totals([Point(field.kic, Denominator.OPERATING, dt.date(2018, 1, 1))]) is None


def test_companies_marked_elsewhere_are_not_looked_at(field: World, django_assert_num_queries: Any) -> None:
    fold_all()
    here, there = (Point(park, OPERATING, dt.date(2018, 1, 1)) for park in (field.kic, field.neighbour))
    company = Company.objects.create(name="邻里新企业")
    Tenancy.objects.create(company=company, park=field.neighbour, since=FIRST)
    with django_assert_num_queries(2):
        found = from_totals([here])
    assert found == effective_at([here], ALL)
    assert from_totals([there]) == effective_at([there], ALL)
    fold_all()
    Tenancy.objects.filter(company=company).update(park=field.kic)
    assert_kept_is_live([here, there])


def test_the_version_follows_every_commit_that_a_dashboard_shows(field: World, secretary: User) -> None:
    seen = {version()}
    park = Park.objects.get(pk=field.kic.pk)
    park.name = "新名字"
    park.save()
    seen.add(version())
    meet(field, secretary, Company.objects.earliest("pk"), FIRST, 0)
    seen.add(version())
    OrganizationSpan.objects.filter(organization=field.kic_committee).update(since=dt.date(2000, 1, 1))
    seen.add(version())
    fold_all()
    seen.add(version())
    assert len(seen) == 5
    assert version() in seen
    Company.objects.update(updated_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert not CompanyMark.objects.exists()


@pytest.mark.parametrize(
    ("kind", "change", "is_counted_anew"),
    [
        (RuleKind.SET_UP, {"parameters": {"full_at_least": 4}}, True),
        (RuleKind.SET_UP, {"until": dt.date(2018, 1, 1)}, True),
        (RuleKind.SET_UP, {"name": "新的说法", "source": "新的依据", "is_verified": True}, False),
        (RuleKind.SIZE, {"parameters": {"more_than": 4}}, False),
    ],
)
def test_a_changed_rule_counts_companies_anew_when_they_are_counted_by_it(
    field: World, kind: RuleKind, change: dict[str, Any], is_counted_anew: bool
) -> None:
    values = {"strength": Strength.MUST, "source": "依据", "since": FIRST, "parameters": {"full_at_least": 3}}
    Rule.objects.create(code="R-X", name="试验规则", kind=kind, **values)
    fold_all()
    before = version()
    Rule.objects.filter(code="R-X").update(**change)
    assert CompanyMark.objects.filter(company_id__isnull=False).exists() is is_counted_anew
    assert version() != before


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_writers_and_a_fold_beside_them_leave_no_difference(field: World, secretary: User) -> None:
    def write(seed: int) -> None:
        random = Random(seed)
        for _round in range(4):
            kind = random.choice(["join", "deregister", "correct", "meet", "found"])
            with transaction.atomic():
                company = Company.objects.order_by("pk")[random.randrange(6)]
                if kind == "found":
                    Company.objects.create(name=f"写{seed}-{_round}")
                else:
                    ACTS[kind](field, secretary, company, day_of(random.randrange(SPAN)), random.randrange(40))
            fold(limit=20)
        connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        list(pool.map(write, range(20)))
    assert differences() == []
    assert_kept_is_live(points_on([day_of(100), day_of(800)], 3))


def test_units_of_joint_branches_count_from_the_day_on_whether_or_not_they_are_folded(world: World) -> None:
    day = dt.date(2025, 5, 5)
    for number, branch in enumerate((world.joint_branch, world.neighbour_branch, world.joint_branch)):
        cover(make_company(number, world.kic), branch, since=day + dt.timedelta(days=number))
    for is_folded in (False, True):
        if is_folded:
            fold_all()
        assert LoadMark.objects.exists() != is_folded
        numbers = []
        for passed in range(-1, 4):
            on = day + dt.timedelta(days=passed)
            assert_loads_are_live(on)
            numbers.append([load.number for load in loads(Organization.objects.all(), Measure.UNITS, on, 9)])
        assert numbers == [[], [1], [1, 1], [2, 1], [2, 1]]

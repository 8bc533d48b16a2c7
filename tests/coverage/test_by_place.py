"""Figures of organisations for readers who hold a place: what is kept tells what the facts tell, of no company more."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import product
from random import Random
from typing import Any
from unittest import mock

import pytest
from django.db.models import F

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.companies.choices import STATES_OF, CoverageChoice, Denominator
from parkparty.companies.models import Company
from parkparty.companies.querysets import UNSTATED, Cut
from parkparty.companies.scoping import Sought
from parkparty.core.scope import Reach, Scope
from parkparty.coverage.choices import Cause
from parkparty.coverage.figures import Point, changes, effective_kept, kept, load_at, standing
from parkparty.coverage.figures.board import last_months
from parkparty.coverage.figures.changes import Comparison, companies_behind, waterfall
from parkparty.coverage.figures.coverage import load_of
from parkparty.coverage.figures.cross import cross_table
from parkparty.coverage.figures.effective import effective_companies
from parkparty.coverage.figures.effective_kept import effectively_covered
from parkparty.coverage.figures.kept import activities_by_month, activities_by_type
from parkparty.coverage.figures.listed import kept_ties
from parkparty.coverage.figures.marks import is_any_marked
from parkparty.coverage.models import FoldCount
from parkparty.coverage.services.counting import fold_all
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from parkparty.rules.figures import LimitBook
from tests.conftest import World, cover, make_organization
from tests.coverage.play import ALL, ENDS, act, day_of, meet, numbers, sit
from tests.coverage.test_crossed import PAIRS, by_facts
from tests.coverage.test_totals import CUTS

DAYS = [day_of(number) for number in ENDS]
CHANGES = ["found", "join", "move", "dissolve", "upgrade", "deregister", "correct", "meet"]


@pytest.fixture
def mixed(town: World, secretary: User) -> World:
    """Beside all that: branches that sit elsewhere than their committee, and one that is gone."""
    random = Random(19)
    for code, parent, park in (("J2", town.kic_committee, town.tiandi), ("J3", town.putuo_committee, town.kic)):
        branch = make_organization(code, OrganizationType.JOINT_BRANCH, parent, park=park)
        for company in random.sample(list(Company.objects.all()), 4):
            cover(company, branch, since=day_of(random.randrange(600)))
    for number in (0, 3, 6):
        meet(town, secretary, Company.objects.earliest("pk"), day_of(200 + 60 * number), number)
    act(town, secretary, "dissolve", 0, 700)
    return town


@pytest.fixture(params=["folded", "marked"])
def kept_world(request: pytest.FixtureRequest, mixed: World, secretary: User) -> World:
    """What is kept knows all facts, or there are some more that nothing that is kept knows yet."""
    fold_all()
    if request.param == "marked":
        random = Random(23)
        for _change in range(4):
            act(mixed, secretary, random.choice(CHANGES), *numbers(random))
        sit(random.choice(Company.objects.all()), random)
        Organization.objects.filter(code="J2").update(park=mixed.kic)
        Organization.objects.filter(code="J3").update(park=mixed.tiandi)
    assert is_any_marked() == (request.param == "marked")
    return mixed


def readers() -> list[Scope]:
    """Who holds a park, a street, a district, and a park with a committee elsewhere: of most organisations a part."""
    kic, tiandi = (Park.objects.get(key=key).path for key in ("kic", "tiandi"))
    street, district = (Area.objects.get(code=code).path for code in ("310110019", "310107"))
    elsewhere = Reach("viewer", "organizations", Organization.objects.get(code="NB").path)
    alone = [Scope((Reach("reviewer", "places", path),)) for path in (kic, street, district)]
    return [*alone, Scope((Reach("viewer", "places", tiandi), elsewhere))]


def committees() -> list[Organization]:
    return list(Organization.objects.not_branches())


def test_tables_are_those_of_the_facts(kept_world: World) -> None:
    random, totals = Random(23), set()
    for node in committees():
        for scope in readers():
            point = Point(node, random.choice(list(Denominator)), random.choice(DAYS))
            for rows, columns in random.sample(PAIRS, 6):
                table = cross_table(point, rows, columns, scope)
                assert table == by_facts(point, rows, columns, scope), (point, rows, columns, scope)
                totals.add((point, table.total if table else None))
    assert len(totals) > 8


def test_who_is_on_a_list_is_told_by_the_facts(kept_world: World) -> None:
    random, answers = Random(31), Counter[Any]()
    for node, scope in product(committees(), [ALL, Scope(), *readers()]):
        for choice in (None, *CoverageChoice):
            kind, day, cut = random.choice(list(Denominator)), random.choice(DAYS), random.choice(CUTS)
            rows = Company.objects.within(scope, cut_to=node).population(
                node, kind, day, LimitBook().of(kind, day), cut
            )
            rows = rows.covered(choice, day) if choice else rows
            meant, states = set(rows), STATES_OF[choice] if choice else ()
            for than in (0, len(meant)):
                told = kept_ties(Sought(node, kind, day, cut, states), than, rows, scope)
                assert told.holds
                assert set(Company.objects.within(scope, cut_to=node).filter(told.holds)) == meant, (node, kind, day)
                assert told.is_long in {len(meant) > than or None, None}
                answers[told.is_long, bool(meant)] += 1
    assert min(answers[True, True], answers[None, True], answers[None, False]) > 20


def test_no_list_of_a_branch_or_of_what_spells_do_not_tell(mixed: World) -> None:
    sought, rest = Sought(mixed.kic_committee, Denominator.REGISTERED, DAYS[0], Cut()), (0, Company.objects.all(), ALL)
    fold_all()
    assert kept_ties(sought, *rest).is_long
    assert kept_ties(sought._replace(node=mixed.joint_branch), *rest) == (None, None)
    assert kept_ties(sought._replace(cut=Cut(industry="6513")), *rest) == (None, None)
    assert kept_ties(sought._replace(cut=Cut(building=UNSTATED)), *rest) == (None, None)
    FoldCount.objects.update(told=F("number") - 1)
    assert kept_ties(sought, *rest) == (None, None)


def test_causes_and_those_behind_them_are_those_of_the_facts(kept_world: World) -> None:
    random, seen = Random(29), set()
    for node in (*committees(), kept_world.joint_branch):
        kind = random.choice([Denominator.REGISTERED, Denominator.OPERATING])
        for scope in readers():
            comparison = Comparison(node, random.choice(DAYS[:2]), DAYS[2], kind, kind)
            found = told(comparison, scope)
            nothing = {"is_kept": mock.Mock(return_value=False), "is_of_branch": mock.Mock(return_value=False)}
            with mock.patch.multiple(changes, **nothing):
                assert found == told(comparison, scope), (comparison, scope)
            seen.add((node.pk, kind, str(found)))
    assert len(seen) > 12


def told(comparison: Comparison, scope: Scope) -> Any:
    """All that is told of a change: the steps, and who is behind each of them."""
    behind: dict[Any, set[int]] = {
        (cause, covered): {row.pk for row in companies_behind(comparison, cause, scope, covered_only=covered)}
        for cause in Cause
        for covered in (False, True)
    }
    found = waterfall(comparison, scope)
    for step in found.steps:
        assert len(behind[step.cause, False]) == step.concerned
        assert len(behind[step.cause, True]) == abs(step.covered)
    return found, behind


@pytest.mark.parametrize("many", [0, 3_000])
def test_who_is_effectively_covered_is_told_by_the_facts(
    kept_world: World, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    monkeypatch.setattr(effective_kept, "MANY", many)
    lengths = set()
    days: list[dt.date] = [day_of(number) for number in (330, 460, 520)]
    for node in committees():
        for scope in readers():
            for day in days:
                point = Point(node, Denominator.REGISTERED, day)
                rows, number = effectively_covered(point, scope)
                facts = set(effective_companies(node, as_of=day, denominator=point.denominator, scope=scope))
                assert set(rows) == facts
                assert number == len(facts)
                lengths.add((node.pk, day, number))
    assert {number for *_of, number in lengths} >= {0, 1}


def test_branches_and_their_load_are_those_of_the_facts(kept_world: World) -> None:
    seen = set()
    for node in (*committees(), kept_world.joint_branch):
        for scope in (ALL, *readers()):
            for day in DAYS:
                load = load_at(node, day, scope)
                assert load == load_of(node, day, scope), (node, day, scope)
                seen.add((node.pk, day, load))
    assert len(seen) > len({(node, day) for node, day, _load in seen}) + 8


def test_of_a_committee_branches_are_not_counted(mixed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fold_all()
    monkeypatch.setattr(standing, "load_of", lambda *_asked: pytest.fail("branches were counted"))
    for scope in (ALL, readers()[0]):
        assert load_at(mixed.kic_committee, DAYS[2], scope).branches


@pytest.mark.parametrize("is_folded", [True, False])
def test_activities_are_those_of_the_facts(mixed: World, secretary: User, *, is_folded: bool) -> None:
    """Led and hosted jointly across parks and committees, by some who sit elsewhere, and by others who sit there."""
    random, held = Random(41), Counter[int]()
    for number in range(60):
        first, other = random.sample(list(Organization.objects.all()), 2)
        days = day_of(random.randrange(540, 899))
        hold(
            secretary,
            first,
            [first, other] if number % 2 else [first],
            days,
            random.choice([None, *Park.objects.all()]),
        )
        if number == 45 and is_folded:
            fold_all()
    if is_folded:
        fold_all()
    for node in (*committees(), mixed.joint_branch):
        for scope in (ALL, ALL.narrowed_to("organizations", node.path), *readers()):
            for day in (day_of(899), day_of(880)):
                months = last_months(day)
                counted = [activities_by_month(node, months, day, scope), activities_by_type(node, months, day, scope)]
                with mock.patch.object(kept, "_told", return_value=None):
                    assert counted[0] == activities_by_month(node, months, day, scope), (node, day, scope)
                    assert counted[1] == activities_by_type(node, months, day, scope), (node, day, scope)
                held[sum(counted[0])] += 1
    assert len(held) > 12


def hold(author: User, leader: Organization, hosts: list[Organization], day: dt.date, park: Park | None) -> None:
    """An approved activity of two types."""
    moment, judge = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), User.objects.exclude(pk=author.pk).earliest("pk")
    activity = Activity.objects.create(
        organization=leader, author=author, held_on=day, park=park, filed_at=moment,
        state=ActivityState.APPROVED, reviewed_at=moment, reviewed_by=judge,
    )  # fmt: skip
    activity.types.set(ActivityType.objects.filter(code__in=["assembly", "theme_day"]))
    ActivityHost.objects.bulk_create(ActivityHost(activity=activity, organization=host) for host in hosts)


def test_of_a_committee_activities_are_not_counted_one_by_one(mixed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fold_all()
    months, counted = last_months(DAYS[2]), activities_by_month(mixed.kic_committee, last_months(DAYS[2]), DAYS[2], ALL)
    monkeypatch.setattr(kept, "APART_READ", 0)
    assert activities_by_month(mixed.kic_committee, months, DAYS[2], ALL) == counted
    monkeypatch.setattr(kept, "APART_READ", 9)
    monkeypatch.setattr(kept, "held_by", lambda *_asked: pytest.fail("activities were counted"))
    for scope in (ALL, readers()[0]):
        assert sum(activities_by_month(mixed.kic_committee, months, DAYS[2], scope))

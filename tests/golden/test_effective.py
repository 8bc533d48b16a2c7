"""The golden list of the domain page (3.3), number 12 as far as figures use it: what makes coverage effective."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.companies.choices import Denominator, LinkKind
from parkparty.core.scope import Scope
from parkparty.coverage.figures.effective import effective_companies, last_full_months, last_full_quarter
from parkparty.organizations.choices import OrganizationType
from parkparty.rules.models import Rule
from tests.conftest import World, cover, make_company, make_organization

AS_OF = dt.date(2026, 11, 21)
ASSEMBLY, AUGUST, SEPTEMBER = dt.date(2026, 9, 30), dt.date(2026, 8, 1), dt.date(2026, 9, 5)

Held = Callable[..., Activity]


@pytest.fixture
def assembly(theme_day: ActivityType) -> ActivityType:
    """The type of 支部党员大会, with the two rules that speak of it and of theme days."""
    type = ActivityType.objects.get_or_create(code="branch_assembly", defaults={"name": "支部党员大会"})[0]
    for code, of, every in (("R30", type, "quarter"), ("R34", theme_day, "month")):
        Rule.objects.update_or_create(
            code=code,
            defaults={
                "name": code,
                "kind": "periodic_activity",
                "strength": "usual",
                "activity_type": of,
                "every": every,
                "since": dt.date(2018, 10, 28),
            },
        )
    return type


@pytest.fixture
def held(make_activity: Callable[..., Activity], secretary: User, reviewer: User) -> Held:
    """An approved activity."""

    def make(organization: object, *types: ActivityType, on: dt.date, **fields: object) -> Activity:
        approved = {"state": ActivityState.APPROVED, "reviewed_by": reviewer, "reviewed_at": "2026-11-01T00:00Z"}
        return make_activity(organization, secretary, *types, held_on=on, **{**approved, **fields})

    return make


def effective(world: World, day: dt.date = AS_OF) -> int:
    found = effective_companies(world.kic, as_of=day, denominator=Denominator.OPERATING, scope=Scope.everything())
    return int(found.count())


def test_12_periods_are_the_last_that_are_over() -> None:
    assert last_full_quarter(AS_OF).name == "2026Q3"
    assert last_full_quarter(dt.date(2026, 12, 31)).name == "2026Q4"
    assert last_full_quarter(dt.date(2026, 12, 30)).name == "2026Q3"
    assert [month.name for month in last_full_months(AS_OF)] == ["2026-08", "2026-09", "2026-10"]
    assert [month.name for month in last_full_months(dt.date(2026, 1, 31))] == ["2025-11", "2025-12", "2026-01"]


@pytest.mark.parametrize(
    ("assemblies", "days", "expected"),
    [
        ([ASSEMBLY], [AUGUST, SEPTEMBER], 1),
        ([dt.date(2026, 10, 1)], [AUGUST, SEPTEMBER], 0),
        ([dt.date(2026, 6, 30)], [AUGUST, SEPTEMBER], 0),
        ([ASSEMBLY], [SEPTEMBER, dt.date(2026, 9, 20)], 0),
        ([ASSEMBLY], [SEPTEMBER, dt.date(2026, 11, 3)], 0),
        ([ASSEMBLY], [AUGUST, dt.date(2026, 10, 31)], 1),
    ],
)
def test_12_the_assembly_of_the_quarter_and_two_of_three_theme_days(
    world: World,
    assembly: ActivityType,
    theme_day: ActivityType,
    held: Held,
    assemblies: list[dt.date],
    days: list[dt.date],
    expected: int,
) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    for day in assemblies:
        held(world.joint_branch, assembly, on=day)
    for day in days:
        held(world.joint_branch, theme_day, on=day)
    assert effective(world) == expected


def test_12_one_meeting_of_two_types_counts_for_both_and_for_each_host(
    world: World, assembly: ActivityType, theme_day: ActivityType, held: Held
) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    cover(make_company(2, world.kic), world.own_branch, LinkKind.OWN)
    both = held(world.joint_branch, assembly, theme_day, on=AUGUST)
    again = held(world.joint_branch, theme_day, on=SEPTEMBER)
    assert effective(world) == 1
    for activity in (both, again):
        ActivityHost.objects.create(activity=activity, organization=world.own_branch)
    assert effective(world) == 2


def test_12_late_filing_counts_and_what_is_not_approved_does_not(
    world: World, assembly: ActivityType, theme_day: ActivityType, held: Held
) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    held(world.joint_branch, assembly, theme_day, on=AUGUST, filed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    waiting = held(world.joint_branch, theme_day, on=SEPTEMBER, state=ActivityState.SUBMITTED)
    assert effective(world) == 0
    Activity.objects.filter(pk=waiting.pk).update(state=ActivityState.APPROVED)
    assert effective(world) == 1


def test_12_a_branch_founded_within_the_quarter_is_judged_by_what_it_held_since(
    world: World, assembly: ActivityType, theme_day: ActivityType, held: Held
) -> None:
    young = make_organization(
        "YOUNG", OrganizationType.JOINT_BRANCH, world.kic_committee, park=world.kic, approved_on=dt.date(2026, 8, 10)
    )
    cover(make_company(1, world.kic), young, since=dt.date(2026, 8, 10))
    held(young, assembly, theme_day, on=dt.date(2026, 8, 20))
    assert effective(world) == 0
    held(young, theme_day, on=SEPTEMBER)
    assert effective(world) == 1
    assert effective(world, dt.date(2026, 8, 9)) == 0


def test_12_meetings_of_the_branches_below_count_for_a_committee_of_a_company(
    world: World, assembly: ActivityType, theme_day: ActivityType, held: Held
) -> None:
    committee = make_organization("OWN", OrganizationType.COMMITTEE, world.kic_committee)
    below = make_organization("OWN-1", OrganizationType.INDEPENDENT_BRANCH, committee)
    cover(make_company(1, world.kic), committee, LinkKind.OWN)
    held(below, assembly, theme_day, on=AUGUST)
    held(below, theme_day, on=SEPTEMBER)
    assert effective(world) == 1


def test_12_without_the_rules_nothing_is_effective(world: World, theme_day: ActivityType, held: Held) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    for day in (AUGUST, SEPTEMBER):
        held(world.joint_branch, theme_day, on=day)
    Rule.objects.all().delete()
    assert effective(world) == 0

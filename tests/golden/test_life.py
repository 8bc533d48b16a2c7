"""The golden list of the domain page (3.3), number 12: what is owed each month and quarter, and what meets it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import call_command

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.rules.choices import RuleKind
from parkparty.rules.figures import History, RuleBook, life_of
from tests.conftest import World, make_organization

ON = dt.date(2026, 11, 21)
ASSEMBLY, THEME_DAY = "R30", "R34"


@pytest.fixture
def young(world: World) -> Organization:
    """A branch founded in the middle of the third quarter."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    type, founded = OrganizationType.JOINT_BRANCH, dt.date(2026, 8, 20)
    return make_organization("YOUNG", type, world.kic_committee, park=world.kic, approved_on=founded)


def states(branch: Organization) -> dict[str, dict[str, str]]:
    """How far each duty is met, by rule and last month of the period."""
    rows = life_of(History(branch, RuleKind.PERIODIC_ACTIVITY), ON, RuleBook.read([RuleKind.PERIODIC_ACTIVITY]))
    return {row.rule.code: {f"{duty.due_on:%Y-%m}": str(duty.state) for duty in row.duties} for row in rows}


def test_12_a_meeting_of_two_types_counts_for_both_for_each_host_and_for_its_day_however_late_it_is_filed(
    world: World, young: Organization, make_activity: Callable[..., Activity], secretary: User, reviewer: User
) -> None:
    held = make_activity(
        world.joint_branch,
        secretary,
        *ActivityType.objects.filter(code__in=["branch_assembly", "theme_day"]),
        held_on=dt.date(2026, 9, 30),
        filed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        state=ActivityState.APPROVED,
        reviewed_by=reviewer,
        reviewed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
    )
    ActivityHost.objects.create(activity=held, organization=young)
    found = states(young)
    assert found[ASSEMBLY] == {"2026-09": "done", "2026-12": "missing"}
    assert list(found[THEME_DAY].items()) == [
        ("2026-08", "missing"),
        ("2026-09", "done"),
        ("2026-10", "missing"),
        ("2026-11", "missing"),
    ], "judged from the month of approval"
    elder = states(world.joint_branch)
    assert elder[ASSEMBLY] == {"2026-03": "missing", "2026-06": "missing", "2026-09": "done", "2026-12": "missing"}
    assert len(elder[THEME_DAY]) == 12

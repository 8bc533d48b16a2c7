"""What the database counts as owed is what is told duty by duty, whatever binds the branches and whatever they held."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.core.dates import month_of
from parkparty.organizations.models import Organization
from parkparty.rules.choices import Every
from parkparty.rules.figures import Duty, duties, tally
from parkparty.rules.models import Rule
from parkparty.rules.services import end_local_rule, set_local_rule
from tests.conftest import LONG_AGO, World

STATES = [state for state in ActivityState if state != ActivityState.ARCHIVED]


@pytest.fixture
def field(
    world: World,
    secretary: User,
    reviewer: User,
    administrator: User,
    make_activity: Callable[..., Activity],
    count_members: Any,
) -> World:
    """Branches with members and without, one founded in August; all that may be held; rules set and switched off."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    count_members(world.joint_branch, 5)
    count_members(world.own_branch, 2)
    count_members(world.own_branch, 9, dt.date(2026, 8, 20))
    Organization.objects.filter(pk=world.own_branch.pk).update(approved_on=dt.date(2026, 8, 12))
    types = list(ActivityType.objects.order_by("pk"))
    branches = (world.joint_branch, world.own_branch, world.neighbour_branch)
    for number in range(90):
        state = STATES[number * 3 % 7 % len(STATES)]
        judged = {"reviewed_by": reviewer, "reviewed_at": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)}
        activity = make_activity(
            branches[number % 3],
            secretary,
            types[number % len(types)],
            types[number * 7 % len(types)],
            held_on=dt.date(2026, 6, 25) + dt.timedelta(days=number * 2),
            state=state,
            **(judged if state == ActivityState.APPROVED else {}),
        )
        ActivityHost.objects.get_or_create(activity=activity, organization=branches[number * 5 % 3])
    for code, organization, changes in (
        ("R34", world.kic_committee, {"is_active": False}),
        ("R30", world.street_committee, {"min_full_members": 3}),
        ("R30", world.joint_branch, {"every": Every.MONTH}),
    ):
        general = Rule.objects.get(pk=code)
        names = ("name", "kind", "activity_type", "every", "min_full_members", "parameters", "is_active")
        values = {name: getattr(general, name) for name in names} | {"strength": "local", "source": "区委〔2026〕1 号"}
        rule = Rule(overrides=general, organization=organization, since=LONG_AGO, **values | changes)
        set_local_rule(rule, by=administrator)
    return world


def told(organizations: Any, first: int, until: dt.date, *, ends: bool) -> list[Duty]:
    """The same by ``duties``, month by month."""
    found: list[Duty] = []
    for month in range(first, until.month + 1):
        day = min(month_of(dt.date(until.year, month, 1)).last_day, until)
        runs = day == until and not ends
        owed = duties(organizations, day)
        found += [duty for duty in owed if duty.rule.every == Every.MONTH or duty.due_on == day or runs]
    return found


@pytest.mark.parametrize(
    ("first", "until", "ends"),
    [(7, dt.date(2026, 9, 30), True), (7, dt.date(2026, 8, 19), False), (10, dt.date(2026, 12, 31), True)],
)
def test_it_is_the_sum_of_the_duties(field: World, first: int, until: dt.date, ends: bool) -> None:
    everyone = Organization.objects.all()
    one_by_one = told(everyone, first, until, ends=ends)
    found = tally(everyone, dt.date(2026, first, 1), until, ends=ends, most=1000)
    assert len({duty.state for duty in one_by_one}) > 2
    assert len({duty.rule.code for duty in one_by_one if duty.rule.overrides_id}) >= 1
    counted = Counter({(owed.rule.code, owed.period, s): n for owed in found.owed for s, n in owed.states.items()})
    assert counted == Counter((duty.rule.code, duty.period, duty.state) for duty in one_by_one)
    still_open = sorted(
        (duty for duty in one_by_one if duty.is_open),
        key=lambda duty: (duty.organization.path, duty.due_on, duty.rule.code),
    )
    listed = [(one.rule.code, one.organization, one.period_name, one.state) for one in found.listed]
    assert listed == [(d.rule.code, str(d.organization), d.period_name, d.state) for d in still_open]


def test_a_long_list_ends_where_it_is_told_and_the_counts_go_on(field: World) -> None:
    until = dt.date(2026, 9, 30)
    whole = tally(Organization.objects.all(), dt.date(2026, 7, 1), until, ends=True, most=1000)
    short = tally(Organization.objects.all(), dt.date(2026, 7, 1), until, ends=True, most=2)
    assert short.listed == whole.listed[:2]
    assert short.states == whole.states


def test_a_rule_that_ended_binds_nobody(field: World, administrator: User) -> None:
    general = Rule.objects.get(pk="R34")
    local = Rule.objects.get(overrides=general)
    end_local_rule(local, on=dt.date(2026, 8, 1), by=administrator)
    months = tally(Organization.objects.all(), dt.date(2026, 7, 1), dt.date(2026, 9, 30), ends=True, most=0).owed
    bound = {owed.period.name: owed.states.total() for owed in months if owed.rule == general}
    assert bound["2026-07"] < bound["2026-09"]

"""Counts that are kept equal the activities at every moment, whatever was changed and however."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.core.dates import month_of
from parkparty.core.scope import Scope
from parkparty.coverage.figures import kept
from parkparty.coverage.figures.board import last_months
from parkparty.coverage.migrations import _facts, _loads, _marks
from parkparty.coverage.models import ActivityMark, ActivityTotal, FoldCount, TypeTotal
from parkparty.coverage.services.counting import differences, fold, fold_all, rebuild
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from tests.conftest import World, standing_triggers

DAY = dt.date(2026, 11, 21)
MONTHS = last_months(DAY)
ALL = Scope.everything()
pytestmark = pytest.mark.usefixtures("reviewer", "lectures")
STATES = (ActivityState.SUBMITTED, ActivityState.APPROVED, ActivityState.ARCHIVED)


@pytest.fixture
def lectures(theme_day: ActivityType) -> None:
    """A second type of activity."""
    ActivityType.objects.get_or_create(code="party_lecture", defaults={"name": "党课"})


def approved(organization: Organization, author: User, days: int, state: str = ActivityState.APPROVED) -> Activity:
    """An activity held ``days`` before ``DAY``; after it, in the same month, when they are negative."""
    moment = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    activity = Activity.objects.create(
        organization=organization,
        author=author,
        held_on=DAY - dt.timedelta(days=days),
        state=state,
        filed_at=moment,
        reviewed_at=moment,
        reviewed_by=User.objects.exclude(pk=author.pk).earliest("pk"),
    )
    ActivityHost.objects.create(activity=activity, organization=organization)
    activity.types.set(types(days))
    return activity


def types(number: int) -> list[ActivityType]:
    """None, one or both of two types."""
    return list(ActivityType.objects.filter(code__in=("theme_day", "party_lecture")).order_by("code")[: number % 3])


def shown(node: Any) -> list[int]:
    return kept.activities_by_month(node, MONTHS, DAY, ALL)


def truth(node: Any) -> list[int]:
    rows = Activity.objects.counted().located_in(node).filter(held_on__lte=DAY)
    held = [month_of(day).since for day in rows.values_list("held_on", flat=True)]
    return [held.count(month.since) for month in MONTHS]


def shown_by_type(node: Any) -> dict[str, list[int]]:
    return kept.activities_by_type(node, MONTHS, DAY, ALL)


def truth_by_type(node: Any) -> dict[str, list[int]]:
    rows = Activity.objects.counted().located_in(node).filter(held_on__range=(MONTHS[0].since, DAY))
    held = [(type, month_of(day).since) for type, day in rows.values_list("types", "held_on") if type]
    return {type: [held.count((type, month.since)) for month in MONTHS] for type, _month in held}


def act(world: World, author: User, kind: str, number: int, days: int) -> None:
    """One change, the way that pages, imports, the data pages or plain SQL make it."""
    branch = (world.joint_branch, world.own_branch, world.neighbour_branch, world.street_committee)[number % 4]
    if kind == "add":
        approved(branch, author, days, STATES[number % 3])
    elif kind == "fold":
        fold(limit=1 + number % 5)
    elif kind == "rebuild":
        rebuild()
    elif kind == "move":
        move(world, branch, number)
    else:
        change(kind, branch, number, days)


def move(world: World, branch: Organization, number: int) -> None:
    """A branch into another park, a park into another street, or a street into another district."""
    if number % 3 == 0:
        Organization.objects.filter(pk=branch.pk).update(park=(world.kic, world.tiandi, None)[number // 3 % 3])
    elif number % 3 == 1:
        park = Park.objects.get(pk=world.kic.pk)
        park.area = (world.wujiaochang, world.putuo)[number // 3 % 2]
        park.save()
    else:
        street = Area.objects.get(pk=world.wujiaochang.pk)
        street.parent = (world.yangpu, world.putuo)[number // 3 % 2]
        street.save()


def change(kind: str, branch: Organization, number: int, days: int) -> None:
    """An activity dated anew and given to another branch, several judged at once, or one deleted."""
    activities = list(Activity.objects.order_by("pk"))
    if not activities:
        return
    chosen = activities[number % len(activities)]
    if kind == "edit":
        chosen.held_on, chosen.organization = DAY - dt.timedelta(days=days), branch
        chosen.state = STATES[number % 3]
        chosen.save()
    elif kind == "type":
        chosen.types.set(types(days))
    elif kind == "bulk":
        Activity.objects.filter(pk__lte=chosen.pk).update(state=STATES[number % 3])
    else:
        Activity.objects.filter(pk=chosen.pk).delete()


CHANGES = st.tuples(
    st.sampled_from(["add", "add", "add", "edit", "type", "bulk", "delete", "move", "move", "fold", "rebuild"]),
    st.integers(0, 30),
    st.integers(-9, 400),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(CHANGES, min_size=3, max_size=14))
def test_any_history_of_changes_leaves_the_numbers_of_the_activities(
    world: World, secretary: User, changes: list[tuple[str, int, int]]
) -> None:
    with transaction.atomic():
        for change in changes:
            act(world, secretary, *change)
            for node in (world.yangpu, world.kic):
                node.refresh_from_db()
                assert shown(node) == truth(node), change
                assert shown_by_type(node) == truth_by_type(node), change
        assert differences() == []
        fold_all()
        for node in (*Area.objects.all(), *Park.objects.all()):
            assert shown(node) == truth(node)
            assert shown_by_type(node) == truth_by_type(node)
        transaction.set_rollback(True)


def test_drafts_and_returned_records_leave_no_mark(world: World, secretary: User) -> None:
    activity = approved(world.joint_branch, secretary, 40, ActivityState.SUBMITTED)
    activity.topic = "改了议题"
    activity.save()
    assert not ActivityMark.objects.exists()
    Activity.objects.filter(pk=activity.pk).update(state=ActivityState.APPROVED)
    assert set(ActivityMark.objects.values_list("organization_id", "month")) == {
        (world.joint_branch.pk, dt.date(2026, 10, 1))
    }


def test_the_numbers_come_from_the_totals(
    world: World, secretary: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for days in (30, 60, 61):
        approved(world.joint_branch, secretary, days)
    with django_assert_num_queries(2):
        shown(world.yangpu)
    fold_all()
    ActivityTotal.objects.filter(path=world.yangpu.path, month=dt.date(2026, 9, 1)).update(number=77)
    with django_assert_num_queries(1):
        assert shown(world.yangpu)[-3] == 77


def test_types_come_from_totals_that_the_last_fold_knew(
    world: World, secretary: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for days in (31, 61, 62):
        approved(world.joint_branch, secretary, days)
    fold_all()
    lectures = TypeTotal.objects.filter(path=world.yangpu.path, type="party_lecture")
    assert dict(lectures.values_list("month", "number")) == {dt.date(2026, 9, 1): 2, dt.date(2026, 10, 1): 1}
    lectures.filter(month=dt.date(2026, 9, 1)).update(number=77)
    with django_assert_num_queries(1):
        assert shown_by_type(world.yangpu)["party_lecture"][-3] == 77
    # A version of the site that knows no types folds.
    FoldCount.objects.update(number=F("number") + 1)
    assert shown_by_type(world.yangpu) == truth_by_type(world.yangpu)
    fold_all()
    with django_assert_num_queries(1):
        found = shown_by_type(world.yangpu)
    assert found == truth_by_type(world.yangpu)
    assert differences() == []


def test_with_too_many_marks_the_activities_are_counted(
    world: World, secretary: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (30, 60, 90, 120):
        approved(world.joint_branch, secretary, days)
    monkeypatch.setattr(kept, "MARKS_READ", 2)
    assert shown(world.yangpu) == truth(world.yangpu)
    assert sum(shown(world.yangpu)) == 4
    assert shown_by_type(world.yangpu) == truth_by_type(world.yangpu)


def test_the_commands_fold_verify_and_rebuild(world: World, secretary: User) -> None:
    fold_all()
    approved(world.joint_branch, secretary, 40)
    out = StringIO()
    call_command("fold_counts", stdout=out)
    call_command("verify_counts", stdout=out)
    assert "已重新统计 1 项" in out.getvalue()
    assert "0 处不符" in out.getvalue()
    ActivityTotal.objects.filter(path=world.kic.path).update(number=9)
    TypeTotal.objects.filter(path=world.kic.path).update(number=3)
    with pytest.raises(CommandError, match="2 处合计与活动记录不符"):
        call_command("verify_counts", stdout=out, stderr=out)
    assert f"{world.kic.path} 2026-10: 9 ≠ 1" in out.getvalue()
    assert f"{world.kic.path} 2026-10 party_lecture: 3 ≠ 1" in out.getvalue()
    call_command("rebuild_counts", stdout=out)
    call_command("verify_counts", stdout=out)


@pytest.mark.parametrize("marking", [_marks, _facts, _loads], ids=["activities", "companies", "loads"])
def test_every_trigger_stands(db: None, marking: Any) -> None:
    assert standing_triggers() >= marking.triggers(connection.vendor).keys()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_writers_and_a_fold_beside_them_leave_no_difference(world: World, secretary: User) -> None:
    first = [approved(world.joint_branch, secretary, days) for days in range(40)]

    def write(seed: int) -> None:
        random = Random(seed)
        for _round in range(5):
            approved(random.choice((world.joint_branch, world.neighbour_branch)), secretary, random.randrange(300))
            Activity.objects.filter(pk=random.choice(first).pk).update(state=random.choice(STATES))
            fold(limit=20)
        connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        list(pool.map(write, range(20)))
    assert differences() == []
    assert shown(world.yangpu) == truth(world.yangpu)

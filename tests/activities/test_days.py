"""Between which days each organisation held activities, while several write: nobody waits, nothing is missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.utils import timezone

from parkparty.accounts.models import User
from parkparty.activities import newest
from parkparty.activities.choices import ActivityState
from parkparty.activities.filters import ActivityFilterForm
from parkparty.activities.migrations import _days, _marks
from parkparty.activities.models import Activity, ActivityHost, Leader, LeaderMark
from parkparty.activities.services.leaders import tell_leaders
from parkparty.core.scope import Scope
from parkparty.coverage.services.counting import fold_all
from parkparty.organizations.models import Organization
from tests.conftest import World, make_organization, standing_triggers

DAY = dt.date(2026, 11, 2)
OTHER = "other"
NODES = (*({"organization": code} for code in ("WJC", "KIC", "NB")), {"place": "area:310110"}, {"place": "park:kic"})
File = Callable[..., Activity]


def at_once(test: Callable[..., None]) -> Callable[..., None]:
    """Two connections write in turn, in transactions of their own."""
    for mark in (pytest.mark.usefixtures("other"), pytest.mark.postgres, pytest.mark.django_db(transaction=True)):
        test = mark(test)
    return test


@pytest.fixture
def file(world: World, secretary: User) -> File:
    """Files an activity that the first of some organisations leads and the others join, on one of two connections."""

    def write(using: str, led: Organization, *joined: Organization, days: int = 0) -> Activity:
        held_on = DAY - dt.timedelta(days=days)
        activity = Activity.objects.using(using).create(
            organization_id=led.pk,
            author_id=secretary.pk,
            topic=f"{led} {held_on}",
            held_on=held_on,
            state=ActivityState.SUBMITTED,
            filed_at=timezone.now(),
        )
        for host in (led, *joined):
            ActivityHost.objects.using(using).create(activity_id=activity.pk, organization_id=host.pk)
        return activity

    return write


@pytest.fixture
def other(transactional_db: None) -> Iterator[None]:
    """A second connection; who waits on either of them for the other one gives up."""
    connections[OTHER] = connection.copy(OTHER)
    for name in ("default", OTHER):
        with connections[name].cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
    yield
    connections[OTHER].close()
    del connections[OTHER]
    connection.close()


@contextmanager
def both() -> Iterator[None]:
    """A transaction on each connection, both of which end after the block."""
    with ExitStack() as stack:
        for name in ("default", OTHER):
            stack.enter_context(transaction.atomic(using=name))
        yield


def spans() -> dict[int, tuple[dt.date, dt.date]]:
    """Between which days each organisation held any, by the activities."""
    days: dict[int, list[dt.date]] = {}
    for organization, day in ActivityHost.objects.values_list("organization", "activity__held_on"):
        days.setdefault(organization, []).append(day)
    return {organization: (min(held), max(held)) for organization, held in days.items()}


def told() -> dict[int, tuple[Any, Any]]:
    rows = Leader.objects.filter(first_on__isnull=False).values_list("pk", "first_on", "last_on")
    return {key: (first, last) for key, first, last in rows}


def listed(node: dict[str, str], **asked: str) -> list[int]:
    """The keys of the first page of ``node``."""
    form = ActivityFilterForm(node | asked, scope=Scope.everything())
    return [row.pk for row in form.bounded(form.unbounded().order_by(*form.ordering), 3)][:3]


def plainly(node: dict[str, str], **asked: str) -> list[int]:
    form = ActivityFilterForm(node | asked, scope=Scope.everything())
    return [row.pk for row in form.rows().order_by(*form.ordering)[:3]]


@at_once
@pytest.mark.parametrize("is_first", [True, False])
def test_two_that_lead_and_join_each_others_do_not_wait(world: World, file: File, is_first: bool) -> None:
    a, b = world.joint_branch, world.own_branch
    if not is_first:
        file("default", a, b, days=9)
        tell_leaders()
    with both():
        file("default", a, b, days=3)
        file(OTHER, b, a, days=2)
        file("default", b, days=1)
        file(OTHER, a)
    tell_leaders()
    assert (told(), LeaderMark.objects.count()) == (spans(), 0)


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"LAST": 0},
        {"FEW": 0},
        {"FEW": 0, "STEPS": 0},
        {"FEW": 0, "NEAR": 9},
        {"FEW": 0, "NEAR": 9, "LAST": 0},
        {"SOME": 0},
    ],
)
@pytest.mark.parametrize("asked", [{}, {"order": "oldest"}, {"state": "submitted"}])
def test_a_day_is_listed_before_the_fold_tells_it(
    world: World, file: File, limits: dict[str, int], asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in limits.items():
        monkeypatch.setattr(newest, name, number)
    late = make_organization("LATE", "independent_branch", world.kic_committee, park=world.kic)
    met = (world.joint_branch, world.own_branch, world.neighbour_branch)
    for days in range(20, 32):
        file("default", met[days % 3], *[met[(days + 1) % 3]][: days % 2], days=days)
    tell_leaders()
    for days in (5, 40):
        file("default", world.neighbour_branch, late, days=days)
        file("default", world.joint_branch, days=days + 1)
        file("default", late, days=days + 2)
    file("default", world.joint_branch, days=25)  # nothing new
    assert LeaderMark.objects.count() == 8
    for _told in range(2):
        for node in NODES:
            assert listed(node, **asked) == plainly(node, **asked) != [], node
        fold_all()
    assert (told(), LeaderMark.objects.count()) == (spans(), 0)


@at_once
def test_the_fold_waits_for_nobody_and_tells_the_next_time(world: World, file: File) -> None:
    branch = world.joint_branch
    file("default", branch)
    with transaction.atomic(using=OTHER):
        Organization.objects.using(OTHER).filter(pk=branch.pk).update(park=world.tiandi.pk)
        tell_leaders()
        assert LeaderMark.objects.count() == 1
    tell_leaders()
    assert (told(), LeaderMark.objects.count()) == (spans(), 0)


@at_once
def test_who_files_does_not_wait_for_who_moves_the_organisation(world: World, file: File) -> None:
    with transaction.atomic(using=OTHER):
        Organization.objects.using(OTHER).filter(pk=world.joint_branch.pk).update(park=world.tiandi.pk)
        activity = file("default", world.joint_branch)
    for _told in range(2):
        assert (listed({"place": "park:kic"}), listed({"place": "park:tiandi"})) == ([], [activity.pk])
        tell_leaders()


def test_days_that_nobody_told_are_found_and_told(world: World, file: File) -> None:
    file("default", world.joint_branch, world.own_branch)
    call_command("verify_counts")
    tell_leaders()
    Leader.objects.filter(pk=world.own_branch.pk).update(
        last_on=DAY - dt.timedelta(days=1), first_on=dt.date(2020, 1, 1)
    )
    Leader.objects.filter(pk=world.joint_branch.pk).delete()
    with pytest.raises(CommandError, match="3 处"):
        call_command("verify_counts")
    call_command("rebuild_counts")
    call_command("verify_counts")
    assert told() == spans() | {world.own_branch.pk: (dt.date(2020, 1, 1), DAY)}


@pytest.mark.parametrize("seat", ["park", "area", "path"])
def test_where_an_organisation_sits_is_compared_and_mended(world: World, file: File, seat: str) -> None:
    """Who is to judge is asked by where leaders sit."""
    file("default", world.joint_branch)
    elsewhere = {"park": world.tiandi.pk, "area": world.putuo.pk, "path": "elsewhere"}
    for wrong in (elsewhere[seat], None):
        Leader.objects.filter(pk=world.joint_branch.pk).update(**{seat: wrong})
        if wrong == getattr(world.joint_branch, seat):
            continue
        with pytest.raises(CommandError, match="1 处"):
            call_command("verify_counts")
        call_command("rebuild_counts")
        call_command("verify_counts")


def test_nothing_is_left_of_the_marks_of_an_organisation_that_went(world: World) -> None:
    gone = make_organization("SHORT", "independent_branch", world.kic_committee, park=world.kic)
    LeaderMark.objects.create(leader_id=gone.pk, held_on=DAY)
    gone.delete()
    tell_leaders()
    assert not LeaderMark.objects.exists()


def test_every_trigger_stands_and_filling_again_changes_nothing(world: World, file: File) -> None:
    assert standing_triggers() >= _marks.triggers(connection.vendor).keys()
    file("default", world.joint_branch, world.own_branch)
    tell_leaders()
    before = list(Leader.objects.order_by("pk").values())
    assert len(before) == Organization.objects.count()
    Leader.objects.all().delete()
    with connection.cursor() as cursor:
        for statement in _days.FILL * 2:
            cursor.execute(statement)
    assert list(Leader.objects.order_by("pk").values()) == before

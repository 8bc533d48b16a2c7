"""Which organisations ever led an activity, and where they sit: what a list of a place starts from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from parkparty.accounts.models import User
from parkparty.activities import newest
from parkparty.activities.choices import ActivityState
from parkparty.activities.filters import ActivityFilterForm
from parkparty.activities.models import Activity, ActivityHost, Leader
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization
from tests.conftest import World, make_organization, plan_organization


def listed(place: str) -> set[str]:
    return topics(place=place)


def hosted(code: str) -> set[str]:
    return topics(organization=code)


def topics(**asked: str) -> set[str]:
    form = ActivityFilterForm(asked, scope=Scope.everything())
    rows = form.unbounded().order_by(*form.ordering)
    return {activity.topic for activity in form.bounded(rows, 25)}


@pytest.fixture
def meeting(world: World, secretary: User, make_activity: Callable[..., Activity]) -> Activity:
    return make_activity(world.joint_branch, secretary, topic="早的", state=ActivityState.SUBMITTED)


def test_an_organisation_takes_its_activities_along_when_it_moves(world: World, meeting: Activity) -> None:
    assert (listed("park:kic"), listed("park:tiandi")) == ({"早的"}, set())
    branch = Organization.objects.get(pk=world.joint_branch.pk)
    branch.park = world.tiandi
    save_organization(branch, by=None)
    assert (listed("park:kic"), listed("park:tiandi")) == (set(), {"早的"})
    Organization.objects.filter(pk=branch.pk).update(park=None, area=world.yangpu)
    assert (listed("park:tiandi"), listed("area:310110")) == (set(), {"早的"})


def test_an_activity_given_to_another_organisation_is_found_there(world: World, meeting: Activity) -> None:
    Activity.objects.filter(pk=meeting.pk).update(organization=world.neighbour_branch)
    assert (listed("park:kic"), listed("park:neighbour")) == (set(), {"早的"})
    meeting.delete()
    assert listed("park:neighbour") == set()


@pytest.mark.parametrize("few", [100, 0])
def test_a_committee_lists_what_those_below_it_hold_alone_and_jointly(
    world: World, meeting: Activity, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(newest, "FEW", few)
    assert hosted("KIC") == hosted("YP") == {"早的"}
    assert hosted("NB") == set()
    joint = ActivityHost.objects.create(activity=meeting, organization=world.neighbour_branch)
    assert hosted("NB") == hosted("KIC") == {"早的"}
    assert listed("park:neighbour") == set()
    joint.delete()
    assert hosted("NB") == set()


def test_nothing_is_left_of_an_organisation_that_goes(world: World, meeting: Activity) -> None:
    branch = make_organization("SHORT", "independent_branch", world.kic_committee, park=world.kic)
    Activity.objects.filter(pk=meeting.pk).update(organization=branch)
    assert Leader.objects.filter(pk=branch.pk).exists()
    Activity.objects.filter(pk=meeting.pk).update(organization=world.joint_branch)
    branch.delete()
    assert not Leader.objects.filter(pk=branch.pk).exists()


def test_activities_that_come_before_their_organisation_are_found(world: World, meeting: Activity) -> None:
    key = Organization.objects.latest("pk").pk + 1
    with transaction.atomic():  # keys are checked at its end
        Activity.objects.filter(pk=meeting.pk).update(organization_id=key)
        late = plan_organization("LATE", "independent_branch", world.putuo_committee, pk=key, park=world.tiandi)
        Organization.objects.bulk_create([late])
    assert listed("park:tiandi") == {"早的"}


WAITS = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"


def to_another_park(world: World) -> None:
    Organization.objects.filter(pk=world.joint_branch.pk).update(park=world.tiandi)


def to_another_committee(world: World) -> None:
    branch = Organization.objects.get(pk=world.joint_branch.pk)
    branch.park, branch.parent = world.tiandi, world.putuo_committee
    save_organization(branch, by=None)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("move", [to_another_park, to_another_committee])
@pytest.mark.parametrize("is_first", [True, False])
def test_who_moves_an_organisation_does_not_wait_for_who_files_its_activity(
    world: World, secretary: User, make_activity: Callable[..., Activity], move: Callable[[World], None], is_first: bool
) -> None:
    if not is_first:
        make_activity(world.joint_branch, secretary, held_on=dt.date(2026, 1, 1))

    def move_meanwhile() -> None:
        move(world)
        connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        with transaction.atomic(), connection.cursor() as cursor:
            make_activity(world.joint_branch, secretary, topic="早的", state=ActivityState.SUBMITTED)
            moved = pool.submit(move_meanwhile)
            waits: Any = False
            while not (waits or moved.done()):
                cursor.execute(WAITS)
                (waits,) = cursor.fetchone()
            assert not waits
        moved.result()
    assert (listed("park:kic"), listed("park:tiandi")) == (set(), {"早的"})

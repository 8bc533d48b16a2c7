"""R081, R082, R114: a right that changes is changed on the next request, and again when a queued task runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.services import give_grant, save_grant, scope_of, withdraw_grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState, Step
from parkparty.activities.models import Activity
from parkparty.activities.permissions import MOVES
from parkparty.activities.services.review import approve_activity
from parkparty.activities.services.steps import submit_activity
from parkparty.companies.models import Company
from parkparty.core.dates import today
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization
from parkparty.places.models import Area
from parkparty.rosters import tasks
from parkparty.rosters.choices import BatchState
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches
from tests.security.world import Relation, SecurityWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

DAY = dt.timedelta(days=1)
READERS = [Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR, Role.VIEWER]
ROSTER = "企业名称,所属园区\n新来的公司,{park}\n"


def pages(world: SecurityWorld, relation: Relation) -> list[str]:
    """Pages of what hangs on the organisation of a neighbourhood."""
    there = world[relation]
    return [f"/organizations/{there.organization.code}/", f"/activities/{there.rows[Activity].pk}/"]


def statuses(client: Client, addresses: list[str]) -> set[int]:
    return {client.get(address).status_code for address in addresses}


@pytest.mark.parametrize("role", READERS)
def test_R081_an_ended_grant_closes_the_next_page(role: str, security_world: SecurityWorld, sign_in: Any) -> None:
    client, own = sign_in(role), pages(security_world, Relation.OWN)
    assert statuses(client, own) == {200}
    Grant.objects.filter(user=security_world.users[role]).update(until=today())
    assert statuses(client, own) == {403}


@pytest.mark.parametrize("role", READERS)
def test_R081_a_grant_taken_back_closes_the_next_page(role: str, security_world: SecurityWorld, sign_in: Any) -> None:
    client, own = sign_in(role), pages(security_world, Relation.OWN)
    assert statuses(client, own) == {200}
    for grant in Grant.objects.filter(user=security_world.users[role]):
        withdraw_grant(grant, by=None)
    assert statuses(client, own) == {403}


@pytest.mark.parametrize("role", READERS)
def test_R081_a_disabled_account_is_out_on_the_next_page(
    role: str, security_world: SecurityWorld, sign_in: Any
) -> None:
    client, own = sign_in(role), pages(security_world, Relation.OWN)
    assert statuses(client, own) == {200}
    User.objects.filter(pk=security_world.users[role].pk).update(is_active=False)
    assert statuses(client, own) == {302}


@pytest.mark.parametrize("role", READERS)
def test_R081_a_moved_organisation_changes_hands_at_once(
    role: str, security_world: SecurityWorld, sign_in: Callable[[str], Client]
) -> None:
    users, child = security_world.users, security_world[Relation.CHILD].organization
    Grant.objects.filter(area__isnull=False).delete()
    gaining = User.objects.create_user("gaining", display_name="接收方")
    give_grant(gaining, role, security_world[Relation.SIBLING].organization, by=None)
    users["gaining"] = gaining
    losing, theirs = sign_in(role), pages(security_world, Relation.CHILD)
    assert (statuses(losing, theirs), statuses(sign_in("gaining"), theirs)) == ({200}, {404})
    child = Organization.objects.get(pk=child.pk)
    child.parent = Organization.objects.get(pk=security_world[Relation.SIBLING].organization.pk)
    save_organization(child, by=None)
    assert (statuses(losing, theirs), statuses(sign_in("gaining"), theirs)) == ({404}, {200})


def test_R081_a_moved_area_changes_hands_at_once(security_world: SecurityWorld, sign_in: Any) -> None:
    child, sibling = security_world[Relation.CHILD], security_world[Relation.SIBLING]
    addresses = [f"/coverage/areas/{child.area.code}/", f"/coverage/parks/{child.park.key}/"]
    losing = sign_in(Role.VIEWER)
    assert statuses(losing, addresses) == {200}
    area = Area.objects.get(pk=child.area.pk)
    area.parent = Area.objects.get(pk=sibling.area.pk)
    area.save()
    assert statuses(losing, addresses) == {404}


def test_R081_a_delegation_holds_from_its_first_day_to_its_last(security_world: SecurityWorld, sign_in: Any) -> None:
    own, client = security_world[Relation.OWN], sign_in("stranger")
    grant = give_grant(
        security_world.users["stranger"], Role.REVIEWER, own.organization, by=None, since=today() + DAY,
        until=today() + 3 * DAY,
    )  # fmt: skip
    seen = []
    for moved in range(-1, 4):
        grant.since, grant.until = today() - moved * DAY, today() + (2 - moved) * DAY
        save_grant(grant, by=None)
        seen.append(client.get(pages(security_world, Relation.OWN)[0]).status_code)
    assert seen == [403, 200, 200, 403, 403]


def upload(world: SecurityWorld) -> tuple[RosterBatch, User]:
    user = world.users[Role.ADMINISTRATOR]
    return batches.receive_roster(
        ContentFile(ROSTER.format(park=world[Relation.OWN].park.name).encode(), "名单.csv"), by=user
    ), user


def without_right(user: User) -> None:
    Grant.objects.filter(user=user).delete()


def disabled(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("take_away", [without_right, disabled])
def test_R082_a_queued_check_finds_nothing_for_who_lost_the_right(
    take_away: Callable[[User], None], security_world: SecurityWorld
) -> None:
    batch, user = upload(security_world)
    take_away(user)
    tasks.check_roster.enqueue(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.new, batch.wrong, batch.parks) == (BatchState.CHECKED, 0, 1, [])


@pytest.mark.parametrize("take_away", [without_right, disabled])
def test_R082_a_queued_import_writes_nothing_for_who_lost_the_right(
    take_away: Callable[[User], None], security_world: SecurityWorld
) -> None:
    batch, user = upload(security_world)
    batches.check_batch(batch.pk)
    batches.ask_to_apply(batch, by=user, reason="季度摸底", good_rows_only=False)
    before = Company.objects.count()
    take_away(user)
    tasks.apply_roster.enqueue(batch.pk)
    batch.refresh_from_db()
    assert (Company.objects.count(), batch.state, batch.new) == (before, BatchState.CHECKED, 0)
    with pytest.raises(PermissionDenied):
        batches.ask_to_apply(batch, by=User.objects.get(pk=user.pk), reason="再试", good_rows_only=True)


def test_R028_nobody_judges_their_own_record_whatever_they_hold(security_world: SecurityWorld) -> None:
    own, child = security_world[Relation.OWN], security_world[Relation.CHILD]
    both = User.objects.create_user("both", display_name="兼任")
    give_grant(both, Role.SECRETARY, child.organization, by=None)
    give_grant(both, Role.REVIEWER, own.organization, by=None)
    record = child.rows[Activity]
    Activity.objects.filter(pk=record.pk).update(state=ActivityState.DRAFT, author=both, filed_at=None)
    record.refresh_from_db()
    submit_activity(record, by=both, scope=scope_of(both))
    record.refresh_from_db()
    with pytest.raises(PermissionDenied):
        approve_activity(record, by=both, scope=scope_of(both))
    assert Activity.objects.get(pk=record.pk).state == ActivityState.SUBMITTED


def test_R114_no_role_has_all_three_rights() -> None:
    three = (Action.MANAGE_USERS, Action.MANAGE_DATA, Action.READ_AUDIT)
    held = {role: {action for action in three if role in ROLES_FOR[action]} for role in Role}
    assert all(len(actions) < 3 for actions in held.values())
    assert [role for role in Role if Action.READ_AUDIT in held[role]] == [Role.AUDITOR]
    assert held[Role.AUDITOR] == {Action.READ_AUDIT}
    writes = {
        Action.LOG_ACTIVITY,
        Action.REVIEW_ACTIVITY,
        Action.IMPORT_ROSTER,
        Action.MANAGE_DATA,
        Action.MANAGE_USERS,
    }
    assert not any(Role.AUDITOR in ROLES_FOR[action] for action in writes)
    assert {move.role for (_state, step), move in MOVES.items() if step in (Step.APPROVE, Step.RETURN)} == {
        Role.REVIEWER
    }
    assert {move.role for (_state, step), move in MOVES.items() if step in (Step.EDIT, Step.SUBMIT)} == {Role.SECRETARY}


@pytest.mark.parametrize(("first", "second"), [(Role.ADMINISTRATOR, Role.AUDITOR), (Role.AUDITOR, Role.ADMINISTRATOR)])
def test_R114_one_person_never_changes_data_and_reads_the_trail(
    first: str, second: str, security_world: SecurityWorld
) -> None:
    node = security_world[Relation.OWN].organization
    with pytest.raises(ValidationError):
        give_grant(security_world.users[first], second, node, by=None)


def test_R114_a_superuser_reads_no_trail(security_world: SecurityWorld) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root", display_name="首个账号"))
    assert client.get("/audit/").status_code == 403

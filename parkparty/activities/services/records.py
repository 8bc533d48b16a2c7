"""Writes of a record as its form holds it: each one transaction, each leaving an audit row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState, Step
from parkparty.activities.documents import Picture
from parkparty.activities.models import Activity, ActivityHost, ActivityPhoto, ActivityType
from parkparty.activities.services.guards import StaleActivity, check_step, locked
from parkparty.activities.services.photos import change_photos
from parkparty.audit.services import difference, record, snapshot
from parkparty.companies.models import Company
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization

AUDITED = ("organization", "theme", "topic", "held_on", "expected", "present", "summary", "place", "station", "state")


@transaction.atomic
def log_activity(
    activity: Activity,
    *,
    by: User,
    scope: Scope,
    types: Iterable[ActivityType],
    partners: Iterable[Organization] = (),
    companies: Iterable[Company] = (),
    photos: Iterable[Picture] = (),
    dropped_photos: Iterable[ActivityPhoto] = (),
) -> Activity:
    """Write a record as its form holds it, photos included: all of it or nothing.

    Raises as ``save_activity`` and ``change_photos``.
    """
    activity = save_activity(activity, by=by, scope=scope, types=types, partners=partners, companies=companies)
    change_photos(activity, add=photos, drop=dropped_photos, by=by, scope=scope)
    return activity


@transaction.atomic
def save_activity(
    activity: Activity,
    *,
    by: User,
    scope: Scope,
    types: Iterable[ActivityType],
    partners: Iterable[Organization] = (),
    companies: Iterable[Company] = (),
    quietly: bool = False,
) -> Activity:
    """Write a new or changed draft (or returned record) with its types, joint hosts and partner companies.

    ``activity.organization`` always hosts; ``partners`` host with it, and the activity counts for each. ``quietly`` is
    for a draft that its author's page saves from time to time: the trail tells those changes in one row, later.

    Raises:
        PermissionDenied: when ``by`` does not write for the organisation, or the record is past editing.
        StaleActivity: when the stored version is not the one that was read, or a new record's key is taken.
        ValidationError: when a rule of the model does not hold.
    """
    before = _take_over(activity, by=by, scope=scope, quietly=quietly) if activity.pk else {}
    activity.author = activity.author if before else by
    check_step(activity, Step.EDIT, scope)
    activity.park = activity.organization.park
    activity.full_clean(exclude=["key"])
    _insert_or_update(activity)
    activity.types.set(types)
    activity.companies.set(companies)
    _set_hosts(activity, {activity.organization, *partners})
    changes = difference(before, facts_of(activity))
    if not before:
        record(_("新建活动"), activity, by=by, changes=changes)
    elif changes and activity.unrecorded is None:
        record(_("修改活动"), activity, by=by, changes=changes)
    return activity


def _take_over(activity: Activity, *, by: User, scope: Scope, quietly: bool) -> dict[str, Any]:
    """Lock the row that ``activity`` was read from and take over what forms do not set; gives its facts."""
    stored = locked(activity)
    check_step(stored, Step.EDIT, scope)
    facts = facts_of(stored)
    if quietly and stored.state == ActivityState.DRAFT and stored.author == by:
        activity.unrecorded = stored.unrecorded or facts
    else:
        record_saving(stored)
        activity.unrecorded = None
    activity.state, activity.version = stored.state, stored.version + 1
    return facts


def record_saving(activity: Activity) -> None:
    """Tell the trail, in one row, what the author's page saved of a draft since the last row; to be saved after."""
    if activity.unrecorded is None:
        return
    changes = difference(activity.unrecorded, facts_of(activity))
    if changes:
        record(_("修改活动"), activity, by=activity.author, changes=changes)
    activity.unrecorded = None


def _insert_or_update(activity: Activity) -> None:
    """Save; a new record whose key is taken was sent twice at once.

    Raises:
        StaleActivity: when the key is taken.
    """
    try:
        with transaction.atomic():
            activity.save()
    except IntegrityError as taken:
        if activity.pk or not Activity.objects.filter(key=activity.key).exists():
            raise
        raise StaleActivity(_("这条记录刚才已经保存。")) from taken


def facts_of(activity: Activity) -> dict[str, Any]:
    """What the audit trail tells of a record: the names of types, hosts and companies beside its own columns."""
    many = {name: [str(row) for row in getattr(activity, name).all()] for name in ("types", "hosts", "companies")}
    return snapshot(activity, AUDITED) | many | {"held_on": activity.held_on.isoformat()}


def _set_hosts(activity: Activity, hosts: set[Organization]) -> None:
    activity.host_rows.exclude(organization__in=hosts).delete()
    present = set(activity.host_rows.values_list("organization_id", flat=True))
    ActivityHost.objects.bulk_create(
        ActivityHost(activity=activity, organization=host) for host in hosts if host.pk not in present
    )

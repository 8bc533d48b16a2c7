"""Writes of a record as its form holds it: each one transaction, each leaving an audit row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.activities.choices import Step
from parkparty.activities.documents import Picture
from parkparty.activities.documents.attachments import Attachment
from parkparty.activities.models import Activity, ActivityAttachment, ActivityHost, ActivityPhoto, ActivityType
from parkparty.activities.services.files import change_attachments, change_photos
from parkparty.activities.services.guards import StaleActivity, check_step, locked
from parkparty.activities.services.trail import begin_change, facts_of, tell
from parkparty.audit.services import difference
from parkparty.companies.models import Company
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization


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
    attachments: Iterable[Attachment] = (),
    dropped_attachments: Iterable[ActivityAttachment] = (),
) -> Activity:
    """Write a record as its form holds it, files included: all of it or nothing.

    Raises as ``save_activity`` and ``change_photos``.
    """
    activity = save_activity(activity, by=by, scope=scope, types=types, partners=partners, companies=companies)
    change_photos(activity, add=photos, drop=dropped_photos, by=by, scope=scope)
    change_attachments(activity, add=attachments, drop=dropped_attachments, by=by, scope=scope)
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
        tell(gettext_noop("新建活动"), activity, by=by, changes=changes)
    elif changes and activity.unrecorded is None:
        tell(gettext_noop("修改活动"), activity, by=by, changes=changes)
    return activity


def _take_over(activity: Activity, *, by: User, scope: Scope, quietly: bool) -> dict[str, Any]:
    """Lock the row that ``activity`` was read from and take over what forms do not set; gives its facts."""
    stored = locked(activity)
    check_step(stored, Step.EDIT, scope)
    facts = begin_change(stored, by=by, quietly=quietly)
    activity.unrecorded = stored.unrecorded
    activity.state, activity.version = stored.state, stored.version + 1
    return facts


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


def _set_hosts(activity: Activity, hosts: set[Organization]) -> None:
    activity.host_rows.exclude(organization__in=hosts).delete()
    present = set(activity.host_rows.values_list("organization_id", flat=True))
    ActivityHost.objects.bulk_create(
        ActivityHost(activity=activity, organization=host) for host in hosts if host.pk not in present
    )

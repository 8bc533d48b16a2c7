"""Writes of activities: each one transaction, each leaving an audit row."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.access.permissions import Denied
from parkparty.accounts.models import User
from parkparty.activities.choices import MAX_PHOTOS, ActivityState, Step
from parkparty.activities.documents import Picture
from parkparty.activities.models import Activity, ActivityHost, ActivityPhoto, ActivityType
from parkparty.activities.permissions import MOVES
from parkparty.audit.services import difference, record, snapshot
from parkparty.companies.models import Company
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization

AUDITED = ("organization", "theme", "topic", "held_on", "expected", "present", "summary", "place", "station", "state")


class StaleActivity(Exception):
    """The record was changed, or written under the same key, since it was read."""


def check_step(activity: Activity, step: Step, scope: Scope) -> None:
    """Refuse a step that the table of ``permissions`` does not open.

    Raises:
        PermissionDenied: with the sentence for the user.
    """
    decision = activity.may(step, scope)
    if isinstance(decision, Denied):
        raise PermissionDenied(decision.reason)


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
) -> Activity:
    """Write a new or changed draft (or returned record) with its types, joint hosts and partner companies.

    ``activity.organization`` always hosts; ``partners`` host with it, and the activity counts for each.

    Raises:
        PermissionDenied: when ``by`` does not write for the organisation, or the record is past editing.
        StaleActivity: when the stored version is not the one that was read, or a new record's key is taken.
        ValidationError: when a rule of the model does not hold.
    """
    before: dict[str, Any] = {}
    if activity.pk:
        stored = _locked(activity)
        check_step(stored, Step.EDIT, scope)
        before = _facts(stored)
        activity.state, activity.version = stored.state, stored.version + 1
    else:
        activity.author = by
    check_step(activity, Step.EDIT, scope)
    activity.park = activity.organization.park
    activity.full_clean(exclude=["key"])
    _insert_or_update(activity)
    activity.types.set(types)
    activity.companies.set(companies)
    _set_hosts(activity, {activity.organization, *partners})
    record(
        _("修改活动") if before else _("新建活动"),
        activity,
        by=by,
        changes=difference(before, _facts(activity)),
    )
    return activity


@transaction.atomic
def change_photos(
    activity: Activity, *, add: Iterable[Picture] = (), drop: Iterable[ActivityPhoto] = (), by: User, scope: Scope
) -> None:
    """Add photos, those already there left out, and take others away; their files go when the change is certain.

    Raises:
        PermissionDenied: when the record is not ``by``'s to edit.
        ValidationError: past ``MAX_PHOTOS``.
    """
    check_step(activity, Step.EDIT, scope)
    dropped = list(drop)
    for photo in dropped:
        _delete_on_commit(photo)
        photo.delete()
    present = set(activity.photos.values_list("sha256", flat=True))
    added = {picture.sha256: picture.jpeg for picture in add if picture.sha256 not in present}
    if len(present) + len(added) > MAX_PHOTOS:
        raise ValidationError({"photos": _("最多 %(limit)d 张照片，去掉几张再保存。") % {"limit": MAX_PHOTOS}})
    for digest, jpeg in added.items():
        activity.photos.create(file=ContentFile(jpeg, "photo.jpg"), sha256=digest)
    if added or dropped:
        changes = {"photos": [len(present) + len(dropped), len(present) + len(added)]}
        record(_("增减照片"), activity, by=by, changes=changes)


@transaction.atomic
def submit_activity(activity: Activity, *, by: User, scope: Scope) -> Activity:
    """Report a draft or a returned record to the unit above.

    Raises:
        PermissionDenied: when the step is not open to ``by``.
        StaleActivity: when the record changed since it was read.
        ValidationError: naming the fields that must be filled before it can be sent.
    """
    activity = _locked(activity)
    check_step(activity, Step.SUBMIT, scope)
    missing = {}
    if not activity.types.exists():
        missing["types"] = _("至少选择一个计入类型。")
    if not activity.topic.strip():
        missing["topic"] = _("填写议题，一句话即可。")
    if missing:
        raise ValidationError(missing)
    activity.filed_at = activity.filed_at or timezone.now()
    return _move(activity, Step.SUBMIT, by=by)


@transaction.atomic
def approve_activity(activity: Activity, *, by: User, scope: Scope) -> Activity:
    """Approve a submitted record; from now on it counts. Raises as ``submit_activity``."""
    activity = _locked(activity)
    check_step(activity, Step.APPROVE, scope)
    activity.reviewed_by, activity.reviewed_at, activity.return_reason = by, timezone.now(), ""
    return _move(activity, Step.APPROVE, by=by)


@transaction.atomic
def return_activity(activity: Activity, *, by: User, scope: Scope, reason: str) -> Activity:
    """Give a submitted record back with a reason that the secretary will read. Raises as ``submit_activity``."""
    activity = _locked(activity)
    check_step(activity, Step.RETURN, scope)
    if not reason.strip():
        raise ValidationError({"reason": _("写明退回原因，方便书记修改。")})
    activity.reviewed_by, activity.reviewed_at, activity.return_reason = by, timezone.now(), reason.strip()
    return _move(activity, Step.RETURN, by=by, reason=reason.strip())


@transaction.atomic
def delete_draft(activity: Activity, *, by: User, scope: Scope) -> None:
    """Take a draft away, its photos included. Raises as ``submit_activity``."""
    activity = _locked(activity)
    check_step(activity, Step.DELETE, scope)
    record(_("删除草稿"), activity, by=by, changes=difference({}, _facts(activity)))
    for photo in activity.photos.all():
        _delete_on_commit(photo)
    activity.delete()


def _delete_on_commit(photo: ActivityPhoto) -> None:
    storage, name = photo.file.storage, str(photo.file.name)
    transaction.on_commit(lambda: storage.delete(name))


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


def _facts(activity: Activity) -> dict[str, Any]:
    """What the audit trail tells of a record: the names of types, hosts and companies beside its own columns."""
    many = {name: [str(row) for row in getattr(activity, name).all()] for name in ("types", "hosts", "companies")}
    return snapshot(activity, AUDITED) | many


def _locked(activity: Activity) -> Activity:
    stored = Activity.objects.select_for_update(of=("self",)).for_steps().filter(pk=activity.pk).first()
    if stored is None or stored.version != activity.version:
        raise StaleActivity(_("这条记录刚刚被他人修改过。"))
    return stored


def _move(activity: Activity, step: Step, *, by: User, reason: str = "") -> Activity:
    before = activity.state
    activity.state = MOVES[ActivityState(before), step].to
    activity.version += 1
    activity.full_clean()
    activity.save()
    changes = {"state": [before, activity.state]}
    record(str(step.label), activity, by=by, changes=changes, reason=reason)
    return activity


def _set_hosts(activity: Activity, hosts: set[Organization]) -> None:
    activity.host_rows.exclude(organization__in=hosts).delete()
    present = set(activity.host_rows.values_list("organization_id", flat=True))
    ActivityHost.objects.bulk_create(
        ActivityHost(activity=activity, organization=host) for host in hosts if host.pk not in present
    )

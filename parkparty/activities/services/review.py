"""The steps of those who judge what was reported, and the closing of a period; each leaves an audit row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.permissions import Denied
from parkparty.accounts.models import User
from parkparty.activities.check import flags_of
from parkparty.activities.choices import LEASE_SECONDS, ActivityState, Step
from parkparty.activities.models import Activity
from parkparty.activities.services.guards import StaleActivity, check_step, locked, move
from parkparty.core.dates import today
from parkparty.core.privacy import masked
from parkparty.core.scope import Scope
from parkparty.notices.choices import NoticeKind
from parkparty.notices.services import settle, tell

ARCHIVED_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that was left as it was, and why."""

    activity: Activity
    reason: str


def open_for_review(activity: Activity, *, by: User, scope: Scope) -> None:
    """Note that a reviewer has the record before them, unless another one has: from now on it is not withdrawn."""
    if not activity.may(Step.APPROVE, scope):
        return
    now = timezone.now()
    is_free = Q(opened_at__isnull=True) | Q(opened_at__lt=now - dt.timedelta(seconds=LEASE_SECONDS)) | Q(opened_by=by)
    same = Activity.objects.filter(is_free, pk=activity.pk, version=activity.version, state=ActivityState.SUBMITTED)
    same.update(opened_by=by, opened_at=now)


@transaction.atomic
def approve_activity(activity: Activity, *, by: User, scope: Scope) -> Activity:
    """Approve a submitted record; from now on it counts.

    Raises:
        PermissionDenied: when the step is not open to ``by``.
        StaleActivity: when the record changed since it was read.
    """
    activity = locked(activity)
    check_step(activity, Step.APPROVE, scope)
    activity.reviewed_by, activity.reviewed_at = by, timezone.now()
    activity.return_reason, activity.return_notes = "", []
    activity = move(activity, Step.APPROVE, by=by)
    _tell(activity, NoticeKind.APPROVED)
    return activity


def approve_many(activities: Iterable[Activity], *, by: User, scope: Scope) -> tuple[list[Activity], list[Refusal]]:
    """Approve those of ``activities`` that need no second look; the others stay, each with the reason."""

    def approve(activity: Activity) -> Activity:
        if reason := _why_not_at_once(activity):
            raise PermissionDenied(reason)
        return approve_activity(activity, by=by, scope=scope)

    return _one_by_one(activities, approve)


@transaction.atomic
def return_activity(
    activity: Activity, *, by: User, scope: Scope, reason: str, notes: Iterable[tuple[str, str]] = ()
) -> Activity:
    """Give a submitted record back with a reason that the secretary reads; ``notes`` are (field, sentence).

    Raises as ``approve_activity``, and ValidationError without a reason.
    """
    activity = locked(activity)
    check_step(activity, Step.RETURN, scope)
    activity.reviewed_by, activity.reviewed_at = by, timezone.now()
    activity.return_reason = _given(reason, _("写明退回原因，方便书记修改。"))
    activity.return_notes = [list(note) for note in notes]
    activity = move(activity, Step.RETURN, by=by, reason=activity.return_reason)
    _tell(activity, NoticeKind.RETURNED, masked(activity.return_reason))
    return activity


@transaction.atomic
def undo_approval(activity: Activity, *, by: User, scope: Scope, reason: str) -> Activity:
    """Put an approved record back into the queue, with a reason. Raises as ``return_activity``."""
    activity = locked(activity)
    check_step(activity, Step.UNDO, scope)
    given = _given(reason, _("写明撤销通过的原因。"))
    activity = move(activity, Step.UNDO, by=by, reason=given)
    settle(f"{activity._meta.label_lower}:{activity.pk}", NoticeKind.APPROVED)
    _tell(activity, NoticeKind.UNDONE, masked(given))
    return activity


def undo_many(activities: Iterable[Activity], *, by: User, scope: Scope) -> tuple[list[Activity], list[Refusal]]:
    """Put back into the queue what was approved a moment ago; what was changed since stays, each with the reason."""
    reason = _("刚通过就撤销，重新审核。")
    return _one_by_one(activities, lambda activity: undo_approval(activity, by=by, scope=scope, reason=reason))


def _one_by_one(
    activities: Iterable[Activity], step: Callable[[Activity], Activity]
) -> tuple[list[Activity], list[Refusal]]:
    """Take ``step`` with each record for itself: those that took it, and those that were left as they were."""
    taken, refused = [], []
    for activity in activities:
        try:
            taken.append(step(activity))
        except StaleActivity:
            refused.append(Refusal(activity, _("页面打开之后有改动，打开核对。")))
        except PermissionDenied as denied:
            refused.append(Refusal(activity, str(denied)))
    return taken, refused


def archive_held_before(day: dt.date, *, by: User | None = None) -> int:
    """Close what was held before ``day`` and is approved: from now on it is only read. Returns how many.

    Each record is one transaction; run again, it goes on where it stopped.
    """
    scope, count, last = Scope.everything(Role.ADMINISTRATOR), 0, 0
    open_records = Activity.objects.for_steps().filter(state=ActivityState.APPROVED, held_on__lt=day).order_by("pk")
    while batch := list(open_records.filter(pk__gt=last)[:ARCHIVED_AT_ONCE]):
        last = batch[-1].pk
        count += sum(_archive(activity, by=by, scope=scope) for activity in batch)
    return count


@transaction.atomic
def _archive(activity: Activity, *, by: User | None, scope: Scope) -> bool:
    try:
        activity = locked(activity)
    except StaleActivity:
        return False  # somebody is at it: the next run takes it
    decision = activity.may(Step.ARCHIVE, scope)
    if isinstance(decision, Denied):
        return False
    move(activity, Step.ARCHIVE, by=by)
    return True


def _tell(activity: Activity, kind: NoticeKind, reason: str = "") -> None:
    """Tell the author, while they write for the organisation, and those who hold its post now."""
    path = activity.organization.path
    grants = Grant.objects.writing_for(path, today()).select_related("user")
    own = activity.organization_id
    readers = {grant.user for grant in grants if grant.organization_id == own or grant.user_id == activity.author_id}
    page = reverse("activities:edit" if kind == NoticeKind.RETURNED else "activities:detail", args=[activity.pk])
    first = next((field for field, _sentence in activity.return_notes if field), "")
    tell(
        readers,
        kind,
        about=f"{activity._meta.label_lower}:{activity.pk}",
        address=f"{page}#div_id_{first}" if first else page,
        values={"record": activity, "reason": reason},
    )


def _why_not_at_once(activity: Activity) -> str:
    flags = flags_of(activity)
    return _("需关注：%(flags)s。") % {"flags": _("、").join(str(flag.label) for flag in flags)} if flags else ""


def _given(reason: str, fault: str) -> str:
    if not reason.strip():
        raise ValidationError({"reason": fault})
    return reason.strip()

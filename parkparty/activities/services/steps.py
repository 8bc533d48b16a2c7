"""The steps of a record between its states: each one transaction, each leaving an audit row."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState, Step
from parkparty.activities.models import Activity
from parkparty.activities.permissions import MOVES
from parkparty.activities.services.guards import check_step, locked
from parkparty.activities.services.photos import delete_on_commit
from parkparty.activities.services.records import facts_of
from parkparty.audit.services import difference, record
from parkparty.core.scope import Scope


@transaction.atomic
def submit_activity(activity: Activity, *, by: User, scope: Scope) -> Activity:
    """Report a draft or a returned record to the unit above.

    Raises:
        PermissionDenied: when the step is not open to ``by``.
        StaleActivity: when the record changed since it was read.
        ValidationError: naming the fields that must be filled before it can be sent.
    """
    activity = locked(activity)
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
    activity = locked(activity)
    check_step(activity, Step.APPROVE, scope)
    activity.reviewed_by, activity.reviewed_at, activity.return_reason = by, timezone.now(), ""
    return _move(activity, Step.APPROVE, by=by)


@transaction.atomic
def return_activity(activity: Activity, *, by: User, scope: Scope, reason: str) -> Activity:
    """Give a submitted record back with a reason that the secretary will read. Raises as ``submit_activity``."""
    activity = locked(activity)
    check_step(activity, Step.RETURN, scope)
    if not reason.strip():
        raise ValidationError({"reason": _("写明退回原因，方便书记修改。")})
    activity.reviewed_by, activity.reviewed_at, activity.return_reason = by, timezone.now(), reason.strip()
    return _move(activity, Step.RETURN, by=by, reason=reason.strip())


@transaction.atomic
def delete_draft(activity: Activity, *, by: User, scope: Scope) -> None:
    """Take a draft away, its photos included. Raises as ``submit_activity``."""
    activity = locked(activity)
    check_step(activity, Step.DELETE, scope)
    record(_("删除草稿"), activity, by=by, changes=difference({}, facts_of(activity)))
    for photo in activity.photos.all():
        delete_on_commit(photo)
    activity.delete()


def _move(activity: Activity, step: Step, *, by: User, reason: str = "") -> Activity:
    before = activity.state
    activity.state = MOVES[ActivityState(before), step].to
    activity.version += 1
    activity.full_clean()
    activity.save()
    changes = {"state": [before, activity.state]}
    record(str(step.label), activity, by=by, changes=changes, reason=reason)
    return activity

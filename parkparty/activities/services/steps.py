"""The steps of those who log a record: each one transaction, each leaving an audit row."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.activities.check import flags_of
from parkparty.activities.choices import Step
from parkparty.activities.models import Activity
from parkparty.activities.services.files import delete_files_of
from parkparty.activities.services.guards import check_step, locked, move
from parkparty.activities.services.trail import facts_of, record_saving
from parkparty.audit.services import difference, record
from parkparty.core.scope import Scope
from parkparty.notices.choices import NoticeKind
from parkparty.notices.services import settle


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
    record_saving(activity)
    missing = {}
    if not activity.types.exists():
        missing["types"] = _("至少选择一个计入类型。")
    if not activity.topic.strip():
        missing["topic"] = _("填写议题，一句话即可。")
    if missing:
        raise ValidationError(missing)
    activity.filed_at = activity.filed_at or timezone.now()
    activity.flags = ",".join(flags_of(activity))
    activity.opened_by = activity.opened_at = None
    settle(f"{activity._meta.label_lower}:{activity.pk}", NoticeKind.RETURNED)
    return move(activity, Step.SUBMIT, by=by)


@transaction.atomic
def withdraw_activity(activity: Activity, *, by: User, scope: Scope) -> Activity:
    """Take a record back that no reviewer has opened yet. Raises as ``submit_activity``.

    One that was never judged counts as not reported; one that came back once keeps the moment of its first report.
    """
    activity = locked(activity)
    check_step(activity, Step.WITHDRAW, scope)
    if activity.reviewed_at is None:
        activity.filed_at = None
    activity.flags = ""
    return move(activity, Step.WITHDRAW, by=by)


@transaction.atomic
def delete_draft(activity: Activity, *, by: User, scope: Scope) -> None:
    """Take a draft away, its files included. Raises as ``submit_activity``."""
    activity = locked(activity)
    check_step(activity, Step.DELETE, scope)
    record(gettext_noop("删除草稿"), activity, by=by, changes=difference({}, facts_of(activity)))
    delete_files_of(activity)
    activity.delete()

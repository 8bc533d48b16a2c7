"""What every write of a record asks first: that the step is open, and that nobody wrote meanwhile."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.permissions import Denied
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState, Step
from parkparty.activities.models import Activity
from parkparty.activities.permissions import MOVES
from parkparty.audit.choices import SOURCE_LANGUAGE
from parkparty.audit.services import record
from parkparty.core.privacy import masked, personal_numbers
from parkparty.core.scope import Scope


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


def locked(activity: Activity) -> Activity:
    """The stored row of ``activity``, locked, when nobody wrote since it was read.

    The opened form that wrote last may go on without the answer to its last write: it counts its turns.

    Raises:
        StaleActivity: when it was changed, or taken away.
    """
    stored = locked_now(activity)
    if not (stored.version == activity.version or _goes_on(activity, stored)):
        raise StaleActivity(_("这条记录刚刚被他人修改过。"))
    return stored


def locked_now(activity: Activity) -> Activity:
    """The stored row of ``activity``, locked, whatever was written since it was read.

    Raises:
        StaleActivity: when it was taken away.
    """
    stored = Activity.objects.select_for_update(of=("self",)).for_steps().filter(pk=activity.pk).first()
    if stored is None:
        raise StaleActivity(_("这条记录刚刚被他人删除。"))
    return stored


def _goes_on(activity: Activity, stored: Activity) -> bool:
    return stored.sitting is not None and stored.sitting == activity.sitting and stored.turn < activity.turn


def move(activity: Activity, step: Step, *, by: User | None, reason: str = "") -> Activity:
    """Take ``activity`` to the state that the table names for ``step``, and record it."""
    before = activity.state
    activity.state = MOVES[ActivityState(before), step].to
    activity.version += 1
    activity.sitting = None
    activity.full_clean()
    activity.save()
    changes = {"state": [before, activity.state]}
    with translation.override(SOURCE_LANGUAGE):
        action = str(step.label)
    record(action, activity, by=by, changes=changes, reason=masked(reason))
    record_kept_numbers(activity, {"return_reason": reason}, by=by)
    return activity


def record_kept_numbers(activity: Activity, texts: dict[str, str], *, by: User | None) -> None:
    """Tell the trail in which of ``texts``, by field, a number stands that its writer said to be no person's.

    The number itself is told to nobody.
    """
    labels = {field.name: field.verbose_name for field in Activity._meta.concrete_fields}
    kept = [labels[name] for name, text in texts.items() if personal_numbers(text)]
    if kept:
        record(gettext_noop("保留像个人号码的文字"), activity, by=by, changes={"kept_in": [None, kept]})

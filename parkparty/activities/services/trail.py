"""What the audit trail tells of a record, at once or, for what a page saves by itself, in one row later."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.activities.services.guards import record_kept_numbers
from parkparty.audit.choices import SOURCE_LANGUAGE
from parkparty.audit.services import difference, record, snapshot
from parkparty.core.privacy import masked

AUDITED = ("organization", "theme", "topic", "held_on", "expected", "present", "summary", "place", "station", "state")
FREE_TEXTS = ("topic", "summary", "place")


def facts_of(activity: Activity) -> dict[str, Any]:
    """What the trail tells of a record: beside its own columns what hangs on it, files by their number."""
    with translation.override(SOURCE_LANGUAGE):  # the same names whoever saves
        many = {name: [str(row) for row in getattr(activity, name).all()] for name in ("types", "hosts", "companies")}
    files = {name: getattr(activity, name).count() or None for name in ("photos", "attachments")}
    texts = {name: masked(getattr(activity, name)) for name in FREE_TEXTS}
    return snapshot(activity, AUDITED) | many | files | texts | {"held_on": activity.held_on.isoformat()}


def tell(action: str, activity: Activity, *, by: User, changes: dict[str, Any]) -> None:
    """One row for the change, and one more where a text came to hold a number that is said to be no person's."""
    record(action, activity, by=by, changes=changes)
    record_kept_numbers(activity, {name: getattr(activity, name) for name in FREE_TEXTS if name in changes}, by=by)


def begin_change(activity: Activity, *, by: User, quietly: bool) -> dict[str, Any]:
    """Prepare the trail for a change of the stored ``activity``, to be saved after; gives the facts before.

    ``quietly`` is for what the page of a draft's author saves by itself: while ``unrecorded`` is set, nothing is to
    be recorded. Any other change first tells what was saved so.
    """
    facts = facts_of(activity)
    if quietly and activity.state == ActivityState.DRAFT and activity.author_id == by.pk:
        activity.unrecorded = activity.unrecorded or facts
    else:
        record_saving(activity)
    return facts


def record_saving(activity: Activity) -> None:
    """Tell the trail, in one row, what the author's page saved of a draft since the last row; to be saved after."""
    if activity.unrecorded is None:
        return
    changes = difference(activity.unrecorded, facts_of(activity))
    if changes:
        tell(gettext_noop("修改活动"), activity, by=activity.author, changes=changes)
    activity.unrecorded = None

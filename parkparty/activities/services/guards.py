"""What every write of a record asks first: that the step is open, and that nobody wrote meanwhile."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from parkparty.access.permissions import Denied
from parkparty.activities.choices import Step
from parkparty.activities.models import Activity
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
    stored = Activity.objects.select_for_update(of=("self",)).for_steps().filter(pk=activity.pk).first()
    if stored is None or stored.version != activity.version:
        raise StaleActivity(_("这条记录刚刚被他人修改过。"))
    return stored

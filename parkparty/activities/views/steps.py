"""The steps of those who log a record: one press, one record, one service, one way on."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities.services.guards import StaleActivity
from parkparty.activities.services.steps import delete_draft, submit_activity, withdraw_activity
from parkparty.activities.views.answers import after_submission, as_seen, changed_page


@require_POST
@requires(Action.LOG_ACTIVITY)
def submit(request: ScopedRequest, pk: int) -> HttpResponse:
    """Report a draft or a returned record as it stands."""
    activity = as_seen(request, pk)
    try:
        submit_activity(activity, by=request.user, scope=request.scope)
    except StaleActivity:
        return changed_page(request, pk)
    except ValidationError as faults:
        messages.error(request, _("还不能提交：%(faults)s") % {"faults": "".join(faults.messages)})
        return redirect("activities:edit", pk)
    return after_submission(request, activity)


@require_POST
@requires(Action.LOG_ACTIVITY)
def delete(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a draft away for good."""
    activity = as_seen(request, pk)
    try:
        delete_draft(activity, by=request.user, scope=request.scope)
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, _("已删除草稿“%(record)s”。") % {"record": activity})
    return redirect("activities:list")


@require_POST
@requires(Action.LOG_ACTIVITY)
def withdraw(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a record back before a reviewer has opened it, and go on writing."""
    activity = as_seen(request, pk)
    try:
        withdraw_activity(activity, by=request.user, scope=request.scope)
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, _("已撤回“%(record)s”，改好后再提交。") % {"record": activity})
    return redirect("activities:edit", pk)

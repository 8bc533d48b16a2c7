"""The steps between the states: one press, one record, one service, one way on."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities import figures
from parkparty.activities.choices import Step
from parkparty.activities.forms.review import ReturnForm
from parkparty.activities.models import Activity
from parkparty.activities.services.guards import StaleActivity, check_step
from parkparty.activities.services.steps import approve_activity, delete_draft, return_activity, submit_activity
from parkparty.activities.views.answers import after_submission, as_seen, changed_page, detail_page


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
@requires(Action.REVIEW_ACTIVITY)
def approve(request: ScopedRequest, pk: int) -> HttpResponse:
    """Approve a submitted record and go on to the next."""
    activity = as_seen(request, pk)
    try:
        approve_activity(activity, by=request.user, scope=request.scope)
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, _("已通过“%(record)s”。") % {"record": activity})
    return _next_in_queue(request, activity)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def give_back(request: ScopedRequest, pk: int) -> HttpResponse:
    """Give a submitted record back with a reason and go on to the next."""
    activity, form = as_seen(request, pk), ReturnForm(request.POST)
    if not form.is_valid():
        check_step(activity, Step.RETURN, request.scope)
        return detail_page(request, activity, form)
    reason = form.cleaned_data["whole_reason"]
    try:
        return_activity(activity, by=request.user, scope=request.scope, reason=reason)
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, _("已退回“%(record)s”。") % {"record": activity})
    return _next_in_queue(request, activity)


def _next_in_queue(request: ScopedRequest, judged: Activity) -> HttpResponse:
    following = figures.next_to_review(request.scope, judged)
    return redirect("activities:detail", following.pk) if following else redirect("activities:queue")

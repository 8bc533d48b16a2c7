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
from parkparty.activities.views.answers import after_submission, as_seen, changed_page, take_step


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
    return take_step(
        request, pk, delete_draft, _("已删除草稿“%(record)s”。"), lambda _gone: redirect("activities:list")
    )


@require_POST
@requires(Action.LOG_ACTIVITY)
def withdraw(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a record back before a reviewer has opened it, and go on writing."""
    told = _("已撤回“%(record)s”，改好后再提交。")
    return take_step(request, pk, withdraw_activity, told, lambda draft: redirect("activities:edit", draft.pk))

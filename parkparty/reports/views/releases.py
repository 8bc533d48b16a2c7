"""Letting a public edition leave the office, by a second person."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.reports import tasks
from parkparty.reports.forms import ReasonForm
from parkparty.reports.permissions import holds
from parkparty.reports.scoping import version_or_404
from parkparty.reports.services import decide_release
from parkparty.reports.views.answers import say_errors


@require_POST
@requires(Action.MAKE_REPORT)
def release(request: ScopedRequest, pk: int) -> HttpResponse:
    """Let a public edition leave; its files are written now."""
    return _decided(request, pk, is_released=True)


@require_POST
@requires(Action.MAKE_REPORT)
def refuse(request: ScopedRequest, pk: int) -> HttpResponse:
    """Keep a public edition in the office, with the reason."""
    return _decided(request, pk, is_released=False)


def _decided(request: ScopedRequest, pk: int, *, is_released: bool) -> HttpResponse:
    version = version_or_404(request, pk)
    if not holds(request.scope, version.node, Action.MAKE_REPORT):
        raise PermissionDenied(_("公开版由本级或上级的审核员、管理员批准。"))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
        return redirect("reports:report", pk=pk)
    reason = form.cleaned_data["reason"]
    try:
        keys = decide_release(version, is_released=is_released, reason=reason, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        for key in keys:
            tasks.write_file.enqueue(key)
        messages.success(request, _("已批准公开，可以下载。") if is_released else _("已记下不予公开的原因。"))
    return redirect("reports:report", pk=pk)

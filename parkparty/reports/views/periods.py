"""The periods of a node: closing, freezing, opening again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.core.paging import keyset_page
from parkparty.core.scope import Scope
from parkparty.coverage.scoping import asked_node, first_node
from parkparty.coverage.tables import key_of
from parkparty.organizations.models import is_whole, tree_of
from parkparty.reports import tasks
from parkparty.reports.choices import PeriodState
from parkparty.reports.figures.closing import late_in
from parkparty.reports.forms import CloseForm, ReasonForm
from parkparty.reports.models import Closing
from parkparty.reports.permissions import holds, may_reopen
from parkparty.reports.scoping import NODE, node_for
from parkparty.reports.services import ask_to_freeze, close_period, reopen_period
from parkparty.reports.views.answers import say_errors

LATE_SHOWN = 10
PERIODS_SHOWN = 5  # each asks for its late entries


@require_GET
@requires(Action.VIEW_REPORT)
def periods(request: ScopedRequest) -> HttpResponse:
    """The periods of a node, or of all in reach: which are closed, with what gaps and late entries, or frozen."""
    scope = request.scope
    node = asked_node(request.GET, scope)
    rows = Closing.objects.within(scope).select_related(*NODE, "version")
    found = keyset_page(rows.of(node) if node else rows, request.GET, order=("-since", "-pk"), size=PERIODS_SHOWN)
    making = scope.with_roles(ROLES_FOR[Action.MAKE_REPORT])
    closer = node or first_node(making)
    may_close = closer is not None and is_whole(closer, making)
    context = {
        "page": found,
        "rows": [_period_row(closing, making) for closing in found.rows],
        "node": node,
        "closer": closer if may_close else None,
        "key": key_of(closer) if closer else {},
        "form": CloseForm(),
    }
    return render(request, "reports/periods.html", context)


@require_POST
@requires(Action.MAKE_REPORT)
def close(request: ScopedRequest) -> HttpResponse:
    """Close a period of a node, with the units below that have not when the reader says so."""
    node, form = node_for(request, Action.MAKE_REPORT), CloseForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
    else:
        asked = form.cleaned_data
        _said(request, lambda: close_period(node, asked["period"], with_gaps=asked["with_gaps"], by=request.user))
    return redirect(reverse("reports:periods", query=key_of(node)))


@require_POST
@requires(Action.MAKE_REPORT)
def freeze(request: ScopedRequest, pk: int) -> HttpResponse:
    """Freeze a closed period in the background: all its reports are generated for the last time."""
    closing = _closing(request, pk)
    if not holds(request.scope, closing.node, Action.MAKE_REPORT):
        raise PermissionDenied(_("冻结由本级的审核员或管理员办理。"))
    try:
        ask_to_freeze(closing, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        tasks.freeze.enqueue(closing.pk, request.user.pk)
        messages.success(request, _("%(period)s：开始冻结，完成后这里显示“已冻结”。") % {"period": closing})
    return redirect(reverse("reports:periods", query=key_of(closing.node)))


@require_POST
@requires(Action.MAKE_REPORT)
def reopen(request: ScopedRequest, pk: int) -> HttpResponse:
    """Open a period again, for those above it."""
    closing = _closing(request, pk)
    if not may_reopen(request.scope, closing.node, tree_of(closing.node)):
        raise PermissionDenied(_("重新打开由上一级的审核员或管理员办理。"))
    form = ReasonForm(request.POST)
    if not form.is_valid():
        say_errors(request, form)
    else:
        _said(request, lambda: reopen_period(closing, reason=form.cleaned_data["reason"], by=request.user))
    return redirect(reverse("reports:periods", query=key_of(closing.node)))


def _period_row(closing: Closing, making: Scope) -> dict[str, Any]:
    """A period with its late entries and what the reader may do with it."""
    late = late_in(closing)
    return {
        "closing": closing,
        "late": late[:LATE_SHOWN],
        "number_late": len(late),
        "may_freeze": closing.state == PeriodState.CLOSED
        and not closing.is_freezing
        and is_whole(closing.node, making),
        "may_reopen": closing.state != PeriodState.OPEN and may_reopen(making, closing.node, tree_of(closing.node)),
    }


def _closing(request: ScopedRequest, pk: int) -> Closing:
    return scoped_or_404(Closing.objects.within(request.scope).select_related(*NODE), pk=pk)


def _said(request: ScopedRequest, step: Callable[[], Closing]) -> None:
    """Take a step of a period, and tell what came of it."""
    try:
        closing = step()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        told = {"period": closing, "state": closing.get_state_display()}
        messages.success(request, _("%(period)s：%(state)s。") % told)

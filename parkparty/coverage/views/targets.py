"""The targets of a node for a year, how far it is from them, and setting one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.core.dates import today
from parkparty.coverage.figures.targets import progress
from parkparty.coverage.forms import TargetForm
from parkparty.coverage.scoping import asked_node, first_node
from parkparty.coverage.services import set_target
from parkparty.coverage.tables import crumbs_of, key_of
from parkparty.coverage.tables.targets import target_rows
from parkparty.organizations.models import is_whole


@requires(Action.VIEW_COVERAGE)
def target_list(request: ScopedRequest) -> HttpResponse:
    """This year's targets that hold for a node, its own or those of a node above, with the form that sets one."""
    return _page(request, TargetForm(initial={"year": today().year}))


def _page(request: ScopedRequest, form: TargetForm, status: int = 200) -> HttpResponse:
    scope, day = request.scope, today()
    asked = request.POST if request.method == "POST" else request.GET
    node = asked_node(asked, scope) or first_node(scope)
    if node is None:
        return redirect("coverage:index")
    context: dict[str, Any] = {
        "node": node,
        "crumbs": crumbs_of(node),
        "key": key_of(node),
        "form": form,
        "day": day,
        "rows": target_rows(progress(node, day, scope), node, day),
        "may_set": is_whole(node, scope.with_roles(ROLES_FOR[Action.SET_TARGET])),
    }
    return render(request, "coverage/targets.html", context, status=status)


@requires(Action.SET_TARGET)
@require_POST
def target_set(request: ScopedRequest) -> HttpResponse:
    """Set or take back a target of a node; for those who review or keep it."""
    scope = request.scope.with_roles(ROLES_FOR[Action.SET_TARGET])
    node = asked_node(request.POST, scope)
    if node is None or not is_whole(node, scope):
        raise Http404
    form = TargetForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    target = set_target(node, by=request.user, **form.chosen)
    messages.success(request, _("目标已保存。") if target else _("目标已取消。"))
    return redirect(reverse("coverage:targets", query=key_of(node)))

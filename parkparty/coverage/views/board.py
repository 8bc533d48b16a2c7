"""The dashboard of a node, and the same on a wall."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node, Point
from parkparty.coverage.figures.board import board
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.scoping import asked_node, tops, tree_of
from parkparty.coverage.tables import crumbs_of, key_of
from parkparty.coverage.tables.board import tiles_of


@requires(Action.VIEW_COVERAGE)
def dashboard(request: ScopedRequest) -> HttpResponse:
    """Six questions about a node. What is shown stands in the address, so that going back undoes a choice."""
    return _shown(request, "coverage/dashboard.html")


@requires(Action.VIEW_COVERAGE)
def wall(request: ScopedRequest) -> HttpResponse:
    """The tiles of the dashboard in large letters and without menus, to be shown to a room. Nothing turns by itself."""
    return _shown(request, "coverage/wall.html")


def _is_below(node: Node, scope: Scope) -> bool:
    """Whether there is no choice beside ``node``: it lies below where a subtree begins, or there is only one."""
    begins = scope.paths(tree_of(node))
    return node.path not in begins or len(begins) == 1


def _shown(request: ScopedRequest, template: str) -> HttpResponse:
    scope, form = request.scope, CoverageOptionsForm.read(request.GET)
    asked = asked_node(request.GET, scope)
    choice: list[Node] = [] if asked and _is_below(asked, scope) else tops(scope)
    node = asked or next(iter(choice), None)
    if node is None:
        return redirect("coverage:index")
    point = Point(node, form.chosen, form.day)
    told = board(point, scope)
    state = {"as_of": point.as_of.isoformat(), "denominator": str(point.denominator)}
    context: dict[str, Any] = {
        "node": node,
        "crumbs": crumbs_of(node),
        "key": key_of(node),
        "form": form,
        "point": point,
        "definition": point.denominator.definition(told.limits),
        "tiles": tiles_of(told),
        "choice": [(str(top), reverse("coverage:dashboard", query=key_of(top) | state), top == node) for top in choice],
        "wall_address": reverse("coverage:wall", query=key_of(node) | state),
        "back_address": reverse("coverage:dashboard", query=key_of(node) | state),
    }
    return render(request, template, context)

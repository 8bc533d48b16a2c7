"""The dashboard of a node, and the same on a wall."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities.figures import type_choices
from parkparty.companies.choices import Denominator
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node, Point, tree_of
from parkparty.coverage.figures.board import board, last_months
from parkparty.coverage.figures.kept import activities_by_type
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.scoping import asked_node, first_node, tops
from parkparty.coverage.tables import crumbs_of, key_of
from parkparty.coverage.tables.board import tiles_of
from parkparty.coverage.tables.drawn import drawn
from parkparty.coverage.tables.months import type_months
from parkparty.rules.figures import limits_of


@requires(Action.VIEW_COVERAGE)
def dashboard(request: ScopedRequest) -> HttpResponse:
    """Six questions about a node. What is shown stands in the address, so that going back undoes a choice."""
    return _shown(request, "coverage/dashboard.html")


@requires(Action.VIEW_COVERAGE)
def wall(request: ScopedRequest) -> HttpResponse:
    """The tiles of the dashboard in large letters and without menus, to be shown to a room. Nothing turns by itself."""
    return _shown(request, "coverage/wall.html")


@requires(Action.VIEW_COVERAGE)
def months(request: ScopedRequest) -> HttpResponse:
    """In which of the last twelve months activities of each type were held: a small chart for each, on one scale."""
    scope, form = request.scope, CoverageOptionsForm.read(request.GET)
    del form.fields["denominator"]
    node = asked_node(request.GET, scope) or first_node(scope)
    if node is None:
        return redirect("coverage:index")
    point = Point(node, Denominator.OPERATING, form.day)
    context = {
        "node": node,
        "crumbs": [*crumbs_of(node), (_("看板"), reverse("coverage:dashboard", query=key_of(node)))],
        "key": key_of(node),
        "form": form,
        "point": point,
        "charts": drawn("coverage/_type_months.html", point, scope, partial(_type_months, point, scope)),
    }
    return render(request, "coverage/months.html", context)


def _type_months(point: Point, scope: Scope) -> dict[str, Any]:
    periods = last_months(point.as_of)
    counted = activities_by_type(point.node, periods, point.as_of, scope)
    names = dict(type_choices())
    return {
        "periods": periods,
        "types": type_months(point, periods, counted, names),
        "unheld": [name for code, name in names.items() if code not in counted],
    }


def _is_below(node: Node, scope: Scope) -> bool:
    """Whether there is no choice beside ``node``: it lies below where a subtree begins, or there is only one."""
    begins = scope.paths(tree_of(node))
    return node.path not in begins or len(begins) == 1


def _shown(request: ScopedRequest, template: str) -> HttpResponse:
    scope, form = request.scope, CoverageOptionsForm.read(request.GET)
    choice = tops(scope)
    asked = next((top for top in choice if key_of(top).items() <= request.GET.dict().items()), None)
    asked = asked or asked_node(request.GET, scope)
    if asked and _is_below(asked, scope):
        choice = []
    node = asked or next(iter(choice), None)
    if node is None:
        return redirect("coverage:index")
    point = Point(node, form.chosen, form.day)
    state = {"as_of": point.as_of.isoformat(), "denominator": str(point.denominator)}
    context: dict[str, Any] = {
        "node": node,
        "crumbs": crumbs_of(node),
        "key": key_of(node),
        "form": form,
        "point": point,
        "definition": point.denominator.definition(limits_of(point.denominator, point.as_of)),
        "tiles": drawn("coverage/_tiles.html", point, scope, partial(_tiles, point, scope)),
        "choice": [(str(top), reverse("coverage:dashboard", query=key_of(top) | state), top == node) for top in choice],
        "wall_address": reverse("coverage:wall", query=key_of(node) | state),
        "back_address": reverse("coverage:dashboard", query=key_of(node) | state),
    }
    return render(request, template, context)


def _tiles(point: Point, scope: Scope) -> dict[str, Any]:
    return {"tiles": tiles_of(board(point, scope)), "point": point}

"""The dashboard of a node, and the same on a wall."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities.figures import type_choices
from parkparty.companies.choices import Denominator
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node, Point
from parkparty.coverage.figures.board import board, last_months
from parkparty.coverage.figures.kept import activities_by_type
from parkparty.coverage.figures.totals import version
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.scoping import asked_node, first_node, tops, tree_of
from parkparty.coverage.tables import crumbs_of, key_of
from parkparty.coverage.tables.board import tiles_of
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
        "charts": _drawn("coverage/_type_months.html", point, scope, lambda: _type_months(point, scope)),
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
        "tiles": _tiles(point, scope),
        "choice": [(str(top), reverse("coverage:dashboard", query=key_of(top) | state), top == node) for top in choice],
        "wall_address": reverse("coverage:wall", query=key_of(node) | state),
        "back_address": reverse("coverage:dashboard", query=key_of(node) | state),
    }
    return render(request, template, context)


def _tiles(point: Point, scope: Scope) -> str:
    """The tiles as they are drawn."""
    return _drawn(
        "coverage/_tiles.html", point, scope, lambda: {"tiles": tiles_of(board(point, scope)), "point": point}
    )


def _drawn(template: str, point: Point, scope: Scope, read: Callable[[], dict[str, Any]]) -> str:
    """``template`` with what ``read`` finds, kept until anything changes that figures rest on.

    What is kept is of a node, a day and a denominator as readers of one reach and one language see them; who may open
    the page was asked before.
    """
    # The version first: what is committed from here on makes another.
    seen = (version(), template, point.node.path, point.as_of, point.denominator, scope.reaches, get_language())
    key = f"drawn-{sha256(repr(seen).encode()).hexdigest()}"
    drawn: str | None = cache.get(key)
    if drawn is None:
        drawn = render_to_string(template, read())
        cache.set(key, drawn)
    return drawn

"""The dashboard of a node, and the same on a wall."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
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
from parkparty.core.dates import add_months, quarter_of, today
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node, Point, coverage_at
from parkparty.coverage.figures.board import board, last_months
from parkparty.coverage.figures.kept import activities_by_type
from parkparty.coverage.figures.life import life_of
from parkparty.coverage.forms import CoverageOptionsForm, SpanForm
from parkparty.coverage.scoping import asked_node, first_node, tops
from parkparty.coverage.tables import Lists, crumbs_of, key_of
from parkparty.coverage.tables.board import tiles_of
from parkparty.coverage.tables.drawn import drawn, told
from parkparty.coverage.tables.life import Span, life_rows
from parkparty.coverage.tables.months import type_months
from parkparty.organizations.models import tree_of


@requires(Action.VIEW_COVERAGE)
def dashboard(request: ScopedRequest) -> HttpResponse:
    """Six questions about a node. What is shown stands in the address, so that going back undoes a choice."""
    scope, form, (node, choice) = request.scope, CoverageOptionsForm.read(request.GET), _chosen(request)
    if node is None:
        return redirect("coverage:index")
    point = Point(node, form.chosen, form.day)
    asked = (str(value) for value in form.data.values())
    context = {
        "node": node,
        "crumbs": crumbs_of(node),
        "form": form,
        "board": drawn("coverage/_board.html", point, scope, partial(_board, point, scope, form, choice), *asked),
    }
    return render(request, "coverage/dashboard.html", context)


@requires(Action.VIEW_COVERAGE)
def wall(request: ScopedRequest) -> HttpResponse:
    """The tiles of the dashboard in large letters and without menus, to be shown to a room. Nothing turns by itself."""
    scope, form, (node, _choice) = request.scope, CoverageOptionsForm.read(request.GET), _chosen(request)
    if node is None:
        return redirect("coverage:index")
    point = Point(node, form.chosen, form.day)
    context = {
        "node": node,
        "form": form,
        "point": point,
        "definition": point.definition,
        "tiles": drawn("coverage/_tiles.html", point, scope, partial(_tiles, point, scope)),
        "back_address": reverse("coverage:dashboard", query=Lists(node, point.as_of, point.denominator).state),
    }
    return render(request, "coverage/wall.html", context)


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
        "life_address": reverse("coverage:life", query=key_of(node)),
        "charts": drawn("coverage/_type_months.html", point, scope, partial(_type_months, point, scope)),
    }
    return render(request, "coverage/months.html", context)


@requires(Action.VIEW_COVERAGE)
def life(request: ScopedRequest) -> HttpResponse:
    """How many came, what was held together, how soon it was told: in a span of days, and in the same a year before."""
    scope, form = request.scope, SpanForm(request.GET, quarter_of(today()).since)
    node = asked_node(request.GET, scope) or first_node(scope)
    if node is None:
        return redirect("coverage:index")
    since, until, denominator = form.asked
    point = Point(node, denominator, until)
    context = {
        "node": node,
        "crumbs": [*crumbs_of(node), (_("看板"), reverse("coverage:dashboard", query=key_of(node)))],
        "key": key_of(node),
        "form": form,
        # Not kept: how many came may be corrected without a new version.
        "told": told("coverage/_life.html", partial(_life, point, since, scope)),
    }
    return render(request, "coverage/life.html", context)


def _life(point: Point, since: dt.date, scope: Scope) -> dict[str, Any]:
    points = [point, replace(point, as_of=add_months(point.as_of, -12))]
    firsts = [since, add_months(since, -12)]
    spans = [
        Span(first, Lists(on.node, on.as_of, on.denominator), life_of(on.node, first, on.as_of, scope), parts.companies)
        for first, on, parts in zip(firsts, points, coverage_at(points, scope), strict=True)
    ]
    days = [(one.since, one.lists.as_of) for one in spans]
    return {"days": days, "rows": life_rows(spans), "definition": point.definition}


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


def _chosen(request: ScopedRequest) -> tuple[Node | None, list[Node]]:
    """The node asked for, or the first, and those to choose from beside it."""
    choice = tops(request.scope)
    asked = next((top for top in choice if key_of(top).items() <= request.GET.dict().items()), None)
    asked = asked or asked_node(request.GET, request.scope)
    if asked and _is_below(asked, request.scope):
        choice = []
    return asked or next(iter(choice), None), choice


def _board(point: Point, scope: Scope, form: CoverageOptionsForm, choice: list[Node]) -> dict[str, Any]:
    """The tiles, and what may be chosen above them."""
    addresses = [
        reverse("coverage:dashboard", query=Lists(top, point.as_of, point.denominator).state) for top in choice
    ]
    return _tiles(point, scope) | {
        "key": key_of(point.node),
        "form": form,
        "choice": [(str(top), address, top == point.node) for top, address in zip(choice, addresses, strict=True)],
        "wall_address": reverse("coverage:wall", query=Lists(point.node, point.as_of, point.denominator).state),
    }


def _tiles(point: Point, scope: Scope) -> dict[str, Any]:
    return {"tiles": tiles_of(board(point, scope)), "point": point}

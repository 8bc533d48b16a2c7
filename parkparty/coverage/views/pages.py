"""The pages of coverage and of organisations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities.columns import chosen, read_by
from parkparty.activities.models import Activity
from parkparty.activities.tables import lines_of
from parkparty.companies.choices import CoverageChoice, Denominator, Limits
from parkparty.companies.filters import CutForm
from parkparty.core import paths
from parkparty.core.dates import month_of, today
from parkparty.core.paging import ROWS, keyset_page, number_of
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.choices import EFFECTIVE
from parkparty.coverage.figures import (
    CompanyCoverage,
    Node,
    Point,
    coverage_at,
    load_at,
    loaded,
    nodes_below,
    organizations_above,
    parts_below,
    places_above,
    top_organizations,
    top_places,
    with_units,
)
from parkparty.coverage.figures.effective import definition as effective_definition
from parkparty.coverage.figures.kept import activities_by_month
from parkparty.coverage.figures.marks import Waiting
from parkparty.coverage.figures.totals import with_parts
from parkparty.coverage.filters import OrganizationFilterForm
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.tables import (
    ComparisonRow,
    Lists,
    comparison,
    comparison_table,
    crumbs_of,
    key_of,
    key_rates,
    organization_table,
    page_of,
    stacked_bar,
    table_below,
)
from parkparty.coverage.tables.drawn import drawn
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.figures import latest_counts, officers_of, spans_of
from parkparty.organizations.models import MemberCount, Organization
from parkparty.places.models import Area, Park
from parkparty.rules.figures import LimitBook, facts_of, hints

TOPS_SHOWN = 50
PARTS_SHOWN = 100
LATEST = 5
OF_ACTIVITIES = ("held_on", "organization", "state")
"""Columns of the latest activities of an organisation."""
CHILDREN_SHOWN = 50


def _rows_of(nodes: Sequence[Node], scope: Scope, *, as_of: dt.date, denominator: Denominator) -> list[ComparisonRow]:
    parts = coverage_at([Point(node, denominator, as_of) for node in nodes], scope, may_take_minutes=False)
    return comparison(dict(enumerate(parts)), dict(enumerate(nodes)), as_of=as_of, denominator=denominator)


@requires(Action.VIEW_COVERAGE)
def index(request: ScopedRequest) -> HttpResponse:
    """Where the reader's subtrees begin, each with its rate; with only one, its page at once."""
    scope = request.scope
    nodes: list[Node] = [*top_places(scope, TOPS_SHOWN), *top_organizations(scope, TOPS_SHOWN)]
    if len(nodes) == 1:
        return redirect(page_of(nodes[0]))
    rows, waits = [], False
    try:
        rows = _rows_of(nodes, scope, as_of=today(), denominator=Denominator.OPERATING)
    except Waiting:
        waits = True
    context = {
        "waits": waits,
        "table": comparison_table(rows),
        "day": today(),
        "definition": Denominator.OPERATING.definition(Limits()),
    }
    return render(request, "coverage/index.html", context)


@requires(Action.VIEW_COVERAGE)
def area_page(request: ScopedRequest, code: str) -> HttpResponse:
    """The coverage of an area, with its parks, or the areas below it, beside each other."""
    scope = request.scope
    area = scoped_or_404(Area.objects.within(scope).select_related("parent__parent"), code=code)
    context = {"crumbs": _place_crumbs(area, scope), "by_area": request.GET.get("by") == "area"}
    return _coverage_page(request, area, CutForm(request.GET, scope=scope), context)


@requires(Action.VIEW_COVERAGE)
def park_page(request: ScopedRequest, key: str) -> HttpResponse:
    """The coverage of a park, with its bases beside each other when it has any."""
    scope = request.scope
    park = scoped_or_404(Park.objects.within(scope).select_related("parent", "area__parent__parent"), key=key)
    form = CutForm(request.GET, scope=scope)
    form.offer_buildings(park)
    return _coverage_page(request, park, form, {"crumbs": _place_crumbs(park, scope)})


@requires(Action.VIEW_COVERAGE)
def organization_coverage(request: ScopedRequest, code: str) -> HttpResponse:
    """The coverage of the companies tied to an organisation and to those below it, which stand beside each other."""
    scope = request.scope
    organization = scoped_or_404(Organization.objects.within(scope).select_related("park", "area"), code=code)
    context = {"crumbs": _organization_crumbs(organization, scope, "coverage:organization")}
    return _coverage_page(request, organization, CutForm(request.GET, scope=scope), context)


def _coverage_page(request: ScopedRequest, node: Node, cut_form: CutForm, context: dict[str, Any]) -> HttpResponse:
    """The page of ``node``, with what is below it beside each other."""
    form, by_area = CoverageOptionsForm.read(request.GET), context.get("by_area", False)
    point = Point(node, form.chosen, form.day, cut_form.cut)
    figures = partial(_figures, point, request.scope, by_area=by_area)
    asked = ["by area"] if by_area else []
    context |= {
        "node": node,
        "form": form,
        "cut_form": cut_form,
        "figures": drawn("coverage/_figures.html", point, request.scope, figures, *asked),
    }
    return render(request, "coverage/page.html", context)


def _figures(point: Point, scope: Scope, *, by_area: bool) -> dict[str, Any]:
    """All that the page says of ``point``, and of what is below its node."""
    node, day, denominator = point.node, point.as_of, point.denominator
    nodes = nodes_below(node, day, scope, by_area=by_area, limit=CHILDREN_SHOWN + 1)
    by_area = any(isinstance(below, Area) for below in nodes.values())
    offers_areas = isinstance(node, Area) and any(paths.depth(below.path) > node.depth + 1 for below in nodes.values())
    more_below = isinstance(node, Organization) and len(nodes) > CHILDREN_SHOWN
    if more_below:
        nodes = dict(islice(nodes.items(), CHILDREN_SHOWN))
    limits = LimitBook()
    ((counted, effective),), _rest, parts = with_parts([point], [], nodes, scope, limits)
    parts = parts_below(point, nodes, scope, limits) if parts is None else parts
    figures = loaded(counted, load_at(node, day, scope), as_of=day, denominator=denominator)
    rows = comparison(parts, nodes, as_of=day, denominator=denominator, cut=point.cut, most=PARTS_SHOWN)
    return _addresses(point, counted, by_area=by_area) | {
        "node": node,
        "organization": node if isinstance(node, Organization) else None,
        "are_bases": isinstance(node, Park),
        "offers_areas": offers_areas or by_area,
        "by_area": by_area,
        "more_below": more_below,
        "activities": activities_by_month(node, [month_of(day)], day, scope)[0],
        "table": comparison_table(rows),
        "left_out": max(0, len(nodes) - PARTS_SHOWN),
        "is_cut": bool(point.cut),
        "figures": figures,
        "effective": None if effective is None else Rate(effective, counted.companies),
        "effective_definition": effective_definition(),
        "definitions": [(kind, kind.definition(limits.of(kind, day))) for kind in Denominator],
    }


def _addresses(point: Point, coverage: CompanyCoverage, *, by_area: bool) -> dict[str, Any]:
    """Where the numbers of the page lead, and the pages beside it."""
    node, lists = point.node, Lists(point.node, point.as_of, point.denominator, point.cut)
    key = key_of(node)
    return {
        "activities_address": lists.activities(month_of(point.as_of).since),
        "effective_address": lists.behind(EFFECTIVE),
        "board_address": reverse("coverage:dashboard", query=lists.state),
        "cross_address": lists.cross(),
        "changes_address": reverse("coverage:changes", query={**key, "denominator": point.denominator}),
        "targets_address": reverse("coverage:targets", query=key),
        "snapshots_address": reverse("coverage:snapshots", query=key),
        "companies_address": lists.companies(),
        "uncovered_address": lists.companies(CoverageChoice.UNCOVERED),
        "plan_address": lists.plan(),
        "branches_address": lists.branches(),
        "loads_address": lists.loads(),
        "joint_branches_address": lists.branches(OrganizationType.JOINT_BRANCH),
        "other_address": lists.page() if by_area else f"{lists.page()}&by=area",
        "bar": stacked_bar(coverage, lists),
        "rates": key_rates(coverage, lists),
    }


def _place_crumbs(place: Area | Park, scope: Scope) -> list[tuple[str, str]]:
    above = [(str(node), page_of(node) if opens else "") for node, opens in places_above(place, scope)]
    return [*crumbs_of(None), *above]


def _organization_crumbs(organization: Organization, scope: Scope, page: str) -> list[tuple[str, str]]:
    of_lists = [(pgettext("复数", "党组织"), reverse("organizations:list"))]
    return [
        *(crumbs_of(None) if page.startswith("coverage") else of_lists),
        *(
            (str(node), reverse(page, args=[node.code]) if opens else "")
            for node, opens in organizations_above(organization, scope)
        ),
    ]


@requires(Action.VIEW_ORGANIZATION)
def organization_list(request: ScopedRequest) -> HttpResponse:
    """Organisations in reach, in the order of the party tree, cut by the filters in the address."""
    form = OrganizationFilterForm(request.GET, scope=request.scope)
    rows = form.rows()
    shown = with_units(rows.for_list().with_member_counts(form.day), form.day)
    page = keyset_page(shown, request.GET, order=("path",), size=ROWS)
    context = {
        "form": form,
        "page": page,
        "table": organization_table(page.rows, form.day),
        "number": number_of(rows, page, up_to=form.counted_to),
    }
    return render(request, "organizations/list.html", context)


@requires(Action.VIEW_ORGANIZATION)
def organization_detail(request: ScopedRequest, code: str) -> HttpResponse:
    """An organisation: facts, size with its hints, units covered, organisations below, latest activities, history."""
    scope, day = request.scope, today()
    rows = Organization.objects.within(scope).select_related("park", "area", "formation_mode", "founding_case")
    organization: Any = scoped_or_404(with_units(rows, day), code=code)
    counts = latest_counts(organization, scope, LATEST)
    last = next((count for count in counts if count.as_of <= day), MemberCount(full=0, probationary=0))
    children = [] if organization.is_branch else _children_of(organization, scope, day)
    held = Activity.objects.within(scope, cut_to=organization).order_by("-held_on", "-id")
    # Of fewer rows than a list has, so few organisations would be asked that often a second query asks the others.
    activities = held.newest_of(organization, ROWS)
    columns = chosen(OF_ACTIVITIES)
    context = {
        "organization": organization,
        "crumbs": _organization_crumbs(organization, scope, "organizations:detail"),
        "hints": hints(facts_of(organization, last, organization.units, day), day),
        "counts": counts,
        "companies_address": Lists(organization, day, Denominator.REGISTERED).companies(),
        "children": table_below(children[:ROWS]),
        "children_left_out": len(children) > ROWS,
        "columns": columns,
        "lines": lines_of(list(activities.for_lines(*read_by(columns))[:LATEST]), columns),
        "officers": officers_of(organization, scope),
        "shows_contacts": organization.is_reached_by(scope, ROLES_FOR[Action.VIEW_CONTACT]),
        "spans": spans_of(organization, scope),
    }
    return render(request, "organizations/detail.html", context)


def _children_of(organization: Organization, scope: Scope, day: dt.date) -> list[Any]:
    """What is shown of the organisations right below, and of one more where there are more."""
    below: Any = Organization.objects.within(scope).filter(parent=organization).with_member_counts(day).order_by("path")
    rows = below.values_list("code", "name", "type", "status", "full_members", named=True)
    return list(rows[: ROWS + 1])

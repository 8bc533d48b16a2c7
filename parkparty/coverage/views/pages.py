"""The pages of coverage and of organisations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities.figures import held_count
from parkparty.activities.models import Activity
from parkparty.companies.choices import CoverageChoice, Denominator, Limits
from parkparty.companies.filters import CutForm
from parkparty.core.dates import month_of, today
from parkparty.core.paging import BOUNDED_TO, COUNTED_TO, keyset_page, number_of
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.figures import (
    Node,
    Point,
    coverage_at,
    nodes_below,
    organizations_above,
    parts_below,
    places_above,
    top_organizations,
    top_places,
    with_load,
    with_units,
)
from parkparty.coverage.figures.effective import definition as effective_definition
from parkparty.coverage.figures.totals import with_parts
from parkparty.coverage.filters import OrganizationFilterForm
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.tables import (
    ComparisonRow,
    Lists,
    comparison,
    crumbs_of,
    key_of,
    key_rates,
    organization_row,
    page_of,
    stacked_bar,
)
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import MemberCount, Officer, Organization, OrganizationSpan
from parkparty.places.models import Area, Park
from parkparty.rules.figures import LimitBook, facts_of, hints

TOPS_SHOWN = 50
PARTS_SHOWN = 100
LATEST = 5
CHILDREN_SHOWN = 50


def _rows_of(nodes: Sequence[Node], scope: Scope, *, as_of: dt.date, denominator: Denominator) -> list[ComparisonRow]:
    parts = coverage_at([Point(node, denominator, as_of) for node in nodes], scope)
    return comparison(dict(enumerate(parts)), dict(enumerate(nodes)), as_of=as_of, denominator=denominator)


@requires(Action.VIEW_COVERAGE)
def index(request: ScopedRequest) -> HttpResponse:
    """Where the reader's subtrees begin, each with its rate; with only one, its page at once."""
    scope = request.scope
    nodes: list[Node] = [*top_places(scope, TOPS_SHOWN), *top_organizations(scope, TOPS_SHOWN)]
    if len(nodes) == 1:
        return redirect(page_of(nodes[0]))
    rows = _rows_of(nodes, scope, as_of=today(), denominator=Denominator.OPERATING)
    context = {"rows": rows, "day": today(), "definition": Denominator.OPERATING.definition(Limits())}
    return render(request, "coverage/index.html", context)


@requires(Action.VIEW_COVERAGE)
def area_page(request: ScopedRequest, code: str) -> HttpResponse:
    """The coverage of an area, with its parks, or the areas below it, beside each other."""
    scope = request.scope
    area = scoped_or_404(Area.objects.within(scope), code=code)
    has_areas = Area.objects.within(scope).filter(parent=area).exists()
    by_area = has_areas and request.GET.get("by") == "area"
    nodes = nodes_below(area, today(), scope, by_area=by_area)
    context = {"crumbs": _place_crumbs(area, scope), "offers_areas": has_areas, "by_area": by_area}
    return _coverage_page(request, area, CutForm(request.GET, scope=scope), nodes, context)


@requires(Action.VIEW_COVERAGE)
def park_page(request: ScopedRequest, key: str) -> HttpResponse:
    """The coverage of a park, with its bases beside each other when it has any."""
    scope = request.scope
    park = scoped_or_404(Park.objects.within(scope).select_related("parent"), key=key)
    form = CutForm(request.GET, scope=scope)
    form.offer_buildings(park)
    context = {"crumbs": _place_crumbs(park, scope), "are_bases": True}
    return _coverage_page(request, park, form, nodes_below(park, today(), scope), context)


@requires(Action.VIEW_COVERAGE)
def organization_coverage(request: ScopedRequest, code: str) -> HttpResponse:
    """The coverage of the companies tied to an organisation and to those below it, which stand beside each other."""
    scope = request.scope
    organization = scoped_or_404(Organization.objects.within(scope), code=code)
    crumbs = _organization_crumbs(organization, scope, "coverage:organization")
    day = CoverageOptionsForm.read(request.GET).day
    below = list(nodes_below(organization, day, scope, limit=CHILDREN_SHOWN + 1).values())
    context = {
        "crumbs": crumbs,
        "organization": organization,
        "more_below": len(below) > CHILDREN_SHOWN,
    }
    nodes = dict(enumerate(below[:CHILDREN_SHOWN]))
    return _coverage_page(request, organization, CutForm(request.GET, scope=scope), nodes, context)


def _coverage_page(
    request: ScopedRequest, node: Node, cut_form: CutForm, nodes: Mapping[Any, Node], context: dict[str, Any]
) -> HttpResponse:
    """The page of ``node``, with ``nodes`` below it beside each other."""
    form, scope, cut = CoverageOptionsForm.read(request.GET), request.scope, cut_form.cut
    day, denominator = form.day, form.chosen
    point = Point(node, denominator, day, cut)
    limits = LimitBook()
    below = {key: Point(part, denominator, day, cut) for key, part in nodes.items()}
    ((counted, effective),), _rest, parts = with_parts([point], [], below, scope, limits)
    parts = parts_below(point, nodes, scope, limits) if parts is None else parts
    figures = with_load(node, counted, as_of=day, denominator=denominator, scope=scope)
    lists, month = Lists(node, day, denominator, cut), month_of(day)
    context |= {
        "activities": held_count(node, month.since, day, scope),
        "activities_address": lists.activities(month.since),
        "node": node,
        "rows": comparison(parts, nodes, as_of=day, denominator=denominator, cut=cut)[:PARTS_SHOWN],
        "left_out": max(0, len(nodes) - PARTS_SHOWN),
        "form": form,
        "cut_form": cut_form,
        "is_cut": bool(cut),
        "figures": figures,
        "effective": None if effective is None else Rate(effective, figures.coverage.companies),
        "effective_definition": effective_definition(),
        "effective_address": lists.behind("effective"),
        "board_address": reverse("coverage:dashboard", query=lists.state),
        "cross_address": lists.cross(),
        "changes_address": reverse("coverage:changes", query={**key_of(node), "denominator": denominator}),
        "targets_address": reverse("coverage:targets", query=key_of(node)),
        "snapshots_address": reverse("coverage:snapshots", query=key_of(node)),
        "companies_address": lists.companies(),
        "uncovered_address": lists.companies(CoverageChoice.UNCOVERED),
        "plan_address": lists.plan(),
        "branches_address": lists.branches(),
        "loads_address": lists.loads(),
        "joint_branches_address": lists.branches(OrganizationType.JOINT_BRANCH),
        "bar": stacked_bar(figures.coverage, lists),
        "rates": key_rates(figures.coverage, lists),
        "definitions": [(kind, kind.definition(limits.of(kind, day))) for kind in Denominator],
    }
    return render(request, "coverage/page.html", context)


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
    shown = with_units(rows.with_member_counts(form.day), form.day).select_related("parent", "park", "area")
    page = keyset_page(shown, request.GET, order=("path",))
    counted_to = BOUNDED_TO if form.is_bounded else COUNTED_TO
    context = {
        "form": form,
        "page": page,
        "rows": [organization_row(organization) for organization in page.rows],
        "number": number_of(rows, page, up_to=counted_to),
        "counted_to": counted_to,
    }
    return render(request, "organizations/list.html", context)


@requires(Action.VIEW_ORGANIZATION)
def organization_detail(request: ScopedRequest, code: str) -> HttpResponse:
    """An organisation: facts, size with its hints, units covered, organisations below, latest activities, history."""
    scope, day = request.scope, today()
    rows = Organization.objects.within(scope).select_related("park", "area", "formation_mode", "founding_case")
    organization: Any = scoped_or_404(with_units(rows, day), code=code)
    counts = list(MemberCount.objects.within(scope).filter(organization=organization).order_by("-as_of")[:LATEST])
    last = next((count for count in counts if count.as_of <= day), MemberCount(full=0, probationary=0))
    below = Organization.objects.within(scope).filter(parent=organization).with_member_counts(day).order_by("path")
    children = [] if organization.is_branch else list(below[: CHILDREN_SHOWN + 1])
    activities = Activity.objects.within(scope).hosted_under(organization).select_related("organization")
    officers = Officer.objects.within(scope).filter(organization=organization)
    context = {
        "organization": organization,
        "crumbs": _organization_crumbs(organization, scope, "organizations:detail"),
        "hints": hints(facts_of(organization, last, organization.units, day), day),
        "counts": counts,
        "companies_address": Lists(organization, day, Denominator.REGISTERED).companies(),
        "children": children[:CHILDREN_SHOWN],
        "children_left_out": len(children) > CHILDREN_SHOWN,
        "activities": activities[:LATEST],
        "officers": officers.order_by("until", "post", "-since"),
        "shows_contacts": organization.is_reached_by(scope, ROLES_FOR[Action.VIEW_CONTACT]),
        "spans": OrganizationSpan.objects.within(scope).filter(organization=organization).select_related("parent"),
    }
    return render(request, "organizations/detail.html", context)

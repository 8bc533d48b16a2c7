"""The home page of each role, and the pages of coverage and of organisations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext

from parkparty.access.choices import Role
from parkparty.access.permissions import ROLES_FOR, Action, decide
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities.figures import QUEUE_ORDER, held_count, queue, queue_length, unfinished
from parkparty.activities.models import Activity
from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.core.dates import month_of, today
from parkparty.core.paging import COUNTED_TO, keyset_page, number_of
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.figures import (
    CompanyCoverage,
    Node,
    coverage_by_area,
    coverage_by_park,
    coverage_of_each,
    coverage_of_pairs,
    organizations_above,
    places_above,
    top_organizations,
    top_places,
    with_units,
)
from parkparty.coverage.figures.effective import coverage_with_effective
from parkparty.coverage.figures.effective import definition as effective_definition
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
from parkparty.rules.figures import duties, facts_of, grid, hints

TILES = 3
OWED_OF = 200
"""Branches whose duties the home page counts; beyond, the table of duties is to be cut first."""
DUTIES_SHOWN = 20
IN_QUEUE_SHOWN = 5
TOPS_SHOWN = 50
PARTS_SHOWN = 100
LATEST = 5
CHILDREN_SHOWN = 50


@login_required
def home(request: ScopedRequest) -> HttpResponse:
    """What the reader's roles have to do and to see, most urgent first."""
    scope = request.scope
    context: dict[str, Any] = {}
    if decide(scope, Action.LOG_ACTIVITY):
        context |= _desk(scope)
    if decide(scope, Action.REVIEW_ACTIVITY):
        context |= _waiting(scope)
        if Role.SECRETARY not in scope.roles:
            context["owed"] = _owed_below(scope)
    if scope.roles & {Role.REVIEWER, Role.ADMINISTRATOR, Role.VIEWER}:
        nodes = top_places(scope, TILES)[:TILES] or top_organizations(scope, TILES)
        context |= _tiles(nodes, scope)
    return render(request, "home.html", context)


def _waiting(scope: Scope) -> dict[str, Any]:
    """The oldest records to judge, and how many there are: counted only when there are more than are shown."""
    rows = list(queue(scope).for_list().order_by(*QUEUE_ORDER)[: IN_QUEUE_SHOWN + 1])
    number = queue_length(scope) if len(rows) > IN_QUEUE_SHOWN else str(len(rows))
    return {"waiting": number, "queue": rows[:IN_QUEUE_SHOWN]}


def _owed_below(scope: Scope) -> Rate | None:
    """How far the branches in reach have done what this period asks; None when they are too many to count here."""
    branches = Organization.objects.within(scope).branches().order_by("path")
    owed = duties(Organization.objects.within(scope).filter(pk__in=branches.values("pk")[: OWED_OF + 1]), today())
    return grid(owed).done if len({duty.organization.pk for duty in owed}) <= OWED_OF else None


def _tiles(nodes: Sequence[Node], scope: Scope) -> dict[str, Any]:
    """Coverage today of operating companies, and of those that should have an organisation, in one query for both."""
    day, kinds = today(), (Denominator.OPERATING, Denominator.YINGJIAN)
    parts = coverage_of_pairs([(node, kind) for kind in kinds for node in nodes], as_of=day, scope=scope)
    keyed = dict(enumerate(nodes))
    rates = comparison(dict(enumerate(parts)), keyed, as_of=day, denominator=Denominator.OPERATING)
    unbuilt = comparison(dict(enumerate(parts[len(nodes) :])), keyed, as_of=day, denominator=Denominator.YINGJIAN)
    return {"tiles": rates, "unbuilt": unbuilt, "definition": Denominator.OPERATING.definition}


def _desk(scope: Scope) -> dict[str, Any]:
    own = Organization.objects.within(scope).writable(scope, (Role.SECRETARY,))
    owed = duties(own, today())
    return {
        "duties": owed[:DUTIES_SHOWN],
        "duties_left_out": max(0, len(owed) - DUTIES_SHOWN),
        "open_duties": sum(duty.is_open for duty in owed),
        "name_organizations": len({duty.organization for duty in owed}) > 1,
        "unfinished": unfinished(scope),
    }


def _rows_of(
    nodes: Sequence[Node],
    scope: Scope,
    denominator: Denominator = Denominator.OPERATING,
    *,
    as_of: dt.date | None = None,
) -> list[ComparisonRow]:
    """The coverage of each of ``nodes``, today's unless ``as_of`` names another day."""
    day = as_of or today()
    parts = coverage_of_each(nodes, as_of=day, denominator=denominator, scope=scope)
    keyed = dict(enumerate(nodes))
    return comparison(dict(enumerate(parts)), keyed, as_of=day, denominator=denominator)


@requires(Action.VIEW_COVERAGE)
def index(request: ScopedRequest) -> HttpResponse:
    """Where the reader's subtrees begin, each with its rate; with only one, its page at once."""
    scope = request.scope
    nodes: list[Node] = [*top_places(scope, TOPS_SHOWN), *top_organizations(scope, TOPS_SHOWN)]
    if len(nodes) == 1:
        return redirect(page_of(nodes[0]))
    context = {"rows": _rows_of(nodes, scope), "day": today(), "definition": Denominator.OPERATING.definition}
    return render(request, "coverage/index.html", context)


@requires(Action.VIEW_COVERAGE)
def area_page(request: ScopedRequest, code: str) -> HttpResponse:
    """The coverage of an area, with its parks, or the areas below it, beside each other."""
    scope = request.scope
    area = scoped_or_404(Area.objects.within(scope), code=code)
    form = _options(request)
    asked: dict[str, Any] = {"as_of": form.day, "denominator": form.chosen}
    children = list(Area.objects.within(scope).filter(parent=area))
    nodes: dict[Any, Node]
    parts: dict[Any, CompanyCoverage]
    if children and request.GET.get("by") == "area":
        parts = {**coverage_by_area(area, scope=scope, **asked)}
        direct = Park.objects.within(scope).filter(area=area, parent__isnull=True)
        below: list[Area | Park] = [*children, *direct]
        nodes = {node.path: node for node in below}
    else:
        parts = {**coverage_by_park(area, scope=scope, **asked)}
        parks: Any = Park.objects.within(scope).under(area).filter(parent__isnull=True)
        nodes = parks.in_bulk()
    context = {
        "crumbs": _place_crumbs(area, scope),
        "rows": comparison(parts, nodes, **asked)[:PARTS_SHOWN],
        "left_out": max(0, len(nodes) - PARTS_SHOWN),
        "offers_areas": bool(children),
        "by_area": bool(children) and request.GET.get("by") == "area",
    }
    return _coverage_page(request, area, form, context)


@requires(Action.VIEW_COVERAGE)
def park_page(request: ScopedRequest, key: str) -> HttpResponse:
    """The coverage of a park, with its bases beside each other when it has any."""
    scope = request.scope
    park = scoped_or_404(Park.objects.within(scope).select_related("parent"), key=key)
    form = _options(request)
    asked: dict[str, Any] = {"as_of": form.day, "denominator": form.chosen}
    bases = {base.pk: base for base in Park.objects.within(scope).filter(parent=park)}
    parts = coverage_by_park(park, scope=scope, **asked) if bases else {}
    context = {"crumbs": _place_crumbs(park, scope), "rows": comparison(parts, bases, **asked), "are_bases": True}
    return _coverage_page(request, park, form, context)


@requires(Action.VIEW_COVERAGE)
def organization_coverage(request: ScopedRequest, code: str) -> HttpResponse:
    """The coverage of the companies tied to an organisation and to those below it, which stand beside each other."""
    organization = scoped_or_404(Organization.objects.within(request.scope), code=code)
    crumbs = _organization_crumbs(organization, request.scope, "coverage:organization")
    form = _options(request)
    below = Organization.objects.within(request.scope).filter(parent=organization).active_on(form.day).order_by("path")
    children = [] if organization.is_branch else list(below[: CHILDREN_SHOWN + 1])
    context = {
        "crumbs": crumbs,
        "organization": organization,
        "rows": _rows_of(children[:CHILDREN_SHOWN], request.scope, form.chosen, as_of=form.day),
        "more_below": len(children) > CHILDREN_SHOWN,
    }
    return _coverage_page(request, organization, form, context)


def _options(request: ScopedRequest) -> CoverageOptionsForm:
    return CoverageOptionsForm(
        {
            "as_of": request.GET.get("as_of") or today().isoformat(),
            "denominator": request.GET.get("denominator") or Denominator.OPERATING,
        }
    )


def _coverage_page(
    request: ScopedRequest, node: Node, form: CoverageOptionsForm, context: dict[str, Any]
) -> HttpResponse:
    day, denominator = form.day, form.chosen
    figures, effective = coverage_with_effective(node, as_of=day, denominator=denominator, scope=request.scope)
    lists, month = Lists(node, day, denominator), month_of(day)
    context |= {
        "activities": held_count(node, month.since, day, request.scope),
        "activities_address": lists.activities(month.since),
        "node": node,
        "form": form,
        "figures": figures,
        "effective": Rate(effective, figures.coverage.companies),
        "effective_definition": effective_definition(),
        "effective_address": lists.behind("effective"),
        "changes_address": reverse("coverage:changes", query={**key_of(node), "denominator": denominator}),
        "snapshots_address": reverse("coverage:snapshots", query=key_of(node)),
        "companies_address": lists.companies(),
        "uncovered_address": lists.companies(CoverageChoice.UNCOVERED),
        "plan_address": lists.plan(),
        "branches_address": lists.branches(),
        "joint_branches_address": lists.branches(OrganizationType.JOINT_BRANCH),
        "bar": stacked_bar(figures.coverage, lists),
        "rates": key_rates(figures.coverage, lists),
        "denominators": list(Denominator),
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
    context = {
        "form": form,
        "page": page,
        "rows": [organization_row(organization) for organization in page.rows],
        "number": number_of(rows, page, exactly=form.is_bounded),
        "counted_to": COUNTED_TO,
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

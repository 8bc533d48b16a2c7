"""The home page: what each of the reader's roles has to do and to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render

from parkparty.access.choices import Role
from parkparty.access.permissions import Action, decide
from parkparty.access.scoping import ScopedRequest
from parkparty.activities.figures import QUEUE_ORDER, queue, queue_length, unfinished
from parkparty.companies.choices import Denominator, Limits
from parkparty.core.dates import today
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node, Point, coverage_at, top_organizations, top_places
from parkparty.coverage.figures.board import quarter_end
from parkparty.coverage.figures.marks import Waiting
from parkparty.coverage.figures.start import steps_done
from parkparty.coverage.tables import ComparisonRow, comparison
from parkparty.coverage.tables.board import change_of_number, change_of_rate
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.figures import Duty, LimitBook, duties, grid

TILES = 3
OWED_OF = 200
"""Branches whose duties the home page reads; beyond, the table of duties is to be cut first."""
DUTIES_SHOWN = 20
IN_QUEUE_SHOWN = 5


@login_required
def home(request: ScopedRequest) -> HttpResponse:
    """What the reader's roles have to do and to see, most urgent first."""
    scope = request.scope
    context: dict[str, Any] = {}
    if decide(scope, Action.IMPORT_ROSTER):
        context["start"] = steps_done(scope)
        context["start_done"] = sum(context["start"].values())
        context["demo_site"] = settings.DEMO_SITE
    if decide(scope, Action.LOG_ACTIVITY):
        context |= _desk(scope)
    if decide(scope, Action.REVIEW_ACTIVITY):
        context |= _waiting(scope)
        if Role.SECRETARY not in scope.roles:
            context["owed"] = _owed_below(scope)
    if scope.roles & {Role.REVIEWER, Role.ADMINISTRATOR, Role.VIEWER}:
        nodes = top_places(scope, TILES)[:TILES] or top_organizations(scope, TILES)
        try:
            context |= _tiles(nodes, scope)
        except Waiting:
            context["waits"] = True
    return render(request, "home.html", context)


def _waiting(scope: Scope) -> dict[str, Any]:
    """The oldest records to judge, and how many there are: counted only when there are more than are shown."""
    rows = list(queue(scope).for_list().order_by(*QUEUE_ORDER)[: IN_QUEUE_SHOWN + 1])
    number = queue_length(scope) if len(rows) > IN_QUEUE_SHOWN else str(len(rows))
    return {"waiting": number, "queue": rows[:IN_QUEUE_SHOWN]}


def _owed_below(scope: Scope) -> Rate | None:
    """How far the branches in reach have done what this period asks; None when they are too many to count here."""
    owed = _owed_by(Organization.objects.within(scope))
    return None if owed is None else grid(owed).done


def _owed_by(organizations: OrganizationQuerySet) -> list[Duty] | None:
    """What the branches among ``organizations`` owe today; None when they are too many for this page."""
    branches = organizations.branches().order_by("path").values("pk")
    owed = duties(organizations.filter(pk__in=branches[: OWED_OF + 1]), today())
    return owed if len({duty.organization.pk for duty in owed}) <= OWED_OF else None


def _tiles(nodes: Sequence[Node], scope: Scope) -> dict[str, Any]:
    """Coverage of operating companies, and of those that should have an organisation, today and at the end of the last
    quarter; in one query for all.
    """
    day, kinds = today(), (Denominator.OPERATING, Denominator.YINGJIAN)
    before, number, keyed = quarter_end(day), len(nodes), dict(enumerate(nodes))
    points = [Point(node, kind, on) for on in (day, before) for kind in kinds for node in nodes]
    book = LimitBook()
    parts = coverage_at(points, scope, book, may_take_minutes=False)
    rates, unbuilt = (
        comparison(dict(enumerate(parts[first:])), keyed, as_of=day, denominator=kind)
        for first, kind in zip((0, number), kinds, strict=True)
    )
    formerly = zip(points[2 * number :], parts[2 * number :], strict=True)
    then = {(point.node.path, point.denominator): part for point, part in formerly}

    def told(row: ComparisonRow) -> tuple[ComparisonRow, str]:
        former = then[row.node.path, row.denominator]
        if row.denominator == Denominator.YINGJIAN:
            return row, change_of_number(row.coverage.not_own, former.not_own, before)
        return row, change_of_rate(row.coverage.organization_rate, former.organization_rate, before)

    return {
        "tiles": [told(row) for row in rates],
        "unbuilt": [told(row) for row in unbuilt],
        "definition": Denominator.OPERATING.definition(Limits()),
        "unbuilt_definition": Denominator.YINGJIAN.definition(book.of(Denominator.YINGJIAN, day)),
    }


def _desk(scope: Scope) -> dict[str, Any]:
    found = _owed_by(Organization.objects.within(scope).writable(scope, (Role.SECRETARY,)))
    owed = found or []
    return {
        "has_many_branches": found is None,
        "duties": owed[:DUTIES_SHOWN],
        "duties_left_out": max(0, len(owed) - DUTIES_SHOWN),
        "open_duties": sum(duty.is_open for duty in owed),
        "name_organizations": len({duty.organization for duty in owed}) > 1,
        "unfinished": unfinished(scope),
    }

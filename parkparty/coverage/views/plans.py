"""The page of the gap planner: what to found for the companies of a place that no organisation covers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.core.dates import today
from parkparty.coverage.figures import Place, Point
from parkparty.coverage.figures.marks import Waiting
from parkparty.coverage.forms import PlanOptionsForm
from parkparty.coverage.plan import places_to_plan, plan_coverage
from parkparty.coverage.tables import Lists, page_of
from parkparty.places.models import Area, Park

LISTED = 200
"""Companies of one part of a plan that the page names; the lists and the command hold them all."""


@requires(Action.VIEW_COVERAGE)
def area_plan(request: ScopedRequest, code: str) -> HttpResponse:
    """The plan for an area, park by park."""
    return _plan_page(request, scoped_or_404(Area.objects.within(request.scope), code=code))


@requires(Action.VIEW_COVERAGE)
def park_plan(request: ScopedRequest, key: str) -> HttpResponse:
    """The plan for a park."""
    return _plan_page(request, scoped_or_404(Park.objects.within(request.scope), key=key))


def _plan_page(request: ScopedRequest, node: Place) -> HttpResponse:
    form = PlanOptionsForm(
        {
            "as_of": request.GET.get("as_of") or today().isoformat(),
            "denominator": request.GET.get("denominator") or Denominator.OPERATING,
            "joins_empty": request.GET.get("joins_empty", ""),
        }
    )
    lists = Lists(node, form.day, form.chosen)
    context: dict[str, Any] = {
        "node": node,
        "crumbs": [(_("覆盖"), reverse("coverage:index")), (str(node), page_of(node))],
        "form": form,
        "own_address": lists.companies(CoverageChoice.OWN),
        "joint_address": lists.companies(CoverageChoice.JOINT),
        "uncovered_address": lists.companies(CoverageChoice.UNCOVERED),
    }
    try:
        places = places_to_plan(Point(node, form.chosen, form.day), request.scope)
    except Waiting:
        return render(request, "planner/plan.html", context | {"is_waiting": True})
    if places:
        counted = [(Lists(below, form.day, form.chosen), number) for below, number in places]
        rows = [(at.node, at.plan(), number, at.companies(CoverageChoice.UNCOVERED)) for at, number in counted]
        return render(request, "planner/plan.html", context | {"places": rows})
    plan = plan_coverage(
        node, as_of=form.day, denominator=form.chosen, scope=request.scope, joins_empty=form.joins_empty_companies
    )
    context |= {
        "plan": plan,
        "own": plan.own[:LISTED],
        "joint": plan.joint[:LISTED],
        "instructed": plan.instructed[:LISTED],
        "own_left_out": max(0, len(plan.own) - LISTED),
        "joint_left_out": max(0, len(plan.joint) - LISTED),
        "instructed_left_out": max(0, len(plan.instructed) - LISTED),
    }
    return render(request, "planner/plan.html", context)

"""More pages of organisations: the tree, the one-page examination, the calendar of terms and its letters."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.core.dates import add_months, month_of, today
from parkparty.core.rates import mean_of
from parkparty.coverage.figures import load_at, organizations_above, with_units
from parkparty.coverage.figures.loads import loads
from parkparty.coverage.figures.tree import branches_of_tree
from parkparty.coverage.filters import LoadFilterForm
from parkparty.coverage.tables.calendar import calendar_of
from parkparty.coverage.tables.loads import load_rows
from parkparty.coverage.tables.terms import timeline_of
from parkparty.organizations.models import MemberCount, Organization, OrganizationSpan
from parkparty.rules.choices import Measure, RuleKind
from parkparty.rules.figures import History, RuleBook, facts_of, hints, life_of, term_of, terms_ending
from parkparty.rules.tables import life_lines

MONTHS_AHEAD = 12
TERMS_SHOWN = 500
LOADS_SHOWN = 60


@requires(Action.VIEW_ORGANIZATION)
def tree(request: ScopedRequest) -> HttpResponse:
    """The party tree, opened where the address says; each node opens by a link, so that little is read unasked."""
    opened = request.GET.getlist("open") if "open" in request.GET else None
    return render(
        request, "organizations/tree.html", {"nodes": branches_of_tree(opened, request.scope), "crumbs": _crumbs()}
    )


@requires(Action.VIEW_ORGANIZATION)
def checkup(request: ScopedRequest, code: str) -> HttpResponse:
    """One page to print: facts, hints, duties done and owed, members, terms and history of one organisation."""
    scope, day = request.scope, today()
    rows = Organization.objects.within(scope).select_related("park", "area", "formation_mode", "founding_case")
    organization: Any = scoped_or_404(with_units(rows, day), code=code)
    book = RuleBook.read(RuleKind.values)
    counts = list(MemberCount.objects.within(scope).filter(organization=organization).order_by("-as_of")[:5])
    last = next((count for count in counts if count.as_of <= day), MemberCount(full=0, probationary=0))
    context: dict[str, Any] = {
        "organization": organization,
        "crumbs": _crumbs(organization),
        "above": organizations_above(organization, scope),
        "day": day,
        "hints": hints(facts_of(organization, last, organization.units, day), day, book),
        "counts": counts,
        "term": term_of(organization, day, book),
    }
    if organization.is_branch:
        history = History(organization, RuleKind.PERIODIC_ACTIVITY)
        context |= {"life": life_lines(life_of(history, day, book)), "spans": history.spans[organization.pk]}
    else:
        spans = OrganizationSpan.objects.within(scope).filter(organization=organization)
        context["spans"] = spans.select_related("parent")
    return render(request, "organizations/checkup.html", context)


@requires(Action.VIEW_ORGANIZATION)
def terms(request: ScopedRequest) -> HttpResponse:
    """The terms that end within a year, month by month, those that are over first."""
    day = today()
    until = add_months(month_of(day).until, MONTHS_AHEAD)
    found = terms_ending(Organization.objects.within(request.scope), until, day, TERMS_SHOWN)
    coming = [term for term in found if not term.is_overdue(day)]
    context = {
        "crumbs": _crumbs(),
        "day": day,
        "overdue": [term for term in found if term.is_overdue(day)],
        "months": [(month, list(ending)) for month, ending in groupby(coming, key=lambda term: term.month)],
        "to_remind": {term.organization.pk for term in coming if term.is_to_be_reminded(day)},
        "number": len(found),
        "timeline": timeline_of(found, day, MONTHS_AHEAD),
    }
    return render(request, "organizations/terms.html", context)


@requires(Action.VIEW_ORGANIZATION)
def branch_loads(request: ScopedRequest) -> HttpResponse:
    """Which branches are too large, which joint branches over-stretched: a dot for each beside the line of its rule."""
    form = LoadFilterForm(request.GET, scope=request.scope)
    rows = form.rows()
    found = loads(rows, form.chosen, form.day, LOADS_SHOWN + 1) if form.is_valid() else []
    are_units = bool(found) and form.chosen == Measure.UNITS
    whole = load_at(form.node, form.day, request.scope) if are_units and form.node else None
    context = {
        "crumbs": _crumbs(),
        "form": form,
        "rows": load_rows(found[:LOADS_SHOWN]),
        "over": sum(load.is_over for load in found[:LOADS_SHOWN]),
        "are_units": are_units,
        "mean": mean_of(whole.listed_by_joint_branches, whole.joint_branches) if whole else "",
        "has_more": len(found) > LOADS_SHOWN,
        "shown": LOADS_SHOWN,
    }
    return render(request, "organizations/loads.html", context)


@requires(Action.VIEW_ORGANIZATION)
def terms_file(request: ScopedRequest) -> HttpResponse:
    """The same as a calendar file: one day for each letter and one for each end."""
    day = today()
    until = add_months(month_of(day).until, MONTHS_AHEAD)
    found = terms_ending(Organization.objects.within(request.scope), until, day, TERMS_SHOWN)
    return HttpResponse(
        calendar_of(found, day),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="terms.ics"'},
    )


@requires(Action.VIEW_ORGANIZATION)
def letter(request: ScopedRequest, code: str) -> HttpResponse:
    """The letter of the unit above that the term ends (任期意见: six months before), to be printed."""
    rows = Organization.objects.within(request.scope).select_related("parent")
    organization = scoped_or_404(rows, code=code)
    day = today()
    term = term_of(organization, day)
    why = "" if term else _("还没有登记本届起始日期，登记后才能生成提醒函。")
    context = {"crumbs": _crumbs(organization), "organization": organization, "term": term, "day": day, "why": why}
    return render(request, "organizations/letter.html", context)


def _crumbs(organization: Organization | None = None) -> list[tuple[str, str]]:
    own = [(str(organization), reverse("organizations:detail", args=[organization.code]))] if organization else []
    return [(pgettext("复数", "党组织"), reverse("organizations:list")), *own]

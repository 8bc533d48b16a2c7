"""Why coverage changed, and the lists of companies that only coverage can tell."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.companies.figures import shown_companies
from parkparty.companies.filters import CutForm
from parkparty.companies.models import Company
from parkparty.companies.tables import company_table
from parkparty.core.paging import ROWS, keyset_page, number_of
from parkparty.core.rates import signed
from parkparty.coverage.choices import EFFECTIVE, Cause
from parkparty.coverage.figures import Node, Point
from parkparty.coverage.figures.changes import companies_behind, waterfall
from parkparty.coverage.figures.effective import definition
from parkparty.coverage.figures.effective_kept import effectively_covered
from parkparty.coverage.forms import ChangesForm, CoverageOptionsForm
from parkparty.coverage.scoping import asked_node, first_node
from parkparty.coverage.tables import Lists, crumbs_of, key_of, key_rates
from parkparty.coverage.tables.changes import ROW, asked_of, step_rows, waterfall_bars
from parkparty.rules.figures import LimitBook


@requires(Action.VIEW_COVERAGE)
def changes(request: ScopedRequest) -> HttpResponse:
    """The steps from one day or definition to another, and the rates of both beside each other."""
    scope = request.scope
    node = asked_node(request.GET, scope) or first_node(scope)
    if node is None:
        return redirect("coverage:index")
    form = ChangesForm(request.GET)
    comparison = form.comparison(node)
    found = waterfall(comparison, scope)
    points = [(comparison.since, comparison.denominator), (comparison.until, comparison.then)]
    sides, limits = [], LimitBook()
    for (day, denominator), parts in zip(points, (found.before, found.after), strict=True):
        lists = Lists(node, day, denominator)
        definition = denominator.definition(limits.of(denominator, day))
        side = {"day": day, "denominator": denominator, "definition": definition, "page": lists.page()}
        sides.append({**side, "rates": key_rates(parts, lists)})
    start, end = (f"{day:%Y-%m-%d}" for day, _denominator in points)
    bars, from_zero = waterfall_bars(found, comparison, start, end)
    context = {
        "node": node,
        "crumbs": crumbs_of(node),
        "form": form,
        "key": key_of(node),
        "found": found,
        "comparison": comparison,
        "bars": bars,
        "from_zero": from_zero,
        "height": len(bars) * ROW,
        "rows": step_rows(found, comparison),
        "difference": signed(found.end.numerator - found.start.numerator),
        "difference_of_companies": signed(found.end.denominator - found.start.denominator),
        "sides": sides,
    }
    return render(request, "coverage/changes.html", context)


@requires(Action.VIEW_COVERAGE)
def companies(request: ScopedRequest) -> HttpResponse:
    """The companies behind a figure that the list of companies has no filter for: a cause, or effective coverage."""
    scope = request.scope
    node = asked_node(request.GET, scope) or first_node(scope)
    if node is None:
        return redirect("coverage:index")
    asked = _asked(request, node)
    page = keyset_page(
        asked.rows,
        request.GET,
        order=("name", "pk"),
        size=ROWS,
        as_shown=lambda keys: shown_companies(keys, asked.day),
        is_counted=asked.number is None,
    )
    context = {
        "crumbs": [*crumbs_of(node), (_("回到数字"), asked.back)],
        "form": asked.form,
        "cut_form": asked.cut_form,
        "title": asked.title,
        "note": asked.note,
        "page": page,
        "table": company_table(page.rows, scope, asked.day),
        "number": number_of(asked.rows, page, up_to=None) if asked.number is None else asked.number,
        "day": asked.day,
    }
    return render(request, "coverage/companies.html", context)


class _Asked(NamedTuple):
    """How an address was read: by which forms; the rows that it asks for, how many where that is kept, their day; what
    they are; and the page whose number they are.
    """

    form: Form
    cut_form: CutForm | None
    rows: Any
    number: int | None
    day: dt.date
    title: str
    note: str
    back: str


def _asked(request: ScopedRequest, node: Node) -> _Asked:
    """What the address of a list asks for."""
    asked = request.GET.get("list", "")
    if asked in Cause.values:
        changes = ChangesForm(request.GET)
        cause, comparison = Cause(asked), changes.comparison(node)
        covered = request.GET.get("covered") == "1"
        rows = companies_behind(comparison, cause, request.scope, covered_only=covered)
        note = _("%(since)s 到 %(until)s") % {"since": comparison.since, "until": comparison.until}
        label = _("%(cause)s，影响分子的企业") if covered else _("%(cause)s的企业")
        back = reverse("coverage:changes", query=asked_of(comparison))
        return _Asked(changes, None, rows, None, comparison.until, label % {"cause": cause.label}, note, back)
    form, cut_form = CoverageOptionsForm(request.GET), CutForm(request.GET, scope=request.scope)
    point = Point(node, form.chosen, form.day, cut_form.cut)
    back = Lists(node, point.as_of, point.denominator, point.cut).page()
    if asked not in {"", EFFECTIVE}:
        form.add_error(None, _("没有找到这份名单，从覆盖页、看板或“为什么变化”中的数字打开。"))
        return _Asked(form, None, Company.objects.within(request.scope).none(), 0, point.as_of, _("企业名单"), "", back)
    rows, number = effectively_covered(point, request.scope)
    return _Asked(form, cut_form, rows, number, point.as_of, _("有效覆盖的企业"), definition(), back)

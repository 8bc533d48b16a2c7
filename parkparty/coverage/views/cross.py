"""Any two dimensions of the companies of a node across each other."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.companies.filters import CutForm
from parkparty.coverage.figures import Point
from parkparty.coverage.figures.cross import cross_table
from parkparty.coverage.figures.marks import Waiting
from parkparty.coverage.forms import CoverageOptionsForm, CrossForm
from parkparty.coverage.scoping import asked_node, first_node
from parkparty.coverage.tables import Lists, crumbs_of, key_of
from parkparty.coverage.tables.cross import cross_rows


@requires(Action.VIEW_COVERAGE)
def cross(request: ScopedRequest) -> HttpResponse:
    """The table that the address asks for; every number opens its list."""
    scope = request.scope
    node = asked_node(request.GET, scope) or first_node(scope)
    if node is None:
        return redirect("coverage:index")
    options, cut_form = CoverageOptionsForm.read(request.GET), CutForm(request.GET, scope=scope)
    point = Point(node, options.chosen, options.day, cut_form.cut)
    form = CrossForm(request.GET, point=point)
    rows, columns = form.chosen
    table, waits = None, False
    try:
        table = cross_table(point, rows, columns, scope) if form.is_valid() else None
    except Waiting:
        waits = True
    if form.is_valid() and table is None and not waits:
        form.add_error(None, _("组合太多，先筛选出一部分企业，或者换一个维度。"))
    heads, lines = cross_rows(table, point, rows, columns, scope) if table else ([], [])
    lists = Lists(node, point.as_of, point.denominator, point.cut)
    context = {
        "node": node,
        "crumbs": crumbs_of(node),
        "key": key_of(node),
        "form": form,
        "options": options,
        "cut_form": cut_form,
        "point": point,
        "definition": point.definition,
        "waits": waits,
        "table": table,
        "heads": heads,
        "rows": lines,
        "corner": f"{rows.label} ＼ {columns.label}",
        "total_address": lists.companies(),
        "turned": lists.cross(rows=str(columns), columns=str(rows)),
    }
    return render(request, "coverage/cross.html", context)

"""Frozen figures: the list of them, each with its check and what was corrected since, and taking one."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.audit.choices import Kind
from parkparty.audit.services import record_read
from parkparty.companies.choices import Denominator
from parkparty.core.dates import today
from parkparty.core.paging import keyset_page
from parkparty.coverage.figures.frozen import (
    LISTS,
    company_corrections,
    coverage_in,
    faults,
    figure_corrections,
    freeze,
    keys_in,
    list_labels,
    read,
)
from parkparty.coverage.figures.trend import trend
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.models import CoverageSnapshot
from parkparty.coverage.scoping import asked_node
from parkparty.coverage.services import take_snapshot
from parkparty.coverage.tables import Lists, crumbs_of, key_of
from parkparty.coverage.tables.frozen import figure_rows, kept_list, list_page
from parkparty.coverage.tables.trend import trend_points
from parkparty.organizations.models import is_whole

SHOWN = 20
CORRECTIONS_SHOWN = 200


@requires(Action.VIEW_COVERAGE)
def snapshot_list(request: ScopedRequest) -> HttpResponse:
    """The snapshots of one node, or of all in reach, the latest first; with the form that takes one of the node, as it
    was typed where it could not be read.
    """
    scope = request.scope
    node = asked_node(request.GET, scope)
    rows = CoverageSnapshot.objects.within(scope).select_related("area", "park", "organization").defer("companies")
    page = keyset_page(rows.of(node) if node else rows, request.GET, order=("-as_of", "-pk"), size=SHOWN)
    asked = CoverageOptionsForm(request.GET)
    denominator = asked.chosen
    points = trend_points(trend(node, denominator, scope)) if node else []
    taking = scope.with_roles(ROLES_FOR[Action.TAKE_SNAPSHOT])
    context = {
        "node": node,
        "crumbs": crumbs_of(node),
        "page": page,
        "rows": [
            (row, coverage_in(row), kept_list(row, "organization"), kept_list(row, "companies")) for row in page.rows
        ],
        "form": asked if asked.errors else CoverageOptionsForm(initial={"as_of": today(), "denominator": denominator}),
        "points": points,
        "bar_width": f"{40 / (len(points) or 1):.2f}%",
        "label": denominator.label,
        "denominators": [(kind, kind.label, kind == denominator) for kind in Denominator],
        "key": key_of(node) if node else {},
        "may_take": node is not None and is_whole(node, taking),
    }
    return render(request, "coverage/snapshots.html", context)


@requires(Action.VIEW_COVERAGE)
def snapshot_detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """A snapshot: its figures beside those that today's records give for its day, and the companies that differ."""
    snapshot = _snapshot(request, pk)
    node = snapshot.node
    now = freeze(node, as_of=snapshot.as_of, denominator=snapshot.chosen)
    found = company_corrections(snapshot, now.listed, request.scope)
    lists = Lists(node, snapshot.as_of, snapshot.chosen)
    context = {
        "snapshot": snapshot,
        "crumbs": crumbs_of(node),
        "parts": coverage_in(snapshot),
        "covered_address": kept_list(snapshot, "organization"),
        "companies_address": kept_list(snapshot, "companies"),
        "definition": read(snapshot)["definition"],
        "faults": faults(snapshot),
        "figures": figure_rows(snapshot, figure_corrections(snapshot, now)),
        "is_same": now.sha256 == snapshot.sha256,
        "corrections": found[:CORRECTIONS_SHOWN],
        "number": len(found),
        "left_out": max(0, len(found) - CORRECTIONS_SHOWN),
        "coverage_address": lists.page(),
    }
    return render(request, "coverage/snapshot.html", context)


@requires(Action.VIEW_COVERAGE)
def snapshot_companies(request: ScopedRequest, pk: int) -> HttpResponse:
    """One of the lists that a snapshot keeps, as it was, whatever was corrected since."""
    snapshot = _snapshot(request, pk)
    name = request.GET.get("list", "")
    if name not in LISTS:
        messages.error(request, _("没有“%(list)s”这份名单，从下面的数字打开名单。") % {"list": name})
        return redirect("coverage:snapshot", pk=pk)
    context = {
        "snapshot": snapshot,
        "crumbs": [*crumbs_of(snapshot.node), (_("快照"), reverse("coverage:snapshot", args=[pk]))],
        "title": list_labels()[name],
        "definition": read(snapshot)["definition"],
        "page": list_page(keys_in(snapshot, name), request.GET, request.scope),
    }
    return render(request, "coverage/snapshot_companies.html", context)


@requires(Action.VIEW_COVERAGE)
def snapshot_file(request: ScopedRequest, pk: int) -> HttpResponse:
    """The figures of a snapshot as a file whose SHA-256 is the one shown."""
    snapshot = _snapshot(request, pk)
    record_read(
        gettext_noop("导出覆盖快照"), snapshot, by=request.user, kind=Kind.EXPORT, details={"sha256": snapshot.sha256}
    )
    name = f"coverage-{snapshot.pk}-{snapshot.as_of}.json"
    return HttpResponse(
        snapshot.figures.encode(),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@requires(Action.TAKE_SNAPSHOT)
@require_POST
def snapshot_take(request: ScopedRequest) -> HttpResponse:
    """Freeze the figures of a node; for those who review or keep it."""
    scope = request.scope.with_roles(ROLES_FOR[Action.TAKE_SNAPSHOT])
    node = asked_node(request.POST, scope)
    if node is None or not is_whole(node, scope):
        raise Http404
    form = CoverageOptionsForm(request.POST)
    if not form.is_valid():
        typed = {name: request.POST.get(name, "") for name in form.fields}
        return redirect(reverse("coverage:snapshots", query=key_of(node) | typed))
    snapshot, is_new = take_snapshot(node, as_of=form.day, denominator=form.chosen, by=request.user)
    said = _("快照已保存。") if is_new else _("与已保存的快照完全相同，没有再存一份。")
    messages.success(request, said)
    return redirect("coverage:snapshot", pk=snapshot.pk)


def _snapshot(request: ScopedRequest, pk: int) -> CoverageSnapshot:
    rows = CoverageSnapshot.objects.within(request.scope).select_related("area", "park", "organization")
    return scoped_or_404(rows, pk=pk)

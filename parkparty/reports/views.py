"""Pages of reports: generating one with a click, its versions, and the download centre."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.audit.choices import Kind
from parkparty.audit.services import record_read
from parkparty.core.paging import keyset_page
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node
from parkparty.coverage.scoping import asked_node, first_node, is_whole, tree_of
from parkparty.coverage.tables import key_of
from parkparty.reports import tasks
from parkparty.reports.choices import CONTENT_TYPES, FileFormat, PeriodState, ReportKind, period_label
from parkparty.reports.documents import page
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.figures.closing import late_in
from parkparty.reports.figures.versions import changes, reasons, version_before
from parkparty.reports.forms import CloseForm, MakeForm, MeasuresForm
from parkparty.reports.models import Closing, FileJob, ReportVersion
from parkparty.reports.permissions import may_reopen
from parkparty.reports.services import (
    ask_for_file,
    close_period,
    freeze_period,
    measures_for,
    reopen_period,
    save_measures,
)

SHOWN = 25
LATE_SHOWN = 10
PERIODS_SHOWN = 5  # each asks for its late entries
NODE = ("area", "park", "organization")


@require_GET
@requires(Action.VIEW_REPORT)
def report_list(request: ScopedRequest) -> HttpResponse:
    """The reports in reach, or those of one node, the latest first; with the form that generates one."""
    scope = request.scope
    node = asked_node(request.GET, scope)
    rows = ReportVersion.objects.within(scope).select_related(*NODE, "made_by").defer("content")
    versions = keyset_page(rows.of(node) if node else rows, request.GET, order=("-pk",), size=SHOWN)
    making = scope.with_roles(ROLES_FOR[Action.MAKE_REPORT])
    maker = node or first_node(making)
    may_make = maker is not None and is_whole(maker, making)
    context = {
        "node": node,
        "page": versions,
        "form": MakeForm(),
        "maker": maker if may_make else None,
        "key": key_of(maker) if maker else {},
    }
    return render(request, "reports/list.html", context)


@require_POST
@requires(Action.MAKE_REPORT)
def make(request: ScopedRequest) -> HttpResponse:
    """Generate a report in the background; the download centre waits for its file."""
    node = _node_to_report(request)
    form = MakeForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect(reverse("reports:list", query=key_of(node)))
    asked: dict[str, Any] = {"format": form.chosen, "kind": form.chosen_kind}
    return _asked(request, lambda: ask_for_file(node, form.cleaned_data["period"], by=request.user, **asked))


@require_GET
@requires(Action.VIEW_REPORT)
def detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """A version as it is read and printed, with what changed since the version before it."""
    version = _version(request, pk)
    record_read(gettext_noop("查看报告"), version, by=request.user, details={"sha256": version.sha256})
    earlier = version_before(version)
    context = {
        "version": version,
        **page.context(version.report, Imprint(version.data_at, version.sha256)),
        "crumbs": [(pgettext("复数", "报告"), reverse("reports:list"))],
        "earlier": earlier,
        "changes": changes(earlier, version) if earlier else [],
        "reasons": reasons(earlier, version) if earlier else [],
        "formats": FileFormat.choices,
        "measures_address": reverse("reports:measures", query=_asked_for(version.node, version)),
        "may_make": is_whole(version.node, request.scope.with_roles(ROLES_FOR[Action.MAKE_REPORT])),
    }
    return render(request, "reports/report.html", context)


@require_POST
@requires(Action.VIEW_REPORT)
def file_of(request: ScopedRequest, pk: int) -> HttpResponse:
    """Ask for a version as a file."""
    version, form = _version(request, pk), MakeForm(request.POST)
    form.full_clean()
    asked: dict[str, Any] = {"format": form.chosen, "kind": ReportKind(version.kind), "version": version}
    return _asked(request, lambda: ask_for_file(version.node, version.period, by=request.user, **asked))


@requires(Action.MAKE_REPORT)
def measures(request: ScopedRequest) -> HttpResponse:
    """Write the paragraph that the office adds to the report of a node and a period."""
    node = _node_to_report(request)
    asked = MakeForm(request.GET)
    if not asked.is_valid():
        raise Http404
    period = asked.cleaned_data["period"]
    initial = {"text": measures_for(node, period)}
    form = MeasuresForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            save_measures(node, period, form.cleaned_data["text"], by=request.user)
        except ValidationError as refusal:
            form.add_error("text", refusal)
        else:
            messages.success(request, _("措施已保存，重新生成报告后写进正文。"))
            return redirect(reverse("reports:list", query=key_of(node)))
    context = {"form": form, "node": node, "period": period_label(period), "key": key_of(node)}
    return render(request, "reports/measures.html", context)


@require_GET
@requires(Action.VIEW_REPORT)
@never_cache
def downloads(request: ScopedRequest) -> HttpResponse:
    """The reader's files: in the making, ready, or gone wrong."""
    rows = FileJob.objects.within(request.scope).select_related(*NODE, "version")
    jobs = keyset_page(rows, request.GET, order=("-pk",), size=SHOWN)
    is_busy = any(job.is_busy and not job.is_stuck for job in jobs.rows)
    return render(request, "reports/downloads.html", {"page": jobs, "is_busy": is_busy})


@require_GET
@requires(Action.VIEW_REPORT)
@never_cache
def download(request: ScopedRequest, pk: int) -> Any:
    """Hand a file out; who took it away is on record."""
    job = scoped_or_404(FileJob.objects.within(request.scope).ready().select_related(*NODE, "version"), pk=pk)
    details = {"format": job.format, "sha256": job.version.sha256 if job.version else ""}
    record_read(gettext_noop("下载报告"), job.version, by=request.user, details=details, kind=Kind.EXPORT)
    headers = {"Content-Disposition": str(content_disposition_header(True, f"{job.filename}"))}
    return FileResponse(job.file.open("rb"), content_type=CONTENT_TYPES[job.format], headers=headers)


@require_GET
@requires(Action.VIEW_REPORT)
def periods(request: ScopedRequest) -> HttpResponse:
    """The periods of a node, or of all in reach: which are closed, with what gaps and late entries, or frozen."""
    scope = request.scope
    node = asked_node(request.GET, scope)
    rows = Closing.objects.within(scope).select_related(*NODE, "version")
    found = keyset_page(rows.of(node) if node else rows, request.GET, order=("-since", "-pk"), size=PERIODS_SHOWN)
    making = scope.with_roles(ROLES_FOR[Action.MAKE_REPORT])
    closer = node or first_node(making)
    may_close = closer is not None and is_whole(closer, making)
    context = {
        "page": found,
        "rows": [_period_row(closing, making) for closing in found.rows],
        "node": node,
        "closer": closer if may_close else None,
        "key": key_of(closer) if closer else {},
        "form": CloseForm(),
    }
    return render(request, "reports/periods.html", context)


@require_POST
@requires(Action.MAKE_REPORT)
def close(request: ScopedRequest) -> HttpResponse:
    """Close a period of a node, with the units below that have not when the reader says so."""
    node, form = _node_to_report(request), CloseForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    else:
        asked = form.cleaned_data
        _said(request, lambda: close_period(node, asked["period"], with_gaps=asked["with_gaps"], by=request.user))
    return redirect(reverse("reports:periods", query=key_of(node)))


@require_POST
@requires(Action.MAKE_REPORT)
def freeze(request: ScopedRequest, pk: int) -> HttpResponse:
    """Freeze a closed period."""
    closing = _closing(request, pk)
    if not is_whole(closing.node, request.scope.with_roles(ROLES_FOR[Action.MAKE_REPORT])):
        raise PermissionDenied(_("冻结由本级的审核员或管理员办理。"))
    _said(request, lambda: freeze_period(closing, by=request.user))
    return redirect(reverse("reports:periods", query=key_of(closing.node)))


@require_POST
@requires(Action.MAKE_REPORT)
def reopen(request: ScopedRequest, pk: int) -> HttpResponse:
    """Open a period again, for those above it."""
    closing = _closing(request, pk)
    if not may_reopen(request.scope, closing.node, tree_of(closing.node)):
        raise PermissionDenied(_("重新打开由上一级的审核员或管理员办理。"))
    _said(request, lambda: reopen_period(closing, reason=request.POST.get("reason", "")[:300], by=request.user))
    return redirect(reverse("reports:periods", query=key_of(closing.node)))


def _period_row(closing: Closing, making: Scope) -> dict[str, Any]:
    """A period with its late entries and what the reader may do with it."""
    late = late_in(closing)
    return {
        "closing": closing,
        "late": late[:LATE_SHOWN],
        "number_late": len(late),
        "may_freeze": closing.state == PeriodState.CLOSED and is_whole(closing.node, making),
        "may_reopen": closing.state != PeriodState.OPEN and may_reopen(making, closing.node, tree_of(closing.node)),
    }


def _closing(request: ScopedRequest, pk: int) -> Closing:
    return scoped_or_404(Closing.objects.within(request.scope).select_related(*NODE), pk=pk)


def _said(request: ScopedRequest, step: Callable[[], Closing]) -> None:
    """Take a step of a period, and tell what came of it."""
    try:
        closing = step()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        told = {"period": closing, "state": closing.get_state_display()}
        messages.success(request, _("%(period)s：%(state)s。") % told)


def _node_to_report(request: ScopedRequest) -> Node:
    """The node named in the address or the form, all of which the reader may report on."""
    scope = request.scope.with_roles(ROLES_FOR[Action.MAKE_REPORT])
    node = asked_node(request.POST if request.POST else request.GET, scope) or first_node(scope)
    if node is None or not is_whole(node, scope):
        raise Http404
    return node


def _version(request: ScopedRequest, pk: int) -> ReportVersion:
    return scoped_or_404(ReportVersion.objects.within(request.scope).select_related(*NODE, "made_by"), pk=pk)


def _asked_for(node: Node, version: ReportVersion) -> dict[str, str]:
    return {**key_of(node), "period": version.period.name}


def _asked(request: ScopedRequest, ask: Callable[[], FileJob]) -> HttpResponse:
    """Put a file into the download centre, and go there."""
    try:
        job = ask()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        tasks.write_file.enqueue(job.pk)
    return redirect("reports:downloads")

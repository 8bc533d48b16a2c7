"""The pages of reports: generating one with a click, and its versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.audit.services import record_read
from parkparty.core.paging import keyset_page
from parkparty.coverage.figures import Node
from parkparty.coverage.scoping import asked_node, first_node
from parkparty.coverage.tables import key_of
from parkparty.reports.choices import FileFormat, ReportKind, period_label
from parkparty.reports.documents import page
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.figures.versions import changes, reasons, version_before
from parkparty.reports.forms import MakeForm, MeasuresForm, WorkReportForm
from parkparty.reports.models import ReportVersion
from parkparty.reports.permissions import holds
from parkparty.reports.scoping import NODE, node_for, version_or_404
from parkparty.reports.services import ask_for_file, measures_for, save_measures
from parkparty.reports.views.answers import answer_with_file, crumbs, say_errors

SHOWN = 25


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
    speaker = None if maker else first_node(scope.with_roles(ROLES_FOR[Action.MAKE_WORK_REPORT]))
    may_make = maker is not None and holds(request.scope, maker, Action.MAKE_REPORT)
    context = {
        "node": node,
        "page": versions,
        "form": MakeForm(node=maker),
        "speaker": speaker,
        "speaker_key": key_of(speaker) if speaker else {},
        "work_form": WorkReportForm(),
        "maker": maker if may_make else None,
        "key": key_of(maker) if maker else {},
    }
    return render(request, "reports/list.html", context)


@require_POST
@requires(Action.MAKE_REPORT)
def make(request: ScopedRequest) -> HttpResponse:
    """Generate a report in the background; the download centre waits for its file."""
    return _made(request, node_for(request, Action.MAKE_REPORT), MakeForm(request.POST))


@require_POST
@requires(Action.MAKE_WORK_REPORT)
def make_work_report(request: ScopedRequest) -> HttpResponse:
    """Generate what a secretary speaks from, of an organisation of their own or one below."""
    return _made(request, node_for(request, Action.MAKE_WORK_REPORT), WorkReportForm(request.POST))


@require_GET
@requires(Action.VIEW_REPORT)
def detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """A version as it is read and printed, with what changed since the version before it."""
    version = version_or_404(request, pk)
    record_read(gettext_noop("查看报告"), version, by=request.user, details={"sha256": version.sha256})
    earlier = version_before(version)
    context = {
        "version": version,
        **page.context(version.report, Imprint(version.data_at, version.sha256)),
        "crumbs": crumbs(),
        "earlier": earlier,
        "changes": changes(earlier, version) if earlier else [],
        "reasons": reasons(earlier, version) if earlier else [],
        "formats": FileFormat.choices,
        "measures_address": reverse("reports:measures", query={**key_of(version.node), "period": version.period.name}),
        "release": version.release if version.kind == ReportKind.PUBLIC else None,
        "may_make": holds(request.scope, version.node, Action.MAKE_REPORT),
    }
    return render(request, "reports/report.html", context)


@requires(Action.MAKE_REPORT)
def measures(request: ScopedRequest) -> HttpResponse:
    """Write the paragraph that the office adds to the report of a node and a period."""
    node = node_for(request, Action.MAKE_REPORT)
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


def _made(request: ScopedRequest, node: Node, form: MakeForm | WorkReportForm) -> HttpResponse:
    if not form.is_valid():
        say_errors(request, form)
        return redirect(reverse("reports:list", query=key_of(node)))
    asked: dict[str, Any] = {"format": form.chosen, "kind": form.chosen_kind}
    return answer_with_file(request, lambda: ask_for_file(node, form.cleaned_data["period"], by=request.user, **asked))

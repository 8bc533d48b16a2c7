"""The download centre: files asked for, in the making, ready."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.audit.choices import Kind
from parkparty.audit.services import record_read
from parkparty.core.paging import keyset_page
from parkparty.reports.choices import CONTENT_TYPES, ReportKind
from parkparty.reports.forms import MakeForm
from parkparty.reports.models import FileJob
from parkparty.reports.scoping import NODE, version_or_404
from parkparty.reports.services import ask_for_file
from parkparty.reports.views.answers import answer_with_file

SHOWN = 25


@require_POST
@requires(Action.VIEW_REPORT)
def file_of(request: ScopedRequest, pk: int) -> HttpResponse:
    """Ask for a version as a file."""
    version, form = version_or_404(request, pk), MakeForm(request.POST)
    form.full_clean()
    asked: dict[str, Any] = {"format": form.chosen, "kind": ReportKind(version.kind), "version": version}
    return answer_with_file(request, lambda: ask_for_file(version.node, version.period, by=request.user, **asked))


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

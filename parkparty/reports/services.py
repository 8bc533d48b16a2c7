"""Writes of reports: generating a version, what the office adds, and the files that are fetched."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import difference, record, snapshot
from parkparty.core.dates import Period, today
from parkparty.coverage.figures import Node
from parkparty.coverage.figures.frozen import sha256_of
from parkparty.coverage.services import take_snapshot
from parkparty.reports.choices import FILE_DAYS, FileFormat, JobState, PeriodState, ReportKind
from parkparty.reports.documents import write
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.figures.closing import late_entries, not_closed_below
from parkparty.reports.figures.facts import Asked
from parkparty.reports.figures.lists import LISTS
from parkparty.reports.figures.quarterly import DENOMINATORS, coverage_report
from parkparty.reports.models import STUCK_AFTER, Closing, FileJob, Measures, ReportVersion
from parkparty.reports.sheets import Report

GAPS_NAMED = 20

AT_ONCE = 5
"""Files that one user may have in the making."""


@transaction.atomic
def make_report(
    node: Node, period: Period, *, by: User | None, kind: ReportKind = ReportKind.COVERAGE
) -> tuple[ReportVersion, bool]:
    """The report of ``node`` and ``period`` as the records are now; gives the version and whether it is new.

    Until the period is over it is told up to today. When nothing changed since the last version, that one is given;
    of a frozen period always the one that was frozen.

    Raises:
        ValidationError: the period has not begun.
    """
    closing = Closing.objects.of(node).in_period(period).select_for_update().first()
    if closing and closing.version and kind == ReportKind.COVERAGE:
        return closing.version, False
    if period.since > today():
        raise ValidationError(_("%(period)s 还没有开始，选已经开始的月份、季度或年份。") % {"period": period.name})
    as_of, data_at = min(period.last_day, today()), timezone.now()
    asked = Asked(
        node,
        period,
        as_of,
        measures=measures_for(node, period),
        gaps=tuple(closing.gaps) if closing else (),
        late=late_entries(node, period, closing.closed_at).count() if closing and closing.closed_at else 0,
    )
    with translation.override(settings.LANGUAGE_CODE):  # the same bytes whatever language the reader has chosen
        content = _written(asked, kind, by=by).text
    last = ReportVersion.objects.of(node).in_period(period).filter(kind=kind).order_by("-pk").first()
    if last and last.content == content:
        return last, False
    version = ReportVersion.objects.create(
        **_of(node, period),
        kind=kind,
        as_of=as_of,
        data_at=data_at,
        made_by=by,
        content=content,
        sha256=sha256_of(content),
    )
    record(gettext_noop("生成报告"), version, by=by, changes={"sha256": [None, version.sha256]})
    return version, True


def _written(asked: Asked, kind: ReportKind, *, by: User | None) -> Report:
    """The report; that of coverage from snapshots, which are taken first."""
    if kind != ReportKind.COVERAGE:
        return LISTS[kind](asked)
    frozen = {
        denominator: take_snapshot(asked.node, as_of=asked.as_of, denominator=denominator, by=by)[0]
        for denominator in DENOMINATORS
    }
    return coverage_report(asked, frozen)


def measures_for(node: Node, period: Period) -> str:
    """What the office wrote for this period, or last before it."""
    rows = Measures.objects.of(node).filter(since__lte=period.since).order_by("-since", "-pk")
    exact = rows.in_period(period).first()
    found = exact or rows.first()
    return found.text if found else ""


@transaction.atomic
def save_measures(node: Node, period: Period, text: str, *, by: User) -> None:
    """Keep what the office writes into the report itself; the next version has it.

    Raises:
        ValidationError: the period is frozen.
    """
    if Closing.objects.of(node).in_period(period).filter(state=PeriodState.FROZEN).exists():
        raise ValidationError(_("报告期已冻结，措施不再修改。由上一级重新打开后再改。"))
    before = measures_for(node, period)
    row, _is_new = Measures.objects.update_or_create(**_of(node, period), defaults={"text": text.strip()})
    if row.text != before:
        record(gettext_noop("修改下一步措施"), row, by=by, changes={"text": [before, row.text]})


@transaction.atomic
def close_period(node: Node, period: Period, *, with_gaps: bool, by: User) -> Closing:
    """Close a period that is over: later entries still count, and are marked as late.

    Raises:
        ValidationError: the period still runs or is closed; or units below have not closed and ``with_gaps`` is not
            said, with their names.
    """
    if period.until > today():
        raise ValidationError(_("报告期 %(day)s 才结束，结束后再截止。") % {"day": period.last_day})
    closing, _is_new = Closing.objects.select_for_update().get_or_create(**_of(node, period))
    if closing.state != PeriodState.OPEN:
        raise ValidationError(_("这个报告期已经截止。"))
    gaps = not_closed_below(node, period)
    if gaps and not with_gaps:
        names = _("、").join(gaps[:GAPS_NAMED])
        raise ValidationError(
            _("还有 %(number)d 个下级没有截止：%(names)s。等它们截止，或勾选“带缺口截止”。")
            % {"number": len(gaps), "names": names}
        )
    return _move(closing, PeriodState.CLOSED, _("截止报告期"), by=by, closed_at=timezone.now(), gaps=gaps)


@transaction.atomic
def freeze_period(closing: Closing, *, by: User) -> Closing:
    """Freeze a closed period: its report is generated once more and never changes again.

    Raises:
        ValidationError: the period is not closed, or frozen already.
    """
    closing = Closing.objects.select_for_update().get(pk=closing.pk)
    if closing.state != PeriodState.CLOSED:
        raise ValidationError(_("只有已截止、还没有冻结的报告期可以冻结。"))
    version = make_report(closing.node, closing.period, by=by)[0]
    return _move(closing, PeriodState.FROZEN, _("冻结报告期"), by=by, version=version)


@transaction.atomic
def reopen_period(closing: Closing, *, reason: str, by: User) -> Closing:
    """Open a closed or frozen period again. What was frozen stays as a version; the reason goes into the trail.

    Raises:
        ValidationError: no reason, or the period is open.
    """
    closing = Closing.objects.select_for_update().get(pk=closing.pk)
    if not reason.strip():
        raise ValidationError(_("写明重新打开的原因。"))
    if closing.state == PeriodState.OPEN:
        raise ValidationError(_("这个报告期没有截止。"))
    fields: dict[str, Any] = {"version": None, "closed_at": None, "gaps": []}
    return _move(closing, PeriodState.OPEN, _("重新打开报告期"), by=by, reason=reason.strip(), **fields)


def _move(closing: Closing, state: PeriodState, action: str, *, by: User, reason: str = "", **fields: Any) -> Closing:
    """Write a new state with what belongs to it, and the trail."""
    before = snapshot(closing, ("state", "version", "gaps"))
    closing.state = state
    for name, value in fields.items():
        setattr(closing, name, value)
    closing.save()
    changes = difference(before, snapshot(closing, ("state", "version", "gaps")))
    record(action, closing, by=by, changes=changes, reason=reason)
    return closing


@transaction.atomic
def ask_for_file(
    node: Node,
    period: Period,
    *,
    format: FileFormat,
    by: User,
    kind: ReportKind = ReportKind.COVERAGE,
    version: ReportVersion | None = None,
) -> FileJob:
    """Put a file into the download centre, of ``version`` or of one that is generated first; the caller enqueues it.

    Raises:
        ValidationError: the user has enough files in the making already.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if FileJob.objects.filter(asked_by=by, asked_at__gt=_dead_before()).busy().count() >= AT_ONCE:
        raise ValidationError(_("已有 %(number)d 个文件正在生成，完成后再申请。") % {"number": AT_ONCE})
    return FileJob.objects.create(**_of(node, period), version=version, kind=kind, format=format, asked_by=by)


def write_file(key: int) -> None:
    """Generate what a job asks for and keep it until it expires. A job that was taken up already is left alone."""
    taken = FileJob.objects.filter(pk=key, state=JobState.WAITING).update(state=JobState.COUNTING)
    if not taken:
        return
    job = FileJob.objects.select_related("area", "park", "organization", "version", "asked_by").get(pk=key)
    try:
        version = job.version or make_report(job.node, job.period, by=job.asked_by, kind=ReportKind(job.kind))[0]
        FileJob.objects.filter(pk=key).update(state=JobState.WRITING, version=version)
        content = file_of(version, FileFormat(job.format))
        job.refresh_from_db()
        job.file.save("", ContentFile(content), save=False)
        job.size, job.state = len(content), JobState.READY
        job.expires_at = timezone.now() + dt.timedelta(days=FILE_DAYS)
        job.save()
    except BaseException:
        FileJob.objects.filter(pk=key).update(state=JobState.FAILED)
        raise


def file_of(version: ReportVersion, format: FileFormat) -> bytes:
    """A version as a file; the same version always gives the same bytes."""
    with translation.override(settings.LANGUAGE_CODE):
        return write(version.report, Imprint(version.data_at, version.sha256), format)


def sweep() -> tuple[int, int]:
    """Delete files whose time is over and say of dead jobs that nothing came; how many of each."""
    expired = list(FileJob.objects.filter(expires_at__lte=timezone.now()))
    for job in expired:
        job.file.delete(save=False)
        job.delete()
    dead = FileJob.objects.filter(asked_at__lte=_dead_before()).busy().update(state=JobState.FAILED)
    return len(expired), dead


def _dead_before() -> dt.datetime:
    return timezone.now() - STUCK_AFTER


def _of(node: Node, period: Period) -> dict[str, Any]:
    """The columns that name a node and a period."""
    return {str(node._meta.model_name): node, "since": period.since, "until": period.until}

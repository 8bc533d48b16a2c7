"""Writes of reports: generating a version, and what the office adds to it."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.dates import Period, today
from parkparty.core.models import plan_for_much
from parkparty.core.reading import reading_ahead, rubbish_left, sees_more_than_others
from parkparty.coverage.figures import Node
from parkparty.coverage.figures.frozen import ahead, shared
from parkparty.coverage.services import take_snapshot
from parkparty.organizations.models import Organization
from parkparty.reports.choices import PeriodState, ReportKind
from parkparty.reports.figures.closing import late_entries
from parkparty.reports.figures.facts import Asked, about, beside
from parkparty.reports.figures.lists import LISTS
from parkparty.reports.figures.public import public_edition, public_figures
from parkparty.reports.figures.quarterly import COMPARED, DENOMINATORS, coverage_report
from parkparty.reports.figures.released import coverage_behind, released_around
from parkparty.reports.figures.together import Edition, unsaid_beside
from parkparty.reports.figures.whole import PackedRows
from parkparty.reports.models import Closing, Layout, ListPart, Measures, Release, ReportVersion
from parkparty.reports.sheets import Report


@transaction.atomic
def make_report(
    node: Node, period: Period, *, by: User | None, kind: ReportKind = ReportKind.COVERAGE
) -> tuple[ReportVersion, bool]:
    """The report of ``node`` and ``period`` as the records are now; gives the version and whether it is new.

    Until the period is over it is told up to today. When nothing changed since the last version, that one is given;
    of a frozen period always the one that was frozen with it.

    Raises:
        ValidationError: the period has not begun, or a public edition would hold the number of a person.
    """
    plan_for_much()
    in_turn = sees_more_than_others()  # before it locks a row
    row = Closing.objects.of(node).in_period(period).select_for_update().first()
    last = ReportVersion.objects.of(node).in_period(period).filter(kind=kind).order_by("-pk").first()
    is_frozen = row is not None and row.state == PeriodState.FROZEN
    if last and is_frozen and kind != ReportKind.PUBLIC:  # which follows the report of coverage
        return last, False
    if period.since > today():
        raise ValidationError(_("%(period)s 还没有开始，选已经开始的月份、季度或年份。") % {"period": period.name})
    as_of, data_at = min(period.last_day, today()), timezone.now()
    asked = Asked(
        node,
        period,
        as_of,
        measures=measures_for(node, period),
        gaps=tuple(row.gaps) if row else (),
        late=late_entries(node, period, row.closed_at).count() if row and row.closed_at else 0,
    )
    with translation.override(settings.LANGUAGE_CODE):  # the same bytes whatever language the reader has chosen
        report = replace(_written(asked, kind, by=by, last=last, in_turn=in_turn), about=about(asked, kind))
    new = ReportVersion(
        **of_period(node, period),
        kind=kind,
        as_of=as_of,
        data_at=data_at,
        made_by=by,
        layout=Layout.objects.used_for(node, kind),
        content=report.text,
        sha256=report.sha256,
    )
    return _kept(new, report, last)


def _kept(version: ReportVersion, report: Report, last: ReportVersion | None) -> tuple[ReportVersion, bool]:
    """Keep a version with all rows of its lists, unless it says the same as the last in the same layout."""
    with ExitStack() as stack:
        lists = [stack.enter_context(closing(t.rest)) for t in report.tables() if isinstance(t.rest, PackedRows)]
        if last and (last.content, last.sha256, last.layout) == (version.content, version.sha256, version.layout):
            return last, False
        version.save()
        for number, part in enumerate(part for rows in lists for part in rows.parts()):
            ListPart.objects.create(version=version, number=number, rows=part)
    if version.kind == ReportKind.PUBLIC:
        Release.objects.create(version=version, proposed_by=version.made_by)
    record(gettext_noop("生成报告"), version, by=version.made_by, changes={"sha256": [None, version.sha256]})
    return version, True


def _written(asked: Asked, kind: ReportKind, *, by: User | None, last: ReportVersion | None, in_turn: bool) -> Report:
    """The report; that of coverage from snapshots, which are taken first, and its public edition from it.

    What they need and what stands beside them is read meanwhile, ``in_turn`` as by ``reading_ahead``.
    """
    if kind == ReportKind.PUBLIC:
        return _public(make_report(asked.node, asked.period, by=by)[0], last)
    if kind != ReportKind.COVERAGE:
        return LISTS[kind](asked)
    with rubbish_left(), reading_ahead(in_turn=in_turn) as begin:
        for_snapshots = ahead(asked.node, asked.as_of, DENOMINATORS, begin)
        read_beside = beside(asked, COMPARED, begin)
        common = shared(asked.node, asked.as_of, for_snapshots)
        frozen = {
            denominator: take_snapshot(asked.node, as_of=asked.as_of, denominator=denominator, by=by, common=common)[0]
            for denominator in DENOMINATORS
        }
        return coverage_report(asked, frozen, read_beside)


def _public(coverage: ReportVersion, last: ReportVersion | None) -> Report:
    """The public edition of ``coverage``; what is out already stays as it is, and others are held against it."""
    if last and last.may_leave and coverage_behind(last) == coverage:
        return last.report
    node, period, (values, sums) = coverage.node, coverage.period, public_figures(coverage.report)
    own = Edition(str(coverage), node.path, period, coverage.as_of, values, sums)
    return public_edition(coverage.report, unsaid_beside(own, released_around(node, period, coverage.as_of)))


def kinds_of(node: Node) -> list[ReportKind]:
    """The reports that ``node`` has; the public edition is none of its own but follows that of coverage."""
    left_out = {ReportKind.PUBLIC} if isinstance(node, Organization) else {ReportKind.PUBLIC, ReportKind.SECRETARY}
    return [kind for kind in ReportKind if kind not in left_out]


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
    row, _is_new = Measures.objects.update_or_create(**of_period(node, period), defaults={"text": text.strip()})
    if row.text != before:
        record(gettext_noop("修改下一步措施"), row, by=by, changes={"text": [before, row.text]})


def of_period(node: Node, period: Period) -> dict[str, Any]:
    """The columns that name a node and a period."""
    return {str(node._meta.model_name): node, "since": period.since, "until": period.until}

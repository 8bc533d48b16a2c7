"""The other forms that offices ask for, each a list from the same rows: activities, ledger, terms, the uncovered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from parkparty.companies.choices import Denominator, Limits
from parkparty.core.privacy import masked
from parkparty.organizations.choices import OrganizationType
from parkparty.reports.choices import ROWS_IN_PART, ReportKind
from parkparty.reports.figures import appendices, facts
from parkparty.reports.figures.burden import burden
from parkparty.reports.figures.draft import Draft
from parkparty.reports.figures.facts import Asked
from parkparty.reports.figures.secretary import work_report
from parkparty.reports.figures.whole import cut
from parkparty.reports.sheets import Column, Report, Row, Section, Table, say


def activities(asked: Asked) -> Report:
    """Every activity of the period that counts, by the day it was held."""
    rows = facts.activities_of(asked.node, asked.period, asked.as_of).counted()
    between = _("、")
    entries = (
        (
            activity.held_on.isoformat(),
            masked(str(activity)),
            str(activity.organization),
            between.join(str(kind) for kind in activity.types.all()),
            activity.present,
            activity.expected,
        )
        for activity in rows.for_list().order_by("held_on", "pk").iterator(ROWS_IN_PART)
    )
    columns = (
        Column(_("活动日期"), 8),
        Column(_("活动"), 16),
        Column(_("主办党组织"), 14),
        Column(_("计入类型"), 12),
        Column(_("实到人数"), 5, is_number=True),
        Column(_("应到人数"), 5, is_number=True),
    )
    return _listed(asked, ReportKind.ACTIVITIES, columns, entries)


def ledger(asked: Asked) -> Report:
    """Every organisation that stood on the day, in the order of the tree: counts, no names of persons."""
    entries = (
        (
            one.code,
            one.name,
            str(OrganizationType(one.type_then).label),
            one.approved_on.isoformat(),
            one.full_members,
            one.probationary_members,
            one.units,
            one.term_until.isoformat() if one.term_until else None,
        )
        for one in facts.standing(asked.node, asked.as_of, is_streamed=True)
    )
    columns = (
        Column(_("组织代码"), 9),
        Column(_("名称"), 14),
        Column(_("类型"), 9),
        Column(_("批准日期"), 8),
        Column(_("正式党员"), 5, is_number=True),
        Column(_("预备党员"), 5, is_number=True),
        Column(_("覆盖企业"), 5, is_number=True),
        Column(_("本届届满"), 8),
    )
    return _listed(asked, ReportKind.LEDGER, columns, entries)


def terms(asked: Asked) -> Report:
    """Organisations whose term is over or ends soon, by the rules in force, the first due first."""
    found = [
        (hint.due_on.isoformat(), one.name, hint.fact, hint.rule.source)
        for one, hint in facts.hinted(facts.standing(asked.node, asked.as_of, is_streamed=True), asked.as_of)
        if hint.due_on
    ]
    columns = (Column(_("届满日期"), 8), Column(_("党组织"), 14), Column(_("情况"), 18), Column(_("依据"), 16))
    return _listed(asked, ReportKind.TERMS, columns, sorted(found))


def uncovered(asked: Asked) -> Report:
    """The companies without organisation coverage on the day."""
    kind = Denominator.OPERATING
    found = facts.uncovered(asked.node, as_of=asked.as_of, denominator=kind)
    entries = appendices.company_entries(found.iterator(ROWS_IN_PART), asked.as_of)
    table, definition = appendices.uncovered_table(()), (_("口径"), kind.definition(Limits()))
    return _report(asked, ReportKind.UNCOVERED, table, entries, definition)


LISTS: dict[ReportKind, Callable[[Asked], Report]] = {
    ReportKind.ACTIVITIES: activities,
    ReportKind.LEDGER: ledger,
    ReportKind.TERMS: terms,
    ReportKind.UNCOVERED: uncovered,
    ReportKind.BURDEN: burden,
    ReportKind.SECRETARY: work_report,
}
"""Who writes which of the other forms."""


def _listed(asked: Asked, kind: ReportKind, columns: tuple[Column, ...], rows: Iterable[Row]) -> Report:
    return _report(asked, kind, Table(str(kind.label), columns, (), empty=_("没有可列的内容。")), rows)


def _report(asked: Asked, kind: ReportKind, table: Table, rows: Iterable[Row], *cover: tuple[str, str]) -> Report:
    """A report of one table with all ``rows``, and how many there are."""
    first, rest = cut(rows)
    draft, number = Draft(), len(first) + rest.number
    sentence = say(_("共%(number)s条。"), number=draft.count("number", str(kind.label), number))
    whole = replace(table, rows=first, further=rest.number, rest=rest)
    return Report(
        title=f"{asked.node}{kind.label}",
        cover=facts.cover(asked, *cover),
        cells=draft.cells,
        sections=(Section(str(kind.label), (sentence,), (whole,)),),
    )

"""The coverage report of a node and a period, as a quarter's report or that of any other period."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from parkparty.companies.choices import CoverageState, Denominator
from parkparty.core.rates import Rate
from parkparty.coverage.figures import CompanyCoverage
from parkparty.coverage.figures.frozen import coverage_in, read
from parkparty.coverage.models import CoverageSnapshot
from parkparty.reports.choices import ReportKind, period_label
from parkparty.reports.figures import appendices, facts
from parkparty.reports.figures.comparison import compared
from parkparty.reports.figures.draft import Draft
from parkparty.reports.figures.facts import Asked, Before, Beside
from parkparty.reports.figures.life import life
from parkparty.reports.figures.measures import measures_section
from parkparty.reports.sheets import Column, Ref, Report, Section, Table, say

DENOMINATORS = (Denominator.OPERATING, Denominator.YINGJIAN)
"""Of which companies a report tells: those at work, and those that should have an organisation of their own."""

COMPARED = Denominator.OPERATING
"""Which of them it compares with earlier days."""


def coverage_report(
    asked: Asked, frozen: Mapping[Denominator, CoverageSnapshot], read_beside: Callable[[], Beside]
) -> Report:
    """The report from the snapshots of its day, one for each of ``DENOMINATORS``, and what stands beside them."""
    draft, operating = Draft(), frozen[COMPARED]
    uncovered = appendices.uncovered(operating)  # while the others are still being read
    beside = read_beside()
    draft.word("period", _("报告期"), period_label(asked.period))
    draft.word("as_of", _("截至"), asked.as_of.isoformat())
    sections = (
        _summary(draft, asked, operating, coverage_in(frozen[Denominator.YINGJIAN])),
        _changes(draft, beside.before, operating),
        life(draft, beside.owed, beside.judged.members, held=beside.held, founded=beside.founded),
        appendices.hints(draft, beside.judged.hints),
        measures_section(asked),
        uncovered,
        appendices.missing(beside.owed, _("附件二：未报组织生活名单")),
        appendices.activities(beside.by_type),
    )
    return Report(
        title=f"{asked.node}{ReportKind.COVERAGE.label}",
        cover=facts.cover(asked, (_("口径"), str(read(operating)["definition"]))),
        cells=draft.cells,
        sections=sections,
        sources=tuple(snapshot.sha256 for snapshot in frozen.values()),
    )


def _summary(draft: Draft, asked: Asked, frozen: CoverageSnapshot, yingjian: CompanyCoverage) -> Section:
    parts, figures = coverage_in(frozen), read(frozen)
    companies = draft.count("companies", _("企业（家）"), parts.companies)
    states = {state: draft.count(state.value, str(state.label), getattr(parts, state.value)) for state in CoverageState}
    rates = {
        "organization": (_("组织覆盖率"), parts.organization_rate),
        "own_rate": (_("单独组建率"), parts.own_rate),
        "work": (_("工作覆盖率"), parts.work_rate),
        "effective": (_("有效覆盖率（自定义口径）"), Rate(figures["effective"], parts.companies)),
        "yingjian": (_("应建企业单独组建率"), yingjian.own_rate),
    }
    shown = {id: _rate_row(draft, id, label, rate) for id, (label, rate) in rates.items()}
    joint = figures["joint_branches"]
    branches = draft.count("branches", _("党支部（个）"), figures["branches"])
    joint_branches = draft.count("joint_branches", _("联合党支部（个）"), joint)
    load = draft.mean("load", _("联合党支部平均覆盖企业（家）"), figures["listed_by_joint_branches"], joint)
    covered, rate = shown["organization"][1], shown["organization"][3]
    uncovered = draft.count("uncovered", _("未组织覆盖（家）"), parts.uncovered)
    unbuilt = draft.count("unbuilt", _("应建未建（家）"), yingjian.not_own)
    sentences = (
        say(
            _(
                "截至%(day)s，%(node)s共有%(label)s%(companies)s家，其中已组织覆盖%(covered)s家，组织覆盖率%(rate)s："
                "单独组建%(own)s家，联合组建%(joint)s家。尚无组织覆盖的%(uncovered)s家中，"
                "仅有工作覆盖%(work_only)s家，两项都没有%(none)s家。"
            ),
            day=Ref("as_of"),
            node=str(asked.node),
            label=str(frozen.chosen.label),
            companies=companies,
            covered=covered,
            rate=rate,
            uncovered=uncovered,
            **{state.value: ref for state, ref in states.items()},
        ),
        say(
            _(
                "工作覆盖率%(work)s，有效覆盖率%(effective)s。应建企业%(yingjian)s家，"
                "已单独组建%(built)s家，应建未建%(unbuilt)s家。"
            ),
            work=shown["work"][3],
            effective=shown["effective"][3],
            yingjian=shown["yingjian"][2],
            built=shown["yingjian"][1],
            unbuilt=unbuilt,
        ),
        say(
            _("现有党支部%(branches)s个，其中联合党支部%(joint)s个，平均每个覆盖%(load)s家企业。"),
            branches=branches,
            joint=joint_branches,
            load=load,
        ),
    )
    columns = (Column(_("指标"), 16), _number(_("分子")), _number(_("分母")), _number(_("比率")))
    return Section(
        _("总体情况"), sentences, (Table(_("主要指标"), columns, tuple(shown.values())), _counts_table(draft))
    )


def _rate_row(draft: Draft, id: str, label: str, rate: Rate) -> tuple[str, Ref, Ref, Ref]:
    """A rate with its parts, three cells."""
    return (
        label,
        draft.count(f"{id}.numerator", _("%(rate)s：分子") % {"rate": label}, rate.numerator),
        draft.count(f"{id}.denominator", _("%(rate)s：分母") % {"rate": label}, rate.denominator),
        draft.rate(id, label, rate),
    )


def _counts_table(draft: Draft) -> Table:
    names = ("companies", "own", "joint", "work_only", "none", "uncovered", "branches", "joint_branches", "load")
    rows = tuple((draft.cells[name].label, Ref(name)) for name in names)
    return Table(_("数量"), (Column(_("指标"), 24), _number(_("数量"))), rows)


def _changes(draft: Draft, before: Sequence[Before], frozen: CoverageSnapshot) -> Section:
    """Against the period before and the same period last year, each with the steps between."""
    rate = coverage_in(frozen).organization_rate
    found = [compared(draft, prefix, one, rate) for prefix, one in zip(("last", "year"), before, strict=False)]
    return Section(
        _("变化情况"), tuple(sentence for sentence, _table in found), tuple(table for _sentence, table in found)
    )


def _number(title: str) -> Column:
    return Column(title, 8, is_number=True)

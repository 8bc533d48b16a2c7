"""The public edition: the figures of the coverage report without contacts, lists and small numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parkparty.core.privacy import personal_numbers
from parkparty.core.rates import Rate
from parkparty.reports.choices import CellKind, ReportKind
from parkparty.reports.figures.draft import Draft
from parkparty.reports.figures.small import Sum
from parkparty.reports.sheets import Cell, Column, Entry, Ref, Report, Section, Table, say

COVER_LINES = 4
"""The unit, the period, the day and the definition; what was late or missing is for the office."""

SUMS: list[Sum] = [
    ("companies", ("organization.numerator", "uncovered")),
    ("organization.numerator", ("own", "joint")),
    ("uncovered", ("work_only", "none")),
    ("yingjian.denominator", ("yingjian.numerator", "unbuilt")),
    ("branches", ("joint_branches", "other_branches")),
    ("duties.owed", ("duties.done", "duties.pending", "duties.open")),
]
"""How the published numbers of the coverage report add up."""

ALONE = ("members.full", "members.probationary", "founded")
"""Published numbers that are no part of a sum."""

RATES = {
    "organization": ("organization.numerator", "companies"),
    "own_rate": ("own", "companies"),
    "yingjian": ("yingjian.numerator", "yingjian.denominator"),
    "duties": ("duties.done", "duties.owed"),
}
"""Rates are published only together with the two numbers that they are made of."""


def public_figures(coverage: Report) -> tuple[dict[str, int], list[Sum]]:
    """The numbers of a coverage report that its public edition is about, and how they add up."""
    by_type = _by_type(coverage)
    values = _values(coverage) | {f"held.{name}": number for name, number in by_type.items()}
    sums = list(SUMS)
    if sum(by_type.values()) == values["held"]:
        sums.append(("held", tuple(f"held.{name}" for name in by_type)))
    return values, sums


def public_edition(coverage: Report, hidden: frozenset[str]) -> Report:
    """What may leave the office of a coverage report, without the numbers that are ``hidden``.

    Raises:
        ValidationError: some text holds the number of a person, with what was found, masked.
    """
    draft, by_type, values = Draft(), _by_type(coverage), public_figures(coverage)[0]
    labels = {id: coverage.cells[id].label for id in values if id in coverage.cells} | _own_labels(by_type)
    for id, value in values.items():
        if id in hidden:
            draft.word(id, labels[id], _("不公布"))
        else:
            draft.count(id, labels[id], value)
    for id, parts in RATES.items():
        if hidden.isdisjoint(parts):
            draft.rate(id, coverage.cells[id].label, Rate(*(values[part] for part in parts)))
    report = Report(
        title=coverage.title.replace(str(ReportKind.COVERAGE.label), str(ReportKind.PUBLIC.label)),
        cover=coverage.cover[:COVER_LINES],
        cells=draft.cells,
        sections=(_coverage(draft.cells), _life(draft.cells, by_type), *_measures(coverage), _method(hidden)),
    )
    _refuse_personal_numbers(report)
    return report


def _values(coverage: Report) -> dict[str, int]:
    ids = {id for total, parts in SUMS for id in (total, *parts)} - {"other_branches"}
    values = {id: int(coverage.cells[id].value) for id in sorted(ids | {*ALONE, "held"})}
    return values | {"other_branches": values["branches"] - values["joint_branches"]}


def _by_type(coverage: Report) -> dict[str, int]:
    """How often activities of each type were held, from the last appendix."""
    (table,) = coverage.sections[-1].tables
    return {str(name): int(str(number)) for name, number, _people in table.rows}


def _own_labels(by_type: Mapping[str, int]) -> dict[str, str]:
    """What numbers are called that the report has under other names, or not at all."""
    return {
        "organization.numerator": _("已组织覆盖（家）"),
        "yingjian.denominator": _("应建企业（家）"),
        "yingjian.numerator": _("应建企业已单独组建（家）"),
        "other_branches": _("其他党支部（个）"),
        **{f"held.{name}": name for name in by_type},
    }


def _coverage(cells: Mapping[str, Cell]) -> Section:
    shown = ("companies", "organization.numerator", "own", "joint", "uncovered", "work_only", "none")
    built = ("yingjian.denominator", "yingjian.numerator", "unbuilt")
    branches = ("branches", "joint_branches", "other_branches")
    sentence = say(
        _("共有企业%(companies)s家，其中已组织覆盖%(covered)s家，尚无组织覆盖%(uncovered)s家。"),
        companies=Ref("companies"),
        covered=Ref("organization.numerator"),
        uncovered=Ref("uncovered"),
    )
    rows = _rows(cells, (*shown, *built, *branches, "organization", "own_rate", "yingjian"))
    return Section(_("总体情况"), (sentence,), (_table(_("主要指标"), rows),))


def _life(cells: Mapping[str, Cell], by_type: Mapping[str, int]) -> Section:
    sentence = say(
        _("报告期内计入统计的活动%(held)s次，按规则应开展%(owed)s项，已完成%(done)s项。"),
        held=Ref("held"),
        owed=Ref("duties.owed"),
        done=Ref("duties.done"),
    )
    ids = ("duties.owed", "duties.done", "duties.pending", "duties.open", "duties", *ALONE)
    held = _table(_("各类活动"), _rows(cells, tuple(f"held.{name}" for name in by_type)))
    return Section(_("组织生活"), (sentence,), (_table(_("组织生活完成情况"), _rows(cells, ids)), held))


def _measures(coverage: Report) -> Iterator[Section]:
    title = _("下一步措施")
    yield from (section for section in coverage.sections if section.title == title)


def _method(hidden: frozenset[str]) -> Section:
    """How numbers are held back, said in every edition, and whether any was."""
    told = _("本版有不公布的数字，以“不公布”标明。") if hidden else _("本版没有不公布的数字。")
    method = _(
        "小于三、大于零的数字不公布；为避免由合计相减，或与已公开的其他各版相减推算，另有数字一并不公布，相应的比率也不公布。"
    )
    return Section(_("公开说明"), ((method,), (told,)))


def _rows(cells: Mapping[str, Cell], ids: tuple[str, ...]) -> tuple[tuple[Entry, ...], ...]:
    return tuple((cells[id].label, Ref(id)) for id in ids if id in cells)


def _table(title: str, rows: tuple[tuple[Entry, ...], ...]) -> Table:
    columns = (Column(_("指标"), 24), Column(_("数量"), 8, is_number=True))
    return Table(title, columns, rows, empty=_("没有可列的内容。"))


def _refuse_personal_numbers(report: Report) -> None:
    texts = [report.title, *(value for _label, value in report.cover)]
    texts += [cell.label for cell in report.cells.values()]
    texts += [cell.text for cell in report.cells.values() if cell.kind == CellKind.TEXT]
    texts += [report.read(sentence) for section in report.sections for sentence in section.sentences]
    found = [number.masked for text in texts for number in personal_numbers(text)]
    if found:
        shown = _("、").join(dict.fromkeys(found))
        raise ValidationError(_("公开版里有身份证号、手机号或银行卡号：%(shown)s，删去后再生成。") % {"shown": shown})

"""Workbooks that go out: the template with its drop-downs and notes, and a roster with its wrong cells marked."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from parkparty.organizations.models import FormationMode
from parkparty.rosters.columns import KINDS, Column, DateColumn, RecordKey, SheetKind, Uscc
from parkparty.rosters.models import RosterIssue
from parkparty.rosters.sheets.reading import Line

FILLABLE_ROWS = 2_000
"""How many rows below the header have drop-downs and the format of their column."""


Cells = Mapping[str, Any]
"""A row that goes out: cells by the key of their column."""


def write_template(sheets: Mapping[str, Sequence[Cells]], offered: Mapping[str, Sequence[str]]) -> bytes:
    """A roster as .xlsx with a sheet for each kind: its rows below the header, or none.

    ``offered`` holds what the site's own tables put into drop-downs, by the key of the column. Text stays text,
    whatever it begins with: nothing in it is taken for a formula.
    """
    modes = FormationMode.objects.filter(is_active=True).values_list("name", flat=True)
    offered = {**offered, "formation": list(modes)}
    out = io.BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **plain_text}) as book:
        pages = [(KINDS[key], book.add_worksheet(str(KINDS[key].title)), rows) for key, rows in sheets.items()]
        notes, lists = book.add_worksheet(_("填写说明")), book.add_worksheet(_("选项"))
        lists.hide()
        listed = itertools.count()
        for kind, page, rows in pages:
            _write_header(book, page, kind)
            _write_rows(book, page, kind, rows)
            for position, column in enumerate(kind.columns):
                if choices := offered.get(column.key) or column.choices():
                    _offer(page, lists, next(listed), position, choices, FILLABLE_ROWS + len(rows))
        _write_notes(book, notes, [kind for kind, _page, _rows in pages])
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Formats:
    """Of cells: a number that is typed into a wrong cell must not turn into a day."""

    day: Any
    wrong: Any
    wrong_day: Any


@dataclass(frozen=True, slots=True)
class Annotated:
    """A sheet as it goes out: its titles, its rows with their true numbers, and what batches number them above."""

    name: str
    header_row: int
    titles: Sequence[str]
    rows: Iterable[Line]
    first: int
    only_wrong: bool = False
    """Whether the other rows are left out, so that those that remain stand one below the other."""


def write_annotated(sheets: Iterable[Annotated], issues: Iterable[RosterIssue]) -> bytes:
    """Sheets as .xlsx, each row where it stands in the file; wrong cells are red, with a comment and a last column.

    Every text is written as text, so that none of it is a formula.
    """
    by_row: dict[int, list[RosterIssue]] = defaultdict(list)
    for issue in issues:
        by_row[issue.number].append(issue)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        red = {"bg_color": "#FDE2E4", "font_color": "#8F0B1F"}
        formats = Formats(day, book.add_format(red), book.add_format({**red, "num_format": "yyyy-mm-dd"}))
        for each in sheets:
            sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", each.name).strip()[:31] or _("名单"))
            _write_annotated(sheet, each, by_row, bold, formats)
    return out.getvalue()


def _write_annotated(
    sheet: Any, each: Annotated, issues: Mapping[int, list[RosterIssue]], bold: Any, formats: Formats
) -> None:
    width = len(each.titles)
    for column, title in enumerate([*each.titles, _("错误说明")]):
        sheet.write_string(each.header_row - 1, column, title, bold)
    sheet.set_column(0, width - 1, 16)
    sheet.set_column(width, width, 60)
    last = each.header_row
    for number, cells in each.rows:
        wrong = issues.get(each.first + number, [])
        if wrong or not each.only_wrong:
            last = last + 1 if each.only_wrong else number
            _write_row(sheet, last, [*cells, *[""] * width][:width], wrong, formats)
    sheet.freeze_panes(each.header_row, 1)


def _write_row(sheet: Any, number: int, cells: list[Any], issues: list[RosterIssue], formats: Formats) -> None:
    marked: dict[int, list[str]] = defaultdict(list)
    for issue in issues:
        marked[issue.position].append(issue.sentence)
    for column, cell in enumerate(cells):
        is_day = isinstance(cell, dt.date)
        if column in marked:
            style = formats.wrong_day if is_day else formats.wrong
        else:
            style = formats.day if is_day else None
        _write_cell(sheet, number - 1, column, cell, style)
    for column, sentences in marked.items():
        sheet.write_comment(number - 1, column, "\n".join(sentences), {"x_scale": 2})
    if issues:
        told = "\n".join(f"{issue.cell} {issue.sentence}" for issue in issues)
        sheet.write_string(number - 1, len(cells), told)


def _write_cell(sheet: Any, row: int, column: int, cell: Any, style: Any) -> None:
    if isinstance(cell, str):
        if cell or style:
            sheet.write_string(row, column, cell, style)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(cell, dt.time()), style)
    elif isinstance(cell, bool):
        sheet.write_boolean(row, column, cell, style)
    else:
        sheet.write_number(row, column, cell, style)


def _write_header(book: Any, sheet: Any, kind_of_sheet: SheetKind) -> None:
    style = {"bold": True, "bg_color": "#F5F7FA", "border": 1, "text_wrap": True, "valign": "vcenter"}
    required, optional = book.add_format({**style, "font_color": "#A50D24"}), book.add_format(style)
    formats = {Uscc: book.add_format({"num_format": "@"}), DateColumn: book.add_format({"num_format": "yyyy-mm-dd"})}
    for position, column in enumerate(kind_of_sheet.columns):
        title = f"{column.title} *" if column.required else str(column.title)
        sheet.write_string(0, position, title, required if column.required else optional)
        kind = next((kind for kind in formats if isinstance(column, kind)), None)
        hidden = {"hidden": isinstance(column, RecordKey)}
        sheet.set_column(position, position, _width(column), formats[kind] if kind else None, hidden)
        sheet.write_comment(0, position, str(column.note))
    sheet.freeze_panes(1, 1)


def _write_rows(book: Any, sheet: Any, kind: SheetKind, rows: Sequence[Cells]) -> None:
    day, text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "@"})
    for number, row in enumerate(rows, start=1):
        for position, column in enumerate(kind.columns):
            cell = row.get(column.key)
            if isinstance(cell, dt.date):
                sheet.write_datetime(number, position, cell, day)
            elif isinstance(cell, int):
                sheet.write_number(number, position, cell)
            elif cell is not None:
                sheet.write_string(number, position, str(cell), text if isinstance(column, Uscc) else None)


def _width(column: Column) -> int:
    wide = {"name": 30, "organization": 30, "uscc": 22, "branch": 24, "superior": 24, "topic": 30, "summary": 40}
    return wide.get(column.key, 13)


def _offer(sheet: Any, lists: Any, at: int, position: int, choices: Sequence[str], last_row: int) -> None:
    """A drop-down from a column of the hidden sheet: a list inside the cell's own rule ends at 255 characters."""
    lists.write_column(0, at, choices)
    letters = xlsxwriter.utility.xl_col_to_name(at, True)
    source = f"='{lists.get_name()}'!{letters}$1:{letters}${len(choices)}"
    rule = {"validate": "list", "source": source, "error_type": "information"}
    sheet.data_validation(1, position, last_row, position, rule)


def _write_notes(book: Any, notes: Any, kinds: Sequence[SheetKind]) -> None:
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    lines: list[tuple[Any, ...]] = [
        (_("表头的列可以删减、换顺序，带 * 的列必须保留；不要改动隐藏的“系统编号”列。"),),
        (_("留空的单元格不改动系统中已有的内容；名册中没有的记录不会被删除。"),),
        (_("日期写成 2024-01-05、2024/1/5、2024年1月5日 或 20240105 都可以。"),),
        (_("不要填写人员姓名、身份证号和手机号，党员只填人数。"),),
    ]
    for kind in kinds:
        lines += [(), (kind.title,), *((note,) for note in kind.notes), (_("列"), _("怎样填写"), _("也可以叫作"))]
        lines += [(it.title, it.note, _("、").join(it.aliases[1:])) for it in kind.columns]
    titles = {str(kind.title) for kind in kinds} | {_("列")}
    for number, line in enumerate(lines):
        style = bold if line and str(line[0]) in titles else wrapped if len(line) > 1 else None
        for column, text in enumerate(line):
            notes.write_string(number, column, str(text), style)
    notes.set_column(0, 0, 18)
    notes.set_column(1, 2, 60)

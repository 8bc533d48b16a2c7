"""Workbooks that go out: the template with its drop-downs and notes, and a roster with its wrong cells marked."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from parkparty.organizations.models import FormationMode
from parkparty.rosters.columns import COLUMNS, Column, DateColumn, Uscc
from parkparty.rosters.models import RosterIssue
from parkparty.rosters.sheets.reading import Line

FILLABLE_ROWS = 2_000
"""How many rows below the header have drop-downs and the format of their column."""


def write_template(parks: Sequence[str], rows: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """A roster as .xlsx with the names of ``parks`` and the site's own code tables in its drop-downs.

    ``rows`` (column key → cell) are written below the header; without them it is empty. Text stays text, whatever it
    begins with: nothing in it is taken for a formula.
    """
    modes = FormationMode.objects.filter(is_active=True).values_list("name", flat=True)
    offered: dict[str, Sequence[str]] = {"park": parks, "formation": list(modes)}
    out = io.BytesIO()
    plain_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, {"in_memory": True, **plain_text}) as book:
        sheet, notes = book.add_worksheet(_("名单")), book.add_worksheet(_("填写说明"))
        lists = book.add_worksheet(_("选项"))
        lists.hide()
        _write_header(book, sheet)
        _write_rows(book, sheet, rows)
        for position, column in enumerate(COLUMNS):
            choices = offered.get(column.key) or column.choices()
            if choices:
                _offer(sheet, lists, position, choices, FILLABLE_ROWS + len(rows))
        _write_notes(book, notes)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class Formats:
    """Of cells: a number that is typed into a wrong cell must not turn into a day."""

    day: Any
    wrong: Any
    wrong_day: Any


def write_annotated(
    name: str, header_row: int, titles: Sequence[str], rows: Iterable[Line], issues: Iterable[RosterIssue]
) -> bytes:
    """A roster as .xlsx, each row where it stands in the file; wrong cells are red, with a comment and a last column.

    Every text is written as text, so that none of it is a formula.
    """
    by_row: dict[int, list[RosterIssue]] = defaultdict(list)
    for issue in issues:
        by_row[issue.number].append(issue)
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name).strip()[:31] or _("名单"))
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        red = {"bg_color": "#FDE2E4", "font_color": "#8F0B1F"}
        formats = Formats(day, book.add_format(red), book.add_format({**red, "num_format": "yyyy-mm-dd"}))
        for column, title in enumerate([*titles, _("错误说明")]):
            sheet.write_string(header_row - 1, column, title, bold)
        sheet.set_column(0, len(titles) - 1, 16)
        sheet.set_column(len(titles), len(titles), 60)
        for number, cells in rows:
            _write_row(sheet, number, [*cells, *[""] * len(titles)][: len(titles)], by_row.get(number, []), formats)
        sheet.freeze_panes(header_row, 1)
    return out.getvalue()


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


def _write_header(book: Any, sheet: Any) -> None:
    style = {"bold": True, "bg_color": "#F5F7FA", "border": 1, "text_wrap": True, "valign": "vcenter"}
    required, optional = book.add_format({**style, "font_color": "#A50D24"}), book.add_format(style)
    formats = {Uscc: book.add_format({"num_format": "@"}), DateColumn: book.add_format({"num_format": "yyyy-mm-dd"})}
    for position, column in enumerate(COLUMNS):
        title = f"{column.title} *" if column.required else str(column.title)
        sheet.write_string(0, position, title, required if column.required else optional)
        kind = next((kind for kind in formats if isinstance(column, kind)), None)
        sheet.set_column(position, position, _width(column), formats[kind] if kind else None)
        sheet.write_comment(0, position, str(column.note))
    sheet.freeze_panes(1, 1)


def _write_rows(book: Any, sheet: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    day, text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "@"})
    for number, row in enumerate(rows, start=1):
        for position, column in enumerate(COLUMNS):
            cell = row.get(column.key)
            if isinstance(cell, dt.date):
                sheet.write_datetime(number, position, cell, day)
            elif isinstance(cell, int):
                sheet.write_number(number, position, cell)
            elif cell is not None:
                sheet.write_string(number, position, str(cell), text if isinstance(column, Uscc) else None)


def _width(column: Column) -> int:
    return {"name": 30, "uscc": 22, "branch": 24, "superior": 24}.get(column.key, 13)


def _offer(sheet: Any, lists: Any, position: int, choices: Sequence[str], last_row: int) -> None:
    """A drop-down from a column of the hidden sheet: a list inside the cell's own rule ends at 255 characters."""
    lists.write_column(0, position, choices)
    letters = xlsxwriter.utility.xl_col_to_name(position, True)
    source = f"='{lists.get_name()}'!{letters}$1:{letters}${len(choices)}"
    rule = {"validate": "list", "source": source, "error_type": "information"}
    sheet.data_validation(1, position, last_row, position, rule)


def _write_notes(book: Any, notes: Any) -> None:
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    lines = [
        _("一家企业一行。表头的列可以删减、换顺序，带 * 的两列必须保留。"),
        _("留空的单元格不改动系统中已有的内容；名册中没有的企业不会被删除。"),
        _("日期写成 2024-01-05、2024/1/5、2024年1月5日 或 20240105 都可以。"),
        _("不要填写人员姓名、身份证号和手机号，党员只填人数。"),
    ]
    for number, line in enumerate(lines):
        notes.write_string(number, 0, line)
    start = len(lines) + 1
    notes.write_row(start, 0, [_("列"), _("怎样填写"), _("也可以叫作")], bold)
    for number, column in enumerate(COLUMNS, start=start + 1):
        notes.write_string(number, 0, str(column.title), wrapped)
        notes.write_string(number, 1, str(column.note), wrapped)
        notes.write_string(number, 2, "、".join(column.aliases[1:]), wrapped)
    notes.set_column(0, 0, 18)
    notes.set_column(1, 2, 60)

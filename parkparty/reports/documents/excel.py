"""The report as a workbook: real numbers, a sheet a table, and all cells with their ids at the end.

A table of more rows than a sheet holds goes on in further sheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.reports.choices import CellKind
from parkparty.reports.documents.blocks import Heading, Imprint, Paragraph, blocks_of, note_of, warning
from parkparty.reports.sheets import Cell, Column, Entry, Ref, Report, Table

SHEET_ROWS = 1_048_576 - 3
"""Rows of a table in a sheet of Excel, beside the title, the head and a note."""

PERCENT, WHOLE, CHANGE, MEAN = "0.0%", "#,##0", "+#,##0;−#,##0;0", "0.0"
NUMBER_FORMATS = {CellKind.RATE: PERCENT, CellKind.COUNT: WHOLE, CellKind.CHANGE: CHANGE, CellKind.MEAN: MEAN}


@dataclass(frozen=True, slots=True)
class Looks:
    """The formats of a workbook."""

    title: Any
    head: Any
    text: Any
    numbers: dict[str, Any]


def write(report: Report, imprint: Imprint, out: IO[bytes]) -> None:
    """The report as .xlsx. Text is written as text, whatever it begins with; a row once written leaves memory."""
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        book.set_properties(
            {"title": report.title, "created": timezone.localtime(imprint.data_at).replace(tzinfo=None)}
        )
        looks = _looks(book)
        _write_text(book, report, imprint, looks)
        used: set[str] = set()
        for table in report.tables():
            _write_table(book, looks, report, table, used)
        cells = _cells(report)
        _write_rows(book.add_worksheet(_sheet_name(_("数据"), used)), looks, (_("全部数字"), *cells, ()))


def _looks(book: Any) -> Looks:
    line: dict[str, Any] = {"border": 1, "valign": "vcenter"}
    head = {**line, "bold": True, "bg_color": "#F5F7FA", "align": "center", "text_wrap": True}
    return Looks(
        title=book.add_format({"bold": True, "font_size": 14}),
        head=book.add_format(head),
        text=book.add_format({**line, "text_wrap": True}),
        numbers={
            format: book.add_format({**line, "num_format": format, "align": "right"})
            for format in NUMBER_FORMATS.values()
        },
    )


def _write_text(book: Any, report: Report, imprint: Imprint, looks: Looks) -> None:
    """The cover and the sentences."""
    sheet = book.add_worksheet(_("报告"))
    _set_paper(sheet)
    sheet.set_column(0, 0, 90)
    sheet.write_string(0, 0, report.title, looks.title)
    lines = [f"{label}：{value}" for label, value in report.cover]
    lines += [block.text for block in blocks_of(report) if isinstance(block, Heading | Paragraph)]
    lines += [text for text in (warning(report), imprint.text) if text]
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    for row, line in enumerate(lines, start=1):
        sheet.write_string(row, 0, line, wrapped)
    sheet.print_area(0, 0, len(lines), 0)


def _write_table(book: Any, looks: Looks, report: Report, table: Table, used: set[str]) -> None:
    """All rows of a table, in as many sheets as they need."""
    left = ([_resolved(report, entry) for entry in row] for row in table.all_rows())
    number = len(table.rows) + table.further
    for written in range(0, max(number, 1), SHEET_ROWS):
        goes_on = written + SHEET_ROWS < number
        notes = (_("未完，下接后一张工作表。"),) if goes_on else note_of(table)
        sheet = book.add_worksheet(_sheet_name(table.title, used))
        _write_rows(sheet, looks, (table.title, table.columns, islice(left, SHEET_ROWS), notes))


def _write_rows(
    sheet: Any, looks: Looks, table: tuple[str, Sequence[Column], Iterable[Sequence[Any]], Sequence[str]]
) -> None:
    """A title, the head that stays in view and is repeated on paper, the rows, and what is said below them."""
    title, columns, rows, notes = table
    _set_paper(sheet)
    sheet.write_string(0, 0, title, looks.title)
    for position, column in enumerate(columns):
        sheet.write_string(1, position, column.title, looks.head)
        sheet.set_column(position, position, max(10, 1.6 * column.width))
    last = 1
    for last, row in enumerate(rows, start=2):
        for position, entry in enumerate(row):
            if isinstance(entry, str):
                sheet.write_string(last, position, entry, looks.text)
            else:
                _write_number(sheet, (last, position), entry, looks)
    if last > 1:
        sheet.autofilter(1, 0, last, len(columns) - 1)
    for note in notes:
        last += 1
        sheet.write_string(last, 0, note)
    sheet.freeze_panes(2, 1)
    sheet.repeat_rows(1)
    sheet.print_area(0, 0, last, len(columns) - 1)


def _write_number(sheet: Any, place: tuple[int, int], entry: Cell | int | None, looks: Looks) -> None:
    """A number as what one calculates with, where there is one to calculate with."""
    if isinstance(entry, int):
        sheet.write_number(*place, entry, looks.numbers[WHOLE])
    elif entry is None:
        sheet.write_blank(*place, None, looks.text)
    elif entry.number is not None:
        sheet.write_number(*place, entry.number, looks.numbers[NUMBER_FORMATS[CellKind(entry.kind)]])
    else:
        sheet.write_string(*place, entry.text, looks.text)


def _cells(report: Report) -> tuple[list[Column], list[list[Any]]]:
    """Every cell with its id, for whoever checks a sentence."""
    columns = [Column(_("编号"), 20), Column(_("名称"), 24)]
    columns += [Column(title, 8, is_number=True) for title in (_("数值"), _("分子"), _("分母"))]
    rows: list[list[Any]] = [
        [cell.id, cell.label, cell, *((cell.value, cell.of) if cell.of is not None else (None, None))]
        for cell in report.cells.values()
    ]
    return columns, rows


def _resolved(report: Report, entry: Entry) -> Any:
    return report.cells[entry.cell] if isinstance(entry, Ref) else entry


def _sheet_name(title: str, used: set[str]) -> str:
    """The title without what a sheet's name may not hold, 31 characters at most and different from the others."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:28]
    name = next(name for n in range(1, 100) for name in [plain if n == 1 else f"{plain} {n}"] if name not in used)
    used.add(name)
    return name


def _set_paper(sheet: Any) -> None:
    """A4, as wide as the page."""
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
    sheet.set_footer("&C&P/&N")

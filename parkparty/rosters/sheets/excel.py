"""Workbooks: the sheets of an .xlsx, .xls, .et or .ods as pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from parkparty.rosters.sheets import old_excel, opendocument, package
from parkparty.rosters.sheets.limits import MAX_COLUMNS, Refused
from parkparty.rosters.sheets.package import Findings, check_rows
from parkparty.rosters.sheets.page import Merge, Page, Row


def pages(path: Path, *, is_package: bool) -> Iterator[Page]:
    """Each sheet that holds cells, with its rows from the first on."""
    kind = package.kind_of(path) if is_package else "xls"
    parts = package.sheet_parts(path) if kind == "xlsx" else []
    old = old_excel.scan(path.read_bytes()) if kind == "xls" else None
    hidden = opendocument.hidden_rows(package.part(path, "content.xml")) if kind == "ods" else []
    since_1904 = old.counts_from_1904 if old else kind == "xlsx" and package.counts_from_1904(path)
    try:
        workbook = CalamineWorkbook.from_filelike(path.open("rb"))  # a path's ending would count for more than the file
    except PasswordError as locked:
        raise Refused("encrypted") from locked
    for at, sheet in enumerate(workbook.sheets_metadata):
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        found = Findings(hidden_rows=hidden[at]) if at < len(hidden) else Findings()
        if at < len(parts) and parts[at]:
            found = package.scan_sheet(package.part(path, parts[at]))
        elif old and at < len(old.sheets):
            one = old.sheets[at]
            found = Findings(one.hidden_rows, one.hidden_columns, one.errors)
        page = _page(workbook, at, found)
        if page:
            page.is_hidden, page.counts_from_1904 = sheet.visible != SheetVisibleEnum.Visible, since_1904
            yield page


def _page(workbook: CalamineWorkbook, at: int, found: Findings) -> Page | None:
    sheet = workbook.get_sheet_by_index(at)
    if sheet.start is None or sheet.end is None:
        return None
    check_rows(sheet.end[0])
    if sheet.end[1] >= MAX_COLUMNS:
        raise Refused("too_many_columns", str(MAX_COLUMNS))
    return Page(
        sheet.name,
        _rows(sheet),
        _merges(sheet),
        hidden_rows=found.hidden_rows,
        hidden_columns=found.hidden_columns,
        errors=found.errors,
    )


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    before: Row = [""] * (sheet.start or (0, 0))[1]
    for cells in sheet.iter_rows():
        yield before + [cell if type(cell) is str else _plain(cell) for cell in cells]


def _merges(sheet: CalamineSheet) -> list[Merge]:
    ranges = sheet.merged_cell_ranges or []
    return [(first[0], last[0], first[1], last[1]) for first, last in ranges]


def _plain(cell: object) -> object:
    """A cell as JSON carries it: a whole number as int while it is exact, a date marked as one."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < 10**15 else cell
    if isinstance(cell, dt.datetime):
        return {"date": cell.date().isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    return cell if isinstance(cell, str | int | bool) else str(cell)

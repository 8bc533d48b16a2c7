"""Workbooks: what an .xlsx is told by, and its sheets as rows."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook

from parkparty.rosters.sheets.limits import MAX_COLUMNS, MAX_ENTRIES, MAX_UNPACKED, Refused

Row = list[object]
Merge = tuple[int, int, int]
"""First row, last row (both from 0) and column of the left edge of a merged block."""


def check_package(path: Path) -> None:
    """Refuse what is no plain .xlsx, or unpacks to more than we read, before any of it is unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as damage:
        raise Refused("damaged") from damage
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused("too_large")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    names = {entry.filename for entry in entries}
    if "xl/vbaProject.bin" in names:
        raise Refused("macros")
    if "xl/workbook.xml" not in names:
        raise Refused("wrong_kind")


def sheets(path: Path) -> Iterator[tuple[str, Iterator[Row], list[Merge]]]:
    """Each sheet with its name, its rows from the first on (blank ones too) and its vertically merged blocks."""
    workbook = CalamineWorkbook.from_path(str(path))
    for name in workbook.sheet_names:
        sheet = workbook.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        yield name, _rows(sheet), _merges(sheet)


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    _, left = sheet.start or (0, 0)
    if left + sheet.width > MAX_COLUMNS:
        raise Refused("too_many_columns", str(MAX_COLUMNS))
    before: Row = [""] * left
    for cells in sheet.iter_rows():
        yield before + [_plain(cell) for cell in cells]


def _merges(sheet: CalamineSheet) -> list[Merge]:
    ranges = sheet.merged_cell_ranges or []
    return [(first[0], last[0], first[1]) for first, last in ranges if last[0] > first[0]]


def _plain(cell: object) -> object:
    """A cell as JSON carries it: a whole number as int while it is exact, a date marked as one."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 10**15:
        return int(cell)
    if isinstance(cell, dt.datetime):
        return {"date": cell.date().isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    return cell if isinstance(cell, str | int | float | bool) else str(cell)

"""Tables as files that one takes away: real numbers, and text that no program runs.

A number that looks like a person's, though its writer said that it is not, leaves the site only masked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import xlsxwriter
from django.http import HttpResponse

from parkparty.core.dates import today
from parkparty.core.privacy import masked
from parkparty.core.text import harmless

Cell = str | int | None

MAX_ROWS = 20_000
"""Longer lists are narrowed first: a file nobody can read is no answer."""

NEVER_KEPT = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Head(NamedTuple):
    """The title of a column, and its width in a workbook."""

    title: str
    width: int


def kind_named(text: str | None) -> str:
    """The kind of file that an address asks for: a workbook unless it says ``csv``."""
    return "csv" if text == "csv" else "xlsx"


def taken_away(kind: str, name: str, heads: Sequence[Head], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A table as a file of ``kind`` to be saved, called by ``name`` and the day."""
    headers = {"Content-Disposition": f'attachment; filename="{name}-{today()}.{kind}"'}
    return HttpResponse(written(kind, heads, rows), content_type=CONTENT_TYPES[kind], headers=headers | NEVER_KEPT)


def written(kind: str, heads: Sequence[Head], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A table as a file of ``kind``, one of ``CONTENT_TYPES``."""
    cells = ([masked(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return (_as_csv if kind == "csv" else _as_xlsx)(heads, cells)


def _as_xlsx(heads: Sequence[Head], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A workbook with real numbers; text is written as text, whatever it begins with."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head.title, bold)
            sheet.set_column(place, place, head.width)
        for number, row in enumerate(rows, start=1):
            for place, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(number, place, cell)
                else:
                    sheet.write_string(number, place, cell or "")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, sheet.dim_rowmax or 1), len(heads) - 1)
    return file.getvalue()


def _as_csv(heads: Sequence[Head], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with the mark that Excel needs; what would be read as a formula gets an apostrophe before it."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([head.title for head in heads])
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig")

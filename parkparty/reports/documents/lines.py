"""The report as lines for another system to read: one line a value, all kinds of reports alike (docs/reports.md)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import IO, Any

from parkparty.core.text import harmless
from parkparty.reports.choices import CellKind
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.sheets import Ref, Report

ABOUT = ("report", "unit_kind", "unit_code", "unit", "period", "since", "until", "as_of")
COLUMNS = (*ABOUT, "table", "row", "name", "label", "kind", "value", "of")
"""``table`` and ``row`` are empty for figures; ``name`` is a figure's id, or the number of a table's column."""


def write(report: Report, imprint: Imprint, out: IO[bytes]) -> None:
    """The report as .csv: UTF-8 with the mark that Excel needs, lines ended as RFC 4180 has it."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    about = dict(report.about)
    head = [about.get(name, "") for name in ABOUT]
    for line in _values(report):
        writer.writerow([harmless(entry) if isinstance(entry, str) else entry for entry in (*head, *line)])
    text.detach()


def _values(report: Report) -> Iterator[tuple[Any, ...]]:
    """Every figure, then every entry of a table that is no figure."""
    for cell in report.cells.values():
        yield ("", "", cell.id, cell.label, str(cell.kind), cell.value, cell.of)
    for table in report.tables():
        for number, row in enumerate(table.all_rows(), start=1):
            for position, (column, entry) in enumerate(zip(table.columns, row, strict=True), start=1):
                if not isinstance(entry, Ref) and entry is not None:
                    kind = CellKind.COUNT if isinstance(entry, int) else CellKind.TEXT
                    yield (table.title, number, position, column.title, kind.value, entry, None)

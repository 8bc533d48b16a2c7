"""One report, every form: each drawn from the same value, none with a number of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from parkparty.reports.choices import FileFormat
from parkparty.reports.documents import excel, layout, lines, page, pdf, word
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.sheets import Report


def _json(report: Report, imprint: Imprint, out: IO[bytes]) -> None:
    out.writelines(piece.encode() for piece in report.pieces())


ON_PAPER: dict[str, Callable[[Report, Imprint], bytes]] = {
    FileFormat.DOCX: word.write,
    FileFormat.PDF: pdf.write,
    FileFormat.HTML: page.write,
}
"""What is read by people: of a long list the first rows."""

WHOLE: dict[str, Callable[[Report, Imprint, IO[bytes]], None]] = {
    FileFormat.XLSX: excel.write,
    FileFormat.JSON: _json,
    FileFormat.CSV: lines.write,
}
"""What programs read: every row, written one by one."""


def write(report: Report, imprint: Imprint, format: str, out: IO[bytes], own_layout: bytes = b"") -> None:
    """Write the report as a file; Word in the office's own layout if there is one.

    The same report, imprint and layout always give the same bytes.
    """
    if own_layout and format == FileFormat.DOCX:
        out.write(layout.write(report, imprint, own_layout))
    elif format in ON_PAPER:
        out.write(ON_PAPER[format](report, imprint))
    else:
        WHOLE[format](report, imprint, out)

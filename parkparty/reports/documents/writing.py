"""One report, every form: each drawn from the same value, none with a number of its own."""

from __future__ import annotations

from collections.abc import Callable

from parkparty.reports.choices import FileFormat
from parkparty.reports.documents import excel, layout, lines, page, pdf, word
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.sheets import Report


def _json(report: Report, imprint: Imprint) -> bytes:
    return report.text.encode()


WRITERS: dict[str, Callable[[Report, Imprint], bytes]] = {
    FileFormat.DOCX: word.write,
    FileFormat.XLSX: excel.write,
    FileFormat.PDF: pdf.write,
    FileFormat.HTML: page.write,
    FileFormat.JSON: _json,
    FileFormat.CSV: lines.write,
}


def write(report: Report, imprint: Imprint, format: str, own_layout: bytes = b"") -> bytes:
    """The report as a file; Word in the office's own layout if there is one.

    The same report, imprint and layout always give the same bytes.
    """
    if own_layout and format == FileFormat.DOCX:
        return layout.write(report, imprint, own_layout)
    return WRITERS[format](report, imprint)

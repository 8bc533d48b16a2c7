"""One report, every form: each drawn from the same value, none with a number of its own."""

from __future__ import annotations

from collections.abc import Callable

from parkparty.reports.choices import FileFormat
from parkparty.reports.documents import excel, lines, page, pdf, word
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


def write(report: Report, imprint: Imprint, format: str) -> bytes:
    """The report as a file. The same report and imprint always give the same bytes."""
    return WRITERS[format](report, imprint)

"""One period in every form, opened again and compared cell by cell: each table, row and number is the same in all."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import docx
import pypdf
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.core.dates import period_named
from parkparty.reports.choices import FileFormat, ReportKind
from parkparty.reports.models import ReportVersion
from parkparty.reports.services import make_report
from parkparty.reports.sheets import Cell, Ref, Report
from tests.conftest import World
from tests.golden.kic import fill_kic
from tests.reports.conftest import file_of

Rows = list[list[str]]
PERIOD = period_named("2026Q3")
KINDS = [ReportKind.COVERAGE, ReportKind.LEDGER, ReportKind.ACTIVITIES, ReportKind.UNCOVERED]


@pytest.fixture
def filled(world: World, secretary: User, make_activity: Any, count_members: Any) -> World:
    call_command("load_codes")
    fill_kic(world.kic, world.kic_committee)
    count_members(world.joint_branch, 12, probationary=2)
    for month in (7, 8):
        held = {"held_on": dt.date(2026, month, 5), "state": ActivityState.ARCHIVED, "present": month, "expected": 9}
        make_activity(world.joint_branch, secretary, topic=f"{month}月的会", **held)
    return world


def plain(text: str) -> str:
    """Without the spaces and line ends that a page puts between letters."""
    return re.sub(r"\s", "", text)


def tables_of(report: Report) -> list[Rows]:
    """The tables of the value itself that have rows, as text."""
    return [[[plain(report.show(e)) for e in row] for row in table.rows] for table in report.tables() if table.rows]


def sentences_of(report: Report) -> list[str]:
    return [plain(report.read(sentence)) for section in report.sections for sentence in section.sentences]


class Page(HTMLParser):
    """The tables, the marked cells and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: list[Rows] = []
        self.cells: list[tuple[str, str]] = []
        self.text, self.cell = "", ""
        self.in_body = self.open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tbody":
            self.in_body = True
            self.tables.append([])
        elif tag == "tr" and self.in_body:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.in_body:
            self.open = True
            self.tables[-1][-1].append("")
        elif tag == "span":
            self.cell = dict(attrs).get("data-cell") or ""

    def handle_endtag(self, tag: str) -> None:
        self.in_body = self.in_body and tag != "tbody"
        self.open = self.open and tag not in ("td", "th")
        self.cell = "" if tag == "span" else self.cell

    def handle_data(self, data: str) -> None:
        self.text += plain(data)
        if self.open:
            self.tables[-1][-1][-1] += plain(data)
        if self.cell:
            self.cells.append((self.cell, data))


def in_word(content: bytes) -> tuple[list[Rows], str]:
    document = docx.Document(io.BytesIO(content))
    tables = [[[plain(cell.text) for cell in row.cells] for row in table.rows[1:]] for table in document.tables]
    return tables, plain("".join(paragraph.text for paragraph in document.paragraphs))


def in_page(content: bytes) -> tuple[list[Rows], str]:
    page = Page(content.decode().split('<article class="report"')[1].split("</article>")[0])
    return page.tables, page.text


def in_json(content: bytes) -> tuple[list[Rows], str]:
    """Read without the code that wrote it."""
    value = json.loads(content)
    shown = {cell["id"]: Cell(**cell).text for cell in value["cells"]}

    def text(entry: Any) -> str:
        if isinstance(entry, dict):
            return plain(shown[entry["cell"]])
        return "—" if entry is None else f"{entry:,}" if isinstance(entry, int) else plain(entry)

    tables = [[[text(e) for e in row] for row in t["rows"]] for s in value["sections"] for t in s["tables"]]
    sentences = ["".join(text(part) for part in s) for section in value["sections"] for s in section["sentences"]]
    return [table for table in tables if table], "".join(sentences)


READERS: dict[str, Callable[[bytes], tuple[list[Rows], str]]] = {
    FileFormat.DOCX: in_word,
    FileFormat.HTML: in_page,
    FileFormat.JSON: in_json,
}


def in_workbook(content: bytes, report: Report) -> tuple[list[list[list[Any]]], str]:
    """The sheets of tables as they are calculated with, and the sentences."""
    book = load_workbook(io.BytesIO(content))
    sheets = list(book.worksheets[1:-1])
    tables = list(report.tables())
    assert len(sheets) == len(tables)
    found = [
        [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3, max_row=2 + len(table.rows))]
        for sheet, table in zip(sheets, tables, strict=True)
        if table.rows
    ]
    return found, plain("".join(str(row[0].value) for row in book.worksheets[0].iter_rows()))


def as_number(report: Report, entry: Any) -> Any:
    """What a workbook holds for an entry of the value."""
    if isinstance(entry, Ref):
        cell = report.cells[entry.cell]
        return pytest.approx(cell.number) if cell.number is not None else cell.text
    return entry or None if isinstance(entry, str) else entry


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_holds_every_row_and_sentence(filled: World, kind: ReportKind) -> None:
    version = make_report(filled.kic, PERIOD, by=None, kind=kind)[0]
    tables, sentences = tables_of(version.report), sentences_of(version.report)
    assert sum(map(len, tables)) > 0
    for format, read in READERS.items():
        found, text = read(file_of(version, FileFormat(format)))
        assert found == tables, format
        assert [sentence for sentence in sentences if sentence not in text] == [], format
    written, text = in_workbook(file_of(version, FileFormat.XLSX), version.report)
    numbers = [
        [[as_number(version.report, e) for e in row] for row in t.rows] for t in version.report.tables() if t.rows
    ]
    assert written == numbers
    assert [sentence for sentence in sentences if sentence not in text] == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_pdf_holds_every_row_and_sentence(filled: World, kind: ReportKind) -> None:
    version = make_report(filled.kic, PERIOD, by=None, kind=kind)[0]
    pages = pypdf.PdfReader(io.BytesIO(file_of(version, FileFormat.PDF))).pages
    text = "".join(re.sub(r"—\d+—$", "", plain(page.extract_text())) for page in pages)
    rows = ["".join(row) for table in tables_of(version.report) for row in table]
    assert [row for row in rows if row not in text] == []
    assert [sentence for sentence in sentences_of(version.report) if sentence not in text] == []


def test_the_print_page_holds_the_same_cells(
    filled: World, reviewer: User, client_of: Callable[[User], Client]
) -> None:
    version: ReportVersion = make_report(filled.kic, PERIOD, by=None)[0]
    content = client_of(reviewer).get(reverse("reports:report", args=[version.pk])).content
    tables, text = in_page(content)
    assert tables == tables_of(version.report)
    assert [sentence for sentence in sentences_of(version.report) if sentence not in text] == []
    marked = Page(content.decode()).cells
    assert len(marked) > 20
    assert [(id, text) for id, text in marked if version.report.cells[id].text != text] == []

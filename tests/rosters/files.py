"""Files as offices send them, and as nobody should: made in the test, so that no odd file is kept in the repository."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlwt

from parkparty.rosters.columns import known_titles
from parkparty.rosters.sheets.reading import Sheet, opened
from tests.rosters.conftest import write_xlsx

HEADER = ["企业名称", "所属园区", "从业人数"]
BODY: list[list[Any]] = [["甲公司", "创智园", 12], ["乙公司", "创智园", 30]]
SHEET = "xl/worksheets/sheet1.xml"
Pages = dict[str, Sequence[Sequence[Any]]]


@dataclass
class Book:
    """A file that was read to its end."""

    sheets: list[Sheet]
    hidden_sheets: list[str]
    without_header: list[str]


def open_book(path: Path) -> Book:
    """The file read to its end, the rows of its sheets in lists."""
    with opened(path, filename=path.name, known=known_titles()) as book:
        sheets = [replace(sheet, rows=list(sheet.rows)) for sheet in book]
    return Book(sheets, book.hidden_sheets, book.without_header)


def write_xls(path: Path, pages: Pages, *, shape: Callable[[Any, Any], None] | None = None) -> Path:
    """An Excel 97–2003 workbook; ``shape`` does what else is to be done with the book and its first sheet."""
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, rows in pages.items():
        sheet = book.add_sheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell, *([day] if isinstance(cell, dt.date) else []))
    if shape:
        shape(book, book.get_sheet(0))
    book.save(str(path))
    return path


def rename_stream(data: bytes, name: str, new: str) -> bytes:
    """An OLE file whose stream ``name`` has another one."""
    at = data.index(name.encode("utf-16-le") + b"\x00\x00")
    entry = new.encode("utf-16-le").ljust(64, b"\x00") + struct.pack("<H", 2 * len(new) + 2)
    return data[:at] + entry + data[at + 66 :]


def loop_chain(data: bytes) -> bytes:
    """An OLE file whose first sector follows itself."""
    table = (struct.unpack_from("<I", data, 76)[0] + 1) * 512
    return data[:table] + struct.pack("<4I", 0, 1, 2, 3) + data[table + 16 :]


def write_ods(path: Path, rows: Sequence[Sequence[Any]], *, hidden: int | None = None, name: str = "名单") -> Path:
    """An OpenDocument spreadsheet; row ``hidden`` (from 0) is not shown."""
    lines = "".join(_ods_row(row, hidden=number == hidden) for number, row in enumerate(rows))
    return write_ods_content(path, f'<table:table table:name="{name}">{lines}</table:table>')


def write_ods_content(path: Path, tables: str) -> Path:
    """An OpenDocument spreadsheet of the given tables."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("META-INF/manifest.xml", manifest)
        package.writestr("content.xml", content)
    return path


def _ods_row(row: Sequence[Any], *, hidden: bool) -> str:
    cells = "".join(_ods_cell(cell) for cell in row)
    shown = ' table:visibility="collapse"' if hidden else ""
    return f"<table:table-row{shown}>{cells}</table:table-row>"


def _ods_cell(cell: Any) -> str:
    if isinstance(cell, dt.date):
        kind = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, int | float):
        kind = f'office:value-type="float" office:value="{cell}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{escape(str(cell))}</text:p></table:table-cell>"


def with_parts(source: Path, path: Path, parts: dict[str, bytes | str]) -> Path:
    """A copy of a package in which some parts are others."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, parts.get(name, before.read(name)))
        for name in parts.keys() - set(before.namelist()):
            after.writestr(name, parts[name])
    return path


def with_cells(directory: Path, cells: str, *, beside: str = "") -> Path:
    """A workbook with the header and these rows of XML below it; ``beside`` stands before the rows."""
    titles = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{title}</t></is></c>'
        for letter, title in zip("ABC", HEADER, strict=True)
    )
    sheet = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'{beside}<sheetData><row r="1">{titles}</row>{cells}</sheetData></worksheet>'
    )
    source = write_xlsx(directory / "source.xlsx", [HEADER])
    return with_parts(source, directory / "made.xlsx", {SHEET: sheet})


def text_cell(where: str, text: str) -> str:
    """A cell with its text in place."""
    return f'<c r="{where}" t="inlineStr"><is><t>{text}</t></is></c>'

"""Tables of web pages, which many office systems hand out under the name of .xls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from parkparty.rosters.sheets.limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Refused
from parkparty.rosters.sheets.page import Merge, Page, Row

_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_BEGINNINGS = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<!--", b"<div", b"<body")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def is_markup(beginning: bytes) -> bool:
    """Whether a file that begins so is a web page."""
    plain = beginning.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if plain.startswith(b"<?xml"):
        plain = plain[plain.find(b"?>") + 2 :].lstrip()
    return plain.startswith(_BEGINNINGS)


def pages(data: bytes, name: str) -> Iterator[Page]:
    """Each outermost table of the page.

    Raises:
        Refused: when its encoding is not known.
    """
    tables = _Tables()
    tables.feed(_decode(data))
    tables.close()
    for number, table in enumerate(tables.found, start=1):
        title = name if len(tables.found) == 1 else f"{name} {number}"
        yield Page(title, iter(table.rows), table.merges, hidden_rows=table.hidden)


def _decode(data: bytes) -> str:
    stated = _CHARSET.search(data[:4096])
    named = stated[1].decode("ascii") if stated else ""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        named = "utf-16"
    if named.lower() in ("gb2312", "gbk"):
        named = "gb18030"
    for encoding in (named, "utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Refused("encoding")


class _Table:
    """Rows as they stand, blocks written into their first cell."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.merges: list[Merge] = []
        self.hidden: set[int] = set()
        self._taken: dict[int, int] = {}

    def begin_row(self, *, hidden: bool) -> None:
        if len(self.rows) > MAX_ROWS + 100:
            raise Refused("too_many_rows", str(MAX_ROWS))
        if hidden:
            self.hidden.add(len(self.rows))
        self.rows.append([])

    def add(self, text: str, down: int, right: int) -> None:
        """Put a cell into the first free column, past blocks that reach down from above."""
        at, row = len(self.rows) - 1, self.rows[-1]
        while self._taken.get(len(row), -1) >= at:
            row.append("")
        left = len(row)
        row += [text, *[""] * (right - 1)]
        if len(row) > MAX_COLUMNS:
            raise Refused("too_many_columns", str(MAX_COLUMNS))
        if down > 1:
            self._taken.update(dict.fromkeys(range(left, left + right), at + down - 1))
        if down > 1 or right > 1:
            self.merges.append((at, at + down - 1, left, left + right - 1))


class _Tables(HTMLParser):
    """Collects outermost tables; of a table inside a cell only the text is kept."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Table] = []
        self._depth = 0
        self._cell: tuple[int, int] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.found.append(_Table())
        elif self._depth == 1 and tag == "tr":
            self._end_cell()
            self.found[-1].begin_row(hidden=bool(_HIDDEN.search(given.get("style", ""))))
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self._cell = _span(given.get("rowspan", "")), _span(given.get("colspan", ""))
        elif tag == "br" and self._cell:
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._end_cell() if self._depth == 1 else None
            self._depth = max(self._depth - 1, 0)
        elif tag in ("td", "th", "tr") and self._depth == 1:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell:
            self._text.append(data)

    def _end_cell(self) -> None:
        if self._cell:
            table, (down, right) = self.found[-1], self._cell
            if not table.rows:
                table.begin_row(hidden=False)
            text = "".join(self._text).strip()
            if len(text) > MAX_CELL:
                raise Refused("long_cell", str(len(table.rows)))
            table.add(text, down, right)
        self._cell, self._text = None, []


def _span(text: str) -> int:
    return min(max(int(text), 1), MAX_ROWS) if text.isascii() and text.isdigit() and len(text) < 7 else 1

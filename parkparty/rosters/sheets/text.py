"""CSV and tab-separated text: UTF-8 with or without a mark, GB 18030, Big5 or UTF-16; comma, tab or semicolon.

Nearly any bytes decode as GB 18030 without an error. What proves an encoding is that the header is found afterwards.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

from parkparty.core.text import clean
from parkparty.rosters.sheets.header import SEARCHED_ROWS
from parkparty.rosters.sheets.limits import MAX_CELL, MAX_COLUMNS, Refused
from parkparty.rosters.sheets.page import Page, Row

IsHeader = Callable[[Sequence[Row]], bool]
_MARKED = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WITH_NUL = ("utf-16-le", "utf-16-be")
_PLAIN = ("utf-8-sig", "gb18030", "big5")
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_SEPARATOR_LINE = re.compile(r"^sep=(.)\r?\n?", re.IGNORECASE)


def page(data: bytes, name: str, has_header: IsHeader) -> Page:
    """The text as a sheet: every record a row, blank ones too, decoded in the first way that shows a header.

    Raises:
        Refused: when nothing decodes it, or no decoding shows a header.
    """
    shown = ""
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        records = _records(text)
        first = list(islice(records, SEARCHED_ROWS))
        if has_header(first):
            return Page(name, chain(first, records))
        shown = shown or clean(" ".join(str(cell) for cell in next((row for row in first if any(row)), [])))
    if not shown:
        raise Refused("wrong_kind" if b"\x00" in data else "encoding")
    raise Refused("wrong_kind" if b"\x00" in data else "no_header", shown[:60])


def _encodings(data: bytes) -> Sequence[str]:
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Refused("encoding")
    for mark, encoding in _MARKED.items():
        if data.startswith(mark):
            return (encoding,)
    return _WITH_NUL if b"\x00" in data else _PLAIN


def _records(text: str) -> Iterator[Row]:
    csv.field_size_limit(MAX_CELL)
    delimiter = _delimiter(text)
    if told := _SEPARATOR_LINE.match(text):
        delimiter, text = told[1], text[told.end() :]
    # Lines one by one: a file of them would hold the whole text once more, four bytes a character.
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise Refused("quotes", str(reader.line_num)) from fault
        if len(record) > MAX_COLUMNS:
            raise Refused("too_many_columns", str(MAX_COLUMNS))
        yield list(record)


def _delimiter(text: str) -> str:
    """The separator that the first lines use most."""
    beginning = "\n".join(text[:100_000].splitlines()[:SEARCHED_ROWS])
    return max(",\t;", key=beginning.count)

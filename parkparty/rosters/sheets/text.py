"""CSV files: UTF-8 with or without a mark, or GB18030; comma, tab or semicolon."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from parkparty.rosters.sheets.limits import MAX_CELL, MAX_COLUMNS, Refused

_MARKUP = ("<html", "<!doctype", "<table", "<?xml")


def rows(path: Path) -> Iterator[list[object]]:
    """Every record of the file, blank ones too: a record is a row of the sheet that Excel shows.

    Success in decoding GB18030 proves little; that the header is found afterwards does.
    """
    text = _decode(path.read_bytes())
    if text.lstrip()[:9].casefold().startswith(_MARKUP):
        raise Refused("html")
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
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


def _decode(data: bytes) -> str:
    if b"\x00" in data:
        raise Refused("encoding" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "wrong_kind")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("encoding")


def _delimiter(text: str) -> str:
    """The separator that the first lines use most."""
    beginning = "\n".join(text.splitlines()[:30])
    return max(",\t;", key=beginning.count)

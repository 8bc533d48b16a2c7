"""Excel 97–2003 workbooks (.xls, .et): what is looked at before and beside the reader.

They are small file systems of their own (OLE), whose chains of sectors can be made to run in circles. Here every chain
is walked with an end in sight; what the walk cannot finish is damaged.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from parkparty.rosters.sheets.limits import Refused

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER, _ENTRY, _LAST = 512, 128, 0xFFFFFFFA
"""Sizes of the header and a directory entry; sector numbers from the last on are marks, not sectors."""
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BEGIN, _ROW, _SHEET, _LOCKED, _ERROR, _FORMULA, _COLUMNS, _CALENDAR = (
    0x809, 0x208, 0x85, 0x2F, 0x205, 0x06, 0x7D, 0x22,
)  # fmt: skip


@dataclass(slots=True)
class OldSheet:
    """What the records of a sheet say; rows and columns from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(slots=True)
class OldWorkbook:
    """A workbook's sheets in its own order, and its calendar."""

    sheets: list[OldSheet]
    counts_from_1904: bool


def scan(data: bytes) -> OldWorkbook:
    """Look through a workbook.

    Raises:
        Refused: when it is encrypted, carries macros, is damaged, or is no workbook at all.
    """
    try:
        stream = _workbook_stream(data)
        records = list(_records(stream))
        starts = [struct.unpack_from("<I", body)[0] for kind, _at, body in records if kind == _SHEET]
        calendar = any(kind == _CALENDAR and body[:1] == b"\x01" for kind, _at, body in records)
        if any(kind == _LOCKED for kind, _at, _body in records):
            raise Refused("encrypted")
        sheets = [OldSheet() for _start in starts]
        _fill(records, dict(zip(starts, sheets, strict=True)))
    except (struct.error, IndexError, ValueError) as damage:
        raise Refused("damaged") from damage
    return OldWorkbook(sheets, calendar)


def _workbook_stream(data: bytes) -> bytes:
    """The stream that holds the workbook."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    if size not in (512, 4096):
        raise Refused("damaged")
    table = _table(data, size)
    directory = _chain(data, size, table, struct.unpack_from("<I", data, 48)[0])
    entries = dict(_entries(directory))
    if "EncryptedPackage" in entries:
        raise Refused("encrypted")
    if any(name in entries for name in ("_VBA_PROJECT_CUR", "_VBA_PROJECT", "Macros")):
        raise Refused("macros")
    found = entries.get("Workbook") or entries.get("Book")
    if found is None:
        raise Refused("wrong_kind")
    start, length = found
    small_below = struct.unpack_from("<I", data, 56)[0]
    if length >= small_below:
        return _chain(data, size, table, start)[:length]
    inner = _chain(data, size, table, entries["Root Entry"][0])
    small_table = _numbers(_chain(data, size, table, struct.unpack_from("<I", data, 60)[0]))
    return b"".join(inner[64 * n : 64 * n + 64] for n in _walk(small_table, start))[:length]


def _table(data: bytes, size: int) -> list[int]:
    """The table of what sector follows which, put together from the sectors that hold it."""
    holders = [n for n in _numbers(data[76:_HEADER]) if n < _LAST]
    following, seen = struct.unpack_from("<I", data, 68)[0], 0
    while following < _LAST:
        *more, following = _numbers(_sector(data, size, following))
        holders += [n for n in more if n < _LAST]
        seen += 1
        if seen > len(data) // size:
            raise Refused("damaged")
    if len(holders) > len(data) // size:
        raise Refused("damaged")
    return [n for holder in holders for n in _numbers(_sector(data, size, holder))]


def _sector(data: bytes, size: int, number: int) -> bytes:
    sector = data[(number + 1) * size : (number + 2) * size]
    if not sector:
        raise Refused("damaged")
    return sector


def _walk(table: list[int], start: int) -> Iterator[int]:
    seen: set[int] = set()
    while start < _LAST:
        if start in seen:
            raise Refused("damaged")
        seen.add(start)
        yield start
        start = table[start]


def _chain(data: bytes, size: int, table: list[int], start: int) -> bytes:
    return b"".join(_sector(data, size, number) for number in _walk(table, start))


def _numbers(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))


def _entries(directory: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        if 2 <= length <= 64:
            name = directory[at : at + length - 2].decode("utf-16-le", "replace")
            yield name, struct.unpack_from("<II", directory, at + 116)


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Each record's kind, place and body."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _fill(records: list[tuple[int, int, bytes]], by_start: dict[int, OldSheet]) -> None:
    """Put what the records say into the sheet in which they stand."""
    sheet = OldSheet()
    for kind, at, body in records:
        if kind == _BEGIN:
            sheet = by_start.get(at, sheet)
        elif kind == _ROW and body[12] & 0x20:
            sheet.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLUMNS and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            sheet.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == _ERROR and body[7]:
            sheet.errors[struct.unpack_from("<HH", body)] = _ERRORS.get(body[6], "#N/A")
        elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
            sheet.errors[struct.unpack_from("<HH", body)] = _ERRORS.get(body[8], "#N/A")

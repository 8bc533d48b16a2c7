"""Zip packages (.xlsx, .ods): what they are, and what stands in their parts that the reader does not tell."""

from __future__ import annotations

import re
import stat
import zipfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from parkparty.rosters.sheets.limits import MAX_CELLS, MAX_COLUMNS, MAX_ENTRIES, MAX_ROWS, MAX_UNPACKED, Refused
from parkparty.rosters.sheets.page import NOT_WORKED_OUT

ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_BROKEN = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, KeyError)
_LOCAL_HEADER = 30
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b([^>]*)>")
_FAR_RIGHT = re.compile(rb"""\sr=["'][A-Za-z]{3}([A-Za-z]*)""")
_FAULTY = re.compile(rb"""<(?:\w+:)?c\s([^>]*\bt=["']e["'][^>]*)>(.*?)</(?:\w+:)?c>""", re.DOTALL)
_UNDONE = re.compile(
    rb"<(?:\w+:)?c\s([^>/]*)>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v>\s*</(?:\w+:)?v>|"
    rb"<(?:\w+:)?v\s*/>)?\s*</(?:\w+:)?c>"
)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_TRUE = (b"1", b"true")


@dataclass(slots=True)
class Findings:
    """What a sheet's XML says beside its values; rows and columns from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)


def kind_of(path: Path) -> str:
    """``xlsx`` or ``ods``; every other package is refused before any of it is unpacked."""
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
            _refuse_tricks(entries)
            names = {entry.filename for entry in entries}
            is_ods = "mimetype" in names and package.read("mimetype").strip().startswith(ODS)
            if is_ods and b"encryption-data" in package.read("META-INF/manifest.xml"):
                raise Refused("encrypted")
    except _BROKEN as damage:
        raise Refused("damaged") from damage
    if any(name.endswith("vbaProject.bin") or (is_ods and name.startswith("Basic/")) for name in names):
        raise Refused("macros")
    if "xl/workbook.bin" in names:
        raise Refused("xlsb")
    if not is_ods and "xl/workbook.xml" not in names:
        raise Refused("wrong_kind")
    return "ods" if is_ods else "xlsx"


def _refuse_tricks(entries: list[zipfile.ZipInfo]) -> None:
    """Too many parts, too much inside, parts twice, inside one another, or that are links or locked."""
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused("too_large")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused("encrypted")
    if len({entry.filename for entry in entries}) != len(entries):
        raise Refused("damaged")
    if any(stat.S_ISLNK(entry.external_attr >> 16) for entry in entries):
        raise Refused("damaged")
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset + _LOCAL_HEADER + len(entry.orig_filename) + entry.compress_size for entry in in_order]
    if any(end > after.header_offset for end, (_entry, after) in zip(ends, pairwise(in_order), strict=False)):
        raise Refused("damaged")


def part(path: Path, name: str) -> bytes:
    """One part, unpacked, with its checksum verified; one with a document type of its own is refused."""
    try:
        with zipfile.ZipFile(path) as package:
            content = package.read(name)
    except _BROKEN as damage:
        raise Refused("damaged") from damage
    if b"<!DOCTYPE" in content[:4096] or b"<!ENTITY" in content[:4096]:
        raise Refused("damaged")
    return content


def sheet_parts(path: Path) -> list[str]:
    """The part of each sheet in the order of the workbook; blank for one that has none."""
    links = [_attributes(tag) for tag in re.findall(rb"<(?:\w+:)?Relationship\b([^>]*)>", part(path, _LINKS))]
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    found = []
    for tag in re.findall(rb"<(?:\w+:)?sheet\s([^>]*)>", part(path, "xl/workbook.xml")):
        identity = next((value for name, value in _attributes(tag).items() if name.endswith(":id")), "")
        target = targets.get(identity, "")
        found.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}" if target else "")
    return found


_LINKS = "xl/_rels/workbook.xml.rels"


def counts_from_1904(path: Path) -> bool:
    """Whether the workbook counts its days from 1904, as Excel on old Macs did."""
    tag = re.search(rb"<(?:\w+:)?workbookPr\b([^>]*)>", part(path, "xl/workbook.xml"))
    return tag is not None and _is_true(_attributes(tag[1]).get("date1904", ""))


def scan_sheet(content: bytes) -> Findings:
    """Hidden rows and columns and faulty cells of one sheet's XML.

    Raises:
        Refused: for more cells, rows or columns than we read, or an address that no spreadsheet has.
    """
    if content.count(b"<c") > MAX_CELLS:
        raise Refused("too_large")
    if far := _FAR_RIGHT.search(content):
        raise Refused("damaged" if far[1] else "too_many_columns", str(MAX_COLUMNS))
    found = Findings()
    for at, tag in enumerate(_ROW.findall(content)):
        if b"hidden" in tag:
            row = _attributes(tag)
            if _is_true(row.get("hidden", "")):
                found.hidden_rows.add(int(row.get("r", at + 1)) - 1)
    for tag in _COLUMN.findall(content[: content.find(b"<row")]):
        column = _attributes(tag)
        if _is_true(column.get("hidden", "")):
            last = min(int(column["max"]), MAX_COLUMNS)
            found.hidden_columns.update(range(int(column["min"]) - 1, last))
    _find_errors(content, found)
    return found


def _find_errors(content: bytes, found: Findings) -> None:
    """Note cells whose value is an error, and formulas without one."""
    if b't="e"' in content or b"t='e'" in content:
        for cell, inside in _FAULTY.findall(content):
            value = _VALUE.search(inside)
            _note(found, cell, value[1].decode("utf-8", "replace") if value else "#N/A")
    if b"<f" in content or b":f" in content:
        for cell in _UNDONE.findall(content):
            if b't="str"' not in cell:
                _note(found, cell, NOT_WORKED_OUT)


def _note(found: Findings, cell: bytes, value: str) -> None:
    where = re.fullmatch(r"([A-Z]{1,2})(\d{1,7})", _attributes(cell).get("r", ""))
    if where:
        column = 0
        for letter in where[1]:
            column = column * 26 + ord(letter) - 64
        found.errors[int(where[2]) - 1, column - 1] = value


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): (a or b).decode("utf-8", "replace") for name, a, b in _ATTRIBUTE.findall(tag)}


def _is_true(value: str) -> bool:
    return value.encode() in _TRUE


def check_rows(last_row: int) -> None:
    """Refuse a sheet that goes on, blank or not, beyond what we read."""
    if last_row > MAX_ROWS + 100:
        raise Refused("too_many_rows", str(MAX_ROWS))

"""A report as one value: numbers in cells with ids, and the sentences and tables that show these cells.

Every form of a report is drawn from this value, and it alone is kept: its canonical JSON is what the hash covers.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from parkparty.core.rates import NO_RATE, Rate, mean_of, signed
from parkparty.coverage.figures.frozen import canonical
from parkparty.reports.choices import LONGEST, CellKind

FORMAT = 2
"""Grows when a report is written differently; stored ones are written as the number they were made with."""

BEFORE_IT_SAID_WHOSE = 1
"""The format of reports without ``about``."""

_OPEN, _CLOSE = "\x02", "\x03"

_ALL_ROWS = '"rows":["\\u0002"]'
"""Where all rows of the longest list stand in the canonical JSON; a row is an array, so that none looks like it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number (or word) of a report; a rate or a mean is ``value`` of ``of``."""

    id: str
    label: str
    kind: str
    value: int | str
    of: int | None = None

    @property
    def text(self) -> str:
        """The number as all forms show it."""
        if isinstance(self.value, str):
            return self.value
        if self.kind == CellKind.RATE:
            return str(Rate(self.value, self.of or 0))
        if self.kind == CellKind.MEAN:
            return mean_of(self.value, self.of or 0)
        return signed(self.value) if self.kind == CellKind.CHANGE else f"{self.value:,}"

    @property
    def number(self) -> float | None:
        """The number that a workbook calculates with; None where people are shown words."""
        if isinstance(self.value, str) or self.text == NO_RATE:
            return None
        if self.kind == CellKind.RATE:
            return None if Rate(self.value, self.of or 0).is_small else self.value / (self.of or 1)
        return self.value / (self.of or 1) if self.kind == CellKind.MEAN else self.value


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a cell is shown."""

    cell: str


Entry = str | int | Ref | None
Sentence = tuple[str | Ref, ...]
Row = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; ``width`` is its share of the line."""

    title: str
    width: int = 10
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a title; ``left_out`` rows more are not carried.

    Of a long list ``rows`` are the first, which paper shows; ``further`` more follow in ``rest``, which is read again
    and again and never held in memory as a whole. A report has one such list at most.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    left_out: int = 0
    empty: str = ""
    further: int = 0
    rest: Iterable[Row] = field(default=(), compare=False, repr=False)

    def all_rows(self) -> Iterator[Row]:
        """Every row of the list."""
        return chain(self.rows, self.rest)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its sentences and tables; an appendix begins on a page of its own."""

    title: str
    sentences: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    is_appendix: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What every form shows. ``cover`` names the unit, the period and the day, ``sources`` the snapshots' hashes.

    ``about`` says the same as ``cover`` to programs: kind, unit, period and day by codes.
    """

    title: str
    cover: tuple[tuple[str, str], ...]
    cells: dict[str, Cell]
    sections: tuple[Section, ...]
    sources: tuple[str, ...] = ()
    about: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """What is kept: the canonical JSON, of a long list the first rows and how many follow."""
        return canonical(_plain(self, is_whole=False))

    def pieces(self) -> Iterator[str]:
        """The canonical JSON with every row, piece by piece: the same report is always the same bytes."""
        before, has_long_list, after = canonical(_plain(self, is_whole=True)).partition(_ALL_ROWS)
        yield before
        if has_long_list:
            (table,) = (table for table in self.tables() if table.further)
            for number, row in enumerate(table.all_rows()):
                yield ("," if number else '"rows":[') + canonical(_written(row))[:-1]
            yield f"]{after}"

    @property
    def sha256(self) -> str:
        """The hash of the canonical JSON with every row."""
        digest = hashlib.sha256()
        for piece in self.pieces():
            digest.update(piece.encode())
        return digest.hexdigest()

    @property
    def length(self) -> int:
        """Characters of the body, without the appendices."""
        body = [section for section in self.sections if not section.is_appendix]
        return sum(
            len(section.title) + sum(len(self.read(sentence)) for sentence in section.sentences) for section in body
        )

    @property
    def is_long(self) -> bool:
        """Whether the body is longer than a report on one matter should be."""
        return self.length > LONGEST

    def show(self, entry: Entry) -> str:
        """An entry of a table as text; — for nothing."""
        if isinstance(entry, Ref):
            return self.cells[entry.cell].text
        return NO_RATE if entry is None else f"{entry:,}" if isinstance(entry, int) else entry

    def read(self, sentence: Sentence) -> str:
        """A sentence with its numbers."""
        return "".join(self.show(part) for part in sentence)

    def tables(self) -> Iterator[Table]:
        """All tables, in order."""
        for section in self.sections:
            yield from section.tables


def say(template: str, **values: Ref | str) -> Sentence:
    """A sentence from a template with named placeholders, each filled with a cell or with words."""
    marked = template % {name: f"{_OPEN}{name}{_CLOSE}" for name in values}
    parts: list[str | Ref] = []
    for piece in marked.split(_OPEN):
        name, closed, rest = piece.partition(_CLOSE)
        parts += [values[name], rest] if closed else [piece]
    return tuple(part for part in parts if part != "")


def report_of(text: str, rest: Iterable[Row] = ()) -> Report:
    """The report of which ``text`` was kept; ``rest`` are the further rows of its long list."""
    plain: dict[str, Any] = json.loads(text)
    return Report(
        title=plain["title"],
        cover=tuple((label, value) for label, value in plain["cover"]),
        cells={cell["id"]: Cell(**cell) for cell in plain["cells"]},
        sections=tuple(_section(section, rest) for section in plain["sections"]),
        sources=tuple(plain["sources"]),
        about=tuple(plain.get("about", {}).items()),
    )


def packed(rows: Iterable[Row]) -> bytes:
    """Rows of text and numbers as few bytes, the same whenever the rows are."""
    return zlib.compress(canonical([_written(row) for row in rows]).encode())


def unpacked(part: bytes | memoryview) -> list[Row]:
    """The rows that were packed."""
    return [_parts(row) for row in json.loads(zlib.decompress(part))]


def _plain(report: Report, *, is_whole: bool) -> dict[str, Any]:
    says_whose = {"format": FORMAT, "about": dict(report.about)}
    return {
        **(says_whose if report.about else {"format": BEFORE_IT_SAID_WHOSE}),
        "title": report.title,
        "cover": report.cover,
        "cells": [
            {"id": c.id, "label": c.label, "kind": str(c.kind), "value": c.value, "of": c.of}
            for c in report.cells.values()
        ],
        "sections": [
            {
                "title": section.title,
                "sentences": [_written(sentence) for sentence in section.sentences],
                "tables": [_plain_table(table, is_whole=is_whole) for table in section.tables],
                "is_appendix": section.is_appendix,
            }
            for section in report.sections
        ],
        "sources": report.sources,
    }


def _plain_table(table: Table, *, is_whole: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "title": table.title,
        "columns": [{"title": c.title, "width": c.width, "is_number": c.is_number} for c in table.columns],
        "rows": [_written(row) for row in table.rows],
        "left_out": table.left_out,
        "empty": table.empty,
    }
    if table.further:
        plain |= {"rows": [_OPEN]} if is_whole else {"further": table.further}
    return plain


def _written(parts: Iterable[Entry]) -> list[Any]:
    return [{"cell": part.cell} if isinstance(part, Ref) else part for part in parts]


def _parts(plain: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(Ref(part["cell"]) if isinstance(part, dict) else part for part in plain)


def _section(plain: dict[str, Any], rest: Iterable[Row]) -> Section:
    tables = tuple(
        Table(
            title=table["title"],
            columns=tuple(Column(**column) for column in table["columns"]),
            rows=tuple(_parts(row) for row in table["rows"]),
            left_out=table["left_out"],
            empty=table["empty"],
            further=table.get("further", 0),
            rest=rest if table.get("further") else (),
        )
        for table in plain["tables"]
    )
    sentences = tuple(_parts(sentence) for sentence in plain["sentences"])
    return Section(plain["title"], sentences, tables, plain["is_appendix"])

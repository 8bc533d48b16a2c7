"""Many rows put into a table by the fastest way of each database: COPY on PostgreSQL, ``executemany`` on SQLite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models, transaction

T = TypeVar("T")
Values = Sequence[Any]
AT_ONCE = 2_000
"""Rows that are worked on together."""
_LINES = 500
"""Of which PostgreSQL is given so many at a time."""
_NULL = "\x01"
"""Stands for NULL on its way to PostgreSQL. Text is cleaned of control characters, so that none says this."""


def add_rows(rows: Sequence[models.Model]) -> None:
    """Add rows of one model that have their keys already, all plain: text, number, truth, day, None.

    Unlike ``bulk_create`` it asks no field how its value is written, which took longer than writing it.
    """
    if not rows:
        return
    fields = rows[0]._meta.concrete_fields
    values = map(attrgetter(*(field.attname for field in fields)), rows)
    copy_in(rows[0]._meta.db_table, [str(field.column) for field in fields], values)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Add rows to a table; every value must be one that the database takes as it is: text, number, truth, day, None.

    PostgreSQL takes in rows while those after them are still being made, so ``rows`` may make them one by one; they
    must not ask the database. What they raise is raised here; of rows beside a transaction some may stay.
    """
    names, quoted = ", ".join(map(quote, columns)), quote(table)
    if connection.vendor == "postgresql":
        lines = _Lines(rows)
        with connection.wrap_database_errors, connection.cursor() as cursor:
            cursor.cursor.copy_expert(f"COPY {quoted} ({names}) FROM STDIN (NULL '{_NULL}')", lines)
        if lines.fault:
            raise lines.fault
        return
    marks = ", ".join(["%s"] * len(columns))
    for piece in in_pieces(rows, AT_ONCE):
        plain = list(zip(*map(_plain, zip(*piece, strict=True)), strict=True))
        at_once = nullcontext() if connection.in_atomic_block else transaction.atomic()
        with at_once, connection.cursor() as cursor:
            cursor.executemany(" ".join(("INSERT INTO", quoted, f"({names}) VALUES ({marks})")), plain)


def _plain(column: Sequence[Any]) -> Sequence[Any]:
    """Values of one column, days as text: SQLite's driver asks Python anew for every value that it does not know."""
    if dt.date not in set(map(type, column)):
        return column
    return [value.isoformat() if type(value) is dt.date else value for value in column]


class _Lines:
    """Rows as the lines of a file, each written when it is read."""

    def __init__(self, rows: Iterable[Values]) -> None:
        self._rows = iter(rows)
        self.fault: BaseException | None = None
        """What making the rows raised: the driver would make an error of the database of it."""

    def read(self, _size: int) -> str:
        """The next lines, however long; nothing after the last."""
        try:
            return self._next()
        except BaseException as fault:  # noqa: BLE001  raised again when the driver is done
            self.fault = fault
            return ""

    def _next(self) -> str:
        rows = list(islice(self._rows, _LINES))
        columns = [_texts(column) for column in zip(*rows, strict=True)]
        lines = _joined(columns)
        tabs, ends = len(rows) * (len(columns) - 1), len(rows)
        if "\\" in lines or "\r" in lines or lines.count("\t") != tabs or lines.count("\n") != ends:
            lines = _joined([[text.translate(_ESCAPED) for text in column] for column in columns])
        return lines


def _joined(columns: Iterable[Sequence[str]]) -> str:
    return "".join(["\t".join(texts) + "\n" for texts in zip(*columns, strict=True)])


def _texts(column: Sequence[Any]) -> Sequence[str]:
    """Values of one column as text; most columns are all of it already."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column
    return [_NULL if value is None else str(value) for value in column]


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
"""What means something else in the lines that PostgreSQL takes in."""


def quote(name: str) -> str:
    """A table's or column's name as SQL writes it."""
    return str(connection.ops.quote_name(name))


def in_pieces(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """``values`` in lists of at most ``size``."""
    rest = iter(values)
    while piece := list(islice(rest, size)):
        yield piece

"""Many rows at once, by the fastest way that each database has: COPY on PostgreSQL, ``executemany`` on SQLite."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from typing import Any, TypeVar

from django.db import connection, models, transaction

T = TypeVar("T")
Values = Sequence[Any]
_NULL = "\x01"
"""Stands for NULL on its way to PostgreSQL. Cells are cleaned of control characters, so that none says this."""


def is_postgres() -> bool:
    """Whether the site's database is PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"


def quote(name: str) -> str:
    """A table's or column's name as SQL writes it."""
    return str(connection.ops.quote_name(name))


def joined_by() -> str:
    """The function that joins texts of many rows."""
    return "string_agg" if is_postgres() else "group_concat"


def run(statement: str, values: Values = (), /, **names: object) -> None:
    """Execute one statement. ``names`` of tables and columns, which are always our own, fill its braces."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**names), values)


def select(statement: str, values: Values = (), /, **names: object) -> list[tuple[Any, ...]]:
    """The rows that a statement finds, as tuples; ``names`` as in ``run``."""
    with connection.cursor() as cursor:
        cursor.execute(statement.format(**names), values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Add rows to a table; every value must be one that the database takes as it is: text, number, truth, day, None.

    PostgreSQL takes in rows while those after them are still being made, so ``rows`` may make them one by one; they
    must not ask the database.
    """
    names, quoted = ", ".join(map(quote, columns)), quote(table)
    at_once = nullcontext() if connection.in_atomic_block else transaction.atomic()
    with at_once, connection.cursor() as cursor:
        if not is_postgres():
            marks = ", ".join(["%s"] * len(columns))
            # Days are turned to text here: the driver asks Python anew for every value that it does not know.
            plain = [[value.isoformat() if type(value) is dt.date else value for value in row] for row in rows]
            cursor.executemany(" ".join(("INSERT INTO", quoted, f"({names}) VALUES ({marks})")), plain)
            return
        cursor.cursor.copy_expert(f"COPY {quoted} ({names}) FROM STDIN (NULL '{_NULL}')", _Lines(rows))


class _Lines:
    """Rows as the lines of a file, each written when it is read."""

    AT_ONCE = 250

    def __init__(self, rows: Iterable[Values]) -> None:
        self._rows = iter(rows)

    def read(self, _size: int) -> str:
        """The next lines, however long; nothing after the last."""
        return "".join(map(_line, islice(self._rows, self.AT_ONCE)))


def _line(row: Values) -> str:
    texts = [_NULL if value is None else value if type(value) is str else str(value) for value in row]
    line = "\t".join(texts)
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(texts):
        line = "\t".join([text.translate(_ESCAPED) for text in texts])
    return line + "\n"


_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
"""What means something else in the lines that PostgreSQL takes in."""


def update_rows(model: type[models.Model], columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Change stored rows, each given as its key and the new values of ``columns``; equal ones are not written.

    The values are put beside the table first, then one statement compares and changes.
    """
    if not rows:
        return
    table, names = quote(model._meta.db_table), [quote(name) for name in columns]
    run(
        "CREATE TEMPORARY TABLE roster_changes AS SELECT id, {names} FROM {table} WHERE 1 = 0",
        names=", ".join(names),
        table=table,
    )
    copy_in("roster_changes", ["id", *columns], rows)
    differs = "IS DISTINCT FROM" if is_postgres() else "IS NOT"
    run(
        "UPDATE {table} SET {values} FROM roster_changes v WHERE v.id = {table}.id AND ({differences})",
        table=table,
        values=", ".join(f"{name} = v.{name}" for name in names),
        differences=" OR ".join(f"v.{name} {differs} {table}.{name}" for name in names),
    )
    run("DROP TABLE roster_changes")


def analyze(table: str, *columns: str) -> None:
    """Let PostgreSQL look at what ``columns`` of a table hold now; it plans for an empty one otherwise."""
    if is_postgres():
        run("ANALYZE {table} ({columns})", table=quote(table), columns=", ".join(map(quote, columns)))


def analyze_new(*tables: str) -> None:
    """Let PostgreSQL look at the keys of tables that it takes for empty, before the transaction checks foreign ones.

    For an empty table any index seems as good as another, and of many rows each would be sought by reading a whole one.
    """
    for table in tables if is_postgres() else ():
        if select("SELECT 1 FROM pg_class WHERE oid = %s::regclass AND reltuples < 100", [table]):
            analyze(table, "id")


def in_pieces(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """``values`` in lists of at most ``size``."""
    piece: list[T] = []
    for value in values:
        piece.append(value)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece

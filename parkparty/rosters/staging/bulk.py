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
AT_ONCE = 2_000
"""Rows that are worked on together."""
_LINES = 500
"""Of which PostgreSQL is given so many at a time."""
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


def key_of_table() -> str:
    """What makes a column the key of a temporary table.

    SQLite looks rows up by it; PostgreSQL joins whole tables, and an index would cost more than the rows.
    """
    return "NOT NULL" if is_postgres() else "PRIMARY KEY"


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


def drop_tables(*tables: str) -> None:
    """Take temporary tables away, those that there are."""
    for some in [", ".join(tables)] if is_postgres() else tables:
        run("DROP TABLE IF EXISTS {some}", some=some)


def copy_in(table: str, columns: Sequence[str], rows: Iterable[Values]) -> None:
    """Add rows to a table; every value must be one that the database takes as it is: text, number, truth, day, None.

    PostgreSQL takes in rows while those after them are still being made, so ``rows`` may make them one by one; they
    must not ask the database. What they raise is raised here; of rows beside a transaction some may stay.
    """
    names, quoted = ", ".join(map(quote, columns)), quote(table)
    if is_postgres():
        lines = _Lines(rows)
        with connection.cursor() as cursor:
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
    """Let PostgreSQL look at what ``columns`` of a table hold now; it plans for an empty one otherwise.

    At a fifth of the rows that it looks at by itself: how many there are is what matters.
    """
    if is_postgres():
        run(
            "SET LOCAL default_statistics_target = 20; ANALYZE {table} ({columns})",
            table=quote(table),
            columns=", ".join(map(quote, columns)),
        )


def analyze_new(*tables: str) -> None:
    """Let PostgreSQL look at the keys of tables that it takes for empty, before the transaction checks foreign ones.

    For an empty table any index seems as good as another, and of many rows each would be sought by reading a whole one.
    """
    for table in tables if is_postgres() else ():
        if select("SELECT 1 FROM pg_class WHERE oid = %s::regclass AND reltuples < 100", [table]):
            analyze(table, "id")


def in_pieces(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """``values`` in lists of at most ``size``."""
    rest = iter(values)
    while piece := list(islice(rest, size)):
        yield piece

"""Statements about many rows at once, in the words of each database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models

from parkparty.core.copying import copy_in, quote

Values = Sequence[Any]


def is_postgres() -> bool:
    """Whether the site's database is PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"


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

"""Adding to totals that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models

from parkparty.core.copying import in_pieces

BATCH = 500
"""Rows that are written, or whose facts are in memory, at a time."""

Rows = Mapping[tuple[Any, ...], Mapping[str, int]]
"""What is added to each row, by its keys, of which the path is the first."""


def carry(model: type[models.Model], keys: Sequence[str], columns: Sequence[str], rows: Rows) -> None:
    """Add ``rows`` to the totals of ``model``. A total of nothing is not kept."""
    table = model._meta.db_table
    sums = ", ".join(f"{column} = {table}.{column} + excluded.{column}" for column in columns)
    # Names of our own tables and columns.
    to_what_stands = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {sums}"  # nosec B608
    add(table, keys, columns, rows, to_what_stands)
    model._default_manager.filter(path__in={path for path, *_rest in rows}, **dict.fromkeys(columns, 0)).delete()


def add(table: str, keys: Sequence[str], columns: Sequence[str], rows: Rows, and_then: str = "") -> None:
    """Write ``rows`` into ``table``, in one order whatever they are."""
    names = [*keys, *columns]
    place = f"({', '.join(['%s'] * len(names))})"
    # Names of our own tables and columns.
    insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES"  # nosec B608
    with connection.cursor() as cursor:
        for part in in_pieces(sorted(rows), BATCH):
            values = [value for row in part for value in (*row, *(rows[row].get(column, 0) for column in columns))]
            cursor.execute(f"{insert} {', '.join([place] * len(part))} {and_then}", values)

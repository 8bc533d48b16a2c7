"""Hands that reach around the application, as somebody with the database's password could."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from parkparty.audit.models import AuditEntry, AuditSeal

TABLES = [model._meta.db_table for model in (AuditEntry, AuditSeal)]


@contextmanager
def triggers_off() -> Iterator[None]:
    """The owner of the tables can switch the triggers off, and on again so that it does not show."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES]
            on = [statement.replace("DISABLE", "ENABLE") for statement in off]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = dict(cursor.fetchall())
            off, on = [f"DROP TRIGGER {name}" for name in triggers], list(triggers.values())
        for statement in off:
            cursor.execute(statement)
        yield
        for statement in on:
            cursor.execute(statement)


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Runs a statement with the triggers off and hides that they were."""

    def run(statement: str, *parameters: Any) -> None:
        with triggers_off(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)

    return run

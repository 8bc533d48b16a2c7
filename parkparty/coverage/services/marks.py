"""What a writer of many companies tells the triggers that mark them for the fold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def companies_marked() -> Iterator[None]:
    """Within the block facts are added only to companies that were added before it in the same transaction.

    Adding those marked them already, so that PostgreSQL need not mark them again for each fact (``migrations._facts``).
    The caller holds the transaction: what it says ends with it, and no other connection hears it.
    """
    _say("on")
    yield
    _say("off")


def _say(value: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('parkparty.companies_marked', %s, TRUE)", [value])

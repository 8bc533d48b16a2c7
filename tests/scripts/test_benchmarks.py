"""What is timed is what sites run."""

from __future__ import annotations

import pytest
from django.db import connection

from benchmarks.data import unguarded

BODIES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc does ON does.oid = tgfoid WHERE NOT tgisinternal",
}


def bodies() -> dict[str, str]:
    """What each trigger of the database does."""
    with connection.cursor() as cursor:
        cursor.execute(BODIES[connection.vendor])
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_data_that_is_filled_in_stands_behind_the_triggers_of_a_site() -> None:
    migrated = bodies()
    with unguarded():
        assert not any(name.startswith("activities_") for name in bodies())
    assert bodies() == migrated
    assert "activities_dated" in migrated

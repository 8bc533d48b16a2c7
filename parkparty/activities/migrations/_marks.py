"""The triggers of ``_days``, but for how they tell a leader of a day: as a mark, which the next fold tells it.

No writer reads or writes a row that another one may hold, and nobody who reads leaders by their days makes writing slower.
Days only widen: one stays when what was held on it goes or is dated anew.

SQLite drops the triggers of a table that a migration remakes. A migration that alters activities, hosts, joint hosts,
leaders or organisations calls ``drop`` before and ``create`` after; ``tests/activities/test_days.py`` is red until it does.
"""

from typing import Any

from parkparty.activities.migrations import _days
from parkparty.activities.migrations._joint import DATE, put

drop = _days.drop

AT_ONCE = f"WITH dated AS ({DATE.rstrip(';')}) {_days.LEAVE}"
"""What PostgreSQL does as one statement, which costs each writer half as much as two."""


def triggers(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Name to event, condition and statements of each trigger."""
    found = _days.telling(vendor, _days.LEAVE, _days.LEAVE)
    if vendor == "postgresql":
        event, condition, _two_statements = found["activities_dated"]
        found["activities_dated"] = (event, condition, AT_ONCE)
    return found


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    drop(apps, schema_editor)
    put(schema_editor, triggers(schema_editor.connection.vendor))

"""The triggers that mark an organisation's month when its counted activities may have changed.

SQLite drops the triggers of a table that a migration remakes. A migration that alters one of ``TABLES`` calls ``create``
again; ``tests/coverage/test_counts.py`` is red until it does.
"""

from typing import Any

TABLES = ("activities_activity", "organizations_organization", "places_park", "places_area")

COUNTED = "state IN ('approved', 'archived')"
MARK = "INSERT INTO coverage_activitymark (organization_id, month)"
CELLS = (
    "INSERT INTO coverage_activitymark (organization_id, month) "
    "SELECT cell.organization_id, cell.month FROM coverage_activitycell cell"
)
PLACED = f"{CELLS} JOIN organizations_organization node ON node.id = cell.organization_id WHERE node"

MONTH = {
    "sqlite": "date({row}.held_on, 'start of month')",
    "postgresql": "date_trunc('month', {row}.held_on)::date",
}


def triggers(vendor: str) -> dict[str, tuple[str, str, str, str]]:
    """Name to table, event, condition and statement of each trigger."""
    month = MONTH[vendor]

    def mark(row: str) -> str:
        return f"{MARK} VALUES ({row}.organization_id, {month.format(row=row)});"

    before, after = f"OLD.{COUNTED}", f"NEW.{COUNTED}"
    lead, of_cell = "UPDATE OF state, held_on, organization_id", "cell.organization_id = NEW.id"
    moved = " OR ".join(f"COALESCE(OLD.{name}, 0) <> COALESCE(NEW.{name}, 0)" for name in ("park_id", "area_id"))
    return {
        "coverage_marks_added": (TABLES[0], "INSERT", after, mark("NEW")),
        "coverage_marks_removed": (TABLES[0], "DELETE", before, mark("OLD")),
        "coverage_marks_was": (TABLES[0], lead, before, mark("OLD")),
        "coverage_marks_is": (TABLES[0], lead, after, mark("NEW")),
        "coverage_marks_placed": (TABLES[1], "UPDATE OF park_id, area_id", moved, f"{CELLS} WHERE {of_cell};"),
        "coverage_marks_park": (TABLES[2], "UPDATE OF path", "OLD.path <> NEW.path", f"{PLACED}.park_id = NEW.id;"),
        "coverage_marks_area": (TABLES[3], "UPDATE OF path", "OLD.path <> NEW.path", f"{PLACED}.area_id = NEW.id;"),
    }


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    drop(apps, schema_editor)
    vendor = schema_editor.connection.vendor
    for name, (table, event, condition, statement) in triggers(vendor).items():
        if vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {condition} BEGIN {statement} END"
            )
            continue
        schema_editor.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {statement} RETURN NULL; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({condition}) "
            f"EXECUTE FUNCTION {name}()"
        )


def drop(apps: Any, schema_editor: Any) -> None:
    """Take all triggers away."""
    vendor = schema_editor.connection.vendor
    for name, (table, *_rest) in triggers(vendor).items():
        schema_editor.execute(
            f"DROP TRIGGER IF EXISTS {name}" if vendor == "sqlite" else f"DROP TRIGGER IF EXISTS {name} ON {table}"
        )
        if vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")

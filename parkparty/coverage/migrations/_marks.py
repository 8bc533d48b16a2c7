"""The triggers that mark an organisation's month when its counted activities may have changed.

A month is marked for the organisation that leads the activity; for a host, when it is added or taken away.
SQLite drops the triggers of a table that a migration remakes. A migration that alters one of ``TABLES`` calls ``create``
again; ``tests/coverage/test_counts.py`` is red until it does.
"""

from typing import Any

TABLES = ("activities_activity", "organizations_organization", "places_park", "places_area")
HOSTS, TYPES = "activities_activityhost", "activities_activity_types"

COUNTED = "state IN ('approved', 'archived')"
MARK = "INSERT INTO coverage_activitymark (organization_id, month)"
CELLS = (
    "INSERT INTO coverage_activitymark (organization_id, month) "
    "SELECT cell.organization_id, cell.month FROM coverage_activitycell cell"
)
PLACED = f"{CELLS} JOIN organizations_organization node ON node.id = cell.organization_id WHERE node"

MONTH = {
    "sqlite": "date({row}.held_on, 'start of month')",
    # Of a moment without a time zone: PostgreSQL then looks no zone up.
    "postgresql": "date_trunc('month', {row}.held_on::timestamp)::date",
}
DIFFERS = {"sqlite": "OLD.{name} IS NOT NEW.{name}", "postgresql": "OLD.{name} IS DISTINCT FROM NEW.{name}"}
NO_LONGER_MADE = ("coverage_marks_was",)
"""Of PostgreSQL, where one trigger now marks both what an activity was and what it is."""


def triggers(vendor: str) -> dict[str, tuple[str, str, str, str]]:
    """Name to table, event, condition and statement of each trigger."""
    month, differs = MONTH[vendor], DIFFERS[vendor]
    before, after = f"OLD.{COUNTED}", f"NEW.{COUNTED}"

    def cell(row: str) -> str:
        return f"{row}.organization_id, {month.format(row=row)}"

    def mark(row: str) -> str:
        return f"{MARK} VALUES ({cell(row)});"

    def of_activity(columns: str, row: str) -> str:
        # Names of our own tables and columns.
        held = f"{MARK} SELECT {columns}, {month.format(row='held')} FROM activities_activity held"  # nosec B608
        return f"{held} WHERE held.id = {row}.activity_id AND held.{COUNTED};"

    names = ("state", "held_on", "organization_id")
    lead, of_cell = f"UPDATE OF {', '.join(names)}", "cell.organization_id = NEW.id"
    changed = f"({' OR '.join(differs.format(name=name) for name in names)})"
    moved = " OR ".join(f"COALESCE(OLD.{name}, 0) <> COALESCE(NEW.{name}, 0)" for name in ("park_id", "area_id"))
    # Values alone: a UNION of both, and the time zone, were two fifths of what marking cost.
    both = (
        f"IF {before} AND {after} AND ({cell('OLD')}) <> ({cell('NEW')}) THEN "
        f"{MARK} VALUES ({cell('OLD')}), ({cell('NEW')}); "
        f"ELSIF {after} THEN {mark('NEW')} ELSE {mark('OLD')} END IF;"
    )
    was_and_is = {
        "sqlite": {
            "coverage_marks_was": (TABLES[0], lead, f"{before} AND {changed}", mark("OLD")),
            "coverage_marks_is": (TABLES[0], lead, f"{after} AND {changed}", mark("NEW")),
        },
        "postgresql": {"coverage_marks_is": (TABLES[0], lead, f"({before} OR {after}) AND {changed}", both)},
    }
    joined = {
        f"coverage_marks_{name}_{event.lower()}": (table, event, "1 = 1", of_activity(columns.format(row=row), row))
        for name, table, columns in (("host", HOSTS, "{row}.organization_id"), ("type", TYPES, "held.organization_id"))
        for event, row in (("INSERT", "NEW"), ("DELETE", "OLD"))
    }
    return {
        "coverage_marks_added": (TABLES[0], "INSERT", after, mark("NEW")),
        "coverage_marks_removed": (TABLES[0], "DELETE", before, mark("OLD")),
        **was_and_is[vendor],
        **joined,
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
    tables = {name: table for name, (table, *_rest) in triggers(vendor).items()}
    for name, table in {**dict.fromkeys(NO_LONGER_MADE, TABLES[0]), **tables}.items():
        schema_editor.execute(
            f"DROP TRIGGER IF EXISTS {name}" if vendor == "sqlite" else f"DROP TRIGGER IF EXISTS {name} ON {table}"
        )
        if vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")

"""The triggers that note which organisation holds an activity, alone or jointly, and keep where it sits.

Since 0014 those of ``_days`` stand in their place.
"""

from typing import Any

NOTE = (
    "INSERT INTO activities_leader (organization_id, park_id, area_id) SELECT NEW.organization_id, "
    "(SELECT park_id FROM organizations_organization WHERE id = NEW.organization_id), "
    "(SELECT area_id FROM organizations_organization WHERE id = NEW.organization_id)"
)
IS_NOTED = "EXISTS (SELECT 1 FROM activities_leader WHERE organization_id = NEW.organization_id)"
NOTE_NEW = f"{NOTE} WHERE NOT {IS_NOTED};"
# PostgreSQL locks the organisation, so that who moves it meanwhile waits, and then finds the row.
NOTE_LOCKED = (
    f"IF NOT {IS_NOTED} THEN "
    "PERFORM 1 FROM organizations_organization WHERE id = NEW.organization_id FOR SHARE; "
    f"{NOTE} ON CONFLICT DO NOTHING; END IF;"
)
SEAT = "UPDATE activities_leader SET park_id = NEW.park_id, area_id = NEW.area_id WHERE organization_id = NEW.id;"
FORGET = "DELETE FROM activities_leader WHERE organization_id = OLD.id;"

HELD = "INSERT OR UPDATE OF organization_id ON"
FUNCTIONS = {"activities_leads": NOTE_LOCKED, "activities_leader_sits": SEAT, "activities_leader_goes": FORGET}
"""Of PostgreSQL, by name."""
CALLS = {
    "activities_leads": (f"{HELD} activities_activity", "activities_leads"),
    "activities_hosts": (f"{HELD} activities_activityhost", "activities_leads"),
    "activities_leader_sits": (
        "INSERT OR UPDATE OF park_id, area_id ON organizations_organization", "activities_leader_sits",
    ),
    "activities_leader_goes": ("DELETE ON organizations_organization", "activities_leader_goes"),
}  # fmt: skip
"""Triggers of PostgreSQL: when they call which function."""
BODIES = {
    "activities_leads": ("INSERT ON activities_activity", NOTE_NEW),
    "activities_now_leads": ("UPDATE OF organization_id ON activities_activity", NOTE_NEW),
    "activities_hosts": ("INSERT ON activities_activityhost", NOTE_NEW),
    "activities_now_hosts": ("UPDATE OF organization_id ON activities_activityhost", NOTE_NEW),
    "activities_leader_sits": ("INSERT ON organizations_organization", SEAT),
    "activities_leader_moves": ("UPDATE OF park_id, area_id ON organizations_organization", SEAT),
    "activities_leader_goes": ("DELETE ON organizations_organization", FORGET),
}
"""Triggers of SQLite, of which each has one event, and its own statement."""

CREATE = {
    "postgresql": (
        *(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
            for name, body in FUNCTIONS.items()
        ),
        *(
            f"CREATE TRIGGER {name} AFTER {when} FOR EACH ROW EXECUTE FUNCTION {function}()"
            for name, (when, function) in CALLS.items()
        ),
    ),
    "sqlite": tuple(f"CREATE TRIGGER {name} AFTER {when} BEGIN {body} END" for name, (when, body) in BODIES.items()),
}
DROP = {
    "postgresql": tuple(f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in FUNCTIONS),
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name in BODIES),
}
FILL = (
    "INSERT INTO activities_leader (organization_id, park_id, area_id) "
    "SELECT id, park_id, area_id FROM organizations_organization node "
    "WHERE EXISTS (SELECT 1 FROM activities_activity led WHERE led.organization_id = node.id) "
    "OR EXISTS (SELECT 1 FROM activities_activityhost held WHERE held.organization_id = node.id) ON CONFLICT DO NOTHING"
)


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    drop(apps, schema_editor)
    for statement in CREATE[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def drop(apps: Any, schema_editor: Any) -> None:
    """Take all triggers away."""
    for statement in DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def fill(apps: Any, schema_editor: Any) -> None:
    """Note all that held an activity while there were no triggers."""
    schema_editor.execute(FILL)

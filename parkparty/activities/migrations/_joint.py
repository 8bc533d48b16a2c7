"""The triggers that keep what else lists of an organisation start from: joint hosts by day, and where leaders stand.

Since 0014 those of leaders have given way to ``_days``, which puts the others in place as well.
"""

from typing import Any

JOIN = (
    "INSERT INTO activities_jointhost (activity_id, organization_id, held_on) "
    "SELECT host.activity_id, host.organization_id, held.held_on "
    "FROM activities_activity held JOIN activities_activityhost host ON host.activity_id = held.id "
    "AND host.organization_id <> held.organization_id"
)
ONE = "held.id = NEW.activity_id AND host.organization_id = NEW.organization_id"
JOINS = f"{JOIN} WHERE {ONE} ON CONFLICT DO NOTHING;"
# PostgreSQL locks the activity, so that who dates it anew or gives it away meanwhile waits, and then finds the host.
LOCK = {"postgresql": "PERFORM 1 FROM activities_activity WHERE id = NEW.activity_id FOR SHARE; ", "sqlite": ""}
LEAVES = (
    "DELETE FROM activities_jointhost WHERE activity_id = OLD.activity_id AND organization_id = OLD.organization_id;"
)
FORGET = "DELETE FROM activities_jointhost WHERE activity_id = NEW.id;"
JOIN_ANEW = f"{FORGET} {JOIN} WHERE held.id = NEW.id;"
DATE = "UPDATE activities_jointhost SET held_on = NEW.held_on WHERE activity_id = NEW.id;"
STAND = (
    "UPDATE activities_leader SET path = (SELECT path FROM organizations_organization WHERE id = NEW.organization_id) "
    "WHERE organization_id = NEW.organization_id;"
)
MOVE = "UPDATE activities_leader SET path = NEW.path WHERE organization_id = NEW.id;"

HOSTS, ACTIVITIES = "ON activities_activityhost", "ON activities_activity"
ORGANIZATIONS, LEADERS = "ON organizations_organization", "ON activities_leader"
IS_NEW = {"postgresql": "OLD.{0} IS DISTINCT FROM NEW.{0}", "sqlite": "OLD.{0} IS NOT NEW.{0}"}


def triggers(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Name to event, condition and statements of each trigger."""
    is_new, joins = IS_NEW[vendor].format, LOCK[vendor] + JOINS
    return {
        "activities_joins": (f"INSERT {HOSTS}", "", joins),
        "activities_now_joins": (f"UPDATE OF organization_id, activity_id {HOSTS}", "", f"{LEAVES} {joins}"),
        "activities_leaves": (f"DELETE {HOSTS}", "", LEAVES),
        "activities_given": (f"UPDATE OF organization_id {ACTIVITIES}", is_new("organization_id"), JOIN_ANEW),
        "activities_dated": (f"UPDATE OF held_on {ACTIVITIES}", is_new("held_on"), DATE),
        "activities_leader_stands": (f"INSERT {LEADERS}", "", STAND),
        "activities_leader_founded": (f"INSERT {ORGANIZATIONS}", "", MOVE),
        "activities_leader_moved": (f"UPDATE OF path {ORGANIZATIONS}", is_new("path"), MOVE),
    }


FILL = (
    f"{JOIN} WHERE 1 = 1 ON CONFLICT DO NOTHING",
    "UPDATE activities_leader SET path = (SELECT path FROM organizations_organization node "
    "WHERE node.id = activities_leader.organization_id)",
)


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    put(schema_editor, triggers(schema_editor.connection.vendor))


def drop(apps: Any, schema_editor: Any) -> None:
    """Take all triggers away."""
    take(schema_editor, triggers(schema_editor.connection.vendor))


def put(schema_editor: Any, triggers: dict[str, tuple[str, str, str]]) -> None:
    """Put ``triggers`` in place, anew where they stand already."""
    take(schema_editor, triggers)
    vendor = schema_editor.connection.vendor
    for name, (event, condition, body) in triggers.items():
        when = f"AFTER {event} FOR EACH ROW{f' WHEN ({condition})' if condition else ''}"
        if vendor == "postgresql":
            function = f"{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
            schema_editor.execute(f"CREATE FUNCTION {function}")
        does = f"EXECUTE FUNCTION {name}()" if vendor == "postgresql" else f"BEGIN {body} END"
        schema_editor.execute(f"CREATE TRIGGER {name} {when} {does}")


def take(schema_editor: Any, triggers: dict[str, tuple[str, str, str]]) -> None:
    """Take ``triggers`` away."""
    vendor = schema_editor.connection.vendor
    what = {"postgresql": "DROP FUNCTION IF EXISTS {}() CASCADE", "sqlite": "DROP TRIGGER IF EXISTS {}"}[vendor]
    for name in triggers:
        schema_editor.execute(what.format(name))


def fill(apps: Any, schema_editor: Any) -> None:
    """Tell all of what was written while there were no triggers."""
    for statement in FILL:
        schema_editor.execute(statement)

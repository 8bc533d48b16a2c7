"""The triggers that keep between which days each organisation held activities, alone or jointly.

They only widen: a day stays when what was held on it goes or is dated anew. Since 0014 those of ``_days`` stand in their
place, which need what stands here.
"""

from typing import Any

from parkparty.activities.migrations._joint import IS_NEW, put, take

ACTIVITIES, JOINT = "ON activities_activity", "ON activities_jointhost"
BOTH = {"postgresql": ("LEAST", "GREATEST"), "sqlite": ("MIN", "MAX")}
# Locks the leader's row only where that changes. PostgreSQL reads it again after it waited.
WIDEN = (
    "UPDATE activities_leader SET first_on = {}(COALESCE(first_on, NEW.held_on), NEW.held_on), "
    "last_on = {}(COALESCE(last_on, NEW.held_on), NEW.held_on) WHERE organization_id = {} "
    "AND (first_on IS NULL OR NEW.held_on NOT BETWEEN first_on AND last_on);"
)
# Who leads comes first, then who joins: of two that lead and join each other's at once, each would wait for the other. A
# writer who finds a joint host's row taken leaves it: whoever holds it files for that organisation now.
LED, JOINED = "NEW.organization_id", {
    "postgresql": "(SELECT organization_id FROM activities_leader WHERE organization_id = NEW.organization_id "
    "FOR UPDATE SKIP LOCKED)",
    "sqlite": "NEW.organization_id",
}
OUTERMOST = (
    "(SELECT {0}(day) FROM (SELECT {0}(held_on) AS day FROM activities_activity held "
    "WHERE held.organization_id = activities_leader.organization_id UNION ALL SELECT {0}(held_on) "
    "FROM activities_jointhost joint WHERE joint.organization_id = activities_leader.organization_id) days)"
)
FILL = "UPDATE activities_leader SET first_on = {}, last_on = {}".format(*map(OUTERMOST.format, ("MIN", "MAX")))  # nosec B608
BEGIN = f"{FILL} WHERE organization_id = NEW.organization_id;"


def triggers(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Name to event, condition and statements of each trigger."""
    is_new, widen = IS_NEW[vendor].format, WIDEN.format(*BOTH[vendor], LED)
    widen_joined = WIDEN.format(*BOTH[vendor], JOINED[vendor])
    is_elsewhere = f"{is_new('organization_id')} OR {is_new('held_on')}"
    return {
        # Whichever of these comes first: an organisation that becomes a leader is told of all that it holds by then.
        "activities_leader_begins": ("INSERT ON activities_leader", "", BEGIN),
        "activities_spans": (f"INSERT {ACTIVITIES}", "", widen),
        "activities_now_spans": (f"UPDATE OF organization_id, held_on {ACTIVITIES}", is_elsewhere, widen),
        "activities_joint_spans": (f"INSERT {JOINT}", "", widen_joined),
        "activities_joint_now_spans": (f"UPDATE OF held_on {JOINT}", is_new("held_on"), widen_joined),
    }


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    put(schema_editor, triggers(schema_editor.connection.vendor))


def drop(apps: Any, schema_editor: Any) -> None:
    """Take all triggers away."""
    take(schema_editor, triggers(schema_editor.connection.vendor))


def fill(apps: Any, schema_editor: Any) -> None:
    """Tell all of what was written while there were no triggers, and leave them room to tell more where they stand."""
    if schema_editor.connection.vendor == "postgresql":
        # A row that finds room on its page for its new version needs nothing in any index.
        schema_editor.execute("ALTER TABLE activities_leader SET (fillfactor = 80)")
    schema_editor.execute(FILL)

"""The triggers that keep where each organisation stands, between which days it held activities, and joint hosts by day.

No writer of activities waits here for another. Days only widen: one stays when what was held on it goes or is dated anew.
What a leader cannot be told, as its row is taken, is left as a mark (``services.leaders``); since 0017 all is, by those of
``_marks``, which have the same names.

They took the place of those of ``_leaders`` and ``_spans``, and of some of ``_joint``.
"""

from typing import Any

from parkparty.activities.migrations import _joint, _leaders, _spans
from parkparty.activities.migrations._joint import ACTIVITIES, IS_NEW, ORGANIZATIONS, put, take
from parkparty.activities.migrations._spans import BOTH, JOINT

SEAT = ("park_id", "area_id", "path")
FOUND = (
    "INSERT INTO activities_leader (organization_id, park_id, area_id, path) "
    "VALUES (NEW.id, NEW.park_id, NEW.area_id, NEW.path) ON CONFLICT DO NOTHING;"
)
MOVE = (
    "UPDATE activities_leader SET park_id = NEW.park_id, area_id = NEW.area_id, path = NEW.path "
    "WHERE organization_id = NEW.id;"
)
GO = "DELETE FROM activities_leader WHERE organization_id = OLD.id;"
OUTSIDE = (
    "SELECT leader.organization_id FROM activities_leader leader {} WHERE leader.organization_id = NEW.organization_id "
    "AND (leader.first_on IS NULL OR NEW.held_on NOT BETWEEN leader.first_on AND leader.last_on)"
)
FREE = "FOR NO KEY UPDATE OF leader SKIP LOCKED"
NODE = "JOIN organizations_organization node ON node.id = leader.organization_id"
HELD = {
    "sqlite": OUTSIDE.format(""),
    "postgresql": f"{OUTSIDE.format(NODE)} FOR KEY SHARE OF node SKIP LOCKED {FREE}",
}
DATED = {"sqlite": OUTSIDE.format(""), "postgresql": f"{OUTSIDE.format('')} {FREE}"}
"""The leader that is to be told of a day, unless it is taken. Of what an organisation now holds, PostgreSQL locks that
one first, as it does for the foreign key when the transaction ends: who moves it waits for its row, and never holds
that row while waiting for the leader's.
"""
WIDEN = (
    "UPDATE activities_leader SET first_on = {}(COALESCE(first_on, NEW.held_on), NEW.held_on), "
    "last_on = {}(COALESCE(last_on, NEW.held_on), NEW.held_on) WHERE organization_id = ({});"
)
LEAVE = (
    "INSERT INTO activities_leadermark (leader_id, held_on) SELECT NEW.organization_id, NEW.held_on "
    "WHERE NOT EXISTS (SELECT 1 FROM activities_leader WHERE organization_id = NEW.organization_id "
    "AND NEW.held_on BETWEEN first_on AND last_on);"
)
TELL = {"postgresql": "{} IF NOT FOUND THEN {} END IF;", "sqlite": "{} {}"}

FILL = (
    "INSERT INTO activities_leader (organization_id, park_id, area_id, path) "
    "SELECT id, park_id, area_id, path FROM organizations_organization WHERE 1 = 1 ON CONFLICT DO NOTHING",
    *_joint.FILL,
    _spans.FILL,
)


def triggers(vendor: str) -> dict[str, tuple[str, str, str]]:
    """Name to event, condition and statements of each trigger."""
    return telling(vendor, *(TELL[vendor].format(WIDEN.format(*BOTH[vendor], of[vendor]), LEAVE) for of in (HELD, DATED)))


def telling(vendor: str, held: str, dated: str) -> dict[str, tuple[str, str, str]]:
    """All triggers, of which these tell the day of what an organisation now holds, and of what it held on another."""
    made, is_new = _joint.triggers(vendor), IS_NEW[vendor].format

    def also(name: str, told: str) -> tuple[str, str, str]:
        event, condition, body = made[name]
        return event, condition, f"{body} {told}"

    return {
        **{name: made[name] for name in ("activities_joins", "activities_now_joins", "activities_leaves")},
        "activities_leader_founded": (f"INSERT {ORGANIZATIONS}", "", FOUND),
        "activities_leader_moves": (
            f"UPDATE OF {', '.join(SEAT)} {ORGANIZATIONS}",
            " OR ".join(map(is_new, SEAT)),
            MOVE,
        ),
        "activities_leader_goes": (f"DELETE {ORGANIZATIONS}", "", GO),
        "activities_spans": (f"INSERT {ACTIVITIES}", "", held),
        "activities_given": also("activities_given", held),
        "activities_dated": also("activities_dated", dated),
        "activities_joint_spans": (f"INSERT {JOINT}", "", held),
        "activities_joint_dated": (f"UPDATE OF held_on {JOINT}", is_new("held_on"), dated),
    }


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    drop(apps, schema_editor)
    put(schema_editor, triggers(schema_editor.connection.vendor))


def drop(apps: Any, schema_editor: Any) -> None:
    """Take all triggers away, and those in whose place they came."""
    for before in (_leaders, _joint, _spans):
        before.drop(apps, schema_editor)
    take(schema_editor, triggers(schema_editor.connection.vendor))


def fill(apps: Any, schema_editor: Any) -> None:
    """Tell all of what was written while there were no triggers."""
    for statement in FILL:
        schema_editor.execute(statement)


def restore(apps: Any, schema_editor: Any) -> None:
    """Put the triggers of before in place, for which an organisation that never met is none."""
    for before in (_leaders, _joint, _spans):
        before.create(apps, schema_editor)
    schema_editor.execute(_spans.FILL)
    schema_editor.execute("DELETE FROM activities_leader WHERE first_on IS NULL")

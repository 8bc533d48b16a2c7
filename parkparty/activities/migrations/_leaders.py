"""The triggers that note which organisation holds an activity, alone or jointly, and keep where it sits.

SQLite drops the triggers of a table that a migration remakes. A migration that alters activities, hosts or organisations
calls ``create`` again; ``tests/activities/test_leaders.py`` is red until it does.
"""

from typing import Any

# PostgreSQL locks the organisation, so that who moves it meanwhile waits, and then finds the row.
CREATE = {
    "postgresql": (
        """
        CREATE FUNCTION activities_leads() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM activities_leader WHERE organization_id = NEW.organization_id) THEN
                PERFORM 1 FROM organizations_organization WHERE id = NEW.organization_id FOR SHARE;
                INSERT INTO activities_leader (organization_id, park_id, area_id) VALUES (
                    NEW.organization_id,
                    (SELECT park_id FROM organizations_organization WHERE id = NEW.organization_id),
                    (SELECT area_id FROM organizations_organization WHERE id = NEW.organization_id)
                ) ON CONFLICT DO NOTHING;
            END IF;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER activities_leads AFTER INSERT OR UPDATE OF organization_id ON activities_activity "
        "FOR EACH ROW EXECUTE FUNCTION activities_leads()",
        "CREATE TRIGGER activities_hosts AFTER INSERT OR UPDATE OF organization_id ON activities_activityhost "
        "FOR EACH ROW EXECUTE FUNCTION activities_leads()",
        """
        CREATE FUNCTION activities_leader_sits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE activities_leader SET park_id = NEW.park_id, area_id = NEW.area_id WHERE organization_id = NEW.id;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER activities_leader_sits AFTER INSERT OR UPDATE OF park_id, area_id "
        "ON organizations_organization FOR EACH ROW EXECUTE FUNCTION activities_leader_sits()",
        """
        CREATE FUNCTION activities_leader_goes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            DELETE FROM activities_leader WHERE organization_id = OLD.id;
            RETURN NULL;
        END $$
        """,
        "CREATE TRIGGER activities_leader_goes AFTER DELETE ON organizations_organization "
        "FOR EACH ROW EXECUTE FUNCTION activities_leader_goes()",
    ),
    "sqlite": (
        """
        CREATE TRIGGER activities_leads AFTER INSERT ON activities_activity BEGIN
            INSERT INTO activities_leader (organization_id, park_id, area_id) SELECT NEW.organization_id,
                (SELECT park_id FROM organizations_organization WHERE id = NEW.organization_id),
                (SELECT area_id FROM organizations_organization WHERE id = NEW.organization_id)
            WHERE NOT EXISTS (SELECT 1 FROM activities_leader WHERE organization_id = NEW.organization_id);
        END
        """,
        """
        CREATE TRIGGER activities_now_leads AFTER UPDATE OF organization_id ON activities_activity BEGIN
            INSERT INTO activities_leader (organization_id, park_id, area_id) SELECT NEW.organization_id,
                (SELECT park_id FROM organizations_organization WHERE id = NEW.organization_id),
                (SELECT area_id FROM organizations_organization WHERE id = NEW.organization_id)
            WHERE NOT EXISTS (SELECT 1 FROM activities_leader WHERE organization_id = NEW.organization_id);
        END
        """,
        """
        CREATE TRIGGER activities_hosts AFTER INSERT ON activities_activityhost BEGIN
            INSERT INTO activities_leader (organization_id, park_id, area_id) SELECT NEW.organization_id,
                (SELECT park_id FROM organizations_organization WHERE id = NEW.organization_id),
                (SELECT area_id FROM organizations_organization WHERE id = NEW.organization_id)
            WHERE NOT EXISTS (SELECT 1 FROM activities_leader WHERE organization_id = NEW.organization_id);
        END
        """,
        """
        CREATE TRIGGER activities_now_hosts AFTER UPDATE OF organization_id ON activities_activityhost BEGIN
            INSERT INTO activities_leader (organization_id, park_id, area_id) SELECT NEW.organization_id,
                (SELECT park_id FROM organizations_organization WHERE id = NEW.organization_id),
                (SELECT area_id FROM organizations_organization WHERE id = NEW.organization_id)
            WHERE NOT EXISTS (SELECT 1 FROM activities_leader WHERE organization_id = NEW.organization_id);
        END
        """,
        """
        CREATE TRIGGER activities_leader_sits AFTER INSERT ON organizations_organization BEGIN
            UPDATE activities_leader SET park_id = NEW.park_id, area_id = NEW.area_id WHERE organization_id = NEW.id;
        END
        """,
        """
        CREATE TRIGGER activities_leader_moves AFTER UPDATE OF park_id, area_id ON organizations_organization BEGIN
            UPDATE activities_leader SET park_id = NEW.park_id, area_id = NEW.area_id WHERE organization_id = NEW.id;
        END
        """,
        """
        CREATE TRIGGER activities_leader_goes AFTER DELETE ON organizations_organization BEGIN
            DELETE FROM activities_leader WHERE organization_id = OLD.id;
        END
        """,
    ),
}
DROP = {
    "postgresql": (
        "DROP FUNCTION IF EXISTS activities_leads() CASCADE",
        "DROP FUNCTION IF EXISTS activities_leader_sits() CASCADE",
        "DROP FUNCTION IF EXISTS activities_leader_goes() CASCADE",
    ),
    "sqlite": (
        "DROP TRIGGER IF EXISTS activities_leads",
        "DROP TRIGGER IF EXISTS activities_now_leads",
        "DROP TRIGGER IF EXISTS activities_hosts",
        "DROP TRIGGER IF EXISTS activities_now_hosts",
        "DROP TRIGGER IF EXISTS activities_leader_sits",
        "DROP TRIGGER IF EXISTS activities_leader_moves",
        "DROP TRIGGER IF EXISTS activities_leader_goes",
    ),
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

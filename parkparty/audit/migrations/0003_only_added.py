"""Triggers of the database that keep the trail and its chain from being changed, whoever asks.

An entry may be taken away once it is older than 180 days (choices.SHORTEST_RETENTION_DAYS), a seal never. A later
migration that rebuilds one of the tables on SQLite drops its triggers with the old table and must run these again.
"""

from django.db import migrations

ENTRY, SEAL = "audit_auditentry", "audit_auditseal"

POSTGRESQL = f"""
CREATE FUNCTION audit_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = '{ENTRY}' THEN
        IF OLD.at < now() - interval '180 days' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'audit entries are only ever added' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER {ENTRY}_only_added BEFORE UPDATE OR DELETE ON {ENTRY}
    FOR EACH ROW EXECUTE FUNCTION audit_only_added();
CREATE TRIGGER {ENTRY}_not_emptied BEFORE TRUNCATE ON {ENTRY}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added();
CREATE TRIGGER {SEAL}_only_added BEFORE UPDATE OR DELETE ON {SEAL}
    FOR EACH ROW EXECUTE FUNCTION audit_only_added();
CREATE TRIGGER {SEAL}_not_emptied BEFORE TRUNCATE ON {SEAL}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_added();
"""

POSTGRESQL_BACK = f"""
DROP TRIGGER {ENTRY}_only_added ON {ENTRY};
DROP TRIGGER {ENTRY}_not_emptied ON {ENTRY};
DROP TRIGGER {SEAL}_only_added ON {SEAL};
DROP TRIGGER {SEAL}_not_emptied ON {SEAL};
DROP FUNCTION audit_only_added();
"""

_YOUNG = "julianday(OLD.at) >= julianday('now', '-180 days') OR julianday(OLD.at) IS NULL"
_SAME_ENTRY = "EXISTS (SELECT 1 FROM audit_auditentry WHERE id = NEW.id)"
_SAME_SEAL = "EXISTS (SELECT 1 FROM audit_auditseal WHERE position = NEW.position OR entry_id = NEW.entry_id)"


def _refusal(table, ending, event, when="1"):
    return (
        f"CREATE TRIGGER {table}_{ending} BEFORE {event} ON {table} WHEN {when} "
        "BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END"
    )


# INSERT OR REPLACE deletes without asking the triggers for DELETE, hence the ones for INSERT.
SQLITE = [
    _refusal(ENTRY, "not_changed", "UPDATE"),
    _refusal(ENTRY, "not_deleted", "DELETE", _YOUNG),
    _refusal(ENTRY, "not_replaced", "INSERT", _SAME_ENTRY),
    _refusal(SEAL, "not_changed", "UPDATE"),
    _refusal(SEAL, "not_deleted", "DELETE"),
    _refusal(SEAL, "not_replaced", "INSERT", _SAME_SEAL),
]


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        for trigger in SQLITE:
            schema_editor.execute(trigger, params=None)


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK, params=None)
    elif schema_editor.connection.vendor == "sqlite":
        for trigger in SQLITE:
            schema_editor.execute(f"DROP TRIGGER {trigger.split()[2]}", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_who_where_and_chain"),
    ]

    operations = [
        migrations.RunPython(protect, unprotect),
    ]

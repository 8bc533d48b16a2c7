"""The trail is only added to: refused by the models, by the database's triggers, and on PostgreSQL by its grants."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from parkparty.audit.choices import SHORTEST_RETENTION_DAYS
from parkparty.audit.models import AuditEntry, AuditSeal
from parkparty.audit.querysets import ONLY_ADDED
from parkparty.audit.services import record, seal_all
from tests.audit.conftest import triggers_off

pytestmark = pytest.mark.django_db

ENTRY, SEAL = AuditEntry._meta.db_table, AuditSeal._meta.db_table


@pytest.fixture
def entry() -> AuditEntry:
    made = record("修改", None, by=None)
    seal_all()
    return made


@pytest.mark.parametrize(
    "attempt",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: entry.seal.save(),
        lambda entry: entry.seal.delete(),
        lambda entry: AuditEntry.objects.update(action="别的"),
        lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(action="别的"),
        lambda entry: AuditEntry.objects.all().delete(),
        lambda entry: AuditEntry.objects.bulk_update([entry], ["action"]),
        lambda entry: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"action": "别的"}),
        lambda entry: AuditEntry.objects.bulk_create([entry], update_conflicts=True),
        lambda entry: AuditSeal.objects.update(hash="0"),
        lambda entry: AuditSeal.objects.all().delete(),
    ],
)
def test_the_models_refuse(entry: AuditEntry, attempt: Callable[[AuditEntry], object]) -> None:
    with pytest.raises(TypeError, match=ONLY_ADDED):
        attempt(entry)


def test_an_entry_with_the_key_of_another_is_not_written_over_it(entry: AuditEntry) -> None:
    with triggers_off(), pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry(pk=entry.pk, actor_name="某人", action="别的").save()
    assert AuditEntry.objects.get(pk=entry.pk).action == "修改"


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {ENTRY} SET action = '别的'",
        f"DELETE FROM {ENTRY}",
        f"UPDATE {SEAL} SET hash = '0'",
        f"DELETE FROM {SEAL}",
        pytest.param(f"TRUNCATE {ENTRY}", marks=pytest.mark.postgres),
        pytest.param(f"TRUNCATE {SEAL}", marks=pytest.mark.postgres),
        pytest.param(f"INSERT OR REPLACE INTO {ENTRY} SELECT * FROM {ENTRY}", marks=pytest.mark.sqlite),
        pytest.param(f"INSERT OR REPLACE INTO {SEAL} SELECT * FROM {SEAL}", marks=pytest.mark.sqlite),
    ],
)
@pytest.mark.usefixtures("entry")
def test_the_database_refuses(statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match=ONLY_ADDED),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(("days", "goes"), [(SHORTEST_RETENTION_DAYS - 1, False), (SHORTEST_RETENTION_DAYS + 1, True)])
def test_the_database_lets_go_only_what_is_older_than_the_law_asks(days: int, goes: bool) -> None:
    old = AuditEntry.objects.create(actor_name="某人", action="登录", at=timezone.now() - dt.timedelta(days=days))
    try:
        with transaction.atomic():
            AuditEntry.objects.filter(pk=old.pk)._raw_delete("default")
    except IntegrityError:
        pass
    assert AuditEntry.objects.filter(pk=old.pk).exists() is not goes


@pytest.mark.django_db(transaction=True)
def test_the_triggers_come_and_go_with_their_migration() -> None:
    call_command("migrate", "audit", "0002", verbosity=0)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {ENTRY} SET action = '别的'")
    finally:
        call_command("migrate", "audit", verbosity=0)
    record("登录", None, by=None)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {ENTRY} SET action = '别的'")


@pytest.mark.postgres
class TestGrants:
    """deploy/postgresql-grants.sql makes the role that the site runs as."""

    @pytest.fixture(autouse=True)
    def _as_the_site(self, entry: AuditEntry) -> None:
        grants = (Path(settings.BASE_DIR) / "deploy" / "postgresql-grants.sql").read_text(encoding="utf-8")
        with connection.cursor() as cursor:
            cursor.execute(grants)
            cursor.execute("SET LOCAL ROLE parkparty_runtime")

    def test_the_site_can_record_and_seal(self) -> None:
        record("登录", None, by=None)
        assert seal_all() == 1

    @pytest.mark.parametrize("table", [ENTRY, SEAL])
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE {} SET id = 0",
            "DELETE FROM {}",
            "TRUNCATE {}",
            "ALTER TABLE {} DISABLE TRIGGER USER",
            "DROP TABLE {}",
        ],
    )
    def test_the_site_can_do_nothing_else_to_the_trail(self, table: str, statement: str) -> None:
        statement = statement.replace("SET id", "SET position" if table == SEAL else "SET id").format(table)
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    @pytest.mark.parametrize(
        "statement", ["CREATE TABLE more ()", "DELETE FROM django_migrations", "TRUNCATE places_area CASCADE"]
    )
    def test_the_site_cannot_change_the_schema(self, statement: str) -> None:
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_the_site_can_write_the_rest(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE places_area SET name = name")
            cursor.execute("DELETE FROM activities_activityphoto")

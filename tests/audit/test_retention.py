"""Entries stay for as long as the law asks, then go by a purge that leaves its own trace."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from unittest import mock

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from parkparty.audit.check import verify
from parkparty.audit.choices import Kind
from parkparty.audit.models import AuditEntry, AuditSeal
from parkparty.audit.services import seal_all


@pytest.fixture
def aged(db: None) -> Callable[[int], AuditEntry]:
    """An entry written and sealed so many days ago."""

    def make(days: int) -> AuditEntry:
        at = timezone.now() - dt.timedelta(days=days)
        entry = AuditEntry.objects.create(actor_name="某人", action=f"{days}天前", at=at)
        with mock.patch("parkparty.audit.services.timezone.now", return_value=at):
            seal_all()
        return entry

    return make


def purged() -> str:
    out = io.StringIO()
    call_command("purge_audit", stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(("days", "faults"), [(179, ["audit.E001"]), (0, ["audit.E001"]), (180, []), (400, [])])
def test_a_shorter_retention_than_six_months_is_a_fault_of_the_settings(days: int, faults: list[str]) -> None:
    with override_settings(AUDIT_RETENTION_DAYS=days):
        assert [fault.id for fault in run_checks() if fault.id == "audit.E001"] == faults


@override_settings(AUDIT_RETENTION_DAYS=180)
def test_only_what_is_past_its_time_goes_and_the_purge_is_recorded(aged: Callable[[int], AuditEntry]) -> None:
    gone, kept = [aged(400), aged(181)], [aged(179), aged(0)]
    assert "清理 2 条" in purged()
    assert not AuditEntry.objects.filter(pk__in=[entry.pk for entry in gone]).exists()
    assert AuditEntry.objects.filter(pk__in=[entry.pk for entry in kept]).count() == 2
    trace = AuditEntry.objects.get(kind=Kind.PURGE)
    assert trace.changes_in_words == ["条数：2", "截至第几号封存：2"]


@override_settings(AUDIT_RETENTION_DAYS=180)
def test_the_chain_stays_whole_through_purges(aged: Callable[[int], AuditEntry]) -> None:
    for days in (500, 300, 200, 100):
        aged(days)
    purged()
    verdict = verify()
    assert (verdict.sealed, verdict.kept, verdict.purged_through, verdict.faults) == (5, 2, 3, [])
    assert AuditSeal.objects.count() == 5
    assert "清理 0 条" in purged()
    assert not verify().faults
    aged(0)
    with override_settings(AUDIT_RETENTION_DAYS=400):
        assert "清理 0 条" in purged()


def test_a_purge_that_never_waited_does_not_hide_a_removal(
    aged: Callable[[int], AuditEntry], tamper: Callable[..., None]
) -> None:
    entry = aged(30)
    AuditEntry.objects.create(
        actor_name="命令行", action="清理过期操作记录", kind=Kind.PURGE, object_type="audit.auditseal", object_id="1"
    )
    seal_all()
    tamper(f"DELETE FROM {AuditEntry._meta.db_table} WHERE id = %s", entry.pk)
    assert [fault.position for fault in verify().faults] == [1]


@pytest.mark.django_db
def test_settings_that_break_the_law_stop_the_purge() -> None:
    with override_settings(AUDIT_RETENTION_DAYS=30), pytest.raises(CommandError, match="AUDIT_RETENTION_DAYS"):
        call_command("purge_audit", skip_checks=False)

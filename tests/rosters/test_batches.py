"""A batch from upload to applied: all of it or nothing, once, and what was shown is what is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company
from parkparty.rosters.choices import BatchState, FileFault, Setback
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches
from tests.conftest import World, make_company
from tests.rosters.conftest import NEW_BRANCH, REASON, ask, facts, row


def test_checking_writes_nothing_but_the_batch(administrator: User, receive: Any) -> None:
    before = facts()
    batch = receive(administrator, row(1, **NEW_BRANCH), row(2, 从业人数="若干"))
    assert facts() == before
    assert (batch.state, batch.rows, batch.new, batch.wrong) == (BatchState.CHECKED, 2, 1, 1)
    assert batch.checked_rows.count() == 2
    assert batch.issues.get().cell.endswith("!H3")


def test_applying_leaves_one_entry_with_the_counts_and_the_reason(administrator: User, receive: Any) -> None:
    batch = receive(administrator, row(1, **NEW_BRANCH), row(2))
    entries = AuditEntry.objects.count()
    batch = batches.apply_batch(ask(batch, administrator).pk)
    assert batch.state == BatchState.APPLIED
    assert AuditEntry.objects.count() == entries + 1
    entry = AuditEntry.objects.order_by("pk").last()
    assert (entry.actor, entry.reason, entry.object_id) == (administrator, REASON, str(batch.pk))
    assert entry.changes["new"] == [None, 2]


def test_the_file_is_gone_once_applied(
    administrator: User, receive: Any, django_capture_on_commit_callbacks: Any
) -> None:
    batch = receive(administrator, row(1))
    storage, name = batch.file.storage, batch.file.name
    assert "名单" not in name
    assert storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        batches.apply_batch(ask(batch, administrator).pk)
    assert not storage.exists(name)


class TestErrorsStandInTheWay:
    """A file with errors is not applied, unless its good rows are chosen."""

    def test_all_or_nothing_by_default(self, administrator: User, receive: Any) -> None:
        batch = receive(administrator, row(1), row(2, 从业人数="若干"))
        with pytest.raises(ValidationError, match="1 行有问题"):
            ask(batch, administrator)
        assert batches.apply_batch(batch.pk).state == BatchState.CHECKED
        assert not Company.objects.exists()

    def test_good_rows_by_choice(self, administrator: User, receive: Any) -> None:
        batch = receive(administrator, row(1), row(2, 从业人数="若干"))
        assert batches.apply_batch(ask(batch, administrator, good_rows_only=True).pk).state == BatchState.APPLIED
        assert Company.objects.get().name == "试验企业00001"

    def test_nothing_to_write(self, administrator: User, receive: Any, world: World) -> None:
        make_company(1, world.kic)
        with pytest.raises(ValidationError, match="不能导入"):
            ask(receive(administrator, row(1)), administrator)


def test_applied_twice_writes_once(administrator: User, receive: Any) -> None:
    batch = ask(receive(administrator, row(1)), administrator)
    batches.apply_batch(batch.pk)
    before = facts()
    batches.apply_batch(batch.pk)
    assert facts() == before
    with pytest.raises(ValidationError):
        ask(batch, administrator)


def test_what_changed_since_the_check_is_shown_again_first(administrator: User, receive: Any, world: World) -> None:
    batch = receive(administrator, row(1))
    make_company(1, world.kic, name="别人刚刚建的")
    before = facts()
    batch = batches.apply_batch(ask(batch, administrator).pk)
    assert (batch.state, batch.setback) == (BatchState.CHECKED, Setback.STALE)
    assert (batch.new, batch.changed) == (0, 1)
    assert facts() == before
    assert batches.apply_batch(ask(batch, administrator).pk).state == BatchState.APPLIED


def test_a_right_withdrawn_meanwhile_stops_the_import(administrator: User, receive: Any) -> None:
    batch = ask(receive(administrator, row(1)), administrator)
    Grant.objects.filter(user=administrator).delete()
    batch = batches.apply_batch(batch.pk)
    assert (batch.state, batch.wrong) == (BatchState.CHECKED, 1)
    assert not Company.objects.exists()


def test_only_the_uploader_applies(administrator: User, district_administrator: User, receive: Any) -> None:
    batch = receive(administrator, row(1))
    with pytest.raises(PermissionDenied):
        ask(batch, district_administrator)


def test_a_file_changed_on_disk_is_not_read(administrator: User, receive: Any) -> None:
    batch = ask(receive(administrator, row(1)), administrator)
    Path(batch.file.path).chmod(0o600)
    Path(batch.file.path).write_text("企业名称,所属园区\n别的公司,创智园\n", encoding="utf-8")
    batch = batches.apply_batch(batch.pk)
    assert (batch.state, batch.fault) == (BatchState.UNREADABLE, FileFault.CHANGED)
    assert not Company.objects.exists()


def test_a_dead_task_can_be_started_again(administrator: User, receive: Any) -> None:
    batch = ask(receive(administrator, row(1)), administrator)
    with pytest.raises(ValidationError):
        batches.restart_check(batch, by=administrator)
    RosterBatch.objects.update(step_at=timezone.now() - dt.timedelta(hours=1))
    batches.restart_check(batch, by=administrator)
    assert batches.check_batch(batch.pk).state == BatchState.CHECKED


class Fault(Exception):
    """Raised in the middle."""


def test_a_fault_at_any_statement_leaves_all_or_nothing(administrator: User, receive: Any, world: World) -> None:
    batch = receive(administrator, row(1, **NEW_BRANCH, 楼宇="新楼", 正式党员数=3), row(2, 指导员="是"))
    before = facts()
    for number in count(1):
        ask(batch, administrator)
        with connection.execute_wrapper(_fail_at(number)):
            try:
                batches.apply_batch(batch.pk)
            except Fault:
                pass
            else:
                break
        batch.refresh_from_db()
        assert (batch.state, batch.setback) == (BatchState.CHECKED, Setback.FAILED)
        assert facts() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.APPLIED
    assert number > 20
    assert Company.objects.count() == 2


def _fail_at(number: int) -> Callable[..., Any]:
    """Raise at the ``number``-th statement that reads or writes rows, once, up to the last of the import."""
    seen = count(1)

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        inside = connection.savepoint_ids and "SAVEPOINT" not in sql
        if inside and next(seen) == number:
            raise Fault
        return run(sql, params, many, context)

    return execute


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_import_the_same_at_once(
    administrator: User, district_administrator: User, receive: Any, world: World
) -> None:
    asked = [ask(receive(user, row(1, **NEW_BRANCH), row(2)), user) for user in (administrator, district_administrator)]
    ready = Barrier(2)

    def work(batch: RosterBatch) -> None:
        ready.wait()
        batches.apply_batch(batch.pk)
        connection.close()

    threads = [Thread(target=work, args=(batch,)) for batch in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = sorted(RosterBatch.objects.values_list("state", "setback"))
    assert states == [(BatchState.APPLIED, ""), (BatchState.CHECKED, Setback.STALE)]
    assert Company.objects.count() == 2

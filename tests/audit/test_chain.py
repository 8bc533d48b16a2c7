"""The chain: whole while nobody touches it, and whatever is touched is named."""

from __future__ import annotations

import io
import logging
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from parkparty.accounts.models import User
from parkparty.audit import services
from parkparty.audit.check import anchors_in, verify
from parkparty.audit.models import AuditEntry, AuditSeal
from parkparty.audit.services import BATCH, anchors, record, seal_all, seal_new

ENTRY, SEAL = AuditEntry._meta.db_table, AuditSeal._meta.db_table
Tamper = Callable[..., None]


@pytest.fixture
def chain(db: None) -> list[AuditEntry]:
    """Five sealed entries."""
    user = User.objects.create_user("x", display_name="张三")
    changes = {"state": ["draft", "submitted"], "types": [[], ["主题党日", "专题“学习”"]], "present": [None, 12]}
    made = [record(f"第{number}步", user, by=user, changes=changes, reason="据实") for number in range(5)]
    seal_all()
    return made


def verified(**options: object) -> str:
    """What `verify_audit` says; raises CommandError where it exits with 1."""
    out = io.StringIO()
    try:
        call_command("verify_audit", stdout=out, **options)
    except CommandError as failed:
        if failed.returncode != 1:
            raise
        raise CommandError(out.getvalue()) from failed
    return out.getvalue()


class TestWhole:
    def test_an_empty_trail_is_whole(self, db: None) -> None:
        assert "封存 0 条" in verified()

    @pytest.mark.usefixtures("chain")
    def test_an_untouched_chain_passes_and_tells_its_head(self) -> None:
        said = verified()
        assert "封存 5 条，在库 5 条" in said
        assert "核验通过" in said
        assert re.search(r"audit-head position=5 hash=[0-9a-f]{64}", said)

    def test_seals_come_in_the_order_of_entries_without_a_gap(self, chain: list[AuditEntry]) -> None:
        assert list(AuditSeal.objects.order_by("position").values_list("position", "entry_id")) == [
            (place, entry.pk) for place, entry in enumerate(chain, start=1)
        ]

    @pytest.mark.usefixtures("chain")
    def test_what_is_not_sealed_yet_is_counted_and_no_fault(self) -> None:
        record("登录", None, by=None)
        assert "尚未封存 1 条（最早" in verified()
        call_command("seal_audit", stdout=io.StringIO())
        assert "尚未封存 0 条" in verified()

    def test_many_entries_are_sealed_in_several_batches(self, db: None) -> None:
        AuditEntry.objects.bulk_create(AuditEntry(actor_name="某人", action="导入") for _ in range(BATCH + 3))
        assert seal_new() == BATCH
        assert seal_all() == 3
        assert not verify().faults

    @pytest.mark.usefixtures("chain")
    def test_an_entry_that_committed_late_gets_a_later_position(self) -> None:
        late = AuditEntry.objects.create(id=-5000, actor_name="某人", action="长事务")
        record("登录", None, by=None)
        assert seal_new() == 1, "a request does not look that far back"
        assert seal_all() == 1
        assert AuditSeal.objects.get(entry=late).position == 7
        assert not verify().faults


class TestTampered:
    @pytest.mark.parametrize(
        "change",
        [
            "actor_name = '李四'",
            "actor_id = NULL",
            "reason = ''",
            "object_id = '0'",
            "address = '10.0.0.9'",
            "outcome = 'refused'",
            "at = '2026-01-01 00:00:00+00:00'",
            "changes = '{}'",
        ],
    )
    def test_a_changed_entry_is_named(self, chain: list[AuditEntry], tamper: Tamper, change: str) -> None:
        tamper(f"UPDATE {ENTRY} SET {change} WHERE id = %s", chain[2].pk)
        with pytest.raises(CommandError, match=rf"第一处：封存 3 · 记录 {chain[2].pk} · .*内容与封存时不一致"):
            verified()

    def test_an_entry_removed_from_the_middle_is_named(self, chain: list[AuditEntry], tamper: Tamper) -> None:
        tamper(f"DELETE FROM {ENTRY} WHERE id = %s", chain[2].pk)
        with pytest.raises(CommandError, match=rf"第一处：封存 3 · 记录 {chain[2].pk} · .*这条记录被删除"):
            verified()

    def test_an_entry_removed_with_its_seal_is_named(self, chain: list[AuditEntry], tamper: Tamper) -> None:
        tamper(f"DELETE FROM {ENTRY} WHERE id = %s", chain[2].pk)
        tamper(f"DELETE FROM {SEAL} WHERE position = 3")
        with pytest.raises(CommandError, match=r"第一处：封存 4 .*此前的封存 3 至 3 被删除"):
            verified()

    @pytest.mark.usefixtures("chain")
    def test_a_chain_closed_again_after_a_removal_does_not_join(self, tamper: Tamper) -> None:
        tamper(f"DELETE FROM {SEAL} WHERE position = 3")
        tamper(f"UPDATE {SEAL} SET position = 3 WHERE position = 4")
        tamper(f"UPDATE {SEAL} SET position = 4 WHERE position = 5")
        with pytest.raises(CommandError, match=r"第一处：封存 3 .*与前一条封存不相接"):
            verified()

    @pytest.mark.usefixtures("chain")
    def test_removed_from_the_beginning(self, tamper: Tamper) -> None:
        tamper(f"DELETE FROM {SEAL} WHERE position <= 2")
        with pytest.raises(CommandError, match=r"第一处：封存 3 .*此前的封存 1 至 2 被删除"):
            verified()

    @pytest.mark.usefixtures("chain")
    def test_a_trigger_that_is_gone_is_a_fault(self) -> None:
        drop = {
            "postgresql": f"ALTER TABLE {ENTRY} DISABLE TRIGGER {ENTRY}_only_added",
            "sqlite": f"DROP TRIGGER {ENTRY}_not_changed",
        }[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(drop)
        with pytest.raises(CommandError, match="防改触发器"):
            verified()


class TestAnchor:
    def test_a_cut_tail_shows_against_the_anchor(self, chain: list[AuditEntry], tamper: Tamper, tmp_path: Path) -> None:
        anchor = tmp_path / "anchor.txt"
        verified(write_anchor=anchor)
        assert "对照存证 1 处" in verified(anchor=anchor)
        tamper(f"DELETE FROM {ENTRY} WHERE id >= %s", chain[3].pk)
        tamper(f"DELETE FROM {SEAL} WHERE position >= 4")
        assert "核验通过" in verified(), "the chain by itself cannot know"
        with pytest.raises(CommandError, match="封存 5 · 链尾被截去：存证到过这里，现在到 3 为止"):
            verified(anchor=anchor)

    @pytest.mark.usefixtures("chain")
    def test_a_chain_written_anew_shows_against_the_shipped_log(
        self, tamper: Tamper, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        log = tmp_path / "site.log"
        with caplog.at_level(logging.INFO, anchors.name):
            record("登录", None, by=None)
            seal_all()
            tamper(f"UPDATE {ENTRY} SET reason = '别的'")
            tamper(f"DELETE FROM {SEAL}")
            seal_all()
        log.write_text("\n".join(f"2026-11-21 INFO {line.name} {line.message}" for line in caplog.records))
        assert len(caplog.records) == 2
        assert "核验通过" in verified()
        with pytest.raises(CommandError, match="封存 6 · 与存证的摘要不符"):
            verified(anchor=log)

    @pytest.mark.usefixtures("chain")
    def test_writing_an_anchor_seals_first_and_adds_a_line(self, tmp_path: Path) -> None:
        anchor = tmp_path / "anchor.txt"
        verified(write_anchor=anchor)
        record("登录", None, by=None)
        verified(write_anchor=anchor)
        assert list(anchors_in(anchor.read_text().splitlines())) == [5, 6]

    @pytest.mark.usefixtures("chain")
    @pytest.mark.parametrize("content", [None, "nothing of ours\n"])
    def test_a_file_that_is_no_anchor_is_refused(self, tmp_path: Path, content: str | None) -> None:
        anchor = tmp_path / "wrong.txt"
        if content:
            anchor.write_text(content)
        with pytest.raises(CommandError):
            verified(anchor=anchor)


@pytest.mark.django_db(transaction=True)
class TestSealedByItself:
    @pytest.fixture(autouse=True)
    def _at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "PAUSE_SECONDS", 0)

    def test_a_rush_of_writes_is_sealed_together(self, monkeypatch: pytest.MonkeyPatch) -> None:
        record("登录", None, by=None)
        monkeypatch.setattr(services, "PAUSE_SECONDS", 3600)
        for _ in range(3):
            record("登录", None, by=None)
        assert AuditSeal.objects.count() == 1
        monkeypatch.setattr(services, "PAUSE_SECONDS", 0)
        record("登录", None, by=None)
        assert AuditSeal.objects.count() == 5

    def test_what_a_request_wrote_is_sealed_once_it_is_committed(self) -> None:
        with transaction.atomic():
            record("登录", None, by=None)
            record("登录", None, by=None)
            assert AuditSeal.objects.count() == 0
        assert AuditSeal.objects.count() == 2

    def test_what_was_rolled_back_leaves_nothing(self) -> None:
        with transaction.atomic():
            record("登录", None, by=None)
            transaction.set_rollback(True)
        assert not AuditEntry.objects.exists()
        assert seal_all() == 0

    @pytest.mark.postgres
    def test_a_sealer_at_work_is_not_waited_for(self) -> None:
        AuditEntry.objects.create(actor_name="某人", action="写入")
        outcome: list[object] = []
        with transaction.atomic():
            assert seal_new() == 1
            other = threading.Thread(target=lambda: outcome.append(in_thread(seal_new)))
            other.start()
            other.join(timeout=20)
        assert outcome == [0]
        assert (AuditSeal.objects.count(), verify().faults) == (1, [])

    @pytest.mark.postgres
    def test_writers_and_sealers_at_once_make_one_unbroken_chain(self) -> None:
        writers, each = 6, 40

        def write() -> None:
            for number in range(each):
                with transaction.atomic():
                    record(f"第{number}步", None, by=None)

        threads = [threading.Thread(target=in_thread, args=(job,)) for job in [write] * writers + [seal_all] * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seal_all()
        verdict = verify()
        assert (verdict.sealed, verdict.unsealed, verdict.faults) == (writers * each, 0, [])


def in_thread(job: Callable[[], object]) -> object:
    """Run ``job`` on a connection of its own and close it."""
    try:
        return job()
    finally:
        connection.close()

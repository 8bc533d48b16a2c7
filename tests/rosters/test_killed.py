"""A task killed at any point leaves all or nothing, and the batch says so (F50). Real processes, real SIGKILL."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.rosters.choices import BatchState, Setback
from parkparty.rosters.models import RosterBatch, RosterWrite
from parkparty.rosters.services import batches, undoing
from tests.conftest import World
from tests.rosters.conftest import NEW_BRANCH, Receive, ask, facts, row

DEAD = -signal.SIGKILL
ROWS = [row(number, **NEW_BRANCH, 楼宇="一期", 正式党员数=3) for number in range(1, 6)]


def kill_until_done(
    step: str, batch: RosterBatch, tmp_path: Path, *, stride: int = 8
) -> list[tuple[int, int, str, list[int]]]:
    """What each process left: the statement at which it died, how it ended, the batch's state, the tables' rows."""
    command = [sys.executable, "-m", "tests.rosters.killing", step]
    answer = subprocess.run(
        [*command, str(batch.pk), str(stride)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "parkparty.settings", "TMPDIR": str(tmp_path)},
        capture_output=True,
        check=True,
        timeout=120,
    )
    return [tuple(json.loads(line)) for line in answer.stdout.splitlines()]


@pytest.mark.django_db(transaction=True)
def test_F50_applying_and_undoing_survive_a_kill_at_any_point(
    world: World, administrator: User, receive: Receive, tmp_path: Path
) -> None:
    before = facts()
    batch = ask(receive(administrator, *ROWS), administrator)
    for step, asked, done, companies in (
        ("apply", BatchState.APPLYING, BatchState.APPLIED, (0, 5)),
        ("undo", BatchState.UNDOING, BatchState.UNDONE, (5, 0)),
    ):
        *killed, last = kill_until_done(step, batch, tmp_path)
        nothing = [rows for _at, _ended, state, rows in killed if state == asked]
        assert {ended for _at, ended, _state, _rows in killed} == {DEAD}
        assert len(nothing) >= 5
        assert [rows[0] for rows in nothing] == [companies[0]] * len(nothing)
        assert all(rows == nothing[0] for rows in nothing)
        assert {(state, rows[0]) for _at, _ended, state, rows in killed if state != asked} <= {(done, companies[1])}
        assert (last[1], last[2], last[3][0], last[3][5]) == (0, done, companies[1], nothing[0][5] + 1)
        if step == "apply":
            undoing.ask_to_undo(batch, by=administrator, reason="试")
    assert facts() == before


@pytest.mark.django_db(transaction=True)
def test_F50_a_check_killed_at_any_point_is_done_by_the_next(
    world: World, administrator: User, receive: Receive, tmp_path: Path
) -> None:
    with CaptureQueriesContext(connection) as asked:
        batch = receive(administrator, *ROWS, row(6, 从业人数="x"))
    found = batch.digest, batch.issues.count(), batch.checked_rows.count()
    batches.restart_check(batch, by=administrator)
    *killed, last = kill_until_done("check", batch, tmp_path, stride=len(asked) // 5)
    assert {ended for _at, ended, _state, _rows in killed} == {DEAD}
    assert len([state for _at, _ended, state, _rows in killed if state == BatchState.CHECKING]) >= 3
    assert {rows[0] for _at, _ended, _state, rows in (*killed, last)} == {0}
    batch.refresh_from_db()
    assert (batch.digest, batch.issues.count(), batch.checked_rows.count()) == found


class TestWhatTheDeadLeave:
    """``manage.py sweep_rosters`` puts it right."""

    @pytest.fixture(autouse=True)
    def own_temporary_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def age(self, **values: Any) -> None:
        RosterBatch.objects.update(step_at=timezone.now() - dt.timedelta(hours=1), **values)

    def test_F50_the_batch_says_that_nothing_was_written(
        self, world: World, administrator: User, receive: Receive, client: Client, capsys: Any
    ) -> None:
        client.force_login(administrator)
        batch = ask(receive(administrator, row(1)), administrator)
        call_command("sweep_rosters")
        assert RosterBatch.objects.get().state == BatchState.APPLYING
        self.age()
        address = reverse("rosters:batch", args=[batch.pk])
        assert "处理似乎中断了，没有写入任何数据" in client.get(address).content.decode()
        call_command("sweep_rosters")
        batch.refresh_from_db()
        assert (batch.state, batch.setback) == (BatchState.CHECKED, Setback.FAILED)
        assert "没有写入任何数据" in client.get(address).content.decode()
        assert "中断的批次 1 个" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("during", "after"),
        [(BatchState.CHECKING, BatchState.UNREADABLE), (BatchState.APPLYING, BatchState.CHECKED)],
    )
    def test_F50_every_state(
        self, world: World, administrator: User, receive: Receive, during: str, after: str
    ) -> None:
        receive(administrator, row(1))
        self.age(state=during)
        call_command("sweep_rosters")
        assert RosterBatch.objects.get().state == after

    def test_F50_files_that_no_batch_names_go_once_they_are_old(
        self, world: World, administrator: User, receive: Receive, tmp_path: Path
    ) -> None:
        batch = receive(administrator, row(1))
        storage = batch.file.storage
        orphan, fresh = Path(storage.path("rosters/orphan")), Path(storage.path("rosters/fresh"))
        copy = tmp_path / "parkparty-roster-x"
        for path in (orphan, fresh, copy):
            path.write_bytes(b"x")
        for path in (orphan, copy, Path(batch.file.path)):
            os.utime(path, (0, 0))
        call_command("sweep_rosters")
        assert [path.exists() for path in (orphan, fresh, copy, Path(batch.file.path))] == [False, True, False, True]
        fresh.unlink()

    def test_what_can_be_undone_no_more_is_forgotten(self, world: World, administrator: User, receive: Receive) -> None:
        batches.apply_batch(ask(receive(administrator, row(1)), administrator).pk)
        call_command("sweep_rosters")
        assert RosterWrite.objects.count() == 1
        self.age(applied_at=timezone.now() - dt.timedelta(days=31))
        call_command("sweep_rosters")
        assert (RosterWrite.objects.count(), Company.objects.count()) == (0, 1)

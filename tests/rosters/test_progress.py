"""A check under way says how far it is, can be cancelled or left, and tells its uploader when it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parkparty.accounts.models import User
from parkparty.notices.models import Notice
from parkparty.rosters.choices import BatchState, FileFault
from parkparty.rosters.models import SILENT_AFTER, UNAPPLIED_DAYS, RosterBatch
from parkparty.rosters.services import batches
from parkparty.rosters.services.checking import Cancelled, Progress
from tests.conftest import World
from tests.rosters.conftest import Receive, row

ROSTER = "企业名称,所属园区\n" + "".join(f"试验企业{number},创智园\n" for number in range(5))


@pytest.fixture
def waiting(world: World, administrator: User) -> RosterBatch:
    """A roster of five rows that waits to be checked."""
    return batches.receive_roster(ContentFile(ROSTER.encode(), "名单.csv"), by=administrator)


def shown(page: Client, batch: RosterBatch) -> str:
    answer = page.get(reverse("rosters:batch", args=[batch.pk]))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestTheBar:
    def test_it_tells_what_was_checked_and_how_long_the_rest_takes(self, page: Client, waiting: RosterBatch) -> None:
        assert "等待前面的任务完成" in shown(page, waiting)
        progress = Progress(waiting)
        assert "正在读取文件" in shown(page, waiting)
        progress.read(5)
        progress.checked(2)
        RosterBatch.objects.update(begun_at=timezone.now() - dt.timedelta(seconds=20), step_at=timezone.now())
        told = shown(page, waiting)
        assert "已检查 2/5 行" in told
        assert "约 30 秒" in told
        assert '<progress class="roster-progress" max="5" value="2"' in told

    def test_every_piece_moves_it(self, waiting: RosterBatch, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("parkparty.rosters.staging.stage.AT_ONCE", 2)
        batch = batches.check_batch(waiting.pk)
        assert (batch.state, batch.done, batch.to_do, batch.new) == (BatchState.CHECKED, 5, 5, 5)

    def test_a_check_that_falls_silent_is_dead(self, page: Client, waiting: RosterBatch) -> None:
        Progress(waiting)
        RosterBatch.objects.update(step_at=timezone.now() - SILENT_AFTER)
        assert "处理似乎中断了，没有写入任何数据" in shown(page, waiting)


class TestCancelling:
    def test_the_check_stops_at_its_next_word(self, page: Client, waiting: RosterBatch) -> None:
        progress = Progress(waiting)
        answer = page.post(reverse("rosters:cancel", args=[waiting.pk]), follow=True)
        assert "检查已取消" in answer.content.decode()
        with pytest.raises(Cancelled):
            progress.read(5)
        assert batches.check_batch(waiting.pk).state == BatchState.CANCELLED
        assert not Notice.objects.exists()

    def test_it_can_be_checked_after_all(self, page: Client, waiting: RosterBatch) -> None:
        page.post(reverse("rosters:cancel", args=[waiting.pk]))
        page.post(reverse("rosters:recheck", args=[waiting.pk]))
        assert RosterBatch.objects.get().new == 5

    def test_what_is_checked_already_is_not_cancelled(self, page: Client, waiting: RosterBatch) -> None:
        batches.check_batch(waiting.pk)
        answer = page.post(reverse("rosters:cancel", args=[waiting.pk]), follow=True)
        assert "不在检查中" in answer.content.decode()
        assert RosterBatch.objects.get().state == BatchState.CHECKED

    def test_of_two_checks_the_later_goes_on(self, waiting: RosterBatch) -> None:
        earlier, later = Progress(waiting), Progress(waiting)
        with pytest.raises(Cancelled):
            earlier.checked(1)
        later.checked(1)


class TestLeaving:
    def test_the_uploader_is_told_and_opening_the_batch_settles_it(self, page: Client, waiting: RosterBatch) -> None:
        batches.check_batch(waiting.pk)
        notice = Notice.objects.unread().get()
        assert str(notice) == "名册“名单.csv”检查完毕：新增 5 行，更新 0 行，有问题 0 行。"
        assert notice.address == reverse("rosters:batch", args=[waiting.pk])
        shown(page, waiting)
        assert not Notice.objects.unread().exists()

    def test_a_file_that_cannot_be_read_is_told_too(self, world: World, administrator: User) -> None:
        batch = batches.receive_roster(ContentFile(b"\x00\x01", "坏.csv"), by=administrator)
        batches.check_batch(batch.pk)
        assert "没有读成" in str(Notice.objects.get())


def test_the_file_of_a_roster_that_nobody_imports_goes(
    world: World,
    administrator: User,
    receive: Receive,
    page: Client,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    old, fresh = receive(administrator, row(1)), receive(administrator, row(2))
    path = Path(old.file.path)
    RosterBatch.objects.filter(pk=old.pk).update(step_at=timezone.now() - dt.timedelta(days=UNAPPLIED_DAYS, hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        call_command("sweep_rosters")
    old.refresh_from_db()
    assert (old.state, old.fault, old.file.name) == (BatchState.UNREADABLE, FileFault.EXPIRED, "")
    assert not old.checked_rows.exists()
    assert (path.exists(), Path(fresh.file.path).exists()) == (False, True)
    assert "30 天没有导入，文件已删除" in shown(page, old)

"""Columns that the site does not know: shown with samples, told what they mean once, and remembered by the office."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.access.services import give_grant
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.rosters.choices import BatchState, FileFault
from parkparty.rosters.models import HeaderAlias, RosterBatch
from parkparty.rosters.services.batches import apply_batch, ask_to_apply
from tests.conftest import World
from tests.rosters.conftest import write_csv, write_xlsx
from tests.rosters.test_pages import send

pytestmark = pytest.mark.django_db

ROWS = [
    ["场内主体", "所属园区", "几号楼", "联系电话", "空列"],
    ["甲公司", "创智园", "一号楼", "13800138000", ""],
    ["乙公司", "创智园", "二号楼", "13900139000", ""],
]


def upload(page: Client, path: Path, rows: list[list[str]] = ROWS) -> RosterBatch:
    send(page, write_csv(path / "a.csv", rows).read_bytes(), "名单.csv")
    return RosterBatch.objects.latest("pk")


def decide(page: Client, batch: RosterBatch, **meanings: str) -> RosterBatch:
    page.post(reverse("rosters:columns", args=[batch.pk]), meanings)
    batch.refresh_from_db()
    return batch


def test_columns_are_named_once_and_remembered(page: Client, world: World, tmp_path: Path) -> None:
    batch = upload(page, tmp_path)
    assert (batch.state, batch.fault) == (BatchState.UNREADABLE, FileFault.MISSING_COLUMNS)
    known = [["企业", *ROWS[0][1:]], *ROWS[1:]]
    batch = upload(page, tmp_path, known)
    assert [column["title"] for column in batch.unmatched] == ["几号楼", "联系电话", "空列"]
    assert [column["filled"] for column in batch.unmatched] == [2, 2, 0]
    assert batch.unmatched[1]["samples"] == ["138*****000", "139*****000"]
    decide(page, batch, column_0="building", column_1="-")
    assert batch.state == BatchState.CHECKED
    assert batch.effects["buildings"] == 2
    assert [column["skipped"] for column in batch.unmatched] == [True, False]
    again = upload(page, tmp_path, [*known, ["丙公司", "创智园", "三号楼", "", ""]])
    assert again.effects["buildings"] == 3
    assert AuditEntry.objects.filter(action="对应名册的列").count() == 1


def test_a_required_column_under_another_name_opens_the_file(page: Client, world: World, tmp_path: Path) -> None:
    rows = [["场内主体", "所属园区", "楼宇"], ["甲公司", "创智园", "一号楼"]]
    batch = upload(page, tmp_path, rows)
    assert (batch.state, batch.fault) == (BatchState.UNREADABLE, FileFault.MISSING_COLUMNS)
    assert reverse("rosters:columns", args=[batch.pk]) in page.get(reverse("rosters:batch", args=[batch.pk])).text
    decide(page, batch, column_0="name")
    assert (batch.state, batch.new) == (BatchState.CHECKED, 1)


def test_two_columns_cannot_mean_the_same(page: Client, world: World, tmp_path: Path) -> None:
    batch = upload(page, tmp_path, [["企业", "所属园区", "甲", "乙"], ["甲公司", "创智园", "x", "y"]])
    answer = page.post(reverse("rosters:columns", args=[batch.pk]), {"column_0": "building", "column_1": "building"})
    assert "有几列对应同一项：楼宇" in answer.text
    assert not HeaderAlias.objects.exists()


def test_another_office_keeps_its_own_words(
    page: Client, world: World, client_of: Callable[[User], Client], tmp_path: Path
) -> None:
    rows = [["企业", "所属园区", "几号楼"], ["甲公司", "创智园", "一号楼"]]
    decide(page, upload(page, tmp_path, rows), column_0="building")
    stranger = User.objects.create_user("elsewhere", password="x")
    give_grant(stranger, Role.ADMINISTRATOR, world.kic.area, by=None)
    assert [column["title"] for column in upload(client_of(stranger), tmp_path, rows).unmatched] == ["几号楼"]


def test_samples_are_forgotten_once_imported(page: Client, administrator: User, world: World, tmp_path: Path) -> None:
    batch = upload(page, tmp_path, [["企业", "所属园区", "联系人"], ["甲公司", "创智园", "某某某"]])
    assert batch.unmatched[0]["samples"] == ["某某某"]
    ask_to_apply(batch, by=administrator, reason="试", good_rows_only=False)
    assert apply_batch(batch.pk).unmatched[0]["samples"] == []


def test_what_a_sheet_hides_is_told(page: Client, world: World, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["企业", "所属园区"], ["甲公司", "创智园"]])
    send(page, path.read_bytes(), "名单.xlsx")
    assert "隐藏" not in page.get(reverse("rosters:batch", args=[RosterBatch.objects.latest("pk").pk])).text
    with xlsxwriter.Workbook(path) as book:
        for name in ("名单", "去年"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["企业", "所属园区"])
            sheet.write_row(1, 0, ["甲公司", "创智园"])
            sheet.set_row(1, None, None, {"hidden": True})
    send(page, path.read_bytes(), "名单.xlsx")
    shown = page.get(reverse("rosters:batch", args=[RosterBatch.objects.latest("pk").pk])).text
    assert "有 1 行在表中是隐藏或被筛选掉的" in shown
    assert "另有工作表没有读入，需要时单独上传：去年" in shown

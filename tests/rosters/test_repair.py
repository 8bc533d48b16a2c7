"""Mending a roster without uploading it anew, and with a marked copy of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company
from parkparty.rosters.choices import BatchState
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches, repairing
from tests.rosters.conftest import NAME, PARK, Receive, ask, facts, row, uscc

ROWS = (
    row(1, 所属园区="创智圆"),
    row(2, 所属园区="创智圆", 正式党员数="约12"),
    row(3, 经营状态="停业"),
    row(4),
)


@pytest.fixture
def batch(codes: None, administrator: User, receive: Receive) -> RosterBatch:
    made = receive(administrator, *ROWS)
    assert (made.new, made.wrong) == (1, 3)
    return made


def send(page: Client, batch: RosterBatch, **typed: str) -> tuple[RosterBatch, str]:
    response = page.post(reverse("rosters:repair", args=[batch.pk]), typed, follow=True)
    assert response.status_code == 200
    return RosterBatch.objects.get(pk=batch.pk), response.content.decode()


def test_the_page_offers_a_field_a_proposal_and_what_the_file_lacks(page: Client, batch: RosterBatch) -> None:
    shown = page.get(reverse("rosters:batch", args=[batch.pk])).content.decode()
    for part in (
        'name="cell-2-park"',
        "采用“创智园”",
        "采用“12”",
        "文件中没有“状态起始日期”列",
        "采用全部建议（3 处）",
    ):
        assert part in shown


def test_typed_cells_are_checked_and_imported(page: Client, batch: RosterBatch, administrator: User) -> None:
    batch, _shown = send(page, batch, **{"cell-2-park": "创智园", "was-2-park": "创智圆", "cell-4-status_since": ""})
    assert (batch.new, batch.wrong) == (2, 2)
    batch, _shown = send(page, batch, **{"cell-4-status_since": "2024-01-05", "was-4-status_since": ""})
    assert (batch.new, batch.wrong) == (3, 1)
    batch = batches.apply_batch(ask(batch, administrator, good_rows_only=True).pk)
    assert batch.state == BatchState.APPLIED
    assert str(Company.objects.get(uscc=uscc(3)).status_since) == "2024-01-05"


def test_the_same_content_is_mended_everywhere(page: Client, batch: RosterBatch) -> None:
    typed = {"cell-2-park": "创智园", "was-2-park": "创智圆", "same-2-park": "on"}
    batch, _shown = send(page, batch, **typed)
    assert list(batch.issues.values_list("cell", "kind")) == [("名单!D3", "number"), ("名单!E4", "status_date")]


def test_a_proposal_is_accepted_together_with_what_was_typed(page: Client, batch: RosterBatch) -> None:
    typed = {
        "accept": "3-full",
        "cell-3-park": "创智园",
        "was-3-park": "创智圆",
        "cell-3-full": "约12",
        "was-3-full": "约12",
    }
    batch, _shown = send(page, batch, **typed)
    assert not batch.issues.filter(number=3).exists()


def test_all_proposals_at_once_or_of_one_kind(page: Client, batch: RosterBatch) -> None:
    batch, _shown = send(page, batch, accept_all="park")
    assert batch.repairs.count() == 2
    batch, _shown = send(page, batch, accept_all="")
    assert (batch.new, batch.wrong) == (3, 1)


def test_rows_can_be_left_out_and_everything_taken_back(page: Client, batch: RosterBatch) -> None:
    batch, _shown = send(page, batch, **{"skip-2-park": "on", "skip-4-status_since": "on"})
    assert (batch.rows, batch.new, batch.wrong) == (2, 1, 1)
    batch, _shown = send(page, batch, forget="")
    assert (batch.rows, batch.new, batch.wrong, batch.repairs.count()) == (4, 1, 3, 0)


def test_nothing_typed_changes_nothing(page: Client, batch: RosterBatch) -> None:
    entries = AuditEntry.objects.count()
    batch, shown = send(
        page, batch, **{"cell-2-park": "创智圆", "was-2-park": "创智圆", "cell-x-park": "1", "cell-2-y": "1"}
    )
    assert "没有改动任何单元格" in shown
    batch, shown = send(page, batch, **{f"cell-{1 << 31}-park": "1", f"skip-{'9' * 500}-park": "on"})
    assert "没有改动任何单元格" in shown
    assert AuditEntry.objects.count() == entries


def test_what_is_too_long_is_told_and_kept_in_its_field(page: Client, batch: RosterBatch) -> None:
    batch, shown = send(page, batch, **{"cell-2-park": "长" * 501, "was-2-park": "创智圆"})
    assert "没有保存" in shown
    assert "长" * 501 in shown
    assert not batch.repairs.exists()


@pytest.mark.parametrize("odd", ["a\0b", "no such kind", "9" * 5000])
@pytest.mark.parametrize("button", ["accept_all", "accept", "alike", "kinds"])
def test_a_button_that_is_not_there_changes_nothing(page: Client, batch: RosterBatch, button: str, odd: str) -> None:
    batch, shown = send(page, batch, **{button: odd, "kind-1": odd})
    assert "没有改动任何单元格" in shown
    assert not batch.repairs.exists()


def test_a_wrong_correction_is_told_like_a_wrong_cell(page: Client, batch: RosterBatch) -> None:
    batch, shown = send(page, batch, **{"cell-3-full": "若干", "was-3-full": "约12"})
    assert "若干" in shown
    assert batch.wrong == 3


def test_repairs_are_recorded(page: Client, batch: RosterBatch, administrator: User) -> None:
    send(page, batch, **{"cell-2-park": "创智园", "was-2-park": "创智圆"})
    entry = AuditEntry.objects.order_by("pk").last()
    assert (entry.actor, entry.action, entry.changes) == (administrator, "改正名册单元格", {"cells": [None, 1]})


def test_a_colleague_mends_nothing(batch: RosterBatch, district_administrator: User) -> None:
    with pytest.raises(PermissionDenied):
        repairing.repair_cells(batch, by=district_administrator, typed={}, everywhere=(), left_out=[2])


def test_an_applied_batch_is_mended_no_more(page: Client, batch: RosterBatch, administrator: User) -> None:
    batches.apply_batch(ask(batch, administrator, good_rows_only=True).pk)
    before = facts()
    batch, shown = send(page, batch, **{"skip-2-park": "on"})
    assert "这个批次现在不能改正" in shown
    assert facts() == before


class TestMarkedWorkbook:
    """Down with its wrong cells marked, mended, and up again into the same batch."""

    def down(self, page: Client, batch: RosterBatch) -> Any:
        response = page.get(reverse("rosters:annotated", args=[batch.pk]))
        assert response.status_code == 200
        return load_workbook(io.BytesIO(response.content))

    def up(self, page: Client, batch: RosterBatch, book: Any) -> RosterBatch:
        out = io.BytesIO()
        book.save(out)
        file = SimpleUploadedFile("改好.xlsx", out.getvalue())
        response = page.post(reverse("rosters:replace", args=[batch.pk]), {"mended-file": file}, follow=True)
        assert response.status_code == 200
        return RosterBatch.objects.get(pk=batch.pk)

    def test_down_mended_and_up(self, page: Client, batch: RosterBatch) -> None:
        book = self.down(page, batch)
        sheet = book["名单"]
        assert sheet["C2"].fill.fgColor.rgb == "FFFDE2E4"
        assert "没有找到这个园区" in sheet["C2"].comment.text
        assert sheet["A5"].comment is None
        assert [cell.value for cell in sheet[1]] == [
            NAME,
            "统一社会信用代码",
            PARK,
            "正式党员数",
            "经营状态",
            "错误说明",
        ]
        assert "名单!D3" in sheet["F3"].value
        sheet["C2"], sheet["C3"], sheet["D3"], sheet["E4"] = "创智园", "创智园", 12, "存续"
        batch = self.up(page, batch, book)
        assert [str(issue) for issue in batch.issues.all()] == []
        assert (batch.filename, batch.new, batch.wrong) == ("改好.xlsx", 4, 0)
        assert batch.ignored == ["错误说明"]

    def test_what_was_typed_is_in_it_and_goes_with_the_next_file(self, page: Client, batch: RosterBatch) -> None:
        send(page, batch, **{"cell-2-park": "创智园", "was-2-park": "创智圆"})
        book = self.down(page, batch)
        assert book["名单"]["C2"].value == "创智园"
        assert self.up(page, batch, book).repairs.count() == 0

    def test_texts_never_become_formulas(
        self, page: Client, administrator: User, receive: Receive, codes: None
    ) -> None:
        bad = '=HYPERLINK("http://x")'
        batch = receive(administrator, row(1, 所属园区=bad, 备注="+1+1"))
        cells = [cell for line in self.down(page, batch)["名单"] for cell in line]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert bad in {cell.value for cell in cells}

    def test_the_former_file_goes(
        self, page: Client, batch: RosterBatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        storage, former = batch.file.storage, batch.file.name
        with django_capture_on_commit_callbacks(execute=True):
            batch = self.up(page, batch, self.down(page, batch))
        assert not storage.exists(former)
        assert storage.exists(batch.file.name)

    def test_an_unreadable_file_is_replaced_too(self, page: Client, administrator: User, batch: RosterBatch) -> None:
        book = self.down(page, batch)
        page.post(reverse("rosters:upload"), {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
        broken = RosterBatch.objects.latest("pk")
        assert broken.state == BatchState.UNREADABLE
        assert self.up(page, broken, book).state == BatchState.CHECKED

"""Sheets of every kind handed out, edited and taken back: only what was edited changes."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import Signer
from django.test import Client, override_settings
from django.urls import reverse

from parkparty.companies.models import Company
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.places.models import Building, ServiceStation
from parkparty.rosters.columns import KINDS, RecordKey
from parkparty.rosters.models import RosterBatch
from tests.conftest import World, make_company, make_organization
from tests.rosters.conftest import REASON

DAY = dt.date(2025, 12, 31)


@pytest.fixture
def data(world: World, codes: None) -> World:
    make_company(1, world.kic)
    twin = make_organization("KIC-J2", "joint_branch", world.kic_committee, name="创智园联合支部", park=world.kic)
    for number, branch in enumerate((world.joint_branch, twin, world.own_branch), start=3):
        MemberCount.objects.create(organization=branch, as_of=DAY, full=number)
    Officer.objects.create(organization=twin, post="secretary", since=DAY, name="某某", phone="021-55550000")
    for since in (DAY, dt.date(2026, 1, 5)):
        Officer.objects.create(organization=world.own_branch, post="member", since=since)
    building = Building.objects.create(park=world.kic, name="一号楼")
    ServiceStation.objects.create(park=world.kic, building=building, name="创智党群服务站", since=DAY)
    ServiceStation.objects.create(park=world.neighbour, name="邻里党群服务站")
    return world


def download(page: Client, place: str = "park:kic") -> openpyxl.Workbook:
    answer = page.get(reverse("rosters:template"), {"place": place, "kind": list(KINDS)})
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def take_back(page: Client, book: openpyxl.Workbook, path: Path) -> RosterBatch:
    book.save(path / "a.xlsx")
    file = SimpleUploadedFile("a.xlsx", (path / "a.xlsx").read_bytes())
    page.post(reverse("rosters:upload"), {"file": file}, follow=True)
    return RosterBatch.objects.latest("pk")


def test_imported_again_nothing_changes(page: Client, data: World, tmp_path: Path) -> None:
    book = download(page)
    assert [sheet.max_row for sheet in book.worksheets[:6]] == [5, 2, 4, 4, 2, 1]
    batch = take_back(page, book, tmp_path)
    assert [issue.sentence for issue in batch.issues.all()] == []
    assert (batch.new, batch.changed, batch.unchanged) == (0, 0, 12)
    assert "系统编号" not in str(batch.seen["hidden_columns"])


def test_names_may_change_because_each_row_has_its_key(page: Client, data: World, tmp_path: Path) -> None:
    book = download(page)
    for sheet in book.worksheets[:2]:
        sheet["A2"] = f"{sheet['A2'].value}（新）"
    book["党群服务站"]["A2"] = "创智中心"
    batch = take_back(page, book, tmp_path)
    assert (batch.new, batch.changed, batch.wrong) == (0, 3, 0)
    page.post(reverse("rosters:apply", args=[batch.pk]), {"reason": REASON})
    assert Organization.objects.filter(name__endswith="（新）").count() == 1
    assert Company.objects.get().name == "试验企业00001（新）"
    assert ServiceStation.objects.filter(name="创智中心").count() == 1


def test_the_key_is_hidden_and_holds_on_this_site_alone(page: Client, data: World, tmp_path: Path) -> None:
    book = download(page)
    for sheet, kind in zip(book.worksheets, KINDS.values(), strict=False):
        titles = [cell.column_letter for cell in sheet[1] if cell.value == "系统编号"]
        assert [sheet.column_dimensions[letter].hidden for letter in titles] == [
            True for column in kind.columns if isinstance(column, RecordKey)
        ]
    key = RecordKey("organizations").written(7)
    assert RecordKey("organizations").parse(key) == 7
    assert RecordKey("companies").parse(key) == 0
    assert RecordKey("organizations").parse(Signer(key="another", sep=".", salt="rosters.record").sign("x-7")) == 0
    with override_settings(SECRET_KEY="of another site", SECRET_KEY_FALLBACKS=[]):
        assert RecordKey("organizations").parse(key) == 0


def test_nothing_of_others_and_no_name_of_a_person_is_handed_out(page: Client, data: World) -> None:
    cells = {str(cell.value) for sheet in download(page).worksheets for row in sheet.iter_rows() for cell in row}
    assert "021-55550000" in cells
    assert not any("邻里" in cell or "某某" in cell for cell in cells)
    answer = page.get(reverse("rosters:template"), {"place": "park:neighbour", "kind": "counts"})
    assert answer.status_code == 404


def end_post_of_twin(page: Client, path: Path, *, follower: bool) -> RosterBatch:
    """Fill in the day on which the secretary of the sheet went, perhaps with the next one below, and import it."""
    book = download(page)
    sheet = book["任职"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    number = next(row[0].row for row in sheet.iter_rows(min_row=2) if row[1].value == "书记")
    sheet.cell(number, columns["卸任日期"], dt.date(2026, 6, 30))
    if follower:
        sheet.append([sheet.cell(number, 1).value, "书记", dt.date(2026, 6, 30)])
    batch = take_back(page, book, path)
    page.post(reverse("rosters:apply", args=[batch.pk]), {"reason": REASON})
    batch.refresh_from_db()
    return batch


def undo(page: Client, batch: RosterBatch) -> RosterBatch:
    page.post(reverse("rosters:undo", args=[batch.pk]), {"undo-reason": REASON})
    batch.refresh_from_db()
    return batch


def test_a_post_that_ended_is_held_again_after_undoing(page: Client, data: World, tmp_path: Path) -> None:
    before = download(page)["任职"]
    batch = end_post_of_twin(page, tmp_path, follower=True)
    assert (batch.new, batch.changed, batch.wrong) == (1, 1, 0)
    assert "姓名和联系方式随之删除" in " ".join(batch.effect_lines)
    assert not Officer.objects.filter(name="某某").exists()
    assert "某某" not in str(list(batch.writes.values_list("parts")))
    undo(page, batch)
    assert (batch.undone, batch.kept) == (2, 0)
    assert list(download(page)["任职"].values) == list(before.values)
    assert Officer.objects.get(post="secretary").name == "", "a name that went does not come back"


def test_a_post_that_somebody_took_since_is_not_given_back(page: Client, data: World, tmp_path: Path) -> None:
    batch = end_post_of_twin(page, tmp_path, follower=False)
    ended = Officer.objects.get(post="secretary")
    Officer.objects.create(organization=ended.organization, post="secretary", since=dt.date(2026, 7, 1))
    undo(page, batch)
    assert (batch.state, batch.undone, batch.kept) == ("undone", 0, 1)
    assert "书记一职已由他人接任" in page.get(reverse("rosters:batch", args=[batch.pk])).content.decode()

"""One workbook with several kinds of sheets: recognised, shown, imported together, undone together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from fixtures.rosters import make_several
from parkparty.accounts.models import User
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import CoverageLink
from parkparty.organizations.models import MemberCount, Officer, Organization, OrganizationSpan
from parkparty.places.models import ServiceStation
from parkparty.rosters.choices import BatchState
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches, undoing
from tests.conftest import World
from tests.rosters.conftest import REASON, ask, facts, row
from tests.rosters.kinds import grid
from tests.rosters.test_kinds import activity, organization, types

__all__ = ["types"]

SHEETS: dict[str, list[dict[str, Any]]] = {
    "企业名单": [row(1, 党组织名称="新支部"), row(2)],
    "活动台账": [activity(党组织名称="新支部")],
    "人数": [{"党组织名称": "新支部", "正式党员数": 4, "截至日期": "2025-12-31"}],
    "支部": [organization("新支部"), organization("创智园党总支", type="党总支")],
    "书记电话": [{"党组织名称": "新支部", "职务": "书记", "办公电话": "021-55550000"}],
    "阵地": [{"站点名称": "创智党群服务站", "所属园区": "创智园"}],
    "说明": [{"本表用途": "年底摸底"}],
}
LATER = (OrganizationSpan, MemberCount, Officer, ServiceStation, Activity, ActivityHost, Activity.types.through)


def write(path: Path, sheets: dict[str, list[dict[str, Any]]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, line in enumerate(grid(rows)):
                page.write_row(number, 0, line)
    return path


def everything() -> dict[str, list[Any]]:
    return facts() | {table._meta.label: list(table.objects.order_by("pk").values()) for table in LATER}


def send(page: Client, path: Path) -> RosterBatch:
    file = SimpleUploadedFile("年底.xlsx", path.read_bytes())
    assert page.post(reverse("rosters:upload"), {"file": file}, follow=True).status_code == 200
    return RosterBatch.objects.latest("pk")


def kinds(batch: RosterBatch) -> dict[str, str]:
    return {each["name"]: each["kind"] for each in batch.sheets}


def test_all_sheets_go_in_together_and_come_out_together(
    page: Client, world: World, codes: None, types: None, administrator: User, tmp_path: Path
) -> None:
    before = everything()
    batch = send(page, write(tmp_path / "a.xlsx", SHEETS))
    assert kinds(batch) == {
        "企业名单": "companies", "活动台账": "activities", "人数": "counts", "支部": "organizations",
        "书记电话": "posts", "阵地": "stations",
    }  # fmt: skip
    assert (batch.state, batch.new, batch.wrong, batch.rows) == (BatchState.CHECKED, 8, 0, 8)
    assert everything() == before
    page.post(reverse("rosters:apply", args=[batch.pk]), {"reason": REASON})
    batch.refresh_from_db()
    assert batch.state == BatchState.APPLIED, batch.setback
    founded = Organization.objects.get(name="新支部")
    link = CoverageLink.objects.get(organization=founded)
    assert (link.company.name, link.kind, link.since) == ("试验企业00001", LinkKind.JOINT, founded.approved_on)
    assert (founded.activities.count(), founded.officers.get().phone) == (1, "021-55550000")
    assert AuditEntry.objects.filter(action="导入名册").count() == 1
    again = send(page, write(tmp_path / "b.xlsx", SHEETS))
    assert (again.new, again.changed, again.unchanged, again.wrong) == (0, 0, 8, 0)
    page.post(reverse("rosters:undo", args=[batch.pk]), {"undo-reason": "重复"})
    batch.refresh_from_db()
    assert (batch.state, batch.undone, batch.kept) == (BatchState.UNDONE, 8, 0)
    assert everything() == before


def test_every_error_names_its_sheet_and_cell_and_is_mended_there(
    page: Client, world: World, codes: None, tmp_path: Path
) -> None:
    sheets = {
        "企业名单": [row(1, 所属园区="创智圆")],
        "人数": [
            {"党组织名称": "创智园联合支部", "正式党员数": "约12"},
            {"党组织名称": "邻里园联合支部", "正式党员数": 3},
        ],
    }
    batch = send(page, write(tmp_path / "a.xlsx", sheets))
    assert [issue.cell for issue in batch.issues.all()] == ["企业名单!C2", "人数!B2", "人数!A3"]
    issue = batch.issues.get(cell="人数!B2")
    shown = page.get(reverse("rosters:batch", args=[batch.pk])).text
    assert f'name="cell-{issue.place}"' in shown
    page.post(
        reverse("rosters:repair", args=[batch.pk]),
        {
            f"cell-{issue.place}": "12",
            f"was-{issue.place}": "约12",
            f"skip-{batch.issues.get(cell='人数!A3').place}": "on",
        },
    )
    batch.refresh_from_db()
    assert [issue.cell for issue in batch.issues.all()] == ["企业名单!C2"]
    marked = page.get(reverse("rosters:annotated", args=[batch.pk]))
    assert marked.status_code == 200


def test_good_rows_go_in_without_what_hangs_on_wrong_ones(
    page: Client, world: World, codes: None, administrator: User, tmp_path: Path
) -> None:
    sheets = {
        "支部": [
            organization("甲", "乙", "党总支"),
            organization("乙", "没有的党委", "党总支"),
            organization("丙支部"),
        ],
        "人数": [{"党组织名称": "甲", "正式党员数": 3}, {"党组织名称": "丙支部", "正式党员数": 3}],
    }
    batch = send(page, write(tmp_path / "a.xlsx", sheets))
    assert (batch.new, batch.wrong) == (2, 3)
    batch = batches.apply_batch(ask(batch, administrator, good_rows_only=True).pk)
    assert batch.state == BatchState.APPLIED
    assert list(MemberCount.objects.values_list("organization__name", "full")) == [("丙支部", 3)]


def test_what_a_sheet_holds_can_be_chosen(page: Client, world: World, codes: None, tmp_path: Path) -> None:
    sheets = {"名单": [row(1)], "去年名单": [row(2)], "人数": [{"党组织名称": "创智园联合支部", "正式党员数": 3}]}
    batch = send(page, write(tmp_path / "a.xlsx", sheets))
    assert kinds(batch) == {"名单": "companies", "去年名单": "", "人数": "counts"}
    shown = page.get(reverse("rosters:batch", args=[batch.pk])).text
    assert "“去年名单”的内容" in shown
    first, second, third = (each["first"] for each in batch.sheets)
    both = {"kinds": "", f"kind-{second}": "companies"}
    assert "每项只选一张" in page.post(reverse("rosters:repair", args=[batch.pk]), both).text
    page.post(reverse("rosters:repair", args=[batch.pk]), {**both, f"kind-{first}": "", f"kind-{third}": ""})
    batch.refresh_from_db()
    assert kinds(batch) == {"名单": "", "去年名单": "companies", "人数": ""}
    assert [each.name for each in batch.checked_rows.all()] == ["试验企业00002"]


def test_the_sample_is_what_the_script_makes_and_goes_in(
    page: Client, demo_park: World, types: None, tmp_path: Path
) -> None:
    make_several.write(tmp_path / "several.xlsx")
    assert (tmp_path / "several.xlsx").read_bytes() == (make_several.HERE / "several.xlsx").read_bytes()
    ActivityType.objects.create(code="sample-day", name="主题党日")
    batch = send(page, tmp_path / "several.xlsx")
    assert [issue.sentence for issue in batch.issues.all()] == []
    assert (batch.new, batch.rows) == (9, 9)
    shown = page.get(reverse("rosters:batch", args=[batch.pk])).text
    for part in ("支部情况!3", "党组织类型：联合党支部", "6 张工作表，共 9 行", "将新增 9 条、更新 0 条"):
        assert part in shown


def test_an_edited_record_stays_when_the_import_is_undone(
    page: Client, world: World, codes: None, administrator: User, tmp_path: Path
) -> None:
    sheets = {
        "人数": [{"党组织名称": "杨浦区党工委", "正式党员数": 3}, {"党组织名称": "创智园联合支部", "正式党员数": 3}]
    }
    administrator.is_superuser = True
    administrator.save()
    batch = send(page, write(tmp_path / "a.xlsx", sheets))
    batch = batches.apply_batch(ask(batch, administrator).pk)
    MemberCount.objects.filter(organization=world.joint_branch).update(full=4)
    undoing.ask_to_undo(batch, by=administrator, reason="重复")
    batch = undoing.undo_batch(batch.pk)
    assert (batch.undone, batch.kept) == (1, 1)
    assert list(MemberCount.objects.values_list("organization__name", "full")) == [("创智园联合支部", 4)]

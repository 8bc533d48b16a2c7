"""The other forms from the same rows: activities, ledger, terms, companies without coverage."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from openpyxl import load_workbook

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import ActivityType
from parkparty.companies.models import Company
from parkparty.core.dates import period_named
from parkparty.organizations.models import Organization
from parkparty.reports.choices import FileFormat, ReportKind
from parkparty.reports.models import FileJob
from parkparty.reports.services import make_report
from parkparty.reports.sheets import Table
from tests.conftest import World, cover, make_company
from tests.reports.conftest import file_of

SEPTEMBER = period_named("2026-09")


def table_of(world: World, kind: ReportKind) -> Table:
    version = make_report(world.kic, SEPTEMBER, by=None, kind=kind)[0]
    (table,) = version.report.tables()
    assert version.report.cells["number"].value == len(table.rows)
    return table


@pytest.fixture
def rows(world: World, secretary: User, make_activity: Any, count_members: Any) -> None:
    held = {"held_on": dt.date(2026, 9, 8), "state": ActivityState.ARCHIVED, "present": 8, "expected": 9}
    make_activity(world.joint_branch, secretary, topic="九月的会", **held)
    make_activity(world.joint_branch, secretary, topic="没有审核", **{**held, "state": ActivityState.SUBMITTED})
    make_activity(world.joint_branch, secretary, topic="八月的会", **{**held, "held_on": dt.date(2026, 8, 31)})
    make_activity(world.neighbour_branch, secretary, topic="邻园的会", **held)
    count_members(world.joint_branch, 12, probationary=2)
    cover(make_company(1, world.kic, name="已覆盖"), world.joint_branch)
    make_company(2, world.kic, name="未覆盖")
    make_company(3, world.neighbour, name="邻园企业")


def test_each_list_tells_of_its_node_and_period(world: World, rows: None) -> None:
    assert [row[1] for row in table_of(world, ReportKind.ACTIVITIES).rows] == ["九月的会"]
    ledger = {row[0]: row[4:7] for row in table_of(world, ReportKind.LEDGER).rows}
    assert ledger == {"KIC": (0, 0, 0), "KIC-J1": (12, 2, 1), "KIC-O1": (0, 0, 0)}
    assert [row[0] for row in table_of(world, ReportKind.UNCOVERED).rows] == ["未覆盖"]


def test_numbers_of_persons_do_not_leave_in_a_list(
    world: World, rows: None, secretary: User, make_activity: Any
) -> None:
    held = {"held_on": dt.date(2026, 9, 9), "state": ActivityState.ARCHIVED}
    make_activity(world.joint_branch, secretary, topic="走访，电话13812345678", **held)
    names = [row[1] for row in table_of(world, ReportKind.ACTIVITIES).rows]
    assert names == ["九月的会", "走访,电话138****5678"]


def test_terms_are_those_that_the_rules_speak_of(world: World) -> None:
    call_command("load_codes")
    Organization.objects.filter(pk=world.joint_branch.pk).update(term_since=dt.date(2023, 11, 1))
    Organization.objects.filter(pk=world.own_branch.pk).update(term_since=dt.date(2026, 1, 1))
    (row,) = table_of(world, ReportKind.TERMS).rows
    assert row[:2] == ("2026-11-01", world.joint_branch.name)


def test_a_list_is_a_file_in_every_form(world: World, rows: None) -> None:
    version = make_report(world.kic, SEPTEMBER, by=None, kind=ReportKind.ACTIVITIES)[0]
    sheet = load_workbook(io.BytesIO(file_of(version, FileFormat.XLSX)))["活动开展情况表"]
    assert [cell.value for cell in sheet[3]][4:] == [8, 9]
    for format in FileFormat:
        assert len(file_of(version, format)) > 500


@pytest.mark.parametrize("kind", [ReportKind.COVERAGE, ReportKind.ACTIVITIES, ReportKind.LEDGER, ReportKind.UNCOVERED])
def test_f28_names_are_no_formulas_in_any_file(
    world: World, rows: None, secretary: User, make_activity: Any, kind: ReportKind
) -> None:
    world.kic.name, world.joint_branch.name = "=1+1", '=HYPERLINK("http://x")'
    world.kic.save()
    world.joint_branch.save()
    make_company(4, world.kic, name="@SUM(1)")
    told = {"held_on": dt.date(2026, 9, 9), "state": ActivityState.ARCHIVED, "topic": "＝cmd|'/c x'!A1"}
    make_activity(world.joint_branch, secretary, **told)
    version = make_report(world.kic, SEPTEMBER, by=None, kind=kind)[0]
    book = load_workbook(io.BytesIO(file_of(version, FileFormat.XLSX)))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert any(str(cell.value or "").startswith(("=", "@", "＝")) for cell in cells), "the names are in the file"
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]
    lines = csv.reader(io.StringIO(file_of(version, FileFormat.CSV).decode("utf-8-sig")))
    texts = [text for line in lines for text in line]
    assert any(text.startswith(("'=", "'@", "'＝")) for text in texts)
    assert not [text for text in texts if text.startswith(("=", "@", "＝", "+", "-"))]


def test_a_long_list_is_whole_in_files_and_cut_on_paper(
    world: World, rows: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parkparty.reports.figures.whole.LISTED_ALONE", 2)
    monkeypatch.setattr("parkparty.reports.figures.whole.ROWS_IN_PART", 2)
    monkeypatch.setattr("parkparty.reports.documents.excel.SHEET_ROWS", 3)
    names = [f"未覆盖{number}" for number in range(1, 7)]
    for number, name in enumerate(names, start=10):
        make_company(number, world.kic, name=name)
    version = make_report(world.kic, SEPTEMBER, by=None, kind=ReportKind.UNCOVERED)[0]
    book = load_workbook(io.BytesIO(file_of(version, FileFormat.XLSX)))
    sheets = [book[title] for title in ("未组织覆盖的企业", "未组织覆盖的企业 2", "未组织覆盖的企业 3")]
    listed = [row[0].value for sheet in sheets for row in sheet.iter_rows(min_row=3, max_row=5) if row[0].value]
    assert sorted(listed) == ["未覆盖", *names]
    assert "下接" in str(sheets[0]["A6"].value)
    (table,) = json.loads(file_of(version, FileFormat.JSON))["sections"][0]["tables"]
    assert [row[0] for row in table["rows"]] == listed
    assert hashlib.sha256(file_of(version, FileFormat.JSON)).hexdigest() == version.sha256
    assert all(name in file_of(version, FileFormat.CSV).decode() for name in names)
    page = file_of(version, FileFormat.HTML).decode()
    assert [name for name in listed if f">{name}<" in page] == listed[:2]
    assert "另有 5 行，见这一版报告的 Excel 或 CSV 文件。" in page
    assert make_report(world.kic, SEPTEMBER, by=None, kind=ReportKind.UNCOVERED) == (version, False)
    Company.objects.filter(name=listed[-1]).update(name=f"{listed[-1]}改")
    later, is_new = make_report(world.kic, SEPTEMBER, by=None, kind=ReportKind.UNCOVERED)
    assert (is_new, later.content) == (True, version.content), "the change lies beyond what paper shows"
    assert later.sha256 != version.sha256


def test_kinds_are_versions_of_their_own(
    world: World, rows: None, reviewer: User, client_of: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    client = client_of(reviewer)
    for kind in ("ledger", "coverage", "ledger"):
        asked = {"place": "park:kic", "period": "2026-09", "kind": kind, "format": "xlsx"}
        client.post(reverse("reports:make"), asked)
    versions = [job.version for job in FileJob.objects.order_by("pk")]
    assert versions[0] == versions[2] != versions[1]
    assert "党组织台账" in client.get(reverse("reports:list")).content.decode()


def test_the_ledger_of_relief_counts_what_was_written_and_what_was_not(
    world: World, secretary: User, make_activity: Any
) -> None:
    lecture = ActivityType.objects.create(code="lecture", name="党课")
    theme_day = ActivityType.objects.get_or_create(code="theme_day", defaults={"name": "主题党日"})[0]
    held = {"held_on": dt.date(2026, 9, 8), "state": ActivityState.SUBMITTED, "place": "会议室", "expected": 9}
    make_activity(world.joint_branch, secretary, topic="第一次", **held)
    second = make_activity(world.joint_branch, secretary, theme_day, lecture, topic="第二次", **{**held, "expected": 8})
    second.host_rows.create(organization=world.own_branch)
    make_activity(world.joint_branch, secretary, topic="草稿", **{**held, "state": ActivityState.DRAFT})
    cells = make_report(world.kic, SEPTEMBER, by=None, kind=ReportKind.BURDEN)[0].report.cells
    assert {id: cell.value for id, cell in cells.items()} == {
        "records": 2,
        "fields": 10,
        "reused": 1,
        "types": 1,
        "hosts": 1,
        "figures": 0,
    }
    full = make_report(world.kic, SEPTEMBER, by=None)[0].report.cells
    again = make_report(world.kic, SEPTEMBER, by=None, kind=ReportKind.BURDEN)[0].report.cells
    assert again["figures"].value == len(full)

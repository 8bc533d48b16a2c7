"""The quarter's report: one value with every number in a cell, and forms that all show the same numbers."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from typing import Any

import docx
import pypdf
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation
from docx.oxml.ns import qn
from openpyxl import load_workbook

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.companies.choices import CompanyStatus, Denominator, LinkKind
from parkparty.companies.models import Company, CompanyMemberCount
from parkparty.core.dates import period_named
from parkparty.core.reading import reading_ahead
from parkparty.coverage.models import CoverageSnapshot
from parkparty.coverage.services import take_snapshot
from parkparty.reports.choices import FileFormat
from parkparty.reports.documents import word
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.figures import facts
from parkparty.reports.figures.versions import changes, reasons
from parkparty.reports.models import ReportVersion
from parkparty.reports.services import make_report, measures_for, save_measures
from parkparty.reports.sheets import Cell, Column, Ref, Report, Section, Table, report_of
from tests.conftest import World, cover, make_company
from tests.golden.kic import fill_kic
from tests.reports.conftest import file_of

Q2, Q3 = period_named("2017Q2"), period_named("2017Q3")


@pytest.fixture
def companies(world: World) -> list[Company]:
    return fill_kic(world.kic, world.kic_committee)


@pytest.fixture
def version(world: World, companies: list[Company]) -> ReportVersion:
    return make_report(world.kic, Q2, by=None)[0]


def plain(text: str) -> str:
    """Without the spaces and line ends that a page puts between letters."""
    return re.sub(r"\s", "", text)


class TestTheValue:
    def test_it_holds_the_published_figures(self, version: ReportVersion) -> None:
        cells = version.report.cells
        shown = {id: cells[id].text for id in ("companies", "own", "joint", "organization", "own_rate", "load")}
        assert shown == {
            "companies": "195",
            "own": "8",
            "joint": "140",
            "organization": "75.9%",
            "own_rate": "4.1%",
            "load": "23.3",
        }
        assert (version.as_of, version.report.cover[3][1][:6]) == (dt.date(2017, 6, 30), "实体运营企业")

    def test_every_number_of_a_sentence_is_a_cell(self, version: ReportVersion) -> None:
        sentences = [sentence for section in version.report.sections for sentence in section.sentences]
        loose = [
            part for sentence in sentences for part in sentence if isinstance(part, str) and re.search(r"\d", part)
        ]
        assert len(sentences) > 6
        assert loose == []

    def test_what_is_kept_is_the_same_report(self, version: ReportVersion) -> None:
        assert report_of(version.content) == version.report
        assert version.report.text == version.content

    def test_the_uncovered_are_listed_and_stop_at_the_limit(
        self, world: World, companies: list[Company], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("parkparty.reports.figures.appendices.LISTED", 40)
        report = make_report(world.kic, Q2, by=None)[0].report
        (table,) = next(section for section in report.sections if section.title.startswith("附件一")).tables
        assert (len(table.rows), table.left_out, report.cells["uncovered"].text) == (40, 7, "47")

    @pytest.mark.django_db(transaction=True)
    def test_it_is_the_same_read_beside_its_transaction_or_within(
        self, world: World, companies: list[Company], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked_how: list[bool] = []

        def noting(*, in_turn: bool) -> Any:
            asked_how.append(in_turn)
            return reading_ahead(in_turn=in_turn)

        monkeypatch.setattr("parkparty.reports.services.making.reading_ahead", noting)
        beside = make_report(world.kic, Q2, by=None)[0]
        with transaction.atomic():
            assert make_report(world.kic, Q2, by=None) == (beside, False)
        assert asked_how == [connection.vendor == "sqlite", True]

    @pytest.mark.parametrize("rows_in_part", [5000, 3])
    def test_the_first_of_the_uncovered_are_those_of_the_whole_list(
        self, world: World, companies: list[Company], monkeypatch: pytest.MonkeyPatch, rows_in_part: int
    ) -> None:
        monkeypatch.setattr(facts, "ROWS_IN_PART", rows_in_part)
        day, operating = Q2.last_day, Denominator.OPERATING
        whole = list(facts.uncovered(world.kic, as_of=day, denominator=operating))
        for number, company in enumerate(whole[::4]):
            for before, full in ((30, 9), (1, number % 4)):  # the last count is what counts
                as_of = day - dt.timedelta(days=before)
                CompanyMemberCount.objects.create(company=company, as_of=as_of, full=full, probationary=0)
        ordered = list(facts.uncovered(world.kic, as_of=day, denominator=operating))
        assert ordered != whole
        snapshot = take_snapshot(world.kic, as_of=day, denominator=operating, by=None)[0]
        for most in (1, 5, 8, 20, 47, 60):
            assert facts.first_uncovered(snapshot, most) == ordered[:most]

    def test_duties_are_those_of_each_month_and_of_the_quarter(
        self, world: World, secretary: User, make_activity: Callable[..., Activity], theme_day: Any
    ) -> None:
        call_command("load_codes")
        for month in (7, 8):
            make_activity(
                world.joint_branch,
                secretary,
                held_on=dt.date(2026, month, 5),
                state=ActivityState.ARCHIVED,
                present=month,
            )
        report = make_report(world.joint_branch, period_named("2026Q3"), by=None)[0].report
        assert (report.cells["rule.R34"].value, report.cells["rule.R34"].of) == (2, 3)
        assert (report.cells["rule.R30"].value, report.cells["rule.R30"].of) == (0, 1)
        (missing,) = next(section for section in report.sections if section.title.startswith("附件二")).tables
        assert sorted(row[2] for row in missing.rows) == ["9 月", "第三季度"]
        (held,) = next(section for section in report.sections if section.title.startswith("附件三")).tables
        assert held.rows == ((str(theme_day), 2, 15),)


class TestChange:
    def test_each_step_is_told_and_the_rows_add_up(self, world: World, companies: list[Company]) -> None:
        for company in companies[150:153]:
            cover(company, world.joint_branch, LinkKind.JOINT, since=dt.date(2017, 5, 1))
        gone = companies[0]
        gone.status, gone.status_since = CompanyStatus.DEREGISTERED, dt.date(2017, 6, 1)
        gone.save()
        cells = make_report(world.kic, Q2, by=None)[0].report.cells
        assert (cells["last.change"].value, cells["last.companies"].value) == (2, -1)
        assert (cells["last.joined"].text, cells["last.deregistered"].text) == ("+3", "−1")

    def test_corrections_of_what_was_frozen_are_a_row_of_their_own(
        self, world: World, companies: list[Company]
    ) -> None:
        take_snapshot(world.kic, as_of=dt.date(2017, 3, 31), denominator=Denominator.OPERATING, by=None)
        cover(companies[160], world.joint_branch, LinkKind.JOINT)
        report = make_report(world.kic, Q2, by=None)[0].report
        cells = report.cells
        assert (cells["last.then.covered"].value, cells["last.corrected"].value, cells["last.now.covered"].value) == (
            148,
            1,
            149,
        )
        assert cells["year.change"].value == 0
        table = report.sections[1].tables[0]
        moved = [report.cells[row[1].cell].value for row in table.rows]  # type: ignore[union-attr]
        assert sum(moved[:-1]) == moved[-1]

    def test_a_new_version_says_what_changed_and_why(
        self, world: World, companies: list[Company], version: ReportVersion, reviewer: User
    ) -> None:
        again, is_new = make_report(world.kic, Q2, by=None)
        assert (again, is_new) == (version, False)
        cover(companies[170], world.joint_branch, LinkKind.JOINT)
        later, is_new = make_report(world.kic, Q2, by=reviewer)
        assert is_new
        told = {change.label: (change.before, change.after) for change in changes(version, later)}
        assert told["组织覆盖率"] == ("75.9%", "76.4%")
        assert told["未组织覆盖（家）"] == ("47", "46")
        (reason,) = reasons(version, later)
        assert "1 家企业" in reason
        assert companies[170].name in reason


class TestForms:
    def test_all_show_the_same_figures(self, version: ReportVersion) -> None:
        report = version.report
        files = {format: file_of(version, format) for format in FileFormat}
        document = docx.Document(io.BytesIO(files[FileFormat.DOCX]))
        texts = {
            "docx": plain(
                "".join(p.text for p in document.paragraphs)
                + "".join(cell.text for t in document.tables for row in t.rows for cell in row.cells)
            ),
            "pdf": plain("".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(files["pdf"])).pages)),
            "html": plain(re.sub(r"<[^>]*>", "", files[FileFormat.HTML].decode())),
        }
        sentences = [plain(report.read(s)) for section in report.sections for s in section.sentences]
        for kind, text in texts.items():
            missing = [sentence for sentence in sentences if sentence not in text]
            assert missing == [], kind
        for kind in ("docx", "html"):
            rows = [plain("".join(report.show(e) for e in row)) for table in report.tables() for row in table.rows]
            assert [row for row in rows if row not in texts[kind]] == [], kind
        assert json.loads(files[FileFormat.JSON])["cells"][0]["id"] == "period"

    def test_the_workbook_holds_numbers(self, version: ReportVersion) -> None:
        book = load_workbook(io.BytesIO(file_of(version, FileFormat.XLSX)))
        sheet = book["主要指标"]
        assert [cell.value for cell in sheet[3]] == ["组织覆盖率", 148, 195, pytest.approx(148 / 195)]
        assert (sheet["D3"].number_format, sheet.freeze_panes, sheet.print_title_rows) == ("0.0%", "B3", "$2:$2")
        assert sheet.print_area == "'主要指标'!$A$1:$D$7"
        values = {row[0].value: row[2].value for row in book["数据"].iter_rows(min_row=3)}
        cells = version.report.cells.values()
        assert {c.id: c.number if c.number is not None else c.text for c in cells} == pytest.approx(values)

    def test_the_same_version_gives_the_same_bytes(self, version: ReportVersion) -> None:
        for format in FileFormat:
            with translation.override("en"):
                first = file_of(version, format)
            assert file_of(version, format) == first, format

    def test_the_page_is_that_of_the_standard(self, version: ReportVersion) -> None:
        document = docx.Document(io.BytesIO(file_of(version, FileFormat.DOCX)))
        (language,) = document.styles["Normal"].element.rPr.iter(qn("w:lang"))
        assert language.get(qn("w:val")) == "en-US", "read as Chinese, a number is torn at the end of a line"
        section = document.sections[0]
        margins = (section.top_margin, section.right_margin, section.bottom_margin, section.left_margin)
        assert [round(margin.mm) for margin in margins] == [37, 26, 35, 28]
        assert section.even_page_footer.paragraphs[0].text.startswith("—")

    def test_text_stays_text(self) -> None:
        name = "=1+1 #panic() <b>&'甲"
        report = Report(name, ((name, name),), {"a": Cell("a", name, "text", name)}, (_section(name),))
        imprint = Imprint(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "0" * 64)
        document = docx.Document(io.BytesIO(word.write(report, imprint)))
        assert document.tables[0].rows[1].cells[0].text == name
        assert report_of(report.text) == report


def _section(name: str) -> Section:
    return Section(name, ((name, Ref("a")),), (Table(name, (Column(name),), ((name,),)),))


def test_measures_are_kept_until_they_are_rewritten(world: World, reviewer: User) -> None:
    save_measures(world.kic, Q2, "逐户走访。\n选派指导员。", by=reviewer)
    assert measures_for(world.kic, Q3) == "逐户走访。\n选派指导员。"
    save_measures(world.kic, Q3, "建立联合支部。", by=reviewer)
    assert measures_for(world.kic, Q2) == "逐户走访。\n选派指导员。"
    section = make_report(world.kic, Q2, by=None)[0].report.sections[4]
    assert section.sentences == (("逐户走访。",), ("选派指导员。",))


class TestCommand:
    def test_it_writes_each_form(self, world: World, companies: list[Company], tmp_path: Any) -> None:
        for format in (FileFormat.DOCX, FileFormat.HTML):
            out = tmp_path / f"report.{format}"
            call_command("report", "--park", "kic", "--period", "2017Q2", "--format", format, "--out", str(out))
            assert out.stat().st_size > 1000
        assert ReportVersion.objects.count() == 1
        assert CoverageSnapshot.objects.count() == 2

    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            (("nowhere", "2017Q2"), "没有园区标识为“nowhere”的园区。现有：.*kic"),
            (("", "2017Q2"), "没有园区标识为“”的园区"),
            (("kic", "2017Q5"), "报告期写成"),
            (("kic", ""), "报告期写成"),
            (("kic", "2099"), "还没有开始"),
        ],
    )
    def test_it_says_what_is_wrong(self, world: World, tmp_path: Any, asked: tuple[str, str], said: str) -> None:
        with pytest.raises(CommandError, match=said):
            call_command("report", "--park", asked[0], "--period", asked[1], "--out", str(tmp_path / "x"))


def test_companies_elsewhere_are_left_out(world: World, companies: list[Company]) -> None:
    make_company(900, world.tiandi, name="外区企业")
    assert "外区企业" not in make_report(world.yangpu, Q2, by=None)[0].content

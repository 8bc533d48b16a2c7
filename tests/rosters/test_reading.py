"""What offices send is read, and what cannot be read says why."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
import xlsxwriter

from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import FileFault
from parkparty.rosters.services.reading import staged_book
from parkparty.rosters.sheets import limits, package, reading
from parkparty.rosters.sheets.limits import Refused
from tests.rosters.conftest import write_csv, write_xlsx

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]

HEADER = ["企业名称", "所属园区", "从业人数"]
BODY = [["甲公司", "创智园", 12], ["乙公司㐀𠮷", "创智园", 30]]


@dataclass
class Read:
    """A roster that was read to its end."""

    rows: list[Row]
    sheet: str
    ignored: list[str]


def read(path: Path) -> Read:
    with staged_book(path, filename=path.name) as book:
        roster = book.rosters[0]
        return Read([row for _first, _last, rows in roster.pieces() for row in rows], roster.sheet, roster.ignored)


def fault_of(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.fault in FileFault.values
    return refusal.value.fault


def names(path: Path) -> list[str]:
    return [row.name for row in read(path).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_in_the_encodings_of_offices(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = write_csv(tmp_path / "名单.csv", [HEADER, *BODY], encoding, delimiter)
    assert names(path) == ["甲公司", "乙公司㐀𠮷"]
    assert read(path).rows[0].address("staff") == "名单!C2"


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    assert names(write_xlsx(tmp_path / "roster.csv", [HEADER, *BODY])) == ["甲公司", "乙公司㐀𠮷"]
    assert names(write_csv(tmp_path / "roster.xlsx", [HEADER, *BODY])) == ["甲公司", "乙公司㐀𠮷"]


def test_title_rows_blank_rows_and_true_row_numbers(tmp_path: Path) -> None:
    rows = [["园区企业名册"], ["填报单位：某某"], [], HEADER, BODY[0], [], ["　"], BODY[1]]
    found = read(write_xlsx(tmp_path / "a.xlsx", rows)).rows
    assert [(row.number, row.name) for row in found] == [(5, "甲公司"), (8, "乙公司㐀𠮷")]


def test_a_table_that_does_not_begin_in_the_first_column(tmp_path: Path) -> None:
    found = read(write_xlsx(tmp_path / "a.xlsx", [["", "", *HEADER], ["", "", *BODY[0]]])).rows
    assert found[0].address("name") == "名单!C2"


def test_the_sheet_with_the_header_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write(0, 0, "每季度报送")
        page = book.add_worksheet("第二页")
        for number, line in enumerate([HEADER, *BODY]):
            page.write_row(number, 0, line)
    assert read(path).sheet == "第二页"


def test_merged_park_and_branch_are_filled_down_and_names_are_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, ["企业名称", "所属园区", "党组织名称"])
        page.merge_range(1, 0, 2, 0, "甲公司")
        page.merge_range(1, 1, 3, 1, "创智园")
        page.merge_range(1, 2, 2, 2, "联合支部")
        page.write(2, 3, "x")
        page.write(3, 0, "丙公司")
    rows = read(path).rows
    assert [row.values.get("park") for row in rows] == ["创智园"] * 3
    assert [row.values.get("branch") for row in rows] == ["联合支部", "联合支部", None]
    assert [row.values.get("name") for row in rows] == ["甲公司", None, "丙公司"]


def test_headers_by_other_names_in_any_order_with_notes(tmp_path: Path) -> None:
    header = ["职工人数", "备注", " 园区 ", "单位名称 *", "社会信用代码（18位）"]
    roster = read(write_xlsx(tmp_path / "a.xlsx", [header, [5, "x", "创智园", "甲公司", ""]]))
    assert roster.rows[0].values["name"] == "甲公司"
    assert roster.ignored == ["备注"]


def test_dates_of_both_calendars_and_plain_numbers(tmp_path: Path) -> None:
    for since_1904 in (False, True):
        path = tmp_path / f"{since_1904}.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": since_1904}) as book:
            page = book.add_worksheet("名单")
            page.write_row(0, 0, ["企业名称", "所属园区", "入驻日期", "从业人数"])
            page.write_row(1, 0, ["甲公司", "创智园"])
            page.write_datetime(1, 2, dt.datetime(2024, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
            page.write_number(1, 3, 12)
        values = read(path).rows[0].values
        assert values["tenancy_since"] == dt.date(2024, 1, 5)
        assert values["staff"] == 10


class TestRefusals:
    """Each kind of file that cannot be used has its own sentence."""

    def test_empty_file(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_bytes(b"")
        assert fault_of(tmp_path / "a.csv") == FileFault.EMPTY

    def test_picture(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40))
        assert fault_of(tmp_path / "a.xlsx") == FileFault.WRONG_KIND

    def test_other_zip(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as zipped:
            zipped.writestr("readme.txt", "x")
        assert fault_of(tmp_path / "a.xlsx") == FileFault.WRONG_KIND

    def test_macros(self, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsm", [HEADER, *BODY])
        with zipfile.ZipFile(path, "a") as zipped:
            zipped.writestr("xl/vbaProject.bin", b"x")
        assert fault_of(path) == FileFault.MACROS

    @pytest.mark.parametrize("kept", [30, 500, 3000])
    def test_cut_off(self, tmp_path: Path, kept: int) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [HEADER, *BODY])
        path.write_bytes(path.read_bytes()[:kept])
        assert fault_of(path) == FileFault.DAMAGED

    def test_broken_sheet_inside_a_sound_package(self, tmp_path: Path) -> None:
        path = _with_sheet(tmp_path, "<worksheet><sheetData><row r='1'><c r='AAAAAAA1'><v>1</v>")
        assert fault_of(path) in {FileFault.DAMAGED, FileFault.NO_HEADER}

    def test_unpacks_to_too_much(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = _with_sheet(tmp_path, " " * 100_000)
        monkeypatch.setattr(package, "MAX_UNPACKED", path.stat().st_size * 2)
        with pytest.raises(Refused) as refusal:
            package.kind_of(path)
        assert refusal.value.fault == FileFault.TOO_LARGE

    def test_thousands_of_parts(self, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [HEADER, *BODY])
        with zipfile.ZipFile(path, "a") as zipped:
            for number in range(limits.MAX_ENTRIES):
                zipped.writestr(str(number), b"")
        assert fault_of(path) == FileFault.TOO_LARGE

    def test_too_many_rows(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [HEADER, *([BODY[0]] * (limits.MAX_ROWS + 1))])
        assert fault_of(path) == FileFault.TOO_MANY_ROWS

    def test_too_many_columns(self, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [[*HEADER, *("x" for _n in range(limits.MAX_COLUMNS))]])
        assert fault_of(path) == FileFault.TOO_MANY_COLUMNS

    def test_one_endless_cell(self, tmp_path: Path) -> None:
        path = write_csv(tmp_path / "a.csv", [HEADER, ["长" * (limits.MAX_CELL + 1), "创智园", 1]])
        assert fault_of(path) == FileFault.QUOTES

    def test_quotes_left_open(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text('企业名称,所属园区\r\n"甲公司,创智园\r\n', encoding="utf-8")
        assert fault_of(tmp_path / "a.csv") == FileFault.QUOTES

    def test_no_header(self, tmp_path: Path) -> None:
        assert fault_of(write_csv(tmp_path / "a.csv", [["a", "b"], ["c", "d"]])) == FileFault.NO_HEADER

    def test_header_only(self, tmp_path: Path) -> None:
        assert fault_of(write_csv(tmp_path / "a.csv", [HEADER])) == FileFault.NO_ROWS

    def test_missing_column_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(Refused) as refusal:
            read(write_csv(tmp_path / "a.csv", [["企业名称", "从业人数"], ["甲公司", 1]]))
        assert (refusal.value.fault, refusal.value.detail) == (FileFault.MISSING_COLUMNS, "所属园区")

    def test_doubled_column_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(Refused) as refusal:
            read(write_csv(tmp_path / "a.csv", [[*HEADER, "单位名称"], [*BODY[0], "乙"]]))
        assert (refusal.value.fault, refusal.value.detail) == (FileFault.AMBIGUOUS_HEADER, "企业名称／单位名称")

    def test_reader_that_never_ends(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(reading, "WALL_SECONDS", 0.01)
        assert fault_of(write_csv(tmp_path / "a.csv", [HEADER, *BODY])) == FileFault.TOO_SLOW


def _with_sheet(directory: Path, xml: str) -> Path:
    """A workbook whose sheet is replaced by ``xml``."""
    source = write_xlsx(directory / "source.xlsx", [HEADER, *BODY])
    out = io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else before.read(name))
    path = directory / "made.xlsx"
    path.write_bytes(out.getvalue())
    return path

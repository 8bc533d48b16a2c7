"""F13–F15, F17–F19: what offices send is read alike in every format, and what a sheet hides is told."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from parkparty.rosters.choices import FileFault
from parkparty.rosters.columns import BY_KEY
from tests.rosters.conftest import write_csv, write_xlsx
from tests.rosters.files import (
    BODY,
    HEADER,
    open_book,
    rename_stream,
    text_cell,
    with_cells,
    with_parts,
    write_ods,
    write_xls,
)  # fmt: skip
from tests.rosters.test_read_hostile import fault_of

pytestmark = pytest.mark.sqlite

DATED = ["企业名称", "所属园区", "入驻日期"]
DAY = dt.date(2024, 1, 5)


def rows_of(path: Path) -> list[list[Any]]:
    return [row for _number, row in open_book(path).sheets[0].rows]


class TestF13Passwords:
    def test_f13_an_old_workbook(self, tmp_path: Path) -> None:
        path = write_xls(tmp_path / "a.xls", {"名单": [HEADER, *BODY]})
        data = path.read_bytes()
        unused = b"\x19\x00\x02\x00"
        path.write_bytes(data.replace(unused, b"\x2f\x00\x02\x00", 1))
        assert unused in data
        assert fault_of(path) == FileFault.ENCRYPTED

    def test_f13_a_new_workbook(self, tmp_path: Path) -> None:
        path = write_xls(tmp_path / "a.xlsx", {"名单": [HEADER, *BODY]})
        path.write_bytes(rename_stream(path.read_bytes(), "Workbook", "EncryptedPackage"))
        assert fault_of(path) == FileFault.ENCRYPTED

    def test_f13_an_opendocument_sheet(self, tmp_path: Path) -> None:
        source = write_ods(tmp_path / "source.ods", [HEADER, *BODY])
        locked = '<manifest:encryption-data manifest:checksum-type="SHA256"/>'
        path = with_parts(source, tmp_path / "a.ods", {"META-INF/manifest.xml": locked})
        assert fault_of(path) == FileFault.ENCRYPTED


class TestF14Formats:
    @pytest.mark.parametrize("name", ["a.xls", "a.et", "a.xlsx"])
    def test_f14_old_workbooks_under_any_name(self, tmp_path: Path, name: str) -> None:
        assert rows_of(write_xls(tmp_path / name, {"名单": [[*HEADER, "入驻日期"], [*BODY[0], DAY]]})) == [
            [*BODY[0], DAY]
        ]

    def test_f14_a_long_old_workbook(self, tmp_path: Path) -> None:
        assert len(rows_of(write_xls(tmp_path / "a.xls", {"名单": [HEADER, *BODY * 500]}))) == 1000

    @pytest.mark.parametrize("name", ["a.et", "a.xls"])
    def test_f14_new_workbooks_under_old_names(self, tmp_path: Path, name: str) -> None:
        assert rows_of(write_xlsx(tmp_path / name, [HEADER, *BODY])) == BODY

    def test_f14_opendocument(self, tmp_path: Path) -> None:
        assert rows_of(write_ods(tmp_path / "a.ods", [[*HEADER, "入驻日期"], [*BODY[0], DAY]])) == [[*BODY[0], DAY]]

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
    def test_f14_a_page_under_the_name_of_a_workbook(self, tmp_path: Path, encoding: str) -> None:
        lines = "".join("<tr>" + "".join(f"<td x:str>{cell}</td>" for cell in row) + "</tr>" for row in [HEADER, *BODY])
        path = tmp_path / "名册.xls"
        charset = "gb2312" if encoding == "gb18030" else encoding
        head = f'<meta http-equiv="Content-Type" content="text/html; charset={charset}">'
        path.write_text(f"<html><head>{head}</head><body><table>{lines}</table></body></html>", encoding=encoding)
        assert rows_of(path) == [[str(cell) for cell in row] for row in BODY]

    def test_f14_blocks_hidden_rows_and_inner_tables_of_a_page(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xls"
        path.write_text(
            "<table><tr><th colspan=2>企业名册</th></tr><tr><th>所属园区<th>企业名称</tr>"
            "<tr><td rowspan='2'>创智园</td><td>甲&amp;公司<table><tr><td>x</td></tr></table></td></tr>"
            "<tr style='display:none'><td>乙<br>公司</td></tr></table>",
            encoding="utf-8",
        )
        book = open_book(path)
        assert [row for _number, row in book.sheets[0].rows] == [["创智园", "甲&公司x"], ["创智园", "乙\n公司"]]
        assert (book.sheets[0].hidden_rows, book.sheets[0].filled) == (1, 1)

    @pytest.mark.parametrize(
        "beginning",
        [
            '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "MIME-Version: 1.0\r\nContent-Type: multipart/related",
        ],
    )
    def test_f14_saved_pages_and_xml_sheets_say_what_they_are(self, tmp_path: Path, beginning: str) -> None:
        (tmp_path / "a.xls").write_text(beginning, encoding="utf-8")
        assert fault_of(tmp_path / "a.xls") == FileFault.HTML

    def test_f14_macros_in_every_format(self, tmp_path: Path) -> None:
        new = write_xlsx(tmp_path / "source.xlsx", [HEADER, *BODY])
        assert fault_of(with_parts(new, tmp_path / "a.xlsm", {"xl/vbaProject.bin": b"x"})) == FileFault.MACROS
        free = write_ods(tmp_path / "source.ods", [HEADER, *BODY])
        assert fault_of(with_parts(free, tmp_path / "a.ods", {"Basic/script-lc.xml": b"x"})) == FileFault.MACROS
        old = write_xls(tmp_path / "a.xls", {"名单": [HEADER, *BODY]})
        data = old.read_bytes()
        directory = (int.from_bytes(data[48:52], "little") + 1) * 512
        entry = bytearray(data[directory + 128 : directory + 256])
        entry[:66] = "_VBA_PROJECT_CUR".encode("utf-16-le").ljust(64, b"\x00") + (34).to_bytes(2, "little")
        old.write_bytes(data[: directory + 256] + bytes(entry) + data[directory + 384 :])
        assert fault_of(old) == FileFault.MACROS

    def test_f14_binary_workbooks_word_files_and_other_packages(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "a.xlsb", "w") as package:
            package.writestr("xl/workbook.bin", b"x")
        assert fault_of(tmp_path / "a.xlsb") == FileFault.XLSB
        path = write_xls(tmp_path / "a.doc", {"名单": [HEADER]})
        path.write_bytes(rename_stream(path.read_bytes(), "Workbook", "WordDocument"))
        assert fault_of(path) == FileFault.WRONG_KIND


class TestF15Calendars:
    @pytest.mark.parametrize("since_1904", [False, True])
    def test_f15_dates_and_plain_numbers_mean_the_same_day(self, tmp_path: Path, since_1904: bool) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path, {"date_1904": since_1904}) as book:
            page = book.add_worksheet("名单")
            page.write_row(0, 0, [*DATED, "从业人数"])
            page.write_row(1, 0, BODY[0][:2])
            page.write_datetime(1, 2, dt.datetime(2024, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
            page.write_row(2, 0, [*BODY[1][:2], 45296 - (1462 if since_1904 else 0), 45296])
        rows = rows_of(path)
        assert [BY_KEY["tenancy_since"].parse(row[2]) for row in rows] == [DAY, DAY]
        assert rows[1][3] == 45296

    @pytest.mark.parametrize("since_1904", [False, True])
    def test_f15_old_workbooks(self, tmp_path: Path, since_1904: bool) -> None:
        serial = 45296 - (1462 if since_1904 else 0)

        def shape(book: Any, _sheet: Any) -> None:
            book.dates_1904 = since_1904

        path = write_xls(tmp_path / "a.xls", {"名单": [DATED, ["甲公司", "创智园", serial]]}, shape=shape)
        assert BY_KEY["tenancy_since"].parse(rows_of(path)[0][2]) == DAY


class TestF17Blocks:
    def test_f17_titles_over_two_lines_and_grouped_ones(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet("名单")
            page.merge_range(0, 0, 0, 4, "园区企业名册")
            page.merge_range(1, 0, 2, 0, "所属园区")
            page.merge_range(1, 1, 1, 2, "企业")
            page.write_row(2, 1, ["名称", "联系方式"])
            page.merge_range(1, 3, 1, 4, "党员人数")
            page.write_row(2, 3, ["正式党员", "预备党员"])
            page.write_row(3, 0, ["创智园", "甲公司", "x", 3, 1])
        sheet = open_book(path).sheets[0]
        assert sheet.titles == ["所属园区", "企业名称", "联系方式", "正式党员", "预备党员"]
        assert sheet.header_row == 3
        assert sheet.rows == [(4, ["创智园", "甲公司", "x", 3, 1])]

    def test_f17_a_row_of_data_is_not_a_second_line(self, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [["企业名称", "所属园区", "类型"], ["甲公司", "创智园", "党支部"]])
        assert open_book(path).sheets[0].header_row == 1

    def test_f17_thousands_of_blocks_are_filled_and_counted(self, tmp_path: Path) -> None:
        path, blocks = tmp_path / "a.xlsx", 5_000
        with xlsxwriter.Workbook(path) as book:
            page = book.add_worksheet("名单")
            page.write_row(0, 0, ["所属园区", "企业名称"])
            for number in range(blocks):
                page.merge_range(2 * number + 1, 0, 2 * number + 2, 0, f"园{number}")
                page.write(2 * number + 1, 1, "甲")
                page.write(2 * number + 2, 1, "乙")
        sheet = open_book(path).sheets[0]
        assert sheet.filled == blocks
        assert [row[0] for _number, row in sheet.rows[-3:]] == [f"园{blocks - 2}", f"园{blocks - 1}", f"园{blocks - 1}"]

    def test_f17_blocks_of_an_old_workbook(self, tmp_path: Path) -> None:
        def shape(_book: Any, sheet: Any) -> None:
            sheet.write_merge(1, 2, 0, 0, "创智园")
            sheet.write(1, 1, "甲")
            sheet.write(2, 1, "乙")

        path = write_xls(tmp_path / "a.xls", {"名单": [["所属园区", "企业名称"]]}, shape=shape)
        assert rows_of(path) == [["创智园", "甲"], ["创智园", "乙"]]


class TestF18HiddenThings:
    def test_f18_hidden_rows_columns_and_sheets_of_a_workbook(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path) as book:
            for name in ("说明", "名单", "去年", "备份"):
                page = book.add_worksheet(name)
                if name == "说明":
                    page.write(0, 0, "每季度报送")
                    continue
                page.write_row(0, 0, HEADER)
                for number, row in enumerate(BODY, start=1):
                    page.write_row(number, 0, row)
                if name == "备份":
                    page.hide()
            listed = book.get_worksheet_by_name("名单")
            listed.set_row(2, None, None, {"hidden": True})
            listed.set_column(2, 2, None, None, {"hidden": True})
        book = open_book(path)
        assert [sheet.name for sheet in book.sheets] == ["名单", "去年"]
        assert (book.hidden_sheets, book.without_header) == (["备份"], ["说明"])
        assert (book.sheets[0].hidden_rows, book.sheets[0].hidden_columns, len(book.sheets[0].rows)) == (1, [2], 2)

    def test_f18_hidden_rows_of_old_and_free_formats(self, tmp_path: Path) -> None:
        def shape(_book: Any, sheet: Any) -> None:
            sheet.row(1).hidden = True
            sheet.col(2).hidden = True

        old = open_book(write_xls(tmp_path / "a.xls", {"名单": [HEADER, *BODY]}, shape=shape)).sheets[0]
        assert (old.hidden_rows, old.hidden_columns) == (1, [2])
        assert open_book(write_ods(tmp_path / "a.ods", [HEADER, *BODY], hidden=2)).sheets[0].hidden_rows == 1

    def test_f18_a_roster_on_hidden_sheets_alone_is_not_read(self, tmp_path: Path) -> None:
        path = tmp_path / "a.xlsx"
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("封面").write(0, 0, "x")
            page = book.add_worksheet("名单")
            page.write_row(0, 0, HEADER)
            page.hide()
        assert fault_of(path) == FileFault.HIDDEN_ONLY

    @pytest.mark.parametrize(
        "title", ["企业\n名称", "企业名称 ", "企业\u200b名称", "企 业 名 称", "企業名稱", "*企业名称（全称）"]
    )
    def test_f18_titles_as_people_write_them(self, tmp_path: Path, title: str) -> None:
        path = write_csv(tmp_path / "a.csv", [["季度名册"], [], [title, "所屬園區"], ["甲公司", "创智园"]])
        assert rows_of(path) == [["甲公司", "创智园"]]


class TestF19Formulas:
    def test_f19_errors_and_formulas_without_a_result_are_not_blank(self, tmp_path: Path) -> None:
        cells = (
            '<c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B2"><f>A1</f></c><c r="C2" t="str"><f>A1</f><v></v></c>'
        )
        assert rows_of(with_cells(tmp_path, f'<row r="2">{cells}{text_cell("D2", "x")}</row>')) == [
            ["#DIV/0!", "#未计算!", "", "x"]
        ]

    def test_f19_errors_of_old_workbooks(self, tmp_path: Path) -> None:
        def shape(_book: Any, sheet: Any) -> None:
            sheet.row(1).set_cell_error(1, 0x17)

        path = write_xls(tmp_path / "a.xls", {"名单": [HEADER, ["甲公司"]]}, shape=shape)
        assert rows_of(path)[0][:2] == ["甲公司", "#REF!"]

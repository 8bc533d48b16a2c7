"""F13–F15, F17–F19, F21, F22: what offices send in every format, and what a sheet hides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.rosters.cases.case import (
    BODY,
    HEADER,
    PARK,
    SHEET,
    SUPERIOR,
    Case,
    Grid,
    code,
    companies,
    good,
    refused,
    text,
    written,
    wrong,
    xlsx,
)
from tests.rosters.cases.hostile import cells, old, repacked, spoiled
from tests.rosters.files import rename_stream, text_cell, write_ods, write_xls

SERIAL_1904 = 1_462
LINES = "".join(",".join(map(str, row)) + "\r\n" for row in [HEADER, *BODY])
ROWS = [HEADER, *BODY]
BRANCH = {"党组织名称": "玄武联合党支部", "党组织类型": "联合党支部", "上级党组织": SUPERIOR}


def page(path: Path) -> None:
    """An HTML table as office systems save it under .xls."""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in ROWS)
    head = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'
    path.write_text(f"<html><head>{head}</head><table>{lines}</table></html>", encoding="gb18030")


def since_1904(path: Path) -> None:
    """One branch approved on one day: written as a date, and as a number of the calendar of 1904."""
    rows = companies(*({**BRANCH, "批准成立日期": day} for day in (dt.date(2024, 1, 5), 45296 - SERIAL_1904)))
    with xlsxwriter.Workbook(path, {"date_1904": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(SHEET)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def workbook(shape: Callable[[Any, Any], None], rows: Grid = ()) -> Callable[[Path], object]:
    """A workbook of one sheet with ``rows``, and what ``shape`` does with both."""

    def write(path: Path) -> None:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet(SHEET)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            shape(book, sheet)

    return write


def merged(_book: Any, sheet: Any) -> None:
    """Title rows, titles over two lines, and a park written once for two rows."""
    sheet.merge_range(0, 0, 0, 4, "园区企业名册")
    sheet.merge_range(1, 0, 2, 0, "所属园区")
    sheet.merge_range(1, 1, 1, 2, "企业")
    sheet.write_row(2, 1, ["名称", "联系方式"])
    sheet.merge_range(1, 3, 1, 4, "党员人数")
    sheet.write_row(2, 3, ["正式党员", "预备党员"])
    sheet.merge_range(3, 0, 4, 0, PARK)
    sheet.write_row(3, 1, ["玄武甲有限公司", "", 3, 1])
    sheet.write_row(4, 1, ["朱雀乙有限公司", "", 1, 0])


def hidden(book: Any, sheet: Any) -> None:
    """A hidden row, which counts, and a hidden sheet, which does not."""
    sheet.set_row(2, None, None, {"hidden": True})
    backup = book.add_worksheet("备份")
    backup.write_row(0, 0, HEADER)
    backup.write_row(1, 0, ["白虎丙有限公司", PARK, 1])
    backup.hide()


def second_sheet(book: Any, sheet: Any) -> None:
    """A cover first; the roster is on the second sheet."""
    sheet.write(0, 0, "每季度末报送")
    listed = book.add_worksheet("企业")
    for number, row in enumerate(ROWS):
        listed.write_row(number, 0, row)


ODD_TITLES = [["季度名册"], [], ["企业\n名称 ", "所屬園區", "*从\u200b业人数"], *BODY]
FORMULAS = (
    f'<row r="2"><c r="A2" t="e"><f>1/0</f><v>#DIV/0!</v></c>{text_cell("B2", PARK)}</row>'
    f'<row r="3">{text_cell("A3", "玄武甲有限公司")}{text_cell("B3", PARK)}<c r="C3"><f>A1</f></c></row>'
)
LOST = companies({"统一社会信用代码": 913101101234567890}, {"统一社会信用代码": code(2), "从业人数": 13800138000.0})


def locked(data: bytes) -> bytes:
    """An old workbook whose stream begins with the mark of a password."""
    return data.replace(b"\x19\x00\x02\x00", b"\x2f\x00\x02\x00", 1)


CASES = [
    Case("F13-设有密码.xls", spoiled(old, locked), refused("encrypted")),
    Case("F13-设有密码.xlsx", spoiled(old, lambda data: rename_stream(data, "Workbook", "EncryptedPackage")),
         refused("encrypted")),
    Case("F14-旧格式改名.xlsx", lambda path: write_xls(path, {SHEET: ROWS}), good()),
    Case("F14-WPS表格.et", lambda path: write_xls(path, {SHEET: ROWS}), good()),
    Case("F14-开放文档.ods", lambda path: write_ods(path, ROWS), good()),
    Case("F14-网页改名.xls", page, good()),
    Case("F14-文本改名.xlsx", text(ROWS), good()),
    Case("F14-含有宏.xlsm", repacked(xlsx(ROWS), lambda _package: {"xl/vbaProject.bin": b"x"}), refused("macros")),
    Case("F14-图片改名.xlsx", written(b"\x89PNG\r\n\x1a\n\x00\x00"), refused("wrong_kind")),
    Case("F15-1904日期.xlsx", since_1904, good()),
    Case("F17-合并与两行表头.xlsx", workbook(merged), good()),
    Case("F18-隐藏的行和表.xlsx", workbook(hidden, ROWS), good()),
    Case("F18-数据在第二张表.xlsx", workbook(second_sheet), good()),
    Case("F18-列名写法.xlsx", xlsx(ODD_TITLES), good()),
    Case("F18-列名重复.xlsx", xlsx([["企业名称", "单位名称", "所属园区"], ["甲", "乙", PARK]]),
         refused("ambiguous_header")),
    Case("F18-缺少园区列.xlsx", xlsx([["企业名称", "从业人数"], ["甲", 1]]), refused("missing_columns")),
    Case("F19-公式没有结果.xlsx", cells(FORMULAS), wrong({"A2": "formula", "C3": "formula"})),
    Case("F20-长数字丢失.xlsx", xlsx(LOST), wrong({"C2": "digits_lost", "D3": "number"})),
    Case("F21-UTF-8无标记.csv", text(ROWS, "utf-8"), good()),
    Case("F21-UTF-8有标记.csv", text(ROWS), good()),
    Case("F21-GB18030四字节.csv", text([HEADER, ["㐀𠮷有限公司", PARK, 1]], "gb18030"), good(1)),
    Case("F21-UTF-16.txt", text(ROWS, "utf-16", "\t"), good()),
    Case("F21-韩文编码.csv", written("기업이름,공원\r\n".encode("euc-kr")), refused("no_header")),
    Case("F21-UTF-32.csv", text(ROWS, "utf-32"), refused("encoding")),
    Case("F22-分号分隔.csv", written(f"sep=;\r\n{LINES.replace(',', ';')}".encode()), good()),
    Case("F22-单独回车.csv", written(LINES.replace("\r\n", "\r").encode()), good()),
    Case("F22-引号不成对.csv", written(f'{LINES}"白虎丙有限公司,{PARK},3\r\n'.encode()), refused("quotes")),
    Case("F22-含零字节.csv", written(LINES.replace("甲", "甲\0").encode()), refused("wrong_kind")),
]  # fmt: skip

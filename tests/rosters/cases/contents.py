"""F16, F23–F28: what stands in the cells of rosters that can be read."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.rosters.cases.case import (
    ELSEWHERE,
    HEADER,
    PARK,
    SUPERIOR,
    Case,
    code,
    companies,
    good,
    refused,
    wrong,
    xlsx,
)

BRANCH = {"党组织名称": "玄武联合党支部", "党组织类型": "联合党支部", "上级党组织": SUPERIOR}
SAME_DAY = (
    dt.date(2024, 1, 5), "2024-1-5", "2024/01/05", "2024.1.5", "20240105", "2024年1月5日", "２０２４－１－５",
    "二〇二四年一月五日", 45296, "45296", "2024-01-05 00:00:00", "2024-01-05T00:00:00+08:00",
)  # fmt: skip
"""Rows of one branch: a form that is read as another day contradicts the first row."""
NO_DAY = ("2024-02-30", "24-1-5", "二〇二四年", 60, "2024-01-04T16:00:00Z")
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "＝2", "=cmd|'/c calc'!A1", "=HYPERLINK(1)", "\t=3", '"=4', "'=2+2")
INVISIBLE = "玄武\u200b甲\ufeff有限公司\u202e"


def organizations(*rows: tuple[str, str, str]) -> list[list[Any]]:
    """A sheet of organisations: each its name, its type and its superior."""
    titles = ["党组织名称", "党组织类型", "上级党组织", "所属园区", "批准成立日期"]
    return [titles, *([*row, PARK, "2024-01-05"] for row in rows)]


CHAIN = [(f"玄武第{n}党总支", "党总支", f"玄武第{n - 1}党总支" if n > 1 else SUPERIOR) for n in range(1, 41)]


def several(path: Path) -> None:
    """One workbook of four kinds of sheets; the later ones name what the first founds."""
    name = "玄武联合党支部"
    sheets: dict[str, list[list[Any]]] = {
        "党组织": organizations((name, "联合党支部", SUPERIOR)),
        "企业": companies({"统一社会信用代码": code(1), "党组织名称": name}),
        "党员人数": [["党组织名称", "正式党员数", "预备党员数", "截至日期"], [name, 12, 1, "2025-12-31"]],
        "服务站": [["服务站名称", "所属园区"], ["玄武党群服务站", PARK]],
    }
    with xlsxwriter.Workbook(path) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


CASES = [
    Case("F16-同一天的各种写法.xlsx", xlsx(companies(*({**BRANCH, "批准成立日期": day} for day in SAME_DAY))),
         good(len(SAME_DAY))),
    Case("F16-不是日期.xlsx", xlsx(companies(*({"入驻日期": day} for day in NO_DAY))),
         wrong({f"C{line}": "date" for line in range(2, 2 + len(NO_DAY))})),
    Case("F23-看不见的字符.xlsx", xlsx([HEADER, ["玄武甲有限公司", PARK, "１２"], [INVISIBLE, PARK, 12]]),
         wrong({"A3": "duplicate"}, new=1)),
    Case("F23-全角与半角括号.xlsx", xlsx([HEADER, ["玄武（上海）公司", PARK, 1], ["玄武(上海)公司", PARK, 1]]),
         wrong({"A3": "duplicate"}, new=1)),
    Case("F23-生僻字与间隔号.xlsx", xlsx([HEADER, ["𠮷野·家有限公司", PARK, 1], ["㐀有限公司", PARK, 2]]), good()),
    Case("F24-同一代码两行.xlsx",
         xlsx(companies({"统一社会信用代码": code(1)}, {"统一社会信用代码": code(1)}, {"统一社会信用代码": code(2)})),
         wrong({"C3": "duplicate"}, new=2)),
    Case("F24-独立支部两家企业.xlsx",
         xlsx(companies(*({**BRANCH, "党组织类型": "独立党支部", "批准成立日期": "2024-01-05"} for _ in range(2)))),
         wrong({"C3": "branch_taken"}, new=1)),
    Case("F25-只有表头.xlsx", xlsx([HEADER]), refused("no_rows")),
    Case("F25-空文件.csv", lambda path: path.write_bytes(b""), refused("empty")),
    Case("F26-先下级后上级.xlsx", xlsx(organizations(*reversed(CHAIN))), good(len(CHAIN))),
    Case("F26-互为上级.xlsx", xlsx(organizations(("甲总支", "党总支", "乙总支"), ("乙总支", "党总支", "甲总支"))),
         wrong({"C2": "circle", "C3": "circle"})),
    Case("F26-以自己为上级.xlsx", xlsx(organizations(("甲总支", "党总支", "甲总支"))), wrong({"C2": "circle"})),
    Case("F26-没有上级.xlsx", xlsx(organizations(("甲总支", "党总支", "没有的党委"))), wrong({"C2": "organization"})),
    Case("F27-他人的园区.xlsx", xlsx([HEADER, ["玄武甲有限公司", PARK, 1], ["朱雀乙有限公司", ELSEWHERE, 1]]),
         wrong({"B3": "park"}, new=1)),
    Case("F27-没有的园区.xlsx", xlsx([HEADER, ["玄武甲有限公司", PARK, 1], ["朱雀乙有限公司", "没有的园区", 1]]),
         wrong({"B3": "park"}, new=1)),
    Case("F28-像公式的名称.xlsx", xlsx([HEADER, *(([f"'{name}", PARK, 1]) for name in FORMULAS)]), good(len(FORMULAS))),
    Case("综合-一个文件几类表.xlsx", several, good(4)),
]  # fmt: skip

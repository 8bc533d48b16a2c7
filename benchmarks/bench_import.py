"""What reading a roster costs, as ratios taken in one run: ``make bench-import``.

A and B are measured in turn and the medians compared, since absolute times drift with the machine. The database is not
touched: the file is read by the child process, and its cells become values.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import os
import resource
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkparty.settings")

import django
import xlsxwriter

django.setup()

from parkparty.core.codes import uscc_from_body  # noqa: E402
from parkparty.rosters.columns import known_titles  # noqa: E402
from parkparty.rosters.sheets.reading import opened  # noqa: E402

TITLES = (
    "企业名称", "统一社会信用代码", "所属园区", "楼宇", "入驻方式", "入驻日期", "行业代码", "从业人数", "经营状态",
    "党组织名称", "党组织类型", "上级党组织", "批准成立日期", "正式党员数", "指导员",
)  # fmt: skip


def row(number: int) -> list[Any]:
    """A row as offices write it: a name and a code of its own, the rest from a few values."""
    return [
        f"试验企业{number:06d}有限公司", uscc_from_body("91", "310110", f"D{number:07d}"), "创智园",
        f"{number % 9 + 1}号楼", "实际入驻", dt.date(2024, 1, 1 + number % 28), "6513", number % 300, "存续",
        f"第{number // 30}联合党支部", "联合党支部", "创智园党委", dt.date(2020, 1, 1 + number // 30 % 28), number % 9,
        "是",
    ]  # fmt: skip


def write_files(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same roster as .csv and as .xlsx."""
    text, book = folder / "a.csv", folder / "a.xlsx"
    with text.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([TITLES, *(row(number) for number in range(rows))])
    with xlsxwriter.Workbook(book, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("名单")
        sheet.write_row(0, 0, TITLES)
        for number in range(rows):
            sheet.write_row(number + 1, 0, row(number))
    return text, book


def in_turn(rounds: int, **works: Callable[[], object]) -> dict[str, float]:
    """The median seconds of each work, all of them done in turn in every round."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def read_all(path: Path) -> None:
    """Take every row of every sheet from the child process."""
    with opened(path, filename=path.name, known=known_titles()) as book:
        for sheet in book:
            deque(sheet.rows, maxlen=0)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text, book = write_files(Path(folder), options.rows)
        seconds = in_turn(options.rounds, csv=lambda: read_all(text), xlsx=lambda: read_all(book))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"| {options.rows} rows × {len(TITLES)} columns | median s | ratio |\n|---|---|---|")
    print(f"| read .csv | {seconds['csv']:.2f} | 1 |")
    print(f"| read .xlsx | {seconds['xlsx']:.2f} | {seconds['xlsx'] / seconds['csv']:.2f} × csv |")
    print(f"| largest child process | {peak} MB | |")


if __name__ == "__main__":
    main()

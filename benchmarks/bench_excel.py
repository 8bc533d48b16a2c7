"""What a list of 100,000 rows costs as a workbook, held against XlsxWriter writing the same cells alone.

``make bench-excel``. Each writing runs in a process of its own, in turn, so that the peak of memory is its own; medians
of the times are compared, since absolute times drift with the machine.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

ROOT = Path(__file__).parents[1]
LIMIT = 1.3
FEW = 1_000


def report_of(rows: int) -> Any:
    """A list as offices have them: a name, a park, a number and a state in each row."""
    from parkparty.reports.sheets import Column, Report, Section, Table

    columns = (Column("企业", 22), Column("所在园区", 12), Column("正式党员", 6, is_number=True), Column("现状", 8))
    entries = tuple((f"试验企业{n:06d}有限公司", f"第{n % 40}园区", n % 9, "联合组建") for n in range(rows))
    section = Section("名单", (), (Table("名单", columns, entries),))
    return Report("名单", (("单位", "试验区"),), {}, (section,))


def ours(report: Any) -> None:
    """As the site writes it."""
    from parkparty.reports.documents import excel
    from parkparty.reports.documents.blocks import Imprint

    with TemporaryFile() as out:
        excel.write(report, Imprint(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "0" * 64), out)


def alone(report: Any) -> None:
    """The same cells with the same looks, and nothing else."""
    import xlsxwriter

    with TemporaryFile() as out, xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"border": 1, "valign": "vcenter", "text_wrap": True})
        number = book.add_format({"border": 1, "valign": "vcenter", "num_format": "#,##0", "align": "right"})
        (table,) = report.tables()
        for at, (name, park, members, state) in enumerate(table.rows):
            sheet.write_string(at, 0, name, text)
            sheet.write_string(at, 1, park, text)
            sheet.write_number(at, 2, members, number)
            sheet.write_string(at, 3, state, text)


WRITERS: dict[str, Callable[[Any], None]] = {"ours": ours, "alone": alone}


def measure(name: str, rows: int) -> dict[str, float]:
    """Seconds, and MiB that the writing took beyond what the rows hold; in this process, which is fresh."""
    import django

    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkparty.settings")
    django.setup()
    WRITERS[name](report_of(FEW))
    report = report_of(rows)
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    WRITERS[name](report)
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}


def in_a_child(name: str, rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--rows", str(rows), "--measure", name]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(told.stdout)
    return found


def main() -> int:
    """Print the ratio of the medians and the peaks; 0 only when the ratio is within the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", choices=WRITERS, help="one writing in this process")
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.rows)))
        return 0
    runs = [{name: in_a_child(name, asked.rows) for name in WRITERS} for _round in range(asked.rounds)]
    seconds = {name: statistics.median(run[name]["seconds"] for run in runs) for name in WRITERS}
    mib = {name: statistics.median(run[name]["mib"] for run in runs) for name in WRITERS}
    ratio = seconds["ours"] / seconds["alone"]
    print(f"{asked.rows} rows: ours {seconds['ours']:.2f} s, alone {seconds['alone']:.2f} s, ratio {ratio:.2f}")
    print(f"memory while writing: ours +{mib['ours']:.0f} MiB, alone +{mib['alone']:.0f} MiB")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())

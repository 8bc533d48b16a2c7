"""Rosters that offices bring in, made for timing, and what is timed with them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TITLES = (
    "企业名称", "统一社会信用代码", "所属园区", "行业代码", "从业人数", "党组织名称", "党组织类型", "上级党组织",
    "批准成立日期",
)  # fmt: skip
TABLES = (
    "companies_coveragelink", "companies_tenancy", "companies_companymembercount", "companies_company",
    "organizations_organizationspan", "places_building", "rosters_rosterwrite", "rosters_rosterrow",
    "rosters_rosterissue", "rosters_rosterrepair", "rosters_rosterbatch",
)  # fmt: skip
COMPANY = ("uscc", "name", "folded_name", "industry_id", "staff_band", "size", "fixed_premises", "status", "updated_at")
SAMPLED = 0.02
"""Seconds between two looks at the memory that processes take."""


def row(number: int) -> list[Any]:
    """A row as offices write it: a company of its own, thirty of them a joint branch."""
    from parkparty.core.codes import uscc_from_body

    code, branch = uscc_from_body("91", "310110", f"D{number:07d}"), number // 30
    company = [f"试验企业{number:06d}有限公司", code, "创智园", "6513", 10 + number % 280]
    return [*company, f"第{branch}联合党支部", "联合党支部", "创智园党委", dt.date(2020, 1, 1 + branch % 28)]


def write_text(path: Path, numbers: range) -> Path:
    """A roster of these rows as .csv."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([TITLES, *map(row, numbers)])
    return path


def write_wrong(path: Path, rows: int, wrong: int) -> Path:
    """A roster of which so many rows name a park that is not there; rows differ in more than their own company."""
    made = [
        [*row(number), f"{number % 40}号楼", dt.date(2020 + number % 5, 1, 1 + number % 28)] for number in range(rows)
    ]
    for number in range(0, rows, -(-rows // wrong)):
        made[number][2] = "创智圆"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([[*TITLES, "楼宇", "入驻日期"], *made])
    return path


def write_files(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same roster as .csv and as .xlsx."""
    import xlsxwriter

    text, book = write_text(folder / f"{rows}.csv", range(rows)), folder / f"{rows}.xlsx"
    with xlsxwriter.Workbook(book, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as workbook:
        sheet = workbook.add_worksheet("名单")
        sheet.write_row(0, 0, TITLES)
        for number in range(rows):
            sheet.write_row(number + 1, 0, row(number))
    return text, book


def companies(rows: int) -> list[tuple[Any, ...]]:
    """The companies of the roster as their table takes them."""
    stamp = "2026-01-01 00:00:00+00:00"
    told = (row(number) for number in range(rows))
    return [(it[1], it[0], it[0], it[3], 10, "", True, "operating", stamp) for it in told]


def copy_companies(rows: list[tuple[Any, ...]], text: io.StringIO) -> None:
    """The limit: the companies alone, by the fastest way into their table; ``text`` is what COPY reads."""
    from django.db import connection, transaction

    names = ", ".join(COMPANY)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(COMPANY))
            cursor.executemany(f"INSERT INTO companies_company ({names}) VALUES ({marks})", rows)
            return
        text.seek(0)
        cursor.cursor.copy_expert(f"COPY companies_company ({names}) FROM STDIN (FORMAT csv, NULL '-')", text)


def import_file(path: Path) -> None:
    """Read, check, compare, write, record and count: all that the command does."""
    from parkparty.rosters.services.batches import import_at_once
    from parkparty.rosters.services.reading import staged_book

    with staged_book(path, filename=path.name) as book:
        _plan, issues, batch = import_at_once(book, filename=path.name, digest="", by=None)
    if issues or batch is None:
        raise SystemExit(f"{path.name}: {issues[:3]}")


def check_and_apply(path: Path) -> tuple[float, float]:
    """Seconds in which an uploaded roster is checked for its page, and then applied, as the page has it done."""
    from parkparty.rosters.services import batches

    batch, user = _received(path)
    begun = time.perf_counter()
    batch = batches.check_batch(batch.pk)
    checked = time.perf_counter()
    batches.ask_to_apply(batch, by=user, reason="计时", good_rows_only=False, shrunk=True)
    batch = batches.apply_batch(batch.pk)
    if batch.state != "applied":
        raise SystemExit(f"{path.name}: {batch.state} {batch.setback}")
    return checked - begun, time.perf_counter() - checked


def mend(path: Path) -> float:
    """Median seconds in which a mended cell of a wrong roster is taken and checked, cell by cell."""
    from parkparty.rosters.services import batches, repairing

    batch, user = _received(path)
    batch, taken = batches.check_batch(batch.pk), []
    for issue in list(batch.issues.all()):
        begun = time.perf_counter()
        typed = {(issue.number, issue.key): "创智园"}
        repairing.repair_cells(batch, by=user, typed=typed, everywhere=(), left_out=())
        taken.append(time.perf_counter() - begun)
    batch.refresh_from_db()
    if batch.state != "checked" or batch.wrong:
        raise SystemExit(f"{path.name}: {batch.state}, {batch.wrong} wrong")
    return statistics.median(taken)


def _received(path: Path) -> tuple[Any, Any]:
    """An uploaded roster, and whose it is."""
    from django.core.files.base import ContentFile

    from parkparty.accounts.models import User
    from parkparty.rosters.services import batches

    user = User.objects.filter(is_superuser=True).first() or User.objects.create_superuser("bench", password=None)
    return batches.receive_roster(ContentFile(path.read_bytes(), path.name), by=user), user


def empty() -> None:
    """Take away what an import wrote; the audit trail keeps its one row."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        else:
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DELETE FROM organizations_organization WHERE code LIKE 'KIC-N%%'")


def prepare() -> None:
    """The few rows that the roster names: a park, its committee, an industry."""
    from django.core.management import call_command

    from parkparty.companies.models import Industry
    from parkparty.organizations.models import Organization
    from parkparty.places.models import Area, Park

    call_command("migrate", verbosity=0)
    area = Area.objects.create(name="试验区", code="310110", level="district")
    park = Park.objects.create(key="kic", name="创智园", area=area)
    Industry.objects.create(code="6513", name="应用软件开发")
    Organization(
        code="K", name="创智园党委", type="committee", park=park, status="active", approved_on=dt.date(2010, 1, 1)
    ).save()


def memory_of_all(path: Path) -> float:
    """Megabytes that the command and the process that reads for it take together at most while it imports a file.

    What processes share counts once (PSS). The database's own processes are not among them.
    """
    command = [sys.executable, str(ROOT / "manage.py"), "import_roster", str(path), "--commit", "--json"]
    child, most = subprocess.Popen(command, stdout=subprocess.DEVNULL), 0
    while child.poll() is None:
        most = max(most, sum(map(_shared_out, [child.pid, *_children(child.pid)])))
        time.sleep(SAMPLED)
    if child.returncode:
        raise SystemExit(f"import_roster ended with {child.returncode}")
    return most / 1024


def _children(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for told in map(_read, threads) for child in told.split()]


def _shared_out(process: int) -> int:
    """Kilobytes of a process; none of one that has ended."""
    lines = _read(Path(f"/proc/{process}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def timed(work: Callable[[], Any]) -> float:
    """Seconds of a work, by the clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun

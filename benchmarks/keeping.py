"""Kept counts against counting, and what keeping them costs whoever writes."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection, transaction

from parkparty.activities.models import Activity
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.coverage.figures import kept
from parkparty.coverage.figures.board import last_months
from parkparty.coverage.migrations import _marks

WRITES = 200


def counts(nodes: dict[str, Any], rounds: int) -> Iterator[str]:
    """The lines of a table: reading twelve months of each node."""
    scope, day = Scope.everything(), today()
    months = last_months(day)
    yield "| 12 months of activities | kept, ms | counted, ms | ratio |\n|---|---:|---:|---:|"
    for level, node in nodes.items():
        rows = kept._by_month(Activity.objects.within(scope), node, months[0].since, day).values_list("month", "number")
        fast, slow = [], []
        for _round in range(rounds):
            fast.append(_seconds(lambda node=node: kept.activities_by_month(node, months, day, scope)))
            slow.append(_seconds(lambda rows=rows: list(rows.all())))
        a, b = (statistics.median(found) * 1000 for found in (fast, slow))
        yield f"| {level} | {a:.2f} | {b:.2f} | {b / a:.1f}× |"


def throughput(rounds: int) -> float:
    """How much of the speed of writing is left when every change leaves a mark."""
    keys = list(Activity.objects.order_by("pk").values_list("pk", flat=True)[:WRITES])
    marked, unmarked = [], []
    for _round in range(rounds):
        for found, keeps in ((marked, True), (unmarked, False)):
            with transaction.atomic():
                if not keeps:
                    with connection.schema_editor(atomic=False) as editor:
                        _marks.drop(None, editor)
                found.append(_seconds(lambda: [_redate(key) for key in keys]))
                transaction.set_rollback(True)
    return statistics.median(unmarked) / statistics.median(marked)


def _redate(key: int) -> None:
    Activity.objects.filter(pk=key).update(held_on=today())


def _seconds(do: Callable[[], Any]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started

"""All that a dashboard of one node tells, with the end of the last quarter beside it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from parkparty.companies.choices import Denominator, Limits
from parkparty.core.dates import Period, add_months, month_of, quarter_of
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import Below, CompanyCoverage, Point, nodes_below, parts_below
from parkparty.coverage.figures.kept import activities_by_month
from parkparty.coverage.figures.targets import Progress, points_of, progress_of, targets_for
from parkparty.coverage.figures.totals import with_parts
from parkparty.rules.figures import LimitBook

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a node on a day, and on ``before``, the last day of the last quarter that was then over.

    ``unbuilt`` are the companies that should have an organisation of their own; ``effective`` is None where nothing was
    recorded yet; ``months`` counts activities; ``parts`` is the coverage of what stands below the node.
    """

    point: Point
    before: dt.date
    now: CompanyCoverage
    then: CompanyCoverage
    unbuilt: CompanyCoverage
    unbuilt_then: CompanyCoverage
    effective: int | None
    effective_then: int | None
    targets: list[Progress]
    months: list[tuple[Period, int]]
    parts: dict[Any, CompanyCoverage]
    nodes: dict[Any, Below]
    limits: Limits


def board(point: Point, scope: Scope) -> Board:
    """The dashboard of ``point.node``, in five queries for a place, the parts below included."""
    node, day, before = point.node, point.as_of, quarter_end(point.as_of)
    book = LimitBook()
    targets = targets_for(node, day.year)
    months = last_months(day)
    whole = [point, replace(point, as_of=before)]
    unbuilt = [Point(node, Denominator.YINGJIAN, on) for on in (day, before)]
    nodes = nodes_below(node, day, scope)
    found, counted, parts = with_parts(whole, [*unbuilt, *points_of(targets, node, day)], nodes, scope, book)
    (now, effective), (then, effective_then) = found
    return Board(
        point=point,
        before=before,
        now=now,
        then=then,
        unbuilt=counted[0],
        unbuilt_then=counted[1],
        effective=effective,
        effective_then=effective_then,
        targets=progress_of(targets, node, counted[2:]),
        months=list(zip(months, activities_by_month(node, months, day, scope), strict=True)),
        parts=parts_below(point, nodes, scope, book) if parts is None else parts,
        nodes=nodes,
        limits=book.of(Denominator.YINGJIAN, day),
    )


def quarter_end(day: dt.date) -> dt.date:
    """The last day of the quarter before that of ``day``."""
    return quarter_of(day).since - dt.timedelta(days=1)


def last_months(day: dt.date) -> list[Period]:
    """The last ``MONTHS`` months up to that of ``day``, the earliest first."""
    return [month_of(add_months(month_of(day).since, -back)) for back in reversed(range(MONTHS))]

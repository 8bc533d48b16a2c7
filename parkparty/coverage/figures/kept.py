"""Activities by month and type from counts that are kept: exact at every moment, whether or not all are folded in.

A total covers what was folded. For each cell (an organisation's month) marked since, what the total holds of it is
taken off, and what the activities themselves say is put on. With too many marks, for a reader who does not see the
whole place, they are counted one by one.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, DateField, F, TextField, Value
from django.db.models.functions import Cast, TruncMonth

from parkparty.activities.models import Activity
from parkparty.core import paths
from parkparty.core.dates import Period
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import Node
from parkparty.coverage.models import ActivityCell, ActivityMark, ActivityTotal, FoldCount, TypeTotal
from parkparty.organizations.models import Organization

MARKS_READ = 200
"""More marked cells than this, and a reader counts the activities themselves."""

ROWS_READ = 2000
"""Room for a hundred types in twelve months, and for the marks."""

TOLD, TOTAL, LATER, MARK = range(4)
"""The parts of the one query, in the order in which they are read."""

COLUMNS = ("part", "key", "of", "month", "number")

ALL = Value("")
"""In place of the code of a type: all activities, each counted once."""

Found = Counter[tuple[str, dt.date]]
"""Numbers by the code of a type, or nothing for all, and month."""


def activities_by_month(node: Node, months: Sequence[Period], day: dt.date, scope: Scope) -> list[int]:
    """How many counted activities were held in each of ``months``, the last of which holds ``day``, up to ``day``.

    In one query, in two while something changed since the last fold.
    """
    found = _from_totals(node, months, day, scope, ActivityTotal.objects, ALL, ALL)
    if found is None:
        found = _counted(Activity.objects.within(scope), node, months, day, ALL)
    return [found["", month.since] for month in months]


def activities_by_type(node: Node, months: Sequence[Period], day: dt.date, scope: Scope) -> dict[str, list[int]]:
    """The same for each type by its code, those without any left out; an activity counts as each of its types."""
    found = _from_totals(node, months, day, scope, TypeTotal.objects, F("type"), F("types"))
    if found is None:
        found = _counted(Activity.objects.within(scope, cut_to=node), node, months, day, F("types"))
    held = {type for (type, _month), number in found.items() if type and number}
    return {type: [found[type, month.since] for month in months] for type in held}


def _from_totals(
    node: Node, months: Sequence[Period], day: dt.date, scope: Scope, totals: Any, type: Any, types: Any
) -> Found | None:
    """``totals`` of the months, which have a ``type``, without what was held after ``day``, mostly nothing.

    None where they do not tell it: of an organisation, for a reader who does not see the whole place, with too many
    marks, and of types where the last fold knew none.
    """
    if isinstance(node, Organization) or not scope.covers("places", node.path):
        return None
    asked = {"month__gte": months[0].since, "month__lt": months[-1].until}
    kept = _part(totals.filter(path=node.path, **asked), TOTAL, Value(0), type).values_list(*COLUMNS)
    marks = _part(ActivityMark.objects.filter(**asked), MARK, F("organization_id"), ALL)
    marked = marks.values_list(*COLUMNS[:-1]).annotate(number=Count("pk")).values_list(*COLUMNS)
    rest = _by_month(Activity.objects.all(), node, day + dt.timedelta(days=1), months[-1].last_day)
    later = _part(rest, LATER, Value(0), types).values_list(*COLUMNS)
    parts = [later, marked]
    if types is not ALL:
        told = FoldCount.objects.filter(typed=F("number")).annotate(month=Value(day, DateField()))
        parts.append(_part(told, TOLD, Value(0), ALL).values_list(*COLUMNS))
    rows = list(kept.union(*parts, all=True).order_by("part")[:ROWS_READ])
    cells = {(key, month) for part, key, _of, month, _number in rows if part == MARK}
    is_told = types is ALL or any(part == TOLD for part, *_rest in rows)
    if not is_told or len(cells) > MARKS_READ or len(rows) == ROWS_READ:
        return None
    found: Found = Counter()
    for part, _key, of, month, number in rows:
        found[of, month] += {TOTAL: number, LATER: -number}.get(part, 0)
    if cells:
        found.update(_changed(node, cells, months, types))
    return found


def _changed(node: Node, cells: set[tuple[int, dt.date]], months: Sequence[Period], types: Any) -> Found:
    """By how much the totals of ``node`` differ from the activities for ``cells``, in one query."""
    organizations = {organization for organization, _month in cells}
    here = paths.under("park_path", node.path) | paths.under("area_path", node.path)
    folded = ActivityCell.objects.filter(here, organization_id__in=organizations)
    led = Activity.objects.filter(organization__in=organizations)
    live = _by_month(led, node, months[0].since, months[-1].last_day)
    now = _part(live, 1, F("organization_id"), types).values_list(*COLUMNS)
    made = ALL if types is ALL else Cast("types", TextField())
    then = _part(folded, -1, F("organization_id"), made).values_list(*COLUMNS)
    found: Found = Counter()
    for sign, organization, of, month, number in now.union(then, all=True):
        if (organization, month) in cells:
            is_made = sign < 0 and types is not ALL
            for code, times in json.loads(of or "{}").items() if is_made else [(of, number)]:
                found[code, month] += sign * times
    return found


def _counted(rows: Any, node: Node, months: Sequence[Period], day: dt.date, types: Any) -> Found:
    """The same from the activities themselves, in one query."""
    counted = _by_month(rows, node, months[0].since, day).annotate(of=types).values_list("of", "month", "number")
    return Counter({(of, month): number for of, month, number in counted})


def _part(rows: Any, part: int, key: Any, of: Any) -> Any:
    return rows.order_by().annotate(part=Value(part), key=key, of=of)


def _by_month(rows: Any, node: Node, since: dt.date, until: dt.date) -> Any:
    """Those of ``rows`` that count, by ``month``, with their ``number``; a further grouping column may be added."""
    held = rows.counted().filter(held_on__range=(since, until))
    here = held.hosted_under(node) if isinstance(node, Organization) else held.located_in(node)
    # PostgreSQL gives a moment for a month; beside the days of the totals it must be a day.
    month = Cast(TruncMonth("held_on"), DateField())
    return here.order_by().annotate(month=month).values("month").annotate(number=Count("pk"))

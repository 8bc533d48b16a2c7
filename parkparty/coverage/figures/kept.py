"""Activities by month from counts that are kept: exact at every moment, whether or not all changes are folded in.

A total covers what was folded. For each cell (an organisation's month) marked since, what the total holds of it is
taken off, and what the activities themselves say is put on. With too many marks, for a reader who does not see the
whole place, they are counted one by one.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, DateField, F, Value
from django.db.models.functions import Cast, TruncMonth

from parkparty.activities.models import Activity
from parkparty.core import paths
from parkparty.core.dates import Period
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import Node
from parkparty.coverage.models import ActivityCell, ActivityMark, ActivityTotal
from parkparty.organizations.models import Organization

MARKS_READ = 200
"""More marked cells than this, and a reader counts the activities themselves."""

TOTAL, LATER, MARK = range(3)
"""The parts of the one query, in the order in which they are read."""


def activities_by_month(node: Node, months: Sequence[Period], day: dt.date, scope: Scope) -> list[int]:
    """How many counted activities were held in each of ``months``, the last of which holds ``day``, up to ``day``.

    In one query, in two while something changed since the last fold.
    """
    found = None
    if not isinstance(node, Organization) and scope.covers("places", node.path):
        found = _from_totals(node, months, day)
    if found is None:
        rows: Any = Activity.objects.within(scope)
        found = Counter(dict(_by_month(rows, node, months[0].since, day).values_list("month", "number")))
    return [found[month.since] for month in months]


def activities_by_type(node: Node, months: Sequence[Period], day: dt.date, scope: Scope) -> dict[str, list[int]]:
    """The same for each type by its code, those without any left out; an activity counts as each of its types.

    One query, over the activities themselves.
    """
    seen = Activity.objects.within(scope, cut_to=node)
    rows = _by_month(seen, node, months[0].since, day).annotate(type=F("types"))
    place = {month.since: number for number, month in enumerate(months)}
    found: dict[str, list[int]] = {}
    for type, month, number in rows.values_list("type", "month", "number"):
        if type is not None:
            found.setdefault(type, [0] * len(months))[place[month]] = number
    return found


def _from_totals(node: Node, months: Sequence[Period], day: dt.date) -> Counter[dt.date] | None:
    """Totals of the months without what was held after ``day``, mostly nothing; None with too many marks."""
    asked = {"month__gte": months[0].since, "month__lt": months[-1].until}
    totals = _part(ActivityTotal.objects.filter(path=node.path, **asked), TOTAL, Value(0)).values_list(*COLUMNS)
    marks = _part(ActivityMark.objects.filter(**asked), MARK, F("organization_id"))
    marked = marks.values_list(*COLUMNS[:3]).annotate(number=Count("pk")).values_list(*COLUMNS)
    rest = _by_month(Activity.objects.all(), node, day + dt.timedelta(days=1), months[-1].last_day)
    later = _part(rest, LATER, Value(0)).values_list(*COLUMNS)
    rows = list(totals.union(later, marked, all=True).order_by("part")[: len(months) + 1 + MARKS_READ + 1])
    cells = {(key, month) for part, key, month, _number in rows if part == MARK}
    if len(cells) > MARKS_READ:
        return None
    found: Counter[dt.date] = Counter()
    for part, _key, month, number in rows:
        found[month] += {TOTAL: number, LATER: -number, MARK: 0}[part]
    if cells:
        found.update(_changed(node, cells, months))
    return found


def _changed(node: Node, cells: set[tuple[int, dt.date]], months: Sequence[Period]) -> Counter[dt.date]:
    """By how much the totals of ``node`` differ from the activities for ``cells``, in one query."""
    organizations = {organization for organization, _month in cells}
    here = paths.under("park_path", node.path) | paths.under("area_path", node.path)
    folded = ActivityCell.objects.filter(here, organization_id__in=organizations)
    led = Activity.objects.filter(organization__in=organizations)
    live = _by_month(led, node, months[0].since, months[-1].last_day)
    now = _part(live, 1, F("organization_id")).values_list(*COLUMNS)
    then = _part(folded, -1, F("organization_id")).values_list(*COLUMNS)
    found: Counter[dt.date] = Counter()
    for sign, organization, month, number in now.union(then, all=True):
        if (organization, month) in cells:
            found[month] += sign * number
    return found


COLUMNS = ("part", "key", "month", "number")


def _part(rows: Any, part: int, key: Any) -> Any:
    return rows.order_by().annotate(part=Value(part), key=key)


def _by_month(rows: Any, node: Node, since: dt.date, until: dt.date) -> Any:
    """Those of ``rows`` that count, by ``month``, with their ``number``; a further grouping column may be added."""
    held = rows.counted().filter(held_on__range=(since, until))
    here = held.hosted_under(node) if isinstance(node, Organization) else held.located_in(node)
    # PostgreSQL gives a moment for a month; beside the days of the totals it must be a day.
    month = Cast(TruncMonth("held_on"), DateField())
    return here.order_by().annotate(month=month).values("month").annotate(number=Count("pk"))

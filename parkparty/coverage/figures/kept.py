"""Activities by month and type from counts that are kept: exact at every moment, whether or not all are folded in.

A total covers what was folded. For each cell (an organisation's month) marked since, what the total holds of it is
taken off, and what the activities themselves say is put on. With too many marks, for a reader who does not see the
whole place, they are counted one by one.

Of an organisation no totals are kept. What those below it lead is told by the totals of the place where it sits, less
what others lead there, and what is led elsewhere and hosted jointly is counted.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, DateField, F, Q, TextField, Value
from django.db.models.functions import Cast, TruncMonth

from parkparty.activities.choices import UNCOUNTED_STATES
from parkparty.activities.models import Activity, JointHost
from parkparty.core import paths
from parkparty.core.dates import Period
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import Node
from parkparty.coverage.models import ActivityCell
from parkparty.organizations.models import Organization, is_whole
from parkparty.places.models import Area, Park

MARKS_READ = 2_000
"""More marked cells than this, and a reader counts the activities themselves."""

APART_READ = 1_000
"""More organisations than this that sit in a place and are not below an organisation there, or are below it and sit
elsewhere, and the activities of the organisation are counted.
"""

TOLD, TOTAL, LATER, MARK, JOINT, ELSEWHERE, OTHERS = range(7)
"""The parts of the one query; of an organisation what is hosted jointly, who sits elsewhere, and the others there."""

UNCOUNTED = ", ".join(f"'{state}'" for state in UNCOUNTED_STATES)

PARTS = {"TOLD": TOLD, "TOTAL": TOTAL, "LATER": LATER, "MARK": MARK, "UNCOUNTED": UNCOUNTED}

KEPT = """
SELECT {TOTAL}, 0, {of}, month, number FROM {table} WHERE path = %s AND month >= %s AND month < %s
UNION ALL SELECT {MARK}, organization_id, '', month, 0 FROM (
    SELECT DISTINCT organization_id, month FROM coverage_activitymark WHERE month >= %s AND month < %s LIMIT {most}
) marked
UNION ALL SELECT {TOLD}, 0, '', NULL, 0 FROM coverage_foldcount WHERE typed = number
UNION ALL SELECT {LATER}, 0, '', NULL, 0 WHERE EXISTS (
    SELECT 1 FROM activities_activity
    WHERE state NOT IN ({UNCOUNTED}) AND held_on > %s AND held_on < %s
)
"""
"""Totals, marks, whether totals by type hold, and whether the last month goes on after the day."""

BESIDE = """
WITH beside (type, month, number, part) AS ({}) {} UNION ALL SELECT part, number, type, month, number FROM beside
"""

COLUMNS = ("part", "key", "of", "month", "number")

ALL = Value("")
"""In place of the code of a type: all activities, each counted once."""

Found = Counter[tuple[str, dt.date]]
"""Numbers by the code of a type, or nothing for all, and month."""


def activities_by_month(node: Node, months: Sequence[Period], day: dt.date, scope: Scope) -> list[int]:
    """How many counted activities were held in each of ``months``, the last of which holds ``day``, up to ``day``.

    In one query, in two where the last month goes on after ``day``, and one more while something changed since the last
    fold.
    """
    found = _told(node, months, day, scope, ALL)
    if found is None:
        found = _counted(held_by(Activity.objects.within(scope), node), months[0].since, day, ALL)
    return [found["", month.since] for month in months]


def activities_by_type(node: Node, months: Sequence[Period], day: dt.date, scope: Scope) -> dict[str, list[int]]:
    """The same for each type by its code, those without any left out; an activity counts as each of its types."""
    found = _told(node, months, day, scope, F("types"))
    if found is None:
        held = held_by(Activity.objects.within(scope, cut_to=node), node)
        found = _counted(held, months[0].since, day, F("types"))
    met = {type for (type, _month), number in found.items() if type and number}
    return {type: [found[type, month.since] for month in months] for type in met}


def _told(node: Node, months: Sequence[Period], day: dt.date, scope: Scope, types: Any) -> Found | None:
    """What totals tell of ``node``; None where they do not, as for a reader who does not see the whole place."""
    if isinstance(node, Organization):
        return _by_place(node, months, day, scope, types)
    if not scope.covers("places", node.path):
        return None
    return _from_totals(_read(node, months, day, types), node, months, day, types)


def _by_place(node: Organization, months: Sequence[Period], day: dt.date, scope: Scope, types: Any) -> Found | None:
    """The same of an organisation, from the totals of the place where it sits.

    None of a branch, whose few activities are soon counted; for a reader who holds neither it nor the place; and where
    many sit in the place and are not below it, or the other way round.
    """
    place = node.park or node.area
    if place is None or node.is_branch or not (is_whole(node, scope) or is_whole(place, scope)):
        return None
    below, since = paths.under("path", node.path), months[0].since
    there = paths.under("park__path", place.path) | paths.under("area__path", place.path)
    every = Organization.objects.order_by()
    elsewhere, others = every.filter(below).exclude(there), every.filter(there).exclude(below)
    seen, ours = Activity.objects.within(scope, cut_to=node), paths.under("organization__path", node.path)
    joint = JointHost.objects.filter(ours, held_on__range=(since, day)).order_by().values("activity")
    of_joint = _numbers(by_month(seen.filter(pk__in=joint).exclude(ours), since, day), types, JOINT)
    apart = [_keys(leaders[: APART_READ + 1], part) for leaders, part in ((elsewhere, ELSEWHERE), (others, OTHERS))]
    rows = _read(place, months, day, types, of_joint.union(*apart, all=True))
    led_by = {side: [key for part, key, *_rest in rows if part == side] for side in (ELSEWHERE, OTHERS)}
    found = None
    if max(map(len, led_by.values())) <= APART_READ:
        found = _from_totals(rows, place, months, day, types)
    if found is None:
        return None
    found.update({(of, _day(month)): number for part, _key, of, month, number in rows if part == JOINT})
    for side, held, sign in ((ELSEWHERE, seen, 1), (OTHERS, Activity.objects.all(), -1)):
        led = by_month(held.filter(organization__in=led_by[side]), since, day)
        for of, month, number, _part_of in _numbers(led, types):
            found[of, month] += sign * number
    return found


def _keys(leaders: Any, part: int) -> Any:
    """The keys of ``leaders`` in the shape of ``_numbers``."""
    rows = Organization.objects.filter(pk__in=leaders.values("pk")).order_by()
    nothing = {"of": Value("", TextField()), "month": Value(None, DateField())}
    return rows.annotate(**nothing, part=Value(part)).values_list("of", "month", "pk", "part")


def _read(place: Area | Park, months: Sequence[Period], day: dt.date, types: Any, beside: Any = None) -> list[Any]:
    """The rows of the one query, with those ``beside`` it in the shape of ``_numbers``."""
    of, table = ("''", "coverage_activitytotal") if types is ALL else ("type", "coverage_typetotal")
    run = months[0].since, months[-1].until
    query = KEPT.format(**PARTS, of=of, table=table, most=MARKS_READ + 1)
    values: list[Any] = [place.path, *run, *run, day, months[-1].until]
    if beside is not None:
        rows, of_rows = beside.query.sql_with_params()
        query, values = BESIDE.format(rows, query), [*of_rows, *values]
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[Any] = cursor.fetchall()
    return found


def _from_totals(
    rows: list[Any], node: Area | Park, months: Sequence[Period], day: dt.date, types: Any
) -> Found | None:
    """The totals of the months without what was held after ``day``, mostly nothing.

    None where they do not tell it: with too many marks, and of types where the last fold knew none.
    """
    parts = {part for part, *_rest in rows}
    cells = {(key, _day(month)) for part, key, _of, month, _number in rows if part == MARK}
    if (types is not ALL and TOLD not in parts) or len(cells) > MARKS_READ:
        return None
    found: Found = Counter({(of, _day(month)): number for part, _key, of, month, number in rows if part == TOTAL})
    if LATER in parts:
        here = _located_in(Activity.objects.all(), node)
        found.subtract(_counted(here, day + dt.timedelta(days=1), months[-1].last_day, types))
    if cells:
        found.update(_changed(node, cells, months, types))
    return found


def _day(value: dt.date | str) -> dt.date:
    """A day as the database gives it, SQLite as text."""
    return dt.date.fromisoformat(str(value))


def _changed(node: Area | Park, cells: set[tuple[int, dt.date]], months: Sequence[Period], types: Any) -> Found:
    """By how much the totals of ``node`` differ from the activities for ``cells``, in one query."""
    organizations = {organization for organization, _month in cells}
    touched = {month for _organization, month in cells}
    here = paths.under("park_path", node.path) | paths.under("area_path", node.path)
    folded = ActivityCell.objects.filter(here, organization_id__in=organizations, month__in=touched)
    led = _located_in(Activity.objects.filter(organization__in=organizations), node)
    live = by_month(led, min(touched), max(month.last_day for month in months if month.since in touched))
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


def _counted(rows: Any, since: dt.date, until: dt.date, types: Any) -> Found:
    """The same from activities themselves, in one query."""
    counted = _numbers(by_month(rows, since, until), types)
    return Counter({(of, month): number for of, month, number, _part_of in counted})


def _numbers(rows: Any, types: Any, part: int = TOTAL) -> Any:
    return rows.annotate(of=types, part=Value(part)).values_list("of", "month", "number", "part")


def _part(rows: Any, part: int, key: Any, of: Any) -> Any:
    return rows.order_by().annotate(part=Value(part), key=key, of=of)


def by_month(rows: Any, since: dt.date, until: dt.date) -> Any:
    """Those of ``rows`` that count, by ``month``, with their ``number``; a further grouping column may be added."""
    # PostgreSQL gives a moment for a month; beside the days of the totals it must be a day.
    month = Cast(TruncMonth("held_on"), DateField())
    held = rows.counted().filter(held_on__range=(since, until)).order_by()
    return held.annotate(month=month).values("month").annotate(number=Count("pk"))


def held_by(rows: Any, node: Node) -> Any:
    """Those of ``rows`` held by ``node`` or below, for many months.

    The parks and areas that are meant are asked for before. PostgreSQL, which they are told, goes by the organisations
    of a small place; otherwise it reads all that was held in these months.
    """
    if isinstance(node, Organization):
        return rows.hosted_under(node)
    parks, areas = (set(places.values_list("pk", flat=True)) for places in _below(node))
    return rows.filter(Q(organization__park__in=parks) | Q(organization__area__in=areas))


def _located_in(rows: Any, place: Area | Park) -> Any:
    """As ``located_in``, for a month or few organisations: PostgreSQL looks up the parks and areas, and joins none."""
    parks, areas = (places.values("pk") for places in _below(place))
    return rows.filter(Q(organization__park__in=parks) | Q(organization__area__in=areas))


def _below(place: Area | Park) -> list[Any]:
    """The parks and the areas of ``place``."""
    return [places.objects.filter(paths.under("path", place.path)) for places in (Park, Area)]

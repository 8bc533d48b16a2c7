"""Coverage on any day from totals that are kept: exact at every moment, whether or not all changes are folded in.

A total covers what was folded. Of each company marked since, what the totals hold is taken off, and what the facts say
is put on. Branches are told by ``figures.branches``. With too many marks, for a cut, and for a reader who does not see
the whole node, coverage is worked out from the facts alone.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add
from typing import Any

from django.db import connection

from parkparty.core import paths
from parkparty.core.copying import in_pieces
from parkparty.core.scope import Scope
from parkparty.core.written import given_list
from parkparty.coverage.figures.branches import from_histories, is_of_branch
from parkparty.coverage.figures.coverage import Below, CompanyCoverage, Counted, Point
from parkparty.coverage.figures.coverage import coverage_at as coverage_live
from parkparty.coverage.figures.effective import effective_at as effective_live
from parkparty.coverage.figures.from_facts import ASKED_AT_ONCE, standings
from parkparty.coverage.figures.history import COLUMNS, Standing, cells_of, standings_on
from parkparty.coverage.figures.marks import MARKS_READ, Waiting, marked_in
from parkparty.coverage.figures.met import met_at
from parkparty.organizations.models import Organization, is_whole
from parkparty.rules.figures import LimitBook

FOLDED, MARKED, RECORDED = -1, -2, -3
"""Parts of the one query beside those of the totals, in place of a number of theirs."""

NOTHING = [0] * len(COLUMNS)

Key = tuple[str, str, dt.date]
"""Path, denominator and day: what the totals are asked for."""

ARE_SUMMED = "(SELECT summed = number FROM coverage_foldcount)"

ROWS = (
    f"coverage_coveragesum WHERE {{}} AND is_year AND since < %s AND {ARE_SUMMED}",
    f"coverage_coveragesum WHERE {{}} AND NOT is_year AND since >= %s AND since < %s AND {ARE_SUMMED}",
    f"coverage_coveragetotal WHERE {{}} AND day >= CASE WHEN {ARE_SUMMED} THEN %s ELSE %s END AND day <= %s",
)
"""The rows up to a day: of the years before its own, of the months before its own, of days; or of days alone."""


def coverage_at(
    points: Sequence[Point], scope: Scope, book: LimitBook | None = None, *, may_take_minutes: bool = True
) -> list[CompanyCoverage]:
    """The coverage at each of ``points``, in their order.

    In two queries when the totals tell it, in some more while something changed since the last fold.

    Raises:
        Waiting: so much changed that the facts would take minutes, which they may not.
    """
    found = _known(points, scope, book, may_take_minutes=may_take_minutes)
    live = iter(coverage_live([point for n, point in enumerate(points) if n not in found], scope, book))
    return [found[n][0] if n in found else next(live) for n in range(len(points))]


def with_parts(
    whole: Sequence[Point], rest: Sequence[Point], parts: Mapping[Any, Below], scope: Scope, book: LimitBook
) -> tuple[list[Counted], list[CompanyCoverage], dict[Any, CompanyCoverage] | None]:
    """The figures at ``whole``, and the coverage at ``rest``, all of one node, as ``coverage_at``; and that of nodes
    below it, ``parts``, as the first of ``whole`` asks for it: who sees all of a node sees all of what is below it.

    The coverage of the parts is None where nothing kept tells it: what stands below a place is then sooner counted
    in one go than part by part.

    Raises:
        Waiting: so much changed since the last fold that the facts would take minutes.
    """
    asked, points = whole[0], [*whole, *rest]
    if is_of_branch(asked):
        found, of_parts = from_histories(points, scope, book), {}
    elif not is_kept(asked, scope):
        return effective_live(whole, scope, book, met_at), coverage_live(rest, scope, book), None
    else:
        branches = {
            key: Point(part, asked.denominator, asked.as_of)
            for key, part in parts.items()
            if isinstance(part, Organization) and part.is_branch
        }
        others = [key for key in parts if key not in branches]
        counted = from_totals(points, book, [parts[key].path for key in others])
        if counted is None:
            raise Waiting
        found = counted[: len(points)]
        of_parts = dict(zip(others, counted[len(points) :], strict=True))
        of_parts |= dict(zip(branches, from_histories([*branches.values()], scope, book), strict=True))
    at_rest = [coverage for coverage, _effective in found[len(whole) :]]
    return found[: len(whole)], at_rest, {key: of_parts[key][0] for key in parts}


def _known(
    points: Sequence[Point], scope: Scope, book: LimitBook | None, *, may_take_minutes: bool
) -> dict[int, Counted]:
    """What is kept of ``points``, by their number."""
    kept = {n: point for n, point in enumerate(points) if is_kept(point, scope)}
    figures = from_totals([*kept.values()], book)
    if figures is None and not may_take_minutes:
        raise Waiting
    found = dict(zip(kept, figures or (), strict=False))
    branches = {n: point for n, point in enumerate(points) if is_of_branch(point)}
    return found | dict(zip(branches, from_histories([*branches.values()], scope, book), strict=True))


def is_kept(point: Point, scope: Scope) -> bool:
    """Whether totals are kept of what ``point`` asks for, and the reader may see all that they count."""
    return not point.cut and not is_of_branch(point) and is_whole(point.node, scope)


@dataclass(slots=True)
class _Read:
    """What the one query found: totals by part and path, the companies marked, and what was folded of them."""

    totals: dict[tuple[int, str], list[int]]
    marked: set[int]
    recorded: set[int]
    folded: list[str]


def from_totals(
    points: Sequence[Point], book: LimitBook | None = None, below: Sequence[str] = ()
) -> list[Counted] | None:
    """The figures of ``points``, all of them kept, and of the nodes at the paths ``below`` the first of them, as it
    asks for them; None with too many marks.
    """
    if not points:
        return []
    keys = [(point.node.path, str(point.denominator), point.as_of) for point in points]
    keys += zip(below, repeat(keys[0][1]), repeat(keys[0][2]))
    groups: dict[tuple[str, dt.date], list[str]] = defaultdict(list)
    for path, denominator, day in keys:
        groups[denominator, day].append(path)
    read = _read(groups)
    if len(read.marked) > MARKS_READ:
        return None
    changes = _changes(keys, read.folded, read.marked, book) if read.marked else {}
    parts = {group: number for number, group in enumerate(groups)}
    found: list[Counted] = []
    for path, denominator, day in keys:
        part = parts[denominator, day]
        numbers = read.totals.get((part, path), NOTHING)
        if change := changes.get((path, denominator, day)):
            numbers = [number + change[column] for number, column in zip(numbers, COLUMNS, strict=True)]
        counted = CompanyCoverage(*numbers[:-1])
        found.append((counted, numbers[-1] if part in read.recorded or not counted.companies else None))
    return found


def _read(groups: dict[tuple[str, dt.date], list[str]]) -> _Read:
    sums = ", ".join(f"SUM({column})" for column in COLUMNS)
    nothing = ", 0" * (len(COLUMNS) - 1)
    held = "SELECT 1 FROM activities_activity WHERE state IN ('approved', 'archived') AND held_on <= %s"
    marked, of_marked = marked_in(paths.outermost([path for nodes in groups.values() for path in nodes]))
    listed, is_one_of = given_list()
    withs = [f"marked AS MATERIALIZED ({marked})"]
    parts = [
        # Names of our own tables and columns.
        f"SELECT {FOLDED}, text, company_id{nothing} FROM coverage_companyhistory "  # nosec B608
        "WHERE company_id IN (SELECT company_id FROM marked)",
        # Names of our own tables and columns.
        f"SELECT {MARKED}, '', company_id{nothing} FROM marked",  # nosec B608
    ]
    lists: list[str] = []
    values: list[Any] = []
    for number, ((denominator, day), nodes) in enumerate(groups.items()):
        withs.append(f"nodes_{number}(path) AS MATERIALIZED ({listed})")
        lists.append(json.dumps(nodes))
        parts.append(f"SELECT {RECORDED}, '', {number}{nothing} WHERE EXISTS ({held})")
        # Names of our own tables and columns.
        of_node = f"path {is_one_of.format(f'SELECT path FROM nodes_{number}')} AND denominator = %s"  # nosec B608
        year, month = day.replace(month=1, day=1), day.replace(day=1)
        # Names of our own tables and columns.
        parts += [f"SELECT {number}, path, {sums} FROM {rows.format(of_node)} GROUP BY path" for rows in ROWS]  # nosec B608
        values += [day, denominator, year, denominator, year, month, denominator, month, dt.date.min, day]
    read = _Read({}, set(), set(), [])
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(withs)} {' UNION ALL '.join(parts)}", [*of_marked, *lists, *values])
        for part, path, *numbers in cursor.fetchall():
            if part == FOLDED:
                read.folded.append(path)
            elif part == MARKED:
                read.marked.add(numbers[0])
            elif part == RECORDED:
                read.recorded.add(numbers[0])
            else:
                read.totals[part, path] = [*map(add, numbers, read.totals.get((part, path), NOTHING))]
    return read


def _changes(
    keys: Sequence[Key], folded: list[str], marked: set[int], book: LimitBook | None
) -> dict[Key, Counter[str]]:
    """By how much the totals of each of ``keys`` differ from the facts of the marked companies."""
    asked: dict[Key, Counter[str]] = {key: Counter() for key in keys}
    moved = _moved(folded, marked, sorted({day for _path, _denominator, day in keys}), book)
    for (day, standing), number in moved.items():
        for path, denominator, column in cells_of(standing) if number else ():
            if (path, denominator, day) in asked:
                asked[path, denominator, day][column] += number
    return asked


def _moved(
    folded: list[str], marked: set[int], days: Sequence[dt.date], book: LimitBook | None
) -> Counter[tuple[dt.date, Standing]]:
    """How many more of the marked companies stand so on each of ``days`` than was folded."""
    names = [day.isoformat() for day in days]
    found: Counter[tuple[dt.date, Standing]] = Counter()
    for text in folded:
        found.subtract(zip(days, standings_on(text, names), strict=True))
    book = book or LimitBook()
    for companies in in_pieces(sorted(marked), ASKED_AT_ONCE):
        for stood in standings(companies, days, book).values():
            found.update(zip(days, stood, strict=True))
    return found

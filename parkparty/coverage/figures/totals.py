"""Coverage on any day from totals that are kept: exact at every moment, whether or not all changes are folded in.

A total covers what was folded. Of each company marked since, what the totals hold is taken off, and what the facts say
is put on. For a reader who does not see all of a node, as who reaches an organisation by the place where it sits, the
hidden companies are taken off as well, and nothing of them is put on. Branches are told by ``figures.branches``. With
too many marks or hidden companies, and for a cut, coverage is worked out from the facts alone.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from operator import add
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from parkparty.companies.models import Company
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
from parkparty.coverage.models import CompanySpell
from parkparty.organizations.models import Organization, is_whole
from parkparty.rules.figures import LimitBook

FOLDED, MARKED, RECORDED, HIDDEN, TOLD = -1, -2, -3, -4, -5
"""Parts of the one query beside those of the totals, in place of a number of theirs."""

NOTHING = [0] * len(COLUMNS)

Key = tuple[str, str, dt.date]
"""Path, denominator and day: what the totals are asked for."""

HIDDEN_READ = 2000
"""More hidden companies than this, and a reader works coverage out from the facts."""

ARE_SUMMED = "(SELECT summed = number FROM coverage_foldcount)"

OF_HIDDEN = (
    # Names of our own tables and columns.
    f"SELECT {FOLDED}, text, company_id{{nothing}} FROM coverage_companyhistory WHERE company_id IN "  # nosec B608
    "(SELECT company_id FROM hidden EXCEPT SELECT company_id FROM marked)",
    f"SELECT {HIDDEN}, '', company_id{{nothing}} FROM hidden",  # nosec B608
    f"SELECT {TOLD}, '', 0{{nothing}} FROM coverage_foldcount WHERE told = number",  # nosec B608
)
"""The parts for a reader from whom some companies may be hidden; what was folded of marked ones is read anyway."""

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
    below it, ``parts``, as the first of ``whole`` asks for it: what is hidden below a node is hidden in it.

    The coverage of the parts is None where nothing kept tells it: what stands below a place is then sooner counted
    in one go than part by part.

    Raises:
        Waiting: so much changed since the last fold that the facts would take minutes.
    """
    asked, points = whole[0], [*whole, *rest]
    if is_of_branch(asked):
        found, of_parts = from_histories(points, scope, book), {}
    elif asked.cut:
        return effective_live(whole, scope, book, met_at), coverage_live(rest, scope, book), None
    else:
        branches = {
            key: Point(part, asked.denominator, asked.as_of)
            for key, part in parts.items()
            if isinstance(part, Organization) and part.is_branch
        }
        others = [key for key in parts if key not in branches]
        who = who_misses(asked, scope)
        counted = from_totals(points, book, [parts[key].path for key in others], who)
        if counted is None and who is None:
            raise Waiting
        if counted is None:
            return effective_live(whole, scope, book, met_at), coverage_live(rest, scope, book), None
        found = counted[: len(points)]
        of_parts = dict(zip(others, counted[len(points) :], strict=True))
        of_parts |= dict(zip(branches, from_histories([*branches.values()], scope, book), strict=True))
    at_rest = [coverage for coverage, _effective in found[len(whole) :]]
    return found[: len(whole)], at_rest, {key: of_parts[key][0] for key in parts}


def _known(
    points: Sequence[Point], scope: Scope, book: LimitBook | None, *, may_take_minutes: bool
) -> dict[int, Counted]:
    """What is kept of ``points``, by their number."""
    found: dict[int, Counted] = {}
    told = {n: point for n, point in enumerate(points) if not point.cut and not is_of_branch(point)}
    for who in (None, scope):
        asked = {n: point for n, point in told.items() if who_misses(point, scope) == who}
        figures = from_totals([*asked.values()], book, scope=who)
        if figures is None and who is None and not may_take_minutes:
            raise Waiting
        found |= zip(asked, figures or (), strict=False)
    branches = {n: point for n, point in enumerate(points) if is_of_branch(point)}
    return found | dict(zip(branches, from_histories([*branches.values()], scope, book), strict=True))


def is_kept(point: Point, scope: Scope) -> bool:
    """Whether totals, and the spells and histories behind them, are kept of what ``point`` asks for.

    From the reader some companies of an organisation may be hidden: ``who_misses``; of a place none are.
    """
    may_miss = isinstance(point.node, Organization)
    return not point.cut and not is_of_branch(point) and (may_miss or is_whole(point.node, scope))


def who_misses(point: Point, scope: Scope) -> Scope | None:
    """The reader, if some companies of ``point`` may be hidden from them; None for who holds all of its node."""
    return None if is_whole(point.node, scope) else scope


@dataclass(slots=True)
class _Read:
    """What the one query found: totals by part and path, the companies marked and hidden, and what was folded of them;
    and whether all that are hidden could be told.
    """

    totals: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    marked: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    recorded: set[int] = field(default_factory=set)
    folded: list[str] = field(default_factory=list)
    is_told: bool = False

    @classmethod
    def of(cls, rows: Iterable[Sequence[Any]]) -> _Read:
        """The parts of the query told apart."""
        read = cls()
        keys = {MARKED: read.marked, HIDDEN: read.hidden, RECORDED: read.recorded}
        for part, path, *numbers in rows:
            if part in keys:
                keys[part].add(numbers[0])
            elif part == FOLDED:
                read.folded.append(path)
            elif part == TOLD:
                read.is_told = True
            else:
                read.totals[part, path] = [*map(add, numbers, read.totals.get((part, path), NOTHING))]
        return read


def from_totals(
    points: Sequence[Point], book: LimitBook | None = None, below: Sequence[str] = (), scope: Scope | None = None
) -> list[Counted] | None:
    """The figures of ``points``, neither cut nor of branches, and of the nodes at the paths ``below`` the first of
    them, as it asks for them; None with too many marks.

    With a ``scope``, as far as that reader sees the companies; None as well where too many are hidden, or where the
    spells, which tell who was counted, do not hold.
    """
    if not points:
        return []
    keys = [(point.node.path, str(point.denominator), point.as_of) for point in points]
    keys += zip(below, repeat(keys[0][1]), repeat(keys[0][2]))
    groups: dict[tuple[str, dt.date], list[str]] = defaultdict(list)
    for path, denominator, day in keys:
        groups[denominator, day].append(path)
    read = _read(groups, scope)
    if len(read.marked) > MARKS_READ or (scope and (len(read.hidden) > HIDDEN_READ or not read.is_told)):
        return None
    changes = _changes(keys, read, book, scope) if read.marked or read.hidden else {}
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


def hidden_in(nodes: Sequence[str], scope: Scope) -> tuple[str, Sequence[Any]]:
    """The query, with its values, for companies ever counted at or below ``nodes`` that the reader does not see.

    PostgreSQL finds all of them by joins of indexes; asked for the first of them, it would look up one by one.
    """
    counted = CompanySpell.objects.filter(Q(*(paths.under("path", path) for path in nodes), _connector=Q.OR))
    for facts in Company.objects.shown_by(scope):
        # Each on its own: databases then go through the rows of both sides once, and not by one company after another.
        counted = counted.filter(~Exists(facts.filter(company=OuterRef("company_id"))))
    found: Any = counted.order_by().values("company_id").distinct()
    asked: tuple[str, Sequence[Any]] = found.query.sql_with_params()
    return asked


def _read(groups: dict[tuple[str, dt.date], list[str]], scope: Scope | None) -> _Read:
    sums = ", ".join(f"SUM({column})" for column in COLUMNS)
    nothing = ", 0" * (len(COLUMNS) - 1)
    held = "SELECT 1 FROM activities_activity WHERE state IN ('approved', 'archived') AND held_on <= %s"
    outermost = paths.outermost([path for nodes in groups.values() for path in nodes])
    marked, of_marked = marked_in(outermost)
    listed, is_one_of = given_list()
    withs, of_withs = [f"marked AS MATERIALIZED ({marked})"], [*of_marked]
    parts = [
        # Names of our own tables and columns.
        f"SELECT {FOLDED}, text, company_id{nothing} FROM coverage_companyhistory "  # nosec B608
        "WHERE company_id IN (SELECT company_id FROM marked)",
        # Names of our own tables and columns.
        f"SELECT {MARKED}, '', company_id{nothing} FROM marked",  # nosec B608
    ]
    if scope:
        hidden, of_hidden = hidden_in(outermost, scope)
        withs.append(f"all_hidden AS MATERIALIZED ({hidden})")
        # One more of them than a reader goes through.
        withs.append(f"hidden AS MATERIALIZED (SELECT company_id FROM all_hidden LIMIT {HIDDEN_READ + 1})")  # nosec B608
        of_withs += of_hidden
        parts += [part.format(nothing=nothing) for part in OF_HIDDEN]
    values: list[Any] = []
    for number, ((denominator, day), nodes) in enumerate(groups.items()):
        withs.append(f"nodes_{number}(path) AS MATERIALIZED ({listed})")
        of_withs.append(json.dumps(nodes))
        parts.append(f"SELECT {RECORDED}, '', {number}{nothing} WHERE EXISTS ({held})")
        # Names of our own tables and columns.
        of_node = f"path {is_one_of.format(f'SELECT path FROM nodes_{number}')} AND denominator = %s"  # nosec B608
        year, month = day.replace(month=1, day=1), day.replace(day=1)
        # Names of our own tables and columns.
        parts += [f"SELECT {number}, path, {sums} FROM {rows.format(of_node)} GROUP BY path" for rows in ROWS]  # nosec B608
        values += [day, denominator, year, denominator, year, month, denominator, month, dt.date.min, day]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(withs)} {' UNION ALL '.join(parts)}", [*of_withs, *values])
        return _Read.of(cursor.fetchall())


def _changes(keys: Sequence[Key], read: _Read, book: LimitBook | None, scope: Scope | None) -> dict[Key, Counter[str]]:
    """By how much the totals of each of ``keys`` differ from the facts of the marked companies, without hidden ones."""
    asked: dict[Key, Counter[str]] = {key: Counter() for key in keys}
    moved = _moved(read, sorted({day for _path, _denominator, day in keys}), book, scope)
    for (day, standing), number in moved.items():
        for path, denominator, column in cells_of(standing) if number else ():
            if (path, denominator, day) in asked:
                asked[path, denominator, day][column] += number
    return asked


def _moved(
    read: _Read, days: Sequence[dt.date], book: LimitBook | None, scope: Scope | None
) -> Counter[tuple[dt.date, Standing]]:
    """How many more companies that the reader sees stand so on each of ``days`` than was folded."""
    names = [day.isoformat() for day in days]
    found: Counter[tuple[dt.date, Standing]] = Counter()
    for text in read.folded:
        found.subtract(zip(days, standings_on(text, names), strict=True))
    book = book or LimitBook()
    for companies in in_pieces(sorted(read.marked), ASKED_AT_ONCE):
        seen = Company.objects.within(scope).filter(pk__in=companies).values_list("pk", flat=True) if scope else None
        for stood in standings(companies if seen is None else [*seen], days, book).values():
            found.update(zip(days, stood, strict=True))
    return found

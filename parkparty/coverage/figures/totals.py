"""Coverage on any day from totals that are kept: exact at every moment, whether or not all changes are folded in.

A total covers what was folded. Of each company marked since, what the totals hold is taken off, and what the facts say
is put on. With too many marks, for a cut, for a branch, and for a reader who does not see the whole node, coverage is
worked out from the facts alone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from parkparty.companies.choices import CoverageState
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import CompanyCoverage, Point
from parkparty.coverage.figures.coverage import coverage_at as coverage_live
from parkparty.coverage.figures.effective import effective_at as effective_live
from parkparty.coverage.figures.history import COLUMNS, History, totals_of
from parkparty.organizations.models import Organization
from parkparty.rules.figures import LimitBook

MARKS_READ = 200
"""More marked companies than this, and a reader works coverage out from the facts."""

Counted = tuple[CompanyCoverage, int | None]
"""Companies by how they are covered, and those effectively; None where nothing had been recorded by that day."""

FOLDED, MARKED, RECORDED = -1, -2, -3
"""Parts of the one query beside those of the totals, in place of a number of theirs."""

PREFIXES = ", ".join(f"SUBSTR(host.path, 1, {length})" for length in range(5, 55, 5))

OF_ACTIVITIES = """
SELECT link.company_id FROM (
    SELECT organization_id FROM {marks} mark
    UNION
    SELECT hosts.organization_id FROM {marks} mark
    JOIN activities_activity held ON held.organization_id = mark.organization_id
        AND held.held_on >= mark.month AND held.held_on < {month_later}
    JOIN activities_activityhost hosts ON hosts.activity_id = held.id
) met
JOIN organizations_organization host ON host.id = met.organization_id
JOIN organizations_organization up ON up.path IN ({prefixes})
JOIN companies_coveragelink link ON link.organization_id = up.id AND link.kind IN ('own', 'joint')
WHERE (SELECT EXISTS (SELECT 1 FROM coverage_activitymark))
"""
"""Companies that an organisation covers whose meetings, or those below it, were marked: are they still effective?"""

ARE_SUMMED = "(SELECT summed = number FROM coverage_foldcount)"

ROWS = (
    f"coverage_coveragesum WHERE {{}} AND is_year AND since < %s AND {ARE_SUMMED}",
    f"coverage_coveragesum WHERE {{}} AND NOT is_year AND since >= %s AND since < %s AND {ARE_SUMMED}",
    f"coverage_coveragetotal WHERE {{}} AND day >= CASE WHEN {ARE_SUMMED} THEN %s ELSE %s END AND day <= %s",
)
"""The rows up to a day: of the years before its own, of the months before its own, of days; or of days alone."""

MONTH_LATER = {"sqlite": "date(mark.month, '+1 month')", "postgresql": "mark.month + INTERVAL '1 month'"}


def companies_of_activities(last: int | None = None) -> str:
    """The query for the companies that marked activities concern, all marks or those up to the key ``last``."""
    # Names of our own table and columns.
    some = f"(SELECT organization_id, month FROM coverage_activitymark WHERE id <= {last})"  # nosec B608
    marks = "coverage_activitymark" if last is None else some
    return OF_ACTIVITIES.format(marks=marks, month_later=MONTH_LATER[connection.vendor], prefixes=PREFIXES)


def version() -> tuple[int, ...]:
    """What differs after anything was committed that figures rest on, or that stands beside them. One query.

    Between two folds marks only grow more; a fold is counted.
    """
    # Names of our own tables and columns.
    marks = ", ".join(f"(SELECT COUNT(*) FROM coverage_{kind}mark)" for kind in ("company", "activity"))  # nosec B608
    with connection.cursor() as cursor:
        # Names of our own tables.
        cursor.execute(f"SELECT (SELECT number FROM coverage_foldcount), {marks}")  # nosec B608
        found: tuple[int, ...] = cursor.fetchone()
    return found


def coverage_at(points: Sequence[Point], scope: Scope, book: LimitBook | None = None) -> list[CompanyCoverage]:
    """The coverage at each of ``points``, in their order.

    In one query when the totals tell it, in three while something changed since the last fold.
    """
    kept = [point for point in points if is_kept(point, scope)]
    found = {id(point): parts for point, (parts, _number) in zip(kept, from_totals(kept, book) or [], strict=False)}
    rest = [point for point in points if id(point) not in found]
    found |= {id(point): parts for point, parts in zip(rest, coverage_live(rest, scope, book), strict=True)}
    return [found[id(point)] for point in points]


def with_parts(
    whole: Sequence[Point], rest: Sequence[Point], parts: Mapping[Any, Point], scope: Scope, book: LimitBook
) -> tuple[list[Counted], list[CompanyCoverage], dict[Any, CompanyCoverage] | None]:
    """The figures at ``whole``, and the coverage at ``rest`` and at ``parts`` of the same node, as ``coverage_at``.

    The coverage of the parts is None where the totals do not tell it: what stands below a place is then sooner counted
    in one go than part by part.
    """
    kept = {key: part for key, part in parts.items() if is_kept(part, scope)}
    found = from_totals([*whole, *rest, *kept.values()], book) if is_kept(whole[0], scope) else None
    if found is None:
        return effective_live(whole, scope, book), coverage_live(rest, scope, book), None
    counted = [parts for parts, _effective in found]
    below = dict(zip(kept, counted[len(whole) + len(rest) :], strict=True))
    others = [key for key in parts if key not in kept]
    below |= dict(zip(others, coverage_live([parts[key] for key in others], scope, book), strict=True))
    return found[: len(whole)], counted[len(whole) : len(whole) + len(rest)], below


def is_kept(point: Point, scope: Scope) -> bool:
    """Whether totals are kept of what ``point`` asks for, and the reader may see all that they count."""
    node = point.node
    if isinstance(node, Organization):
        return not point.cut and not node.is_branch and scope.covers("organizations", node.path)
    return not point.cut and scope.covers("places", node.path)


@dataclass(slots=True)
class _Read:
    """What the one query found: totals by part and path, the companies marked, and what was folded of them."""

    totals: dict[tuple[int, str], list[int]]
    marked: set[int]
    recorded: set[int]
    folded: list[History]


def from_totals(points: Sequence[Point], book: LimitBook | None = None) -> list[Counted] | None:
    """The figures of ``points``, all of them kept; None with too many marks."""
    if not points:
        return []
    groups: dict[tuple[str, dt.date], list[str]] = defaultdict(list)
    for point in points:
        groups[str(point.denominator), point.as_of].append(point.node.path)
    read = _read(groups)
    if len(read.marked) > MARKS_READ:
        return None
    changes: list[Counter[str]] = [Counter() for _point in points]
    if read.marked:
        changes = _changes(points, read.folded, read.marked, book)
    parts = {group: number for number, group in enumerate(groups)}
    found: list[Counted] = []
    for point, change in zip(points, changes, strict=True):
        part = parts[str(point.denominator), point.as_of]
        numbers = read.totals.get((part, point.node.path), [0] * len(COLUMNS))
        numbers = [number + change[column] for number, column in zip(numbers, COLUMNS, strict=True)]
        counted = CompanyCoverage(*numbers[:-1])
        found.append((counted, numbers[-1] if part in read.recorded or not counted.companies else None))
    return found


def marked_companies() -> set[int] | None:
    """The keys of companies of which the facts may say something else than what is kept; None with too many marks."""
    with connection.cursor() as cursor:
        cursor.execute(_first_marked())
        found = {key for (key,) in cursor.fetchall()}
    return None if len(found) > MARKS_READ else found


def _first_marked() -> str:
    """The query for companies that are marked, one more of them than a reader goes through."""
    marked = "SELECT company_id FROM coverage_companymark WHERE company_id IS NOT NULL"
    return f"{marked} UNION {companies_of_activities()} LIMIT {MARKS_READ + 1}"


def _read(groups: dict[tuple[str, dt.date], list[str]]) -> _Read:
    sums = ", ".join(f"SUM({column})" for column in COLUMNS)
    nothing = ", 0" * (len(COLUMNS) - 1)
    held = "SELECT 1 FROM activities_activity WHERE state IN ('approved', 'archived') AND held_on <= %s"
    marked = _first_marked()
    parts = [
        # Names of our own tables and columns.
        f"SELECT {FOLDED}, text, company_id{nothing} FROM coverage_companyhistory "  # nosec B608
        f"WHERE company_id IN (SELECT company_id FROM ({marked}) marked)",
        # Names of our own tables and columns.
        f"SELECT {MARKED}, '', company_id{nothing} FROM ({marked}) marked",  # nosec B608
    ]
    values: list[Any] = []
    for number, ((denominator, day), nodes) in enumerate(groups.items()):
        parts.append(f"SELECT {RECORDED}, '', {number}{nothing} WHERE EXISTS ({held})")
        of_node = f"path IN ({', '.join(['%s'] * len(nodes))}) AND denominator = %s"
        year, month = day.replace(month=1, day=1), day.replace(day=1)
        # Names of our own tables and columns.
        parts += [f"SELECT {number}, path, {sums} FROM {rows.format(of_node)} GROUP BY path" for rows in ROWS]  # nosec B608
        asked = (*nodes, denominator)
        values += [day, *asked, year, *asked, year, month, *asked, month, dt.date.min, day]
    read = _Read({}, set(), set(), [])
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        for part, path, *numbers in cursor.fetchall():
            if part == FOLDED:
                read.folded.append(History.from_text(path))
            elif part == MARKED:
                read.marked.add(numbers[0])
            elif part == RECORDED:
                read.recorded.add(numbers[0])
            else:
                before = read.totals.get((part, path), [0] * len(COLUMNS))
                read.totals[part, path] = [int(number) + held for number, held in zip(numbers, before, strict=True)]
    return read


def _changes(
    points: Sequence[Point], folded: list[History], marked: set[int], book: LimitBook | None
) -> list[Counter[str]]:
    """By how much the totals of each point differ from the facts of the marked companies."""
    everything = Scope.everything()
    live = effective_live(points, everything, book, among=marked)
    held: Counter[tuple[str, str, dt.date, str]] = Counter()
    asked = {(point.node.path, str(point.denominator), point.as_of) for point in points}
    turns = Counter(turn for history in folded for turn in history.turns())
    for (path, denominator, day, column), number in totals_of(turns).items():
        for other in asked:
            if other[:2] == (path, denominator) and dt.date.fromisoformat(day) <= other[2]:
                held[(*other, column)] += number
    changes = []
    for point, (parts, effective) in zip(points, live, strict=True):
        now = Counter({state.value: getattr(parts, state.value) for state in CoverageState})
        now["effective"] = effective or 0
        now.subtract({column: held[point.node.path, str(point.denominator), point.as_of, column] for column in COLUMNS})
        changes.append(now)
    return changes

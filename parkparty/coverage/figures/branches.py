"""Coverage of branches from what is kept of each of their few companies: exact whether or not all is folded in.

No totals are kept of branches. Which companies are tied to one is read from the facts, how these count and are covered
from their histories, and of marked ones from the facts.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import Q, Subquery

from parkparty.activities.models import Activity
from parkparty.companies.models import Company, CoverageLink, Membership
from parkparty.core import paths
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import CompanyCoverage, Counted, Point
from parkparty.coverage.figures.from_facts import Run, histories, holds_on
from parkparty.coverage.figures.history import COLUMNS, Standing, standings_on
from parkparty.coverage.figures.marks import all_marked
from parkparty.organizations.models import Organization, is_whole
from parkparty.rules.figures import LimitBook

Ties = dict[str, defaultdict[int, list[Run]]]
"""By the path of a branch: its companies, and when they were tied to it."""


def is_of_branch(point: Point) -> bool:
    """Whether ``point`` asks for all companies of a branch."""
    return isinstance(point.node, Organization) and point.node.is_branch and not point.cut


def from_histories(points: Sequence[Point], scope: Scope, book: LimitBook | None = None) -> list[Counted]:
    """The figures of ``points``, all of branches, in two queries, in some more while a company of theirs is marked."""
    if not points:
        return []
    ties, first = _ties(points, scope)
    standings = _standings(ties, sorted({point.as_of for point in points}), book)
    found: list[Counted] = []
    for point in points:
        day, tied = point.as_of, ties[point.node.path].items()
        here = [key for key, runs in tied if key in standings and any(holds_on(run, day) for run in runs)]
        parts, effective = _counted(point, [standings[key][day] for key in here])
        is_known = not parts.companies or (first is not None and first <= day)
        found.append((parts, effective if is_known else None))
    return found


def _counted(point: Point, standings: Sequence[Standing]) -> tuple[CompanyCoverage, int]:
    numbers: Counter[str] = Counter()
    for standing in standings:
        is_here = standing.on_site or not point.denominator.is_on_site
        if is_here and point.denominator in standing.counted_as:
            numbers[standing.state] += 1
            numbers["effective"] += standing.effective
    *states, effective = (numbers[column] for column in COLUMNS)
    return CompanyCoverage(*states), effective


def _ties(points: Sequence[Point], scope: Scope) -> tuple[Ties, dt.date | None]:
    """The companies of the branches that the reader sees, and when they were tied to each; with the first day of which
    an activity counts. One query.
    """
    nodes = {point.node.path: point.node for point in points}
    asked = Q(*(paths.under("organization__path", path) for path in nodes), _connector=Q.OR)
    if not all(is_whole(node, scope) for node in nodes.values()):
        asked &= Q(company__in=Company.objects.within(scope))
    held = Activity.objects.counted().order_by("held_on").values("held_on")[:1]
    columns = ("organization__path", "company", "since", "until", Subquery(held))
    tied = [rows.filter(asked).order_by().values_list(*columns) for rows in (CoverageLink.objects, Membership.objects)]
    found: Ties = {path: defaultdict(list) for path in nodes}
    first: dt.date | None = None
    for path, company, since, until, first in tied[0].union(tied[1], all=True):  # noqa: B007 - the same in each row
        for above in found:
            if path.startswith(above):
                found[above][company].append((since, until))
    return found, first


def _standings(ties: Ties, days: Sequence[dt.date], book: LimitBook | None) -> dict[int, dict[dt.date, Standing]]:
    """How each company stands on each of ``days``."""
    companies = {company for tied in ties.values() for company in tied}
    if not companies:
        return {}
    names, asked = [day.isoformat() for day in days], ", ".join(["%s"] * len(companies))
    # Places of values, and names of our own tables.
    marks = f"SELECT company_id, '' FROM ({all_marked()}) marked WHERE company_id IN ({asked})"  # nosec B608
    # Places of values.
    kept = f"SELECT company_id, text FROM coverage_companyhistory WHERE company_id IN ({asked})"  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(f"{marks} UNION ALL {kept}", [*companies, *companies])
        rows = cursor.fetchall()
    marked = {key for key, text in rows if not text}
    found = {key: standings_on(text, names) for key, text in rows if text and key not in marked}
    for key, history in (histories(marked, book=book) if marked else {}).items():
        found[key] = [history.on(name) for name in names]
    return {key: dict(zip(days, standings, strict=True)) for key, standings in found.items()}

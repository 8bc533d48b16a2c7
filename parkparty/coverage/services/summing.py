"""Totals of coverage added up by year and by month, so that a day is told from few rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from django.db import connection
from django.db.models import F

from parkparty.coverage.figures.history import COLUMNS, Total
from parkparty.coverage.figures.marks import holds
from parkparty.coverage.models import CoverageSum, FoldCount
from parkparty.coverage.services.carrying import carry
from parkparty.coverage.services.holding import recount_all_activities
from parkparty.coverage.services.telling import count_spells, tell_anew

DAYS = ("path", "denominator", "day")
"""What tells the totals of days apart."""

YEARS_AND_MONTHS = ("path", "denominator", "is_year", "since")
"""What tells their sums apart."""

KEPT = ("summed", "told", "counted", "typed")
"""Columns of ``FoldCount``: which fold sums, spells, their counts and totals by type hold."""


def mend() -> None:
    """Make sums, spells, their counts and totals by type anew if they do not hold what was folded: after a migration,
    or a fold of a version of the site that knew none of them.
    """
    if not holds("summed"):
        sum_up()
    if not holds("told"):
        tell_anew()
    if not holds("counted"):
        count_spells()
    if not holds("typed"):
        recount_all_activities()


def count_fold() -> None:
    """Tell readers that marks are gone, and that all that is kept is in step; see ``figures.marks.version``."""
    counts, following = ("number", *KEPT), F("number") + 1
    FoldCount.objects.update_or_create(
        pk=1, defaults=dict.fromkeys(counts, following), create_defaults=dict.fromkeys(counts, 1)
    )


def is_in_step() -> bool:
    """Whether sums, spells, their counts and totals by type hold what was folded."""
    return holds(*KEPT)


def add_to_sums(changes: Counter[Total]) -> None:
    """Add ``changes`` of days to the sums of their years and months."""
    rows: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for (path, denominator, day, column), number in changes.items():
        rows[path, denominator, True, f"{day[:4]}-01-01"][column] += number
        rows[path, denominator, False, f"{day[:7]}-01"][column] += number
    carry(CoverageSum, YEARS_AND_MONTHS, COLUMNS, {key: row for key, row in rows.items() if any(row.values())})


def sum_up() -> None:
    """Add all totals up anew, in two statements."""
    CoverageSum.objects.all().delete()
    sums = ", ".join(f"SUM({column})" for column in COLUMNS)
    # Names of our own tables and columns.
    begin = f"INSERT INTO coverage_coveragesum ({ROW}) SELECT {KEYS}, {sums}"  # nosec B608
    with connection.cursor() as cursor:
        for rows in _rows_of_sums():
            cursor.execute(f"{begin} FROM ({rows}) held GROUP BY {KEYS}")


def sum_differences() -> list[str]:
    """Where the sums differ from the totals, in words; nothing when all is right."""
    taken = ", ".join(f"-{column}" for column in COLUMNS)
    # Names of our own tables and columns.
    kept = f"SELECT {KEYS}, {taken} FROM coverage_coveragesum"  # nosec B608
    differ = " OR ".join(f"SUM({column}) <> 0" for column in COLUMNS)
    both = " UNION ALL ".join((*_rows_of_sums(), kept))
    with connection.cursor() as cursor:
        # Names of our own tables and columns.
        cursor.execute(f"SELECT {KEYS} FROM ({both}) beside GROUP BY {KEYS} HAVING {differ} ORDER BY {KEYS}")  # nosec B608
        return [
            f"{path} {denominator} {str(since)[: 4 if is_year else 7]}: Σ"
            for path, denominator, is_year, since in cursor.fetchall()
        ]


def _rows_of_sums() -> list[str]:
    """Queries of all totals, as rows of their years and of their months."""
    return [
        # Names of our own tables and columns.
        f"SELECT path, denominator, {is_year} AS is_year, {since} AS since, {', '.join(COLUMNS)} "  # nosec B608
        "FROM coverage_coveragetotal"
        for is_year, since in FIRST_DAYS[connection.vendor].items()
    ]


KEYS = ", ".join(YEARS_AND_MONTHS)
ROW = ", ".join((*YEARS_AND_MONTHS, *COLUMNS))

FIRST_DAYS = {
    "sqlite": {True: "date(day, 'start of year')", False: "date(day, 'start of month')"},
    "postgresql": {True: "DATE_TRUNC('year', day)::date", False: "DATE_TRUNC('month', day)::date"},
}
"""The first day of a total's year (True) and month (False)."""

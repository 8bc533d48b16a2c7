"""Keeping the totals of coverage: the histories of companies counted anew, and carried into the totals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import TypeVar

from django.db import connection
from django.db.models import F, Min

from parkparty.companies.models import Company
from parkparty.coverage.figures.history import COLUMNS, History, Total, Turn, histories, totals_of
from parkparty.coverage.figures.totals import companies_of_activities
from parkparty.coverage.models import CompanyHistory, CompanyMark, CoverageTotal, FoldCount

BATCH = 500
"""Companies whose facts are in memory, and totals that are written, at a time."""

TURNS_HELD = 100_000
"""So many different turns are in memory before their totals are written."""

Row = tuple[str, str, str]
T = TypeVar("T")


def take_company_marks(limit: int) -> set[int]:
    """Take up to ``limit`` marks away, and give the companies that they and all marked activities concern."""
    marks = list(CompanyMark.objects.order_by("pk").values_list("pk", "company_id")[:limit])
    with connection.cursor() as cursor:
        cursor.execute(companies_of_activities())
        found = {company for (company,) in cursor.fetchall()}
    CompanyMark.objects.filter(pk__in=[pk for pk, _company in marks]).delete()
    return found | {company for _pk, company in marks if company is not None}


def count_fold() -> None:
    """Tell readers that marks are gone; see ``figures.totals.version``."""
    FoldCount.objects.update_or_create(pk=1, defaults={"number": F("number") + 1}, create_defaults={"number": 1})


def recount(companies: Collection[int]) -> None:
    """Bring the totals in step with the facts of ``companies``."""
    for batch in _batches(sorted(companies)):
        rows = CompanyHistory.objects.filter(company_id__in=batch)
        turns: Counter[Turn] = Counter()
        for text in rows.values_list("text", flat=True):
            turns.subtract(History.from_text(text).turns())
        rows.delete()
        _carry(totals_of(_keep(batch, turns)))


def recount_all() -> None:
    """Count all companies anew."""
    CompanyMark.objects.all().delete()
    CompanyHistory.objects.all().delete()
    CoverageTotal.objects.all().delete()
    turns: Counter[Turn] = Counter()
    for batch in _batches(_all_companies()):
        _keep(batch, turns)
        if len(turns) > TURNS_HELD:
            _carry(totals_of(turns))
            turns.clear()
    _carry(totals_of(turns))


def coverage_differences() -> list[str]:
    """Where the totals differ from the facts, in words; nothing when all is right. Every mark must be folded before."""
    turns: Counter[Turn] = Counter()
    for batch in _batches(_all_companies()):
        for history in histories(batch).values():
            turns.update(history.turns())
    truth = totals_of(turns)
    kept = Counter(
        {
            (row.path, row.denominator, row.day.isoformat(), column): getattr(row, column)
            for row in CoverageTotal.objects.iterator()
            for column in COLUMNS
        }
    )
    wrong = sorted(total for total in truth.keys() | kept.keys() if truth[total] != kept[total])
    return [f"{' '.join(total)}: {kept[total]} ≠ {truth[total]}" for total in wrong]


def _keep(batch: Collection[int], turns: Counter[Turn]) -> Counter[Turn]:
    """Write the histories of ``batch`` down and add what they hold to ``turns``."""
    found = histories(batch)
    CompanyHistory.objects.bulk_create(
        [CompanyHistory(company_id=pk, text=history.as_text()) for pk, history in found.items() if history.steps]
    )
    for history in found.values():
        turns.update(history.turns())
    return turns


def _carry(changes: Counter[Total]) -> None:
    """Add ``changes`` to the totals, in one order whatever they are."""
    rows: dict[Row, dict[str, int]] = defaultdict(dict)
    for (path, denominator, day, column), number in changes.items():
        if number:
            rows[path, denominator, day][column] = number
    with connection.cursor() as cursor:
        for part in _batches(sorted(rows)):
            values: list[str | int] = []
            for row in part:
                values += [*row, *(rows[row].get(column, 0) for column in COLUMNS)]
            cursor.execute(f"{ADD} VALUES {', '.join([PLACES] * len(part))} {TO_WHAT_STANDS}", values)
    CoverageTotal.objects.filter(path__in={path for path, *_rest in rows}, **dict.fromkeys(COLUMNS, 0)).delete()


def _all_companies() -> list[int]:
    """All companies, those of an organisation side by side: so its meetings are read about once."""
    beside = Company.objects.annotate(unit=Min("links__organization")).order_by("unit", "pk")
    return list(beside.values_list("pk", flat=True))


def _batches(rows: list[T]) -> Iterator[list[T]]:
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))


PLACES = f"({', '.join(['%s'] * (3 + len(COLUMNS)))})"
# Names of our own columns.
ADD = f"INSERT INTO coverage_coveragetotal (path, denominator, day, {', '.join(COLUMNS)})"  # nosec B608
TO_WHAT_STANDS = "ON CONFLICT (path, denominator, day) DO UPDATE SET " + ", ".join(  # nosec B608
    f"{column} = coverage_coveragetotal.{column} + excluded.{column}" for column in COLUMNS
)

"""Keeping the totals of coverage: the histories of companies counted anew, and carried into the totals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Min

from parkparty.companies.models import Company
from parkparty.core.copying import in_pieces
from parkparty.coverage.figures.from_facts import histories
from parkparty.coverage.figures.history import COLUMNS, History, Total, Turn, totals_of
from parkparty.coverage.figures.marks import companies_of_activities
from parkparty.coverage.figures.meetings import Meetings, meetings_at_once, meetings_of
from parkparty.coverage.models import CompanyHistory, CompanyMark, CompanySpell, CoverageTotal
from parkparty.coverage.services.carrying import BATCH, Rows, add, carry
from parkparty.coverage.services.summing import DAYS, add_to_sums, sum_up
from parkparty.coverage.services.telling import count_spells, counting_spells_of, spell_differences, tell

TURNS_HELD = 100_000
"""So many different turns are in memory before their totals are written."""


def take_company_marks(limit: int, last: int | None) -> set[int]:
    """Take up to ``limit`` marks away; returns their companies, and those of activities marked up to key ``last``."""
    marks = list(CompanyMark.objects.order_by("pk").values_list("pk", "company_id")[:limit])
    found: set[int] = set()
    if last is not None:
        with connection.cursor() as cursor:
            cursor.execute(companies_of_activities(last))
            found = {company for (company,) in cursor.fetchall()}
    CompanyMark.objects.filter(pk__in=[pk for pk, _company in marks]).delete()
    return found | {company for _pk, company in marks if company is not None}


def recount(companies: Collection[int]) -> None:
    """Bring the totals in step with the facts of ``companies``."""
    for batch in in_pieces(sorted(companies), BATCH):
        rows = CompanyHistory.objects.filter(company_id__in=batch)
        turns: Counter[Turn] = Counter()
        for text in rows.values_list("text", flat=True):
            turns.subtract(History.from_text(text).turns())
        rows.delete()
        with counting_spells_of(batch):
            CompanySpell.objects.filter(company_id__in=batch).delete()
            _keep(batch, turns)
        _carry(totals_of(turns))


def recount_all() -> None:
    """Count all companies anew."""
    CompanyMark.objects.all().delete()
    CompanyHistory.objects.all().delete()
    CompanySpell.objects.all().delete()
    CoverageTotal.objects.all().delete()
    with connection.cursor() as cursor, _staged(_keep):
        cursor.execute(SUMMED_UP)
    sum_up()
    count_spells()


def coverage_differences() -> list[str]:
    """Where the totals differ from the facts, in words; nothing when all is right. Every mark must be folded before."""
    wrong: list[str] = []

    def read(batch: list[int], turns: Counter[Turn], meetings: Meetings) -> None:
        found = histories(batch, meetings)
        for history in found.values():
            turns.update(history.turns())
        wrong.extend(spell_differences(found))

    with connection.cursor() as cursor, _staged(read):
        cursor.execute(DIFFERING)
        return wrong + [
            f"{path} {denominator} {day} {column}: {kept} ≠ {truth}"
            for path, denominator, day, *numbers in cursor.fetchall()
            for column, kept, truth in zip(COLUMNS, numbers[::2], numbers[1::2], strict=True)
            if kept != truth
        ]


@contextmanager
def _staged(turned: Callable[[list[int], Counter[Turn], Meetings], object]) -> Iterator[None]:
    """What all companies add to the totals, in a table beside them, as ``turned`` tells it of some at a time.

    There it is summed up once, at the end: adding it to rows that stand would write the same rows over and over.
    """
    turns: Counter[Turn] = Counter()
    with connection.cursor() as cursor, meetings_at_once() as meetings:
        cursor.execute("CREATE TEMPORARY TABLE coverage_staged AS SELECT * FROM coverage_coveragetotal WHERE 1 = 0")
        for batch in in_pieces(_all_companies(), BATCH):
            turned(batch, turns, meetings)
            if len(turns) > TURNS_HELD:
                add("coverage_staged", DAYS, COLUMNS, _rows(totals_of(turns)))
                turns.clear()
        add("coverage_staged", DAYS, COLUMNS, _rows(totals_of(turns)))
        yield
        cursor.execute("DROP TABLE coverage_staged")


def _keep(batch: Collection[int], turns: Counter[Turn], meetings: Meetings = meetings_of) -> Counter[Turn]:
    """Write the histories of ``batch`` down, and their spells, and add what they hold to ``turns``."""
    found = histories(batch, meetings)
    CompanyHistory.objects.bulk_create(
        [CompanyHistory(company_id=pk, text=history.as_text()) for pk, history in found.items() if history.steps]
    )
    tell(found)
    for history in found.values():
        turns.update(history.turns())
    return turns


def _carry(changes: Counter[Total]) -> None:
    """Add ``changes`` to the totals."""
    carry(CoverageTotal, DAYS, COLUMNS, _rows(changes))
    add_to_sums(changes)


def _rows(changes: Counter[Total]) -> Rows:
    rows: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for (path, denominator, day, column), number in changes.items():
        if number:
            rows[path, denominator, day][column] = number
    return rows


def _all_companies() -> list[int]:
    """All companies, those of an organisation side by side: so its meetings are read about once."""
    beside = Company.objects.annotate(unit=Min("links__organization")).order_by("unit", "pk")
    return list(beside.values_list("pk", flat=True))


ROW = ", ".join((*DAYS, *COLUMNS))
# Names of our own columns.
SUMMED_UP = (
    f"INSERT INTO coverage_coveragetotal ({ROW}) "  # nosec B608
    f"SELECT path, denominator, day, {', '.join(f'SUM({column})' for column in COLUMNS)} FROM coverage_staged "
    f"GROUP BY path, denominator, day HAVING {' OR '.join(f'SUM({column}) <> 0' for column in COLUMNS)}"
)
BESIDE = ", ".join(f"SUM(kept_{column}), SUM({column})" for column in COLUMNS)
# Names of our own columns.
DIFFERING = (
    f"SELECT path, denominator, day, {BESIDE} FROM ("  # nosec B608
    f"SELECT path, denominator, day, {', '.join(f'{column} AS kept_{column}, 0 AS {column}' for column in COLUMNS)} "
    f"FROM coverage_coveragetotal UNION ALL "
    f"SELECT path, denominator, day, {', '.join(f'0, {column}' for column in COLUMNS)} FROM coverage_staged) beside "
    f"GROUP BY path, denominator, day HAVING {' OR '.join(f'SUM(kept_{name}) <> SUM({name})' for name in COLUMNS)} "
    "ORDER BY path, denominator, day"
)

"""Keeping counts: folding what was marked, counting anew, comparing with the truth.

``fold`` may run anywhere at any time: one at a time works, everything marked is counted from the facts themselves, so
nothing can be counted twice, and a change that is committed while it runs leaves a mark of its own.
"""

from __future__ import annotations

from django.db import connection, transaction

from parkparty.activities.services import leaders
from parkparty.companies.models import Company
from parkparty.coverage.models import ActivityCell, ActivityMark, CompanyMark, LoadMark
from parkparty.coverage.services.covering import (
    coverage_differences,
    recount,
    recount_all,
    take_company_marks,
)
from parkparty.coverage.services.holding import activity_differences, recount_all_activities, recount_cells
from parkparty.coverage.services.loading import load_differences, recount_all_loads, recount_loads, take_load_marks
from parkparty.coverage.services.summing import count_fold, is_in_step, mend, sum_differences
from parkparty.coverage.services.telling import count_differences

BATCH = 2000
"""Marks folded in one transaction."""

LOCK = 0x70706366
"""One fold at a time in a PostgreSQL database; SQLite has one writer anyway."""


def fold_all() -> int:
    """Fold every mark that is committed; returns how many months, companies and branches were counted.

    Where most companies are marked, as by a changed rule, all are counted anew, which is sooner done.
    """
    leaders.tell_leaders()
    number = CompanyMark.objects.count()
    if number > BATCH and 2 * number > Company.objects.count():
        return number + rebuild()
    number = 0
    while not is_in_step() or any(marks.objects.exists() for marks in (ActivityMark, CompanyMark, LoadMark)):
        number += fold()
    return number


@transaction.atomic
def fold(limit: int = BATCH) -> int:
    """Count anew what the first ``limit`` marks of each kind are about, and carry the differences up.

    Returns how many months of organisations, companies and organisations these were.
    """
    _lock()
    marks = list(ActivityMark.objects.order_by("pk").values_list("pk", "organization_id", "month")[:limit])
    companies = take_company_marks(limit, marks[-1][0] if marks else None)
    organizations = take_load_marks(limit)
    # Gone before anything is counted: what is committed from here on has a mark that stays.
    ActivityMark.objects.filter(pk__in=[pk for pk, _organization, _month in marks]).delete()
    mend()
    count_fold()
    recount(companies)
    recount_loads(organizations)
    cells = {(organization, month) for _pk, organization, month in marks}
    recount_cells(cells)
    return len(cells) + len(companies) + len(organizations)


@transaction.atomic
def rebuild() -> int:
    """Count everything anew; returns how many cells there are."""
    _lock()
    # First the marks that are there: what is committed from here on has a mark that stays.
    ActivityMark.objects.all().delete()
    recount_all()
    recount_all_loads()
    recount_all_activities()
    count_fold()
    return ActivityCell.objects.count()


def differences() -> list[str]:
    """Where the totals differ from the facts once every mark is folded, in words; nothing when all is right."""
    fold_all()
    with transaction.atomic():
        _lock()
        of_companies = coverage_differences() + sum_differences() + count_differences()
        return activity_differences() + of_companies + load_differences() + leaders.differences()


def _lock() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])

"""Keeping counts: folding what was marked, counting anew, comparing with the truth.

``fold`` may run anywhere at any time: one at a time works, everything marked is counted from the facts themselves, so
nothing can be counted twice, and a change that is committed while it runs leaves a mark of its own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from django.db import connection, transaction
from django.db.models import Count
from django.db.models.functions import TruncMonth

from parkparty.activities.models import Activity
from parkparty.companies.models import Company
from parkparty.core import paths
from parkparty.coverage.models import ActivityCell, ActivityMark, ActivityTotal, CompanyMark, LoadMark
from parkparty.coverage.services.covering import (
    coverage_differences,
    recount,
    recount_all,
    take_company_marks,
)
from parkparty.coverage.services.loading import load_differences, recount_all_loads, recount_loads, take_load_marks
from parkparty.coverage.services.summing import count_fold, is_in_step, mend, sum_differences
from parkparty.organizations.models import Organization

BATCH = 2000
"""Marks folded in one transaction."""

LOCK = 0x70706366
"""One fold at a time in a PostgreSQL database; SQLite has one writer anyway."""

Cell = tuple[int, dt.date]
Total = tuple[str, dt.date]


def fold_all() -> int:
    """Fold every mark that is committed; returns how many months, companies and branches were counted.

    Where most companies are marked, as by a changed rule, all are counted anew, which is sooner done.
    """
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
    _recount_cells(cells)
    return len(cells) + len(companies) + len(organizations)


def _recount_cells(cells: set[Cell]) -> None:
    folded, counted = _folded(cells), _counted(cells)
    changes: Counter[Total] = Counter()
    for cells_of, sign in ((folded, -1), (counted, 1)):
        for cell in cells_of.values():
            for path in places_of(cell):
                changes[path, cell.month] += sign * cell.number
    ActivityCell.objects.filter(pk__in=[cell.pk for cell in folded.values()]).delete()
    ActivityCell.objects.bulk_create(counted.values(), batch_size=500)
    _carry({total: number for total, number in changes.items() if number})


@transaction.atomic
def rebuild() -> int:
    """Count everything anew, in one statement a step and level of the tree; returns how many cells there are."""
    _lock()
    # First the marks that are there: what is committed from here on has a mark that stays.
    ActivityMark.objects.all().delete()
    ActivityCell.objects.all().delete()
    ActivityTotal.objects.all().delete()
    recount_all()
    recount_all_loads()
    count_fold()
    with connection.cursor() as cursor:
        _count_activities(cursor, "coverage_activitycell", "coverage_activitytotal")
    return ActivityCell.objects.count()


def differences() -> list[str]:
    """Where the totals differ from the facts once every mark is folded, in words; nothing when all is right."""
    fold_all()
    with transaction.atomic():
        _lock()
        return _activity_differences() + coverage_differences() + sum_differences() + load_differences()


def _activity_differences() -> list[str]:
    with connection.cursor() as cursor:
        for name in ("cell", "total"):
            # Our own tables.
            empty = f"SELECT * FROM coverage_activity{name} WHERE 1 = 0"  # nosec B608
            cursor.execute(f"CREATE TEMPORARY TABLE counted_{name} AS {empty}")
        _count_activities(cursor, "counted_cell", "counted_total")
        cursor.execute(DIFFERING)
        found = [f"{path} {str(month)[:7]}: {kept} ≠ {truth}" for path, month, kept, truth in cursor.fetchall()]
        for name in ("cell", "total"):
            cursor.execute(f"DROP TABLE counted_{name}")
    return found


def _count_activities(cursor: Any, cells: str, totals: str) -> None:
    """Count all activities into these two empty tables, in one statement a step and level of the tree."""
    cursor.execute(CELLS_ANEW.format(cells=cells, month=MONTHS[connection.vendor]))
    # Names of our own tables.
    cursor.execute(f"SELECT MAX(LENGTH(park_path)), MAX(LENGTH(area_path)) FROM {cells}")  # nosec B608
    depth = max(length or 0 for length in cursor.fetchone()) // paths.STEP
    for level in range(1, depth + 1):
        cursor.execute(TOTALS_ANEW.format(cells=cells, totals=totals), {"length": level * paths.STEP})


def places_of(cell: ActivityCell) -> set[str]:
    """The places that count ``cell``: those that its organisation sits in, and all above them."""
    chains = (paths.ancestors(path, include_self=True) for path in (cell.park_path, cell.area_path))
    return {path for chain in chains for path in chain}


def _lock() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _folded(cells: set[Cell]) -> dict[Cell, ActivityCell]:
    rows = ActivityCell.objects.filter(organization_id__in={organization for organization, _month in cells})
    found = {(row.organization_id, row.month): row for row in rows}
    return {cell: row for cell, row in found.items() if cell in cells}


def _counted(cells: set[Cell]) -> dict[Cell, ActivityCell]:
    """What the activities say now of ``cells``, with the places of the organisations."""
    rows: Any = Activity.objects.counted().order_by()
    rows = rows.filter(organization__in={organization for organization, _month in cells})
    groups = rows.annotate(month=TruncMonth("held_on")).values_list("organization_id", "month")
    found = {
        (organization, month): number
        for organization, month, number in groups.annotate(number=Count("pk"))
        if (organization, month) in cells
    }
    places = Organization.objects.filter(pk__in={organization for organization, _month in found})
    of = {pk: (park or "", area or "") for pk, park, area in places.values_list("pk", "park__path", "area__path")}
    return {
        cell: ActivityCell(
            organization_id=cell[0], month=cell[1], number=number, park_path=of[cell[0]][0], area_path=of[cell[0]][1]
        )
        for cell, number in found.items()
    }


def _carry(changes: dict[Total, int]) -> None:
    """Add ``changes`` to the totals; a total of nothing is not kept."""
    rows = ActivityTotal.objects.filter(
        path__in={path for path, _month in changes}, month__in={month for _path, month in changes}
    )
    standing = {(row.path, row.month): row for row in rows}
    changed: list[ActivityTotal] = []
    new: list[ActivityTotal] = []
    gone: list[ActivityTotal] = []
    for (path, month), difference in changes.items():
        row = standing.get((path, month))
        if row is None:
            new.append(ActivityTotal(path=path, month=month, number=difference))
            continue
        row.number += difference
        (changed if row.number else gone).append(row)
    ActivityTotal.objects.bulk_update(changed, ["number"], batch_size=500)
    ActivityTotal.objects.bulk_create(new, batch_size=500)
    ActivityTotal.objects.filter(pk__in=[row.pk for row in gone]).delete()


CELLS_ANEW = """
INSERT INTO {cells} (organization_id, month, number, park_path, area_path)
SELECT held.organization_id, held.month, held.number, COALESCE(park.path, ''), COALESCE(area.path, '')
FROM (
    SELECT organization_id, {month} AS month, COUNT(*) AS number
    FROM activities_activity WHERE state IN ('approved', 'archived') GROUP BY 1, 2
) held
JOIN organizations_organization node ON node.id = held.organization_id
LEFT JOIN places_park park ON park.id = node.park_id
LEFT JOIN places_area area ON area.id = node.area_id
"""

MONTHS = {"sqlite": "date(held_on, 'start of month')", "postgresql": "date_trunc('month', held_on)::date"}

TOTALS_ANEW = """
INSERT INTO {totals} (path, month, number)
SELECT path, month, SUM(number) FROM (
    SELECT SUBSTR(park_path, 1, %(length)s) AS path, month, number
    FROM {cells} WHERE LENGTH(park_path) >= %(length)s
    UNION ALL
    SELECT SUBSTR(area_path, 1, %(length)s), month, number
    FROM {cells}
    WHERE LENGTH(area_path) >= %(length)s AND SUBSTR(area_path, 1, %(length)s) <> SUBSTR(park_path, 1, %(length)s)
) placed
GROUP BY 1, 2
"""
"""The totals of one level of the tree; a place that holds both the park and the area of an organisation counts once."""

DIFFERING = """
SELECT path, month, SUM(kept), SUM(truth) FROM (
    SELECT path, month, number AS kept, 0 AS truth FROM coverage_activitytotal
    UNION ALL
    SELECT path, month, 0, number FROM counted_total
) beside
GROUP BY path, month HAVING SUM(kept) <> SUM(truth) ORDER BY path, month
"""

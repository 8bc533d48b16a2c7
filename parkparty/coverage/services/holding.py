"""Keeping the totals of activities, all together and by type, in step with the activities themselves."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Count, F
from django.db.models.functions import TruncMonth

from parkparty.activities.models import Activity
from parkparty.core import paths
from parkparty.coverage.models import ActivityCell, ActivityTotal, TypeTotal
from parkparty.coverage.services.carrying import carry
from parkparty.organizations.models import Organization

Cell = tuple[int, dt.date]
"""An organisation's month."""


def recount_cells(cells: Collection[Cell]) -> None:
    """Count ``cells`` anew, and carry the differences up."""
    folded, counted = _folded(cells), _counted(cells)
    totals: Counter[tuple[Any, ...]] = Counter()
    types: Counter[tuple[Any, ...]] = Counter()
    for cells_of, sign in ((folded, -1), (counted, 1)):
        for cell in cells_of.values():
            for path in places_of(cell):
                totals[path, cell.month] += sign * cell.number
                for type, number in (cell.types or {}).items():
                    types[path, cell.month, type] += sign * number
    ActivityCell.objects.filter(pk__in=[cell.pk for cell in folded.values()]).delete()
    ActivityCell.objects.bulk_create(counted.values(), batch_size=500)
    for model, keys, changes in ((ActivityTotal, MONTHLY, totals), (TypeTotal, BY_TYPE, types)):
        carry(model, keys, NUMBER, {key: {"number": number} for key, number in changes.items() if number})


def recount_all_activities() -> None:
    """Count all activities anew. Marks that stand are left: what they are about is counted again, to the same."""
    for kept in (ActivityCell, ActivityTotal, TypeTotal):
        kept.objects.all().delete()
    with connection.cursor() as cursor:
        _count(cursor, ActivityCell._meta.db_table, ActivityTotal._meta.db_table, TypeTotal._meta.db_table)


def activity_differences() -> list[str]:
    """Where the totals differ from the activities, in words; nothing when all is right. All marks are folded before."""
    names = ("activitycell", "activitytotal", "typetotal")
    with connection.cursor() as cursor:
        for name in names:
            # Our own tables.
            empty = f"SELECT * FROM coverage_{name} WHERE 1 = 0"  # nosec B608
            cursor.execute(f"CREATE TEMPORARY TABLE counted_{name} AS {empty}")
        _count(cursor, *(f"counted_{name}" for name in names))
        cursor.execute(DIFFERING)
        found = [
            f"{path} {str(month)[:7]}{type and f' {type}'}: {kept} ≠ {truth}"
            for path, month, type, kept, truth in cursor.fetchall()
        ]
        for name in names:
            cursor.execute(f"DROP TABLE counted_{name}")
    return found


def places_of(cell: ActivityCell) -> set[str]:
    """The places that count ``cell``: those that its organisation sits in, and all above them."""
    chains = (paths.ancestors(path, include_self=True) for path in (cell.park_path, cell.area_path))
    return {path for chain in chains for path in chain}


def _folded(cells: Collection[Cell]) -> dict[Cell, ActivityCell]:
    rows = ActivityCell.objects.filter(organization_id__in={organization for organization, _month in cells})
    found = {(row.organization_id, row.month): row for row in rows}
    return {cell: row for cell, row in found.items() if cell in cells}


def _counted(cells: Collection[Cell]) -> dict[Cell, ActivityCell]:
    """What the activities say now of ``cells``, with the places of the organisations."""
    rows: Any = Activity.objects.counted().order_by()
    rows = rows.filter(organization__in={organization for organization, _month in cells})
    held = rows.annotate(month=TruncMonth("held_on")).values_list("organization_id", "month")
    found = {cell: number for *cell_, number in held.annotate(number=Count("pk")) if (cell := tuple(cell_)) in cells}
    types: dict[Cell, dict[str, int]] = {cell: {} for cell in found}
    for organization, month, type, number in held.annotate(type=F("types"), number=Count("pk")):
        if type is not None and (organization, month) in cells:
            types[organization, month][type] = number
    places = Organization.objects.filter(pk__in={organization for organization, _month in found})
    of = {pk: (park or "", area or "") for pk, park, area in places.values_list("pk", "park__path", "area__path")}
    return {
        (pk, month): ActivityCell(
            organization_id=pk, month=month, number=number, types=types[pk, month],
            park_path=of[pk][0], area_path=of[pk][1],
        )
        for (pk, month), number in found.items()
    }  # fmt: skip


MONTHLY, BY_TYPE, NUMBER = ("path", "month"), ("path", "month", "type"), ("number",)
"""What tells the totals apart, and what they hold."""


def _count(cursor: Any, cells: str, totals: str, types: str) -> None:
    """Count all activities into these three empty tables, in one statement each."""
    vendor = connection.vendor
    cursor.execute(CELLS_ANEW.format(cells=cells, month=MONTHS[vendor], made=MADE[vendor]))
    # Names of our own tables.
    cursor.execute(f"SELECT MAX(LENGTH(park_path)), MAX(LENGTH(area_path)) FROM {cells}")  # nosec B608
    depth = max(length or 0 for length in cursor.fetchone())
    levels = ", ".join(f"({length})" for length in range(paths.STEP, max(depth, paths.STEP) + 1, paths.STEP))
    for table, columns, made in ((totals, "month", "{cells} made"), (types, "month, type", PARTS[vendor])):
        held = made.format(cells=cells)
        cursor.execute(TOTALS_ANEW.format(totals=table, columns=columns, held=held, levels=levels))


CELLS_ANEW = """
INSERT INTO {cells} (organization_id, month, number, types, park_path, area_path)
SELECT held.organization_id, held.month, held.number, held.types, COALESCE(park.path, ''), COALESCE(area.path, '')
FROM (
    SELECT organization_id, month, SUM(number) FILTER (WHERE type = '') AS number, {made} AS types
    FROM (
        SELECT organization_id, {month} AS month, '' AS type, COUNT(*) AS number
        FROM activities_activity WHERE state IN ('approved', 'archived') GROUP BY 1, 2
        UNION ALL
        SELECT organization_id, {month}, activitytype_id, COUNT(*)
        FROM activities_activity
        JOIN activities_activity_types typed ON typed.activity_id = activities_activity.id
        WHERE state IN ('approved', 'archived') GROUP BY 1, 2, 3
    ) counted GROUP BY 1, 2
) held
JOIN organizations_organization node ON node.id = held.organization_id
LEFT JOIN places_park park ON park.id = node.park_id
LEFT JOIN places_area area ON area.id = node.area_id
"""

MONTHS = {"sqlite": "date(held_on, 'start of month')", "postgresql": "date_trunc('month', held_on)::date"}
MADE = {
    "sqlite": "JSON_GROUP_OBJECT(type, number) FILTER (WHERE type <> '')",
    "postgresql": "COALESCE(JSONB_OBJECT_AGG(type, number) FILTER (WHERE type <> ''), '{}')",
}
"""The types of a cell as one object; SQLite makes an empty one of nothing."""

EACH = (
    "(SELECT park_path, area_path, month, made.key AS type, CAST(made.value AS integer) AS number "
    "FROM {{cells}}, {each}(types) made) made"
)
PARTS = {"sqlite": EACH.format(each="JSON_EACH"), "postgresql": EACH.format(each="JSONB_EACH_TEXT")}
"""The cells, type by type."""

TOTALS_ANEW = """
INSERT INTO {totals} (path, {columns}, number)
WITH held AS MATERIALIZED (
    SELECT park_path, area_path, {columns}, SUM(number) AS number FROM {held} GROUP BY park_path, area_path, {columns}
), level(length) AS (VALUES {levels})
SELECT path, {columns}, SUM(number) FROM (
    SELECT SUBSTR(park_path, 1, length) AS path, {columns}, number
    FROM held CROSS JOIN level WHERE LENGTH(park_path) >= length
    UNION ALL
    SELECT SUBSTR(area_path, 1, length), {columns}, number
    FROM held CROSS JOIN level
    WHERE LENGTH(area_path) >= length AND SUBSTR(area_path, 1, length) <> SUBSTR(park_path, 1, length)
) placed
GROUP BY path, {columns}
"""
"""Totals of all levels of the tree; a place that holds both the park and the area of an organisation counts once."""

DIFFERING = """
SELECT path, month, type, SUM(kept), SUM(truth) FROM (
    SELECT path, month, '' AS type, number AS kept, 0 AS truth FROM coverage_activitytotal
    UNION ALL
    SELECT path, month, '', 0, number FROM counted_activitytotal
    UNION ALL
    SELECT path, month, type, number, 0 FROM coverage_typetotal
    UNION ALL
    SELECT path, month, type, 0, number FROM counted_typetotal
) beside
GROUP BY path, month, type HAVING SUM(kept) <> SUM(truth) ORDER BY path, month, type
"""

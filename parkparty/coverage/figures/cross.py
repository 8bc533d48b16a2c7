"""Any two dimensions of companies across each other: cells, totals of rows and columns and the whole.

A company that sits in two parks stands in both rows, and once in every total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from parkparty.companies.choices import CoverageState, SizeClass, StaffBand
from parkparty.companies.models import Industry
from parkparty.core.scope import Scope
from parkparty.coverage.choices import Dimension
from parkparty.coverage.figures.coverage import Point
from parkparty.coverage.figures.crossed import ALL, CELL, CELLS_READ, COLUMN, ONE_VALUE, ROW, Found, Key, counted
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Building, Park

ROWS_SHOWN, COLUMNS_SHOWN = 50, 20

FIXED: dict[Dimension, list[str]] = {
    Dimension.COVERAGE: [state.value for state in CoverageState],
    Dimension.SIZE: [size for size in SizeClass.values if size] + [""],
    Dimension.STAFF: [str(band) for band in StaffBand.values if band] + ["0"],
}
"""Dimensions whose values stand in an order of their own; the others stand by their number of companies."""


@dataclass(frozen=True, slots=True)
class CrossTable:
    """How many companies stand in each cell. ``rows`` and ``columns`` are keys in the order in which they are shown."""

    rows: list[Key]
    columns: list[Key]
    cells: dict[tuple[Key, Key], int]
    row_totals: dict[Key, int]
    column_totals: dict[Key, int]
    total: int
    rows_left_out: int
    columns_left_out: int


def dimensions_of(point: Point) -> list[Dimension]:
    """The dimensions that companies of ``point`` can be told by: areas below only where there may be some."""
    return [kind for kind in Dimension if kind != Dimension.AREA or isinstance(point.node, Area)]


def cross_table(point: Point, rows: Dimension, columns: Dimension, scope: Scope) -> CrossTable | None:
    """The companies of ``point`` by ``rows`` and ``columns``; None when there are too many cells.

    In two queries, and one to four for each two thousand companies that changed since the last fold.

    Raises:
        Waiting: so much changed since then that the facts would take minutes.
    """
    table = _table(counted(point, rows, columns, scope), rows, columns)
    groups = len(table.cells) + len(table.row_totals) + len(table.column_totals) + 1
    return None if groups > CELLS_READ else table


def names_of(dimension: Dimension, keys: Iterable[Key], scope: Scope) -> dict[Key, Any]:
    """What each key of ``dimension`` stands for: a choice's label, or the row that it names; at most two queries."""
    stated = [key for key in keys if key]
    if dimension == Dimension.COVERAGE:
        return {state.value: state.label for state in CoverageState}
    if dimension == Dimension.SIZE:
        return dict(SizeClass.choices)
    if dimension == Dimension.STAFF:
        return {str(value): label for value, label in StaffBand.choices}
    if dimension == Dimension.INDUSTRY:
        return {row.code: row for row in Industry.objects.filter(code__in=stated)}
    if dimension == Dimension.AREA:
        below: list[Area | Park] = list(Area.objects.within(scope).filter(path__in=stated))
        below += Park.objects.within(scope).filter(path__in=stated)
        return {node.path: node for node in below}
    model: Any = {Dimension.PARK: Park, Dimension.BUILDING: Building}.get(dimension, Organization)
    return {str(row.pk): row for row in model.objects.within(scope).filter(pk__in=stated)}


def _table(found: list[Found], rows: Dimension, columns: Dimension) -> CrossTable:
    row_totals: Counter[Key] = Counter()
    column_totals: Counter[Key] = Counter()
    cells: dict[tuple[Key, Key], int] = {}
    total = 0
    for part, row, column, number in found:
        if part == CELL:
            cells[row, column] = number
        # Where a company has one value, the cells of all values add up.
        if part == ROW or (part == CELL and columns in ONE_VALUE):
            row_totals[row] += number
        if part == COLUMN or (part == CELL and rows in ONE_VALUE):
            column_totals[column] += number
        if part == ALL:
            total = number
    if columns in ONE_VALUE:
        total = column_totals.total()
    elif rows in ONE_VALUE:
        total = row_totals.total()
    row_keys, column_keys = _ordered(rows, row_totals), _ordered(columns, column_totals)
    return CrossTable(
        rows=row_keys[:ROWS_SHOWN],
        columns=column_keys[:COLUMNS_SHOWN],
        cells=cells,
        row_totals=row_totals,
        column_totals=column_totals,
        total=total,
        rows_left_out=max(0, len(row_keys) - ROWS_SHOWN),
        columns_left_out=max(0, len(column_keys) - COLUMNS_SHOWN),
    )


def _ordered(dimension: Dimension, totals: Counter[Key]) -> list[Key]:
    """Values with an order of their own in that order; others by their number, what is not stated at the end."""
    if dimension in FIXED:
        return [key for key in FIXED[dimension] if key in totals]
    return sorted(totals, key=lambda key: (key is None, -totals[key], key or ""))

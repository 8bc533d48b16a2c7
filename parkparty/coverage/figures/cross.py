"""Any two dimensions of companies across each other: cells, totals of rows and columns and the whole.

A company that sits in two parks stands in both rows, and once in every total: totals are counted, not added up. What
coverage keeps of each company tells most of them in one query; others, and companies marked since, the facts tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import CharField, Count, F, FilteredRelation, Q, Value
from django.db.models.functions import Cast, Coalesce, Substr

from parkparty.companies.choices import ORGANISATION_LINKS, CoverageState, SizeClass, StaffBand, TenancyKind
from parkparty.companies.models import Industry
from parkparty.core import paths
from parkparty.core.copying import in_pieces
from parkparty.core.models import valid_on
from parkparty.core.scope import Scope
from parkparty.coverage.choices import PLACE_DIMENSIONS, Dimension
from parkparty.coverage.figures.coverage import Point
from parkparty.coverage.figures.marks import MARKS_READ, Waiting, marked_in
from parkparty.coverage.figures.spells import BIT
from parkparty.coverage.figures.totals import ASKED_AT_ONCE, is_kept
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import reached
from parkparty.places.models import Area, Building, Park

CELL, ROW, COLUMN, ALL, MARKED, TOLD = range(6)
"""The parts of a query: of the table, then which companies are marked, and whether what is kept holds."""

PARTS = {"CELL": CELL, "ROW": ROW, "COLUMN": COLUMN, "ALL": ALL, "MARKED": MARKED, "TOLD": TOLD}

ONE_VALUE = {Dimension.COVERAGE, Dimension.INDUSTRY, Dimension.SIZE, Dimension.STAFF}
"""Dimensions of which a company has one value: it stands in one row or column."""

ROWS_SHOWN, COLUMNS_SHOWN = 50, 20
CELLS_READ = 20_000
"""More groups than this are refused: nobody reads such a table, and no page should wait for it."""

FIXED: dict[Dimension, list[str]] = {
    Dimension.COVERAGE: [state.value for state in CoverageState],
    Dimension.SIZE: [size for size in SizeClass.values if size] + [""],
    Dimension.STAFF: [str(band) for band in StaffBand.values if band] + ["0"],
}
"""Dimensions whose values stand in an order of their own; the others stand by their number of companies."""

KEPT_AS = {
    Dimension.COVERAGE: "state",
    Dimension.INDUSTRY: "NULLIF(industry, '')",
    Dimension.SIZE: "size",
    Dimension.STAFF: "CAST(staff_band AS varchar)",
    Dimension.PARK: "CAST(COALESCE(park.parent_id, park.id) AS varchar)",
    Dimension.AREA: "SUBSTR(spell.path, 1, {below})",
}
"""Dimensions that ``CompanySpell`` tells."""

KEPT = """
WITH marked AS MATERIALIZED ({marked}), counted AS (
    SELECT {distinct} company_id, {rows} AS row_key, {columns} AS column_key
    FROM coverage_companyspell spell {joined}
    WHERE spell.path >= %s AND spell.path < %s AND since <= %s AND (until IS NULL OR until > %s)
    AND (denominators & %s) <> 0 {on_site} AND company_id NOT IN (SELECT company_id FROM marked)
)
SELECT {TOLD}, '', '', number FROM coverage_foldcount WHERE told = number
UNION ALL SELECT {MARKED}, '', '', company_id FROM marked
UNION ALL SELECT {CELL}, row_key, column_key, COUNT(*) FROM counted GROUP BY row_key, column_key
"""
COUNTED = """
WITH marked AS MATERIALIZED ({marked}), moved AS (
    SELECT spell.*, -1 AS number FROM coverage_companyspell spell
    WHERE path = %s AND since > %s AND until IS NULL
    UNION ALL SELECT spell.*, -1 FROM coverage_companyspell spell
    WHERE path = %s AND since <= %s AND until IS NULL AND company_id IN (SELECT company_id FROM marked)
    UNION ALL SELECT spell.*, 1 FROM coverage_companyspell spell
    WHERE path = %s AND since <= %s AND until > %s AND company_id NOT IN (SELECT company_id FROM marked)
), counted AS (
    SELECT {rows} AS row_key, {columns} AS column_key, denominators, on_site, number
    FROM coverage_spellcount WHERE path = %s
    UNION ALL SELECT {rows}, {columns}, denominators, on_site, number FROM moved
)
SELECT {TOLD}, '', '', number FROM coverage_foldcount WHERE counted = number
UNION ALL SELECT {MARKED}, '', '', company_id FROM marked
UNION ALL SELECT {CELL}, row_key, column_key, SUM(number) FROM counted
WHERE (denominators & %s) <> 0 {on_site} GROUP BY row_key, column_key HAVING SUM(number) <> 0
"""
"""The same of a place where each company has one spell: those without an end are counted, few others began or ended
after the day.
"""
TOTALS = """
UNION ALL SELECT {ROW}, row_key, '', COUNT(DISTINCT company_id) FROM counted GROUP BY row_key
UNION ALL SELECT {COLUMN}, '', column_key, COUNT(DISTINCT company_id) FROM counted GROUP BY column_key
UNION ALL SELECT {ALL}, '', '', COUNT(DISTINCT company_id) FROM counted
"""

Key = str | None
Found = tuple[int, Key, Key, int]
"""Part, row, column and number of companies, of which none is in two."""


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
    found = _from_spells(point, rows, columns, scope)
    if found is None:
        found = _from_facts(point.companies(scope), point, rows, columns, scope)
    if {rows, columns} <= ONE_VALUE:
        found = _with_sums(found)
    return None if len(found) > CELLS_READ else _table(found, rows, columns)


def _from_spells(point: Point, rows: Dimension, columns: Dimension, scope: Scope) -> list[Found] | None:
    """What is kept of the companies, and the facts of those that are marked; None where they do not tell it."""
    is_told = {rows, columns} <= KEPT_AS.keys() and is_kept(point, scope)
    if not is_told or (isinstance(point.node, Organization) and {rows, columns} & PLACE_DIMENSIONS):
        return None
    marked, values = marked_in([point.node.path])
    day, path, bit = point.as_of, point.node.path, BIT[point.denominator]
    asked = {
        **PARTS,
        "marked": marked,
        "rows": KEPT_AS[rows].format(below=len(path) + paths.STEP),
        "columns": KEPT_AS[columns].format(below=len(path) + paths.STEP),
        "on_site": "AND on_site" if point.denominator.is_on_site else "",
    }
    # In a park without bases each company has one spell: telling them apart would take as long as reading them.
    has_one, found = isinstance(point.node, Park) and not point.node.bases.exists(), []
    if has_one and {rows, columns} <= ONE_VALUE:
        found = _read(COUNTED.format(**asked), [*values, path, day, path, day, path, day, day, path, bit])
    if not _is_told(found):
        query = (KEPT if {rows, columns} <= ONE_VALUE else KEPT + TOTALS).format(
            **asked,
            distinct="" if has_one else "DISTINCT",
            joined="JOIN places_park park ON park.path = spell.path" if Dimension.PARK in (rows, columns) else "",
        )
        found = _read(query, [*values, *paths.run(path), day, day, bit])
    changed = [number for part, _row, _column, number in found if part == MARKED]
    if len(changed) > MARKS_READ:
        raise Waiting
    if not _is_told(found):
        return None
    numbers = Counter({(part, row, column): number for part, row, column, number in found if part <= ALL})
    for keys in in_pieces(changed, ASKED_AT_ONCE):
        some = point.companies(scope).filter(pk__in=keys)
        for part, row, column, number in _from_facts(some, point, rows, columns, scope):
            numbers[part, row, column] += number
    return [(*key, number) for key, number in numbers.items()]


def _read(query: str, values: list[Any]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[Found] = cursor.fetchall()
    return found


def _is_told(found: Iterable[Found]) -> bool:
    return any(part == TOLD for part, *_rest in found)


def _from_facts(companies: Any, point: Point, rows: Dimension, columns: Dimension, scope: Scope) -> list[Found]:
    """The same of ``companies``, by the facts, in one query; without sums where cells add up to them."""
    companies = companies.order_by()
    nothing = Value("", output_field=CharField())
    row_key, column_key = _key(rows, "row", point), _key(columns, "column", point)
    by_row = _joined(companies, rows, "row", point, scope)
    found = _counted(_joined(by_row, columns, "column", point, scope), CELL, row_key, column_key)
    if not {rows, columns} <= ONE_VALUE:
        by_column = _joined(companies, columns, "column", point, scope)
        found = found.union(
            _counted(by_row, ROW, row_key, nothing),
            _counted(by_column, COLUMN, nothing, column_key),
            _counted(companies, ALL, nothing, nothing),
            all=True,
        )
    return list(found[: CELLS_READ + 1])


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


def _joined(companies: Any, dimension: Dimension, name: str, point: Point, scope: Scope) -> Any:
    """``companies`` with the rows of the relation that ``dimension`` needs, under a name of its own."""
    day, node, alias = point.as_of, point.node, f"{name}_of"
    if dimension == Dimension.COVERAGE:
        return companies.with_coverage_state(day, f"{name}_state")
    if dimension == Dimension.ORGANIZATION:
        condition = valid_on(day, "links__") & Q(links__kind__in=ORGANISATION_LINKS)
        joined = companies.annotate(**{alias: FilteredRelation("links", condition=condition)})
        return joined.filter(Q(**{f"{alias}__isnull": True}) | reached(scope, f"{alias}__organization__"))
    if dimension not in (Dimension.PARK, Dimension.AREA, Dimension.BUILDING):
        return companies
    condition = valid_on(day, "tenancies__")
    if dimension != Dimension.BUILDING and point.denominator.is_on_site:
        condition &= Q(tenancies__kind=TenancyKind.ON_SITE)
    joined = companies.annotate(**{alias: FilteredRelation("tenancies", condition=condition)})
    here = scope.q("places", f"{alias}__park__path")
    if not isinstance(node, Organization):
        here &= paths.under(f"{alias}__park__path", node.path)
    if dimension == Dimension.BUILDING:
        here = Q(**{f"{alias}__isnull": False}) & (Q(**{f"{alias}__building__isnull": True}) | here)
    return joined.filter(here)


def _key(dimension: Dimension, name: str, point: Point) -> Any:
    alias = f"{name}_of"
    keys: dict[Dimension, Any] = {
        Dimension.COVERAGE: F(f"{name}_state"),
        Dimension.PARK: Coalesce(f"{alias}__park__parent", f"{alias}__park"),
        Dimension.AREA: Substr(f"{alias}__park__path", 1, len(point.node.path) + paths.STEP),
        Dimension.BUILDING: F(f"{alias}__building"),
        Dimension.INDUSTRY: Substr("industry__code", 1, 2),
        Dimension.SIZE: F("size"),
        Dimension.STAFF: F("staff_band"),
        Dimension.ORGANIZATION: F(f"{alias}__organization"),
    }
    return Cast(keys[dimension], CharField())


def _counted(companies: Any, part: int, row_key: Any, column_key: Any) -> Any:
    keyed = companies.annotate(part=Value(part), row_key=row_key, column_key=column_key)
    return keyed.values_list("part", "row_key", "column_key").annotate(number=Count("pk", distinct=True))


def _with_sums(cells: list[Found]) -> list[Found]:
    """``cells`` with their sums, which are the totals where each company stands in one cell."""
    by_row: Counter[Key] = Counter()
    by_column: Counter[Key] = Counter()
    for _part, row, column, number in cells:
        by_row[row] += number
        by_column[column] += number
    rows = ((ROW, key, "", number) for key, number in by_row.items())
    columns = ((COLUMN, "", key, number) for key, number in by_column.items())
    return [*cells, *rows, *columns, (ALL, "", "", by_row.total())]


def _table(found: list[Found], rows: Dimension, columns: Dimension) -> CrossTable:
    row_totals: Counter[Key] = Counter()
    column_totals: Counter[Key] = Counter()
    cells: dict[tuple[Key, Key], int] = {}
    total = 0
    for part, row, column, number in found:
        if part == CELL:
            cells[row, column] = number
        elif part == ROW:
            row_totals[row] = number
        elif part == COLUMN:
            column_totals[column] = number
        else:
            total = number
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

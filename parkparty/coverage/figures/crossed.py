"""How many companies of a node stand in each cell of two dimensions.

What coverage keeps of each company tells which of them count and what they are; where they sit and what covers them
is read from the facts beside it. Of companies marked since, and where nothing is kept, the facts alone tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import repeat
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import CharField, Count, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Substr

from parkparty.companies.choices import ORGANISATION_LINKS, TenancyKind
from parkparty.core import paths
from parkparty.core.copying import in_pieces
from parkparty.core.models import valid_on
from parkparty.core.scope import Scope
from parkparty.coverage.choices import Dimension
from parkparty.coverage.figures.coverage import Point
from parkparty.coverage.figures.from_facts import ASKED_AT_ONCE
from parkparty.coverage.figures.marks import ANY_MARKED, MARKS_READ, NONE_MARKED, Waiting, marked_in
from parkparty.coverage.figures.spells import BIT
from parkparty.coverage.figures.totals import hidden_in, is_kept, who_misses
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import reached
from parkparty.places.models import Park

CELL, ROW, COLUMN, ALL, MARKED, TOLD = range(6)
"""The parts of a query: of the table, then which companies are marked, and whether what is kept holds."""

ONE_VALUE = {
    Dimension.COVERAGE: "state",
    Dimension.INDUSTRY: "NULLIF(industry, '')",
    Dimension.SIZE: "size",
    Dimension.STAFF: "staff_band",
}
"""Dimensions of which a company has one value, which its spells tell: it stands in one row or column."""

CELLS_READ = 20_000
"""More groups than this are refused: nobody reads such a table, and no page should wait for it."""

KEPT = """
WITH marked AS MATERIALIZED ({marked}), {hidden} here AS NOT MATERIALIZED (
    SELECT company_id, path, state, industry, size, staff_band FROM coverage_companyspell spell
    WHERE path >= %s AND path < %s AND since <= %s AND (until IS NULL OR until > %s)
    AND (denominators & %s) <> 0 {on_site} {unmarked} {seen}
)
SELECT {TOLD}, '', '', number FROM coverage_foldcount WHERE told = number {still}
UNION ALL SELECT {MARKED}, '', '', company_id FROM marked
UNION ALL SELECT * FROM ({parts} LIMIT {most}) counted
"""
PART = """
SELECT {part}, CAST(row_key AS varchar), CAST(column_key AS varchar), COUNT(*)
FROM (SELECT {distinct} here.company_id, {row} AS row_key, {column} AS column_key FROM here {joined} WHERE {seen}) keyed
GROUP BY row_key, column_key
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
    SELECT {row} AS row_key, {column} AS column_key, denominators, on_site, number
    FROM coverage_spellcount WHERE path = %s
    UNION ALL SELECT {row}, {column}, denominators, on_site, number FROM moved
)
SELECT {TOLD}, '', '', number FROM coverage_foldcount WHERE counted = number
UNION ALL SELECT {MARKED}, '', '', company_id FROM marked
UNION ALL SELECT {CELL}, CAST(row_key AS varchar), CAST(column_key AS varchar), SUM(number) FROM counted
WHERE (denominators & %s) <> 0 {on_site} GROUP BY row_key, column_key HAVING SUM(number) <> 0
"""
"""The same of a place where each company has one spell: those without an end are counted, few others began or ended
after the day.
"""

ON_THE_DAY = "{0}.company_id = here.company_id AND {0}.since <= %s AND ({0}.until IS NULL OR {0}.until > %s)"

HIDDEN = "hidden AS MATERIALIZED ({}),"
NOT_HIDDEN = "AND NOT EXISTS (SELECT 1 FROM hidden WHERE hidden.company_id = spell.company_id)"
"""For a reader who does not see all companies of an organisation."""

KINDS = ", ".join(f"'{kind}'" for kind in ORGANISATION_LINKS)
LINKED = f"LEFT JOIN companies_coveragelink link ON {ON_THE_DAY.format('link')} AND link.kind IN ({KINDS})"
HOUSED = f"JOIN companies_tenancy housed ON {ON_THE_DAY.format('housed')}"
SEATED = f"JOIN companies_tenancy seat ON {ON_THE_DAY.format('seat')}"
OF_SEAT, OF_PLACE = "JOIN places_park park ON park.id = seat.park_id", "JOIN places_park park ON park.path = here.path"

NAMES = {"CELL": CELL, "MARKED": MARKED, "TOLD": TOLD}

Key = str | None
Found = tuple[int, Key, Key, int]
"""Part, row, column and number of companies, of which none is in two."""

Part = tuple[int, Dimension | None, Dimension | None]
"""A part, and what its rows and its columns are: nothing where there is one."""


class Told(NamedTuple):
    """How a dimension of the companies that are ``here`` is told: by a key, of which rows that are joined, all of them
    on the day, and those that the reader sees, with the values of that.
    """

    key: str
    joined: str = ""
    seen: str = "1 = 1"
    values: tuple[Any, ...] = ()


NOTHING = Told("''")
"""In place of rows or columns where a part has none."""


def counted(point: Point, rows: Dimension, columns: Dimension, scope: Scope) -> list[Found]:
    """The cells of the companies of ``point``, and those totals that cells do not add up to; not all where they are
    too many.

    In two queries, and one to four for each two thousand companies that changed since the last fold.

    Raises:
        Waiting: so much changed since then that the facts would take minutes.
    """
    found = _from_kept(point, rows, columns, scope) if is_kept(point, scope) else None
    return _from_facts(point.companies(scope), point, rows, columns, scope) if found is None else found


def _parts(rows: Dimension, columns: Dimension) -> list[Part]:
    """The cells, and the totals that they do not add up to, since a company may stand in many of them."""
    found: list[Part] = [(CELL, rows, columns)]
    if columns not in ONE_VALUE:
        found.append((ROW, rows, None))
    if rows not in ONE_VALUE:
        found.append((COLUMN, None, columns))
    if not {rows, columns} & ONE_VALUE.keys():
        found.append((ALL, None, None))
    return found


def _from_kept(point: Point, rows: Dimension, columns: Dimension, scope: Scope) -> list[Found] | None:
    """By what is kept, and by the facts of companies that are marked; None where what is kept does not hold."""
    marked = marked_in([point.node.path])
    # In a park without bases each company has one spell: telling them apart would take as long as reading them.
    has_one, found = isinstance(point.node, Park) and not point.node.bases.exists(), []
    if has_one and {rows, columns} <= ONE_VALUE.keys():
        found = _read(*_by_counts(point, rows, columns, *marked))
    if not _is_told(found):
        found = _read(*_by_spells(point, rows, columns, scope, *marked, has_one=has_one))
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


def _by_counts(
    point: Point, rows: Dimension, columns: Dimension, marked: str, values: list[Any]
) -> tuple[str, list[Any]]:
    day, path = point.as_of, point.node.path
    query = COUNTED.format(
        row=ONE_VALUE[rows],
        column=ONE_VALUE[columns],
        marked=marked,
        on_site="AND on_site" if point.denominator.is_on_site else "",
        **NAMES,
    )
    return query, [*values, path, day, path, day, path, day, day, path, BIT[point.denominator]]


def _by_spells(
    point: Point, rows: Dimension, columns: Dimension, scope: Scope, marked: str, values: list[Any], *, has_one: bool
) -> tuple[str, list[Any]]:
    day, parts = point.as_of, []
    hidden, of_hidden = hidden_in([point.node.path], scope) if who_misses(point, scope) else ("", ())
    values = [*values, *of_hidden, *paths.run(point.node.path), day, day, BIT[point.denominator]]
    told = {kind: _told(kind, point, scope) for kind in (rows, columns)}
    for part, *kinds in _parts(rows, columns):
        row, column = (told[kind] if kind else NOTHING for kind in kinds)
        joined = f"{row.joined} {column.joined}"
        parts.append(
            PART.format(
                part=part,
                # Facts of a day may say the same of a company twice.
                distinct="" if has_one and "%s" not in joined else "DISTINCT",
                row=row.key,
                column=column.key,
                joined=joined,
                seen=f"{row.seen} AND {column.seen}",
            )
        )
        values += [*repeat(day, joined.count("%s")), *row.values, *column.values]
    is_none = marked == NONE_MARKED
    query = KEPT.format(
        marked=marked,
        hidden=hidden and HIDDEN.format(hidden),
        seen=hidden and NOT_HIDDEN,
        on_site="AND on_site" if point.denominator.is_on_site else "",
        # PostgreSQL looks up in one process alone what is marked, and mostly nothing is. That it is still so is asked
        # with the facts: none is read without its mark.
        unmarked="" if is_none else "AND company_id NOT IN (SELECT company_id FROM marked)",
        still=f"AND NOT ({ANY_MARKED})" if is_none else "",
        parts=" UNION ALL ".join(parts),
        most=CELLS_READ + 1,
        **NAMES,
    )
    return query, values


def _told(dimension: Dimension, point: Point, scope: Scope) -> Told:
    """How ``dimension`` is told: as ``_joined`` and ``_key`` tell it of the facts alone."""
    if dimension in ONE_VALUE:
        return Told(ONE_VALUE[dimension])
    if dimension == Dimension.ORGANIZATION:
        if scope.covers("organizations", ""):
            return Told("link.organization_id", LINKED)
        seen, values = _keys_of(Organization.objects.within(scope))
        return Told("link.organization_id", LINKED, f"(link.id IS NULL OR link.organization_id IN ({seen}))", values)
    is_tied = isinstance(point.node, Organization)
    parks: Any = Park.objects.within(scope)
    seen, values = _keys_of(parks if is_tied else parks.under(point.node))
    if dimension == Dimension.BUILDING:
        return Told("housed.building_id", HOUSED, f"(housed.building_id IS NULL OR housed.park_id IN ({seen}))", values)
    below = f"SUBSTR(park.path, 1, {len(point.node.path) + paths.STEP})"
    key = "COALESCE(park.parent_id, park.id)" if dimension == Dimension.PARK else below
    if not is_tied:
        return Told(key, OF_PLACE)
    on_site = f"AND seat.kind = '{TenancyKind.ON_SITE}'" if point.denominator.is_on_site else ""
    return Told(key, f"{SEATED} {on_site} {OF_SEAT}", f"park.id IN ({seen})", values)


def _keys_of(rows: QuerySet) -> tuple[str, tuple[Any, ...]]:
    """The query for the keys of ``rows``, with its values."""
    try:
        return rows.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return "SELECT 0 WHERE 1 = 0", ()


def _read(query: str, values: list[Any]) -> list[Found]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[Found] = cursor.fetchall()
    return found


def _is_told(found: Iterable[Found]) -> bool:
    return any(part == TOLD for part, *_rest in found)


def _from_facts(companies: Any, point: Point, rows: Dimension, columns: Dimension, scope: Scope) -> list[Found]:
    """The same of ``companies``, by the facts, in one query."""
    cells, *totals = (
        _counted(companies.order_by(), part, row, column, point, scope) for part, row, column in _parts(rows, columns)
    )
    return list(cells.union(*totals, all=True)[: CELLS_READ + 1])


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


def _counted(
    companies: Any, part: int, row: Dimension | None, column: Dimension | None, point: Point, scope: Scope
) -> Any:
    keys: dict[str, Any] = {"row": Value("", output_field=CharField()), "column": Value("", output_field=CharField())}
    for name, dimension in (("row", row), ("column", column)):
        if dimension:
            companies = _joined(companies, dimension, name, point, scope)
            keys[name] = _key(dimension, name, point)
    keyed = companies.annotate(part=Value(part), row_key=keys["row"], column_key=keys["column"])
    return keyed.values_list("part", "row_key", "column_key").annotate(number=Count("pk", distinct=True))

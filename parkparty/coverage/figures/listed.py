"""How many companies a list asks for, by what is kept of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from parkparty.companies.choices import CoverageState, Denominator, StaffBand
from parkparty.companies.querysets import UNSTATED, Cut
from parkparty.core import paths
from parkparty.core.models import TreeNode
from parkparty.coverage.figures.marks import ANY_MARKED
from parkparty.coverage.figures.spells import BIT, INDUSTRY_DIGITS

KEPT = """
SELECT CASE WHEN NOT ({any_marked}) AND (SELECT told = number FROM coverage_foldcount) THEN
    CASE WHEN EXISTS ({if_any}) THEN (
        SELECT COUNT(DISTINCT company_id) FROM (
            SELECT company_id FROM coverage_companyspell
            WHERE path >= %s AND path < %s AND since <= %s AND (until IS NULL OR until > %s)
            AND (denominators & %s) <> 0 {narrowed} ORDER BY path DESC, since DESC LIMIT %s
        ) spell
    ) ELSE 0 END
END
"""


def kept_number(
    place: TreeNode,
    denominator: Denominator,
    day: dt.date,
    cut: Cut,
    states: Collection[CoverageState],
    most: int,
    if_any: QuerySet,
) -> int | None:
    """As ``companies.scoping.KeptNumber``: by their spells, in one query, as long as no company is marked.

    The spells that began last are read first: the fewest of them have ended.
    """
    if cut.building or (cut.industry not in ("", UNSTATED) and len(cut.industry) != INDUSTRY_DIGITS):
        return None
    narrowed = "AND on_site" if denominator.is_on_site else ""
    any_of, of_any = if_any.query.sql_with_params()
    values: list[Any] = [*of_any, *paths.run(place.path), day, day, BIT[denominator]]
    told: dict[str, Collection[Any]] = {"state": states}
    for column, value, unstated in (
        ("industry", cut.industry, ""),
        ("size", cut.size, ""),
        ("staff_band", cut.staff, StaffBand.UNKNOWN),
    ):
        told[column] = [unstated if value == UNSTATED else value] if value else ()
    for column, wanted in told.items():
        if wanted:
            narrowed += f" AND {column} IN ({', '.join(['%s'] * len(wanted))})"
            values += wanted
    with connection.cursor() as cursor:
        cursor.execute(KEPT.format(any_marked=ANY_MARKED, if_any=any_of, narrowed=narrowed), [*values, most])
        number: int | None = cursor.fetchone()[0]
    return number

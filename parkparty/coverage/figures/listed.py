"""Whether a list of companies is long, by what is kept of them."""

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
from parkparty.coverage.figures.spells import BIT, INDUSTRY_DIGITS

KEPT = """
SELECT CASE WHEN NOT EXISTS ({if_any}) THEN 0 ELSE (
    SELECT COUNT(DISTINCT company_id) FROM (
        SELECT company_id FROM coverage_companyspell
        WHERE path >= %s AND path < %s AND since <= %s AND (until IS NULL OR until > %s)
        AND (denominators & %s) <> 0 {narrowed} AND company_id NOT IN ({marked})
        ORDER BY path DESC, since DESC LIMIT %s
    ) spell
) END, EXISTS ({marked}) FROM coverage_foldcount WHERE told = number
"""
MARKED = "SELECT company_id FROM coverage_companymark WHERE company_id IS NOT NULL"


def kept_more(
    place: TreeNode,
    denominator: Denominator,
    day: dt.date,
    cut: Cut,
    states: Collection[CoverageState],
    than: int,
    if_any: QuerySet,
) -> bool | None:
    """As ``companies.scoping.KeptMore``: by the spells of companies that are not marked, of which there may be enough.

    Meetings, which may be marked as well, are no matter of spells. Those that began last are read first: the fewest
    of them have ended.
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
        query = KEPT.format(if_any=any_of, narrowed=narrowed, marked=MARKED)
        cursor.execute(query, [*values, than + than // 10 + 1])  # a tenth more: a company may sit there twice
        number, is_marked = cursor.fetchone() or (0, True)
    return True if number > than else None if is_marked else False

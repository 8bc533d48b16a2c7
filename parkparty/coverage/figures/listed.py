"""What is kept of the companies of a list: whether it is long, and which are on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from parkparty.companies.choices import CoverageState, Denominator, StaffBand
from parkparty.companies.querysets import UNSTATED, Cut
from parkparty.companies.scoping import Told
from parkparty.core import paths
from parkparty.core.models import TreeNode
from parkparty.core.written import OfOuter, Written
from parkparty.coverage.figures.spells import BIT, INDUSTRY_DIGITS

FOUND_TO = 6000
"""Companies of a list by state or size, by which the index goes, that are found at once sooner than each on a walk
along all names is asked about.
"""

MARKED = "SELECT company_id FROM coverage_companymark WHERE company_id IS NOT NULL"

SPELLS = """
SELECT company_id FROM coverage_companyspell
WHERE path >= %s AND path < %s AND since <= %s AND (until IS NULL OR until > %s)
AND (denominators & %s) <> 0 {narrowed} ORDER BY path DESC, state DESC, size DESC LIMIT {most} + 1
"""
"""In the order of the index that holds all of it: it is taken however many there seem to be."""

TOLD = """
SELECT CASE WHEN EXISTS ({if_any}) THEN (
    SELECT CASE WHEN COUNT(*) <= {most} THEN COUNT(DISTINCT company_id)
    WHEN COUNT(DISTINCT company_id) > {than} THEN {most} + 1 END FROM ({spells}) spell
) END, EXISTS ({marked}) FROM coverage_foldcount WHERE told = number
"""
"""How many companies there are in a large place; more than ``most`` where not all were read, but enough of them."""


def kept_list(
    place: TreeNode,
    denominator: Denominator,
    day: dt.date,
    cut: Cut,
    states: Collection[CoverageState],
    than: int,
    if_any: QuerySet,
) -> Told:
    """As ``companies.scoping.KeptList``: by the spells of companies that are not marked, of which there may be enough.

    Meetings, which may be marked as well, are no matter of spells.
    """
    if cut.building or (cut.industry not in ("", UNSTATED) and len(cut.industry) != INDUSTRY_DIGITS):
        return Told()
    narrowed = "AND on_site" if denominator.is_on_site else ""
    any_of, of_any = if_any.query.sql_with_params()
    values: list[Any] = [*paths.run(place.path), day, day, BIT[denominator]]
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
    # A tenth more than are asked for: a company may sit there twice.
    most = FOUND_TO if states or cut.size else than + than // 10
    unmarked = SPELLS.format(narrowed=f"{narrowed} AND company_id NOT IN ({MARKED})", most=most)
    with connection.cursor() as cursor:
        query = TOLD.format(if_any=any_of, spells=unmarked, most=most, than=than, marked=MARKED)
        cursor.execute(query, [*of_any, *values])
        number, is_marked = cursor.fetchone() or (None, True)
    is_long = number is not None and number > than
    if is_marked:
        return Told(is_long or None)
    if number is None or number > most:
        return Told(is_long)
    spells = SPELLS.format(narrowed=narrowed, most=most)
    return Told(is_long, Written(f"{OfOuter.SIGN} IN ({spells})", tuple(values), "pk"))

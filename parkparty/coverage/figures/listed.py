"""What is kept of the companies of a list: whether it is long, and which are on it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from parkparty.companies.choices import StaffBand
from parkparty.companies.models import Company
from parkparty.companies.querysets import UNSTATED, CompanyQuerySet, Cut
from parkparty.companies.scoping import Sought, Told
from parkparty.core import paths
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.core.written import OfOuter, Written
from parkparty.coverage.figures.spells import BIT, INDUSTRY_DIGITS
from parkparty.organizations.models import Organization, is_whole

FOUND_TO = 6000
"""Companies of a list by state or size, by which the index goes, that are found at once sooner than each on a walk
along all names is asked about.
"""

MARKED = "SELECT company_id FROM coverage_companymark WHERE company_id IS NOT NULL"

UNMARKED = f" AND company_id NOT IN ({MARKED})"

OF_NODE = """
SELECT company_id FROM coverage_companyspell spell
WHERE path >= %s AND path < %s AND since <= %s AND (until IS NULL OR until > %s)
AND (denominators & %s) <> 0 {narrowed}
"""
SPELLS = OF_NODE + "ORDER BY path DESC, state DESC, size DESC LIMIT {most} + 1"
"""In the order of the index that holds all of it: it is taken however many there seem to be."""

TOLD = """
SELECT CASE WHEN EXISTS ({if_any}) THEN (
    SELECT CASE WHEN COUNT(*) <= {most} THEN COUNT(DISTINCT company_id)
    WHEN COUNT(DISTINCT company_id) > {than} THEN {most} + 1 END FROM ({spells}) spell
) END, EXISTS ({marked}) FROM coverage_foldcount WHERE told = number
"""
"""How many companies there are in a large place; more than ``most`` where not all were read, but enough of them."""

TIED = """
SELECT (SELECT COUNT(DISTINCT company_id) FROM ({spells}) tied {seen}), EXISTS ({marked}) FROM coverage_foldcount
WHERE told = number
"""


def kept_list(sought: Sought, than: int, if_any: QuerySet) -> Told:
    """As ``companies.scoping.KeptList``: by the spells of companies that are not marked, of which there may be enough.

    Meetings, which may be marked as well, are no matter of spells.
    """
    if not _tells(sought.cut):
        return Told()
    any_of, of_any = if_any.query.sql_with_params()
    narrowed, values = _narrowed(sought)
    # A tenth more than are asked for: a company may sit there twice.
    most = FOUND_TO if sought.states or sought.cut.size else than + than // 10
    unmarked = SPELLS.format(narrowed=narrowed + UNMARKED, most=most)
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


def kept_ties(sought: Sought, than: int, meant: CompanyQuerySet, scope: Scope) -> Told:
    """As ``companies.scoping.KeptTies``: by the spells, and of companies that are marked by the facts.

    No spell is kept of a branch.
    """
    is_branch = isinstance(sought.node, Organization) and sought.node.is_branch
    if is_branch or not _tells(sought.cut):
        return Told()
    narrowed, values = _narrowed(sought)
    seen, of_seen = _seen(sought.node, scope)
    # A tenth more than are asked for: a company may be tied to several organisations.
    spells = SPELLS.format(narrowed=narrowed + UNMARKED, most=than + than // 10)
    with connection.cursor() as cursor:
        cursor.execute(TIED.format(spells=spells, seen=seen, marked=MARKED), [*values, *of_seen])
        number, is_marked = cursor.fetchone() or (None, True)
    if number is None:
        return Told()
    is_long = number > than
    marked = Written.of(meant.filter(pk=OfOuter()), one_by_one=True) if is_marked else None
    return Told(is_long or None, (_asked if is_long else _found)(narrowed, values, marked))


def _asked(narrowed: str, values: list[Any], marked: Written | None) -> Written:
    """Whether a company has a spell, each asked by itself; of those that are ``marked`` what is asked of these."""
    told = f"({OF_NODE.format(narrowed=narrowed)} AND company_id = {OfOuter.SIGN} LIMIT 1) IS NOT NULL"
    if marked is None:
        return Written(told, tuple(values), "pk")
    either = f"CASE WHEN {OfOuter.SIGN} IN ({MARKED}) THEN {marked.sql} ELSE {told} END"
    return Written(either, (*marked.values, *values), "pk")


def _found(narrowed: str, values: list[Any], marked: Written | None) -> Written:
    """The same of all companies at once."""
    if marked is None:
        return Written(f"{OfOuter.SIGN} IN ({OF_NODE.format(narrowed=narrowed)})", tuple(values), "pk")
    told = OF_NODE.format(narrowed=narrowed + UNMARKED)
    others = f"{MARKED} AND {marked.sql.replace(OfOuter.SIGN, 'coverage_companymark.company_id')}"
    return Written(f"{OfOuter.SIGN} IN ({told} UNION ALL {others})", (*values, *marked.values), "pk")


def _seen(organization: TreeNode, scope: Scope) -> tuple[str, list[Any]]:
    """What narrows companies that are tied to those that the reader sees, each asked by itself, with its values."""
    if is_whole(organization, scope):
        return "", []
    facts = [Written.of(rows.filter(company=OfOuter()), one_by_one=True) for rows in Company.objects.shown_by(scope)]
    any_of = " OR ".join(shown.sql.replace(OfOuter.SIGN, "tied.company_id") for shown in facts)
    return f"WHERE {any_of}", [value for shown in facts for value in shown.values]


def _tells(cut: Cut) -> bool:
    """Whether spells tell who is left by ``cut``."""
    return not cut.building and (cut.industry in ("", UNSTATED) or len(cut.industry) == INDUSTRY_DIGITS)


def _narrowed(sought: Sought) -> tuple[str, list[Any]]:
    """What narrows the spells of ``OF_NODE``, and all values."""
    node, denominator, day, cut, states = sought
    narrowed = "AND on_site" if denominator.is_on_site else ""
    values: list[Any] = [*paths.run(node.path), day, day, BIT[denominator]]
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
    return narrowed, values

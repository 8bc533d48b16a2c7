"""Lists of companies that are effectively covered, by their kept histories: the facts would read all meetings."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Case, Q, When

from parkparty.companies.choices import CoverageState
from parkparty.companies.models import Company
from parkparty.companies.querysets import CompanyQuerySet
from parkparty.core import paths
from parkparty.core.scope import Scope
from parkparty.core.written import IsGiven, OfOuter, Written
from parkparty.coverage.figures.coverage import Point
from parkparty.coverage.figures.effective import effective_companies
from parkparty.coverage.figures.marks import holds
from parkparty.coverage.figures.met import met_at
from parkparty.coverage.figures.spells import BIT
from parkparty.coverage.figures.totals import from_totals, is_kept, who_misses
from parkparty.rules.figures import LimitBook

MANY = 3_000
"""More than this, and a walk along the names of all companies soon meets a page of them."""

COVERED = """
SELECT company_id FROM coverage_companyspell
WHERE path >= %s AND path < %s AND since <= %s AND (until IS NULL OR until > %s) AND (denominators & %s) <> 0
AND (on_site OR NOT %s) AND state IN (%s, %s)
"""
"""Companies of a place or an organisation that a denominator counts and an organisation covers on a day."""


def effectively_covered(point: Point, scope: Scope) -> tuple[CompanyQuerySet, int | None]:
    """The companies of ``point`` that are effectively covered, for a list by name; and how many, where that is kept.

    Of companies that are marked the facts tell it; with too many marks, and of branches, those of all.
    """
    book = LimitBook()
    kept = met_at(point, book)
    if kept is None:
        asked: dict[str, Any] = {"as_of": point.as_of, "denominator": point.denominator, "cut": point.cut}
        return effective_companies(point.node, scope=scope, **asked), None
    (is_met, marked), number = kept, None
    companies = point.companies(scope, book)
    met = list(companies.filter(IsGiven(marked)).values_list("pk", flat=True)) if marked else []
    if is_kept(point, scope) and (figures := from_totals([point], book, scope=who_misses(point, scope))):
        number = figures[0][1] or 0
    if number == 0:
        return companies.none(), 0
    if number and holds("told"):
        if number > MANY:
            there = Written(f"EXISTS ({COVERED} AND company_id = {OfOuter.SIGN})", _of_covered(point), "pk")
            companies, is_met = Company.objects.all(), Q(there) & is_met
            if who_misses(point, scope):
                is_met &= _is_shown(scope)
        else:
            companies = point.seen(scope).filter(IsGiven(met + _covered(point)))
    # A CASE is asked of each company, and from the left: no database reads the histories of all of them first.
    return companies.filter(Case(When(is_met | Q(IsGiven(met)), then=True), default=False)), number


def _is_shown(scope: Scope) -> Q:
    """Whether the reader sees a company, asked of each that is met on a walk."""
    shown = (Written.of(facts.filter(company=OfOuter()), one_by_one=True) for facts in Company.objects.shown_by(scope))
    return reduce(or_, map(Q, shown))


def _of_covered(point: Point) -> tuple[Any, ...]:
    """The values of ``COVERED``."""
    day, denominator = point.as_of, point.denominator
    states = CoverageState.OWN.value, CoverageState.JOINT.value
    return (*paths.run(point.node.path), day, day, BIT[denominator], denominator.is_on_site, *states)


def _covered(point: Point) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(COVERED, _of_covered(point))
        return [key for (key,) in cursor.fetchall()]

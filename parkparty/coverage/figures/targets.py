"""How far the rates of a node are from the targets that hold for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.core.dates import year_of
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import CompanyCoverage, Node, Point
from parkparty.coverage.figures.totals import coverage_at
from parkparty.coverage.models import CoverageTarget
from parkparty.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class Progress:
    """A target with the rate on a day of its year, and the rate on the last day of the year before."""

    target: CoverageTarget
    now: Rate
    last_year: Rate
    is_own: bool

    @property
    def missing(self) -> int:
        """How many more companies must be covered; 0 when the target is met."""
        return self.target.missing(self.now.numerator, self.now.denominator)

    @property
    def open(self) -> int:
        """How many companies the rate does not count yet."""
        return self.now.denominator - self.now.numerator


def targets_for(node: Node, year: int) -> list[CoverageTarget]:
    """The target of each rate and denominator that holds for ``node``: its own, else the nearest above. One query."""
    rows = CoverageTarget.objects.binding(node).filter(year=year)
    found: dict[tuple[str, str], CoverageTarget] = {}
    nodes = ("organization",) if isinstance(node, Organization) else ("area", "park")
    for target in sorted(rows.select_related(*nodes), key=lambda row: len(row.node.path)):
        found[target.rate, target.denominator] = target
    return sorted(found.values(), key=lambda target: target.pk)


def points_of(targets: list[CoverageTarget], node: Node, day: dt.date) -> list[Point]:
    """What must be counted to know how far ``node`` is from ``targets``: on the day, and at the end of last year."""
    last_year = year_of(day).since - dt.timedelta(days=1)
    return [Point(node, Denominator(target.denominator), on) for target in targets for on in (day, last_year)]


def progress_of(targets: list[CoverageTarget], node: Node, parts: list[CompanyCoverage]) -> list[Progress]:
    """The targets with the coverage counted at ``points_of`` them."""
    return [
        Progress(target, _rate(target, now), _rate(target, then), target.node == node)
        for target, now, then in zip(targets, parts[::2], parts[1::2], strict=True)
    ]


def progress(node: Node, day: dt.date, scope: Scope) -> list[Progress]:
    """The targets for the year of ``day``, with how far ``node`` is from them; in two queries."""
    targets = targets_for(node, day.year)
    return progress_of(targets, node, coverage_at(points_of(targets, node, day), scope))


def _rate(target: CoverageTarget, parts: CompanyCoverage) -> Rate:
    return Rate(parts.count(CoverageChoice(target.rate)), parts.companies)

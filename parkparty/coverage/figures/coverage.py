"""Coverage worked out from the facts: whole numbers first, rates made from them, never averaged (domain 2.7)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import starmap
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Substr

from parkparty.companies.choices import (
    CoverageChoice,
    CoverageState,
    Denominator,
    Limits,
    TenancyKind,
)
from parkparty.companies.models import Company, CoverageLink
from parkparty.companies.querysets import WHOLE, CompanyQuerySet, Cut
from parkparty.core import paths
from parkparty.core.models import valid_on
from parkparty.core.rates import Rate, mean_of
from parkparty.core.scope import Scope
from parkparty.core.written import OfOuter, Written
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationType
from parkparty.organizations.models import Organization, OrganizationSpan, is_whole
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.places.models import Area, Park, ParkLine
from parkparty.rules.figures import LimitBook, limits_of

Place = Area | Park
Node = Area | Park | Organization

Below = Area | ParkLine | Organization
"""What stands beside others below a node."""


CHILDREN_COMPARED = 50
"""Organisations directly below one that are compared with each other."""

LISTED = "listed"
"""Beside the types of branches in one query: how many companies the joint ones list."""


@dataclass(frozen=True, slots=True)
class CompanyCoverage:
    """How many companies there are, and how they are covered. The four parts add up to ``companies``."""

    own: int = 0
    joint: int = 0
    work_only: int = 0
    none: int = 0

    @property
    def companies(self) -> int:
        """The denominator."""
        return self.own + self.joint + self.work_only + self.none

    @property
    def organization_covered(self) -> int:
        """With a branch of their own or in a joint branch."""
        return self.own + self.joint

    @property
    def uncovered(self) -> int:
        """Without organisation coverage, whether or not the work of others reaches them."""
        return self.work_only + self.none

    @property
    def not_own(self) -> int:
        """Without an organisation of their own, whether or not a joint branch takes them in."""
        return self.joint + self.uncovered

    @property
    def work_covered(self) -> int:
        """Covered by an organisation, an instructor, a liaison, a union or the league."""
        return self.organization_covered + self.work_only

    @property
    def organization_rate(self) -> Rate:
        """组织覆盖率."""
        return Rate(self.organization_covered, self.companies)

    @property
    def own_rate(self) -> Rate:
        """单独组建率."""
        return Rate(self.own, self.companies)

    @property
    def work_rate(self) -> Rate:
        """工作覆盖率."""
        return Rate(self.work_covered, self.companies)

    def count(self, choice: CoverageChoice) -> int:
        """The number that stands for ``choice``, equal to the length of its list."""
        return {
            CoverageChoice.ORGANIZATION: self.organization_covered,
            CoverageChoice.WORK: self.work_covered,
            CoverageChoice.UNCOVERED: self.uncovered,
            CoverageChoice.NOT_OWN: self.not_own,
            CoverageChoice.OWN: self.own,
            CoverageChoice.JOINT: self.joint,
            CoverageChoice.WORK_ONLY: self.work_only,
            CoverageChoice.NONE: self.none,
        }[choice]


Counted = tuple[CompanyCoverage, int | None]
"""Companies by how they are covered, and those effectively; None where nothing had been recorded by that day."""


@dataclass(frozen=True, slots=True)
class CoverageFigures:
    """The coverage of a park, an area or an organisation, with all that one needs to check it."""

    coverage: CompanyCoverage
    branches: int
    joint_branches: int
    listed_by_joint_branches: int
    denominator: Denominator
    as_of: dt.date
    limits: Limits

    @property
    def companies_per_joint_branch(self) -> str:
        """How many companies a joint branch lists in the mean, one decimal; R03 speaks of five."""
        return mean_of(self.listed_by_joint_branches, self.joint_branches)

    @property
    def definition(self) -> str:
        """What the denominator counts, in one sentence."""
        return self.denominator.definition(self.limits)

    def as_json(self) -> dict[str, Any]:
        """The figures under the names that the command line and files use; rates as text with one decimal."""
        parts = self.coverage
        return {
            "companies": parts.companies,
            "own": parts.own,
            "joint": parts.joint,
            "organization_covered": parts.organization_covered,
            "uncovered": parts.uncovered,
            "work_covered": parts.work_covered,
            "organization_rate": parts.organization_rate.percent,
            "own_rate": parts.own_rate.percent,
            "work_rate": parts.work_rate.percent,
            "branches": self.branches,
            "joint_branches": self.joint_branches,
            "companies_per_joint_branch": self.companies_per_joint_branch,
            "definition": self.definition,
            "as_of": self.as_of.isoformat(),
        }


def coverage(node: Node, *, as_of: dt.date, denominator: Denominator, scope: Scope) -> CoverageFigures:
    """The coverage of ``node`` on ``as_of``, in three queries.

    ``companies_per_joint_branch`` counts what the joint branches there list, whatever the denominator: their load.
    """
    parts = company_coverage(node, as_of=as_of, denominator=denominator, scope=scope)
    return loaded(parts, load_of(node, as_of, scope), as_of=as_of, denominator=denominator)


@dataclass(frozen=True, slots=True)
class Load:
    """How many branches there are, how many of them joint, and the companies that the joint ones list."""

    branches: int
    joint_branches: int
    listed_by_joint_branches: int


def load_of(node: Node, as_of: dt.date, scope: Scope) -> Load:
    """The branches of ``node`` on ``as_of`` and what its joint branches carry, whatever the denominator; one query."""
    by_type, listed = load_rows(standing_in(node, as_of, scope), as_of)
    return load_from(dict(by_type.union(listed, all=True)))


def load_from(numbers: dict[str, int]) -> Load:
    """The load from what ``load_rows`` found."""
    branches = {type: number for type, number in numbers.items() if type != LISTED}
    return Load(sum(branches.values()), branches.get(OrganizationType.JOINT_BRANCH, 0), numbers.get(LISTED, 0))


def load_rows(standing: QuerySet[Organization], as_of: dt.date) -> tuple[Any, Any]:
    """How many of the organisations ``standing`` then are branches, by type; and how many companies joint ones list."""
    of = standing.order_by().values("pk")
    spans = OrganizationSpan.objects.filter(valid_on(as_of), organization__in=of, type__in=BRANCH_TYPES)
    by_type = spans.order_by().values_list("type").annotate(number=Count("organization", distinct=True))
    joint = spans.filter(type=OrganizationType.JOINT_BRANCH).values("organization")
    links = CoverageLink.objects.covering_many(as_of).filter(organization__in=joint)
    # Each pair of branch and company once. SQLite counts no pairs: one number of both.
    pair = F("organization") * Value(2**40) + F("company")
    listed = links.order_by().annotate(of=Value(LISTED)).values_list("of")
    return by_type, listed.annotate(number=Count(pair, distinct=True))


def loaded(parts: CompanyCoverage, load: Load, *, as_of: dt.date, denominator: Denominator) -> CoverageFigures:
    """Coverage and load beside each other, with the definition."""
    return CoverageFigures(
        coverage=parts,
        branches=load.branches,
        joint_branches=load.joint_branches,
        listed_by_joint_branches=load.listed_by_joint_branches,
        denominator=denominator,
        as_of=as_of,
        limits=limits_of(denominator, as_of),
    )


@dataclass(frozen=True, slots=True)
class Point:
    """Which companies a figure counts: those of a node, under a denominator, on a day, narrowed by a cut."""

    node: Node
    denominator: Denominator
    as_of: dt.date
    cut: Cut = WHOLE

    @property
    def definition(self) -> str:
        """What the denominator counts, in one sentence; one query where a rule says from how many on."""
        return self.denominator.definition(limits_of(self.denominator, self.as_of))

    def companies(self, scope: Scope, book: LimitBook | None = None) -> CompanyQuerySet:
        """The companies themselves, as far as the reader sees them; ``book`` is read once for many points."""
        limits = (book or LimitBook()).of(self.denominator, self.as_of)
        return self.seen(scope).population(self.node, self.denominator, self.as_of, limits, self.cut)

    def seen(self, scope: Scope) -> CompanyQuerySet:
        """Companies that the reader sees, to be cut to the node."""
        return Company.objects.within(scope, cut_to=self.node)


def company_coverage(node: Node, *, as_of: dt.date, denominator: Denominator, scope: Scope) -> CompanyCoverage:
    """The companies of ``node`` by how they are covered on ``as_of``, in one query."""
    return coverage_at([Point(node, denominator, as_of)], scope)[0]


def coverage_at(points: Sequence[Point], scope: Scope, book: LimitBook | None = None) -> list[CompanyCoverage]:
    """The coverage at each of ``points``, in their order, in one query for all, and one for their limits."""
    if not points:
        return []
    book = book or LimitBook()
    counts = [
        point.companies(scope, book)
        .with_coverage_state(point.as_of)
        .annotate(part=Value(number))
        .order_by()
        .values_list("part", "coverage_state")
        .annotate(number=Count("pk"))
        for number, point in enumerate(points)
    ]
    parts = _summed(counts[0].union(*counts[1:], all=True))
    return [parts.get(number, CompanyCoverage()) for number in range(len(points))]


def standing_in(node: Node, as_of: dt.date, scope: Scope) -> OrganizationQuerySet:
    """Organisations in a place or under an organisation (by today's tree) that stood on ``as_of``."""
    organizations: OrganizationQuerySet = Organization.objects.all()
    if not is_whole(node, scope):
        organizations = Organization.objects.within(scope)
    placed = organizations.under(node) if isinstance(node, Organization) else organizations.located_in(node)
    return placed.active_on(as_of)


def with_units(organizations: QuerySet[Organization], as_of: dt.date) -> QuerySet[Organization]:
    """Adds ``units``: the companies not deregistered that an organisation covers, alone or jointly, on ``as_of``."""
    return organizations.annotate(units=Coalesce(_units_on(as_of), 0))


@lru_cache(maxsize=32)
def _units_on(as_of: dt.date) -> Written:
    links = CoverageLink.objects.covering(as_of).filter(organization=OfOuter()).order_by().values("organization")
    return Written.number(links.annotate(number=Count("company", distinct=True)).values("number"))


def coverage_by_park(
    place: Place,
    *,
    as_of: dt.date,
    denominator: Denominator,
    scope: Scope,
    cut: Cut = WHOLE,
    book: LimitBook | None = None,
) -> dict[int, CompanyCoverage]:
    """The coverage of each park of an area, its bases included, or of each base of a park; by the park's key.

    One query for all. A company in two parks counts in each of them, so that the parts may exceed the whole.
    """
    base = F("tenancies__park")
    park = Coalesce("tenancies__park__parent", base) if isinstance(place, Area) else base
    return _by_part(Point(place, denominator, as_of, cut), park, scope, book)


def coverage_by_area(
    area: Area, *, as_of: dt.date, denominator: Denominator, scope: Scope, cut: Cut = WHOLE
) -> dict[str, CompanyCoverage]:
    """The coverage of each area, and each park, directly below ``area``; by its path. One query for all."""
    below = Substr("tenancies__park__path", 1, len(area.path) + paths.STEP)
    return _by_part(Point(area, denominator, as_of, cut), below, scope)


def parts_below(
    point: Point, nodes: Mapping[Any, Below], scope: Scope, book: LimitBook | None = None
) -> dict[Any, CompanyCoverage]:
    """The coverage of ``nodes``, which are ``nodes_below`` the point, in one query."""
    node = point.node
    asked: dict[str, Any] = {"as_of": point.as_of, "denominator": point.denominator, "cut": point.cut}
    if isinstance(node, Organization):
        points = [Point(child, **asked) for child in nodes.values() if isinstance(child, Organization)]
        return dict(zip(nodes, coverage_at(points, scope, book), strict=True))
    if isinstance(node, Area) and any(isinstance(below, Area) for below in nodes.values()):
        return {**coverage_by_area(node, scope=scope, **asked)}
    return coverage_by_park(node, scope=scope, book=book, **asked) if nodes else {}


def nodes_below(
    node: Node, day: dt.date, scope: Scope, *, by_area: bool = False, limit: int = CHILDREN_COMPARED
) -> dict[Any, Below]:
    """What stands side by side below a node, by one key: the parks of an area, or the areas and parks directly below
    it; the bases of a park; the organisations that stood directly below one on ``day``. In one query, in two by area.
    """
    if isinstance(node, Organization):
        below = Organization.objects.within(scope).filter(parent=node).active_on(day).order_by("path")
        return {} if node.is_branch else dict(enumerate(below[:limit]))
    parks: Any = Park.objects.within(scope)
    if by_area and isinstance(node, Area):
        direct: list[Below] = [*Area.objects.within(scope).filter(parent=node)]
        direct += _lines_of(parks.filter(area=node, parent__isnull=True))
        return {below.path: below for below in direct}
    found = parks.filter(parent=node) if isinstance(node, Park) else parks.under(node).filter(parent__isnull=True)
    return {park.pk: park for park in _lines_of(found.order_by())}


def _lines_of(parks: Any) -> Iterator[ParkLine]:
    return starmap(ParkLine, parks.values_list(*ParkLine._fields))


def _by_part(point: Point, part: Any, scope: Scope, book: LimitBook | None = None) -> dict[Any, CompanyCoverage]:
    day = point.as_of
    here = valid_on(day, "tenancies__") & paths.under("tenancies__park__path", point.node.path)
    if point.denominator.is_on_site:
        here &= Q(tenancies__kind=TenancyKind.ON_SITE)
    limits = (book or LimitBook()).of(point.denominator, day)
    companies: Any = point.seen(scope).counting_as(point.denominator, day, limits).cut_to(point.cut, day)
    rows = (
        companies.with_coverage_state(day)
        .filter(here)
        .annotate(part=part)
        .order_by()
        .values_list("part", "coverage_state")
        .annotate(number=Count("pk", distinct=True))
    )
    return _summed(rows)


def _summed(rows: Iterable[tuple[Any, str, int]]) -> dict[Any, CompanyCoverage]:
    parts: dict[Any, dict[str, int]] = defaultdict(dict)
    for key, state, number in rows:
        parts[key][CoverageState(state)] = number
    return {key: CompanyCoverage(**counts) for key, counts in parts.items()}


def top_places(scope: Scope, limit: int) -> list[Place]:
    """Where the reader's subtrees of places begin, ``limit`` areas and ``limit`` parks at most."""
    known = scope.top_nodes("places")
    if known is not None:
        return [top for kind in (Area, Park) for top in [node for node in known if isinstance(node, kind)][:limit]]
    kinds = {path[-paths.STEP :][:1] for path in scope.paths("places")}
    found: list[Place] = []
    if kinds & {"", Area.path_kind}:
        found += Area.objects.topmost(scope)[:limit]
    if Park.path_kind in kinds:
        found += Park.objects.topmost(scope)[:limit]
    return found


def top_organizations(scope: Scope, limit: int) -> list[Organization]:
    """Where the reader's subtrees of the party tree begin, ``limit`` at most."""
    known = scope.top_nodes("organizations")
    if known is not None:
        return known[:limit]
    return list(Organization.objects.topmost(scope)[:limit]) if scope.paths("organizations") else []


def places_above(place: Place, scope: Scope) -> list[tuple[Place, bool]]:
    """The areas and the park above ``place``, the topmost first, each with whether the reader may open it.

    Names above one's own are visible to all readers. No query for what was fetched with the place.
    """
    above: list[Place] = []
    node: Any = place.path_parent
    while node:
        above.insert(0, node)
        node = node.path_parent
    return [(node, scope.covers("places", node.path)) for node in above]

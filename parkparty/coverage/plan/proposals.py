"""The plan for a park or an area: the uncovered companies as they stand, what to found, the figure before and after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from parkparty.companies.choices import CoverageChoice, CoverageState, Denominator
from parkparty.companies.models import Company, Tenancy
from parkparty.core import paths
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.coverage.figures import CompanyCoverage, Place, Point, company_coverage
from parkparty.coverage.figures.coverage import Below, nodes_below
from parkparty.coverage.figures.totals import coverage_at, with_parts
from parkparty.coverage.plan.packing import MIN_FULL, Group, Near, Unit, most_joined, pack
from parkparty.founding.models import FoundingCase
from parkparty.rules.choices import Measure, RuleKind
from parkparty.rules.figures import LimitBook, limit_of, limits_of

NO_LIMIT_GIVEN = 5
"""Units in a joint branch when the site has switched the rule off: what the regulation says (R03)."""


PLANNED = 20_000
"""More uncovered companies than this, and working a plan out takes longer than a page may."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A company with the place it was planned by."""

    company: Company
    full: int
    park: str
    building: str
    key: str = ""

    @property
    def asked(self) -> str:
        """What the page of founding is asked for this company alone."""
        return _asked([self])


@dataclass(frozen=True, slots=True)
class JointProposal:
    """One joint branch to found."""

    seats: tuple[Seat, ...]
    near: Near

    @property
    def full(self) -> int:
        """Full members together."""
        return sum(seat.full for seat in self.seats)

    @property
    def asked(self) -> str:
        """What the page of founding is asked for these companies."""
        return _asked(self.seats)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to found for the uncovered companies of ``node``. ``most`` and ``fewest`` are what no plan can beat.

    ``preparing`` are in an open founding case already, and left out of all else.
    """

    node: Place
    as_of: dt.date
    denominator: Denominator
    max_units: int
    least: int
    joins_empty: bool
    own: list[Seat]
    joint: list[JointProposal]
    instructed: list[Seat]
    worked: list[Seat]
    preparing: list[Seat]
    before: CompanyCoverage
    most: int
    fewest: int

    @property
    def definition(self) -> str:
        """What the denominator counts, in one sentence."""
        return Point(self.node, self.denominator, self.as_of).definition

    @property
    def is_joinable(self) -> bool:
        """Whether joint branches are proposed: how to do it best is known for three full members, and only then."""
        return self.least == MIN_FULL

    @property
    def joined(self) -> int:
        """Companies that the proposed joint branches would cover."""
        return sum(len(proposal.seats) for proposal in self.joint)

    @property
    def is_proven(self) -> bool:
        """Whether no plan covers more companies, nor as many with fewer joint branches, wherever they sit."""
        return self.is_joinable and (self.joined, len(self.joint)) == (self.most, self.fewest)

    @property
    def after(self) -> CompanyCoverage:
        """The coverage when all of it is done."""
        before, moved = self.before, len(self.own) + self.joined
        return CompanyCoverage(
            own=before.own + len(self.own), joint=before.joint + self.joined, work_only=before.uncovered - moved, none=0
        )

    def as_json(self) -> dict[str, Any]:
        """The plan for other programs. Companies by credit code and name, members as counts."""
        return {
            "node": str(self.node),
            "as_of": self.as_of.isoformat(),
            "definition": self.definition,
            "uncovered": self.before.uncovered,
            "max_units": self.max_units,
            "min_full_members": self.least,
            "own": [_seat(seat) for seat in self.own],
            "joint": [
                {
                    "near": proposal.near.value,
                    "full_members": proposal.full,
                    "units": [_seat(s) for s in proposal.seats],
                }
                for proposal in self.joint
            ],
            "instructors": [_seat(seat) for seat in self.instructed],
            "already_worked_with": [_seat(seat) for seat in self.worked],
            "being_founded": [_seat(seat) for seat in self.preparing],
            "bound": {"most_companies": self.most, "fewest_joint_branches": self.fewest, "reached": self.is_proven},
            "before": {"covered": self.before.organization_covered, "rate": self.before.organization_rate.percent},
            "after": {"covered": self.after.organization_covered, "rate": self.after.organization_rate.percent},
        }


def places_to_plan(point: Point, scope: Scope) -> list[tuple[Below, int]]:
    """The places right below that of ``point`` with the number of their uncovered companies, the most first, where
    these are too many for one plan; nothing where they are not, or where nothing is below.

    Raises:
        Waiting: so much changed since the last fold that counting them would take minutes.
    """
    (whole,) = coverage_at([point], scope, may_take_minutes=False)
    if whole.uncovered <= PLANNED:
        return []
    nodes = nodes_below(point.node, point.as_of, scope, by_area=True)
    _whole, _rest, parts = with_parts([point], [], nodes, scope, LimitBook())
    found = [(nodes[key], part.uncovered) for key, part in (parts or {}).items() if part.uncovered]
    return sorted(found, key=lambda row: (-row[1], row[0].path))


def plan_coverage(
    node: Place, *, as_of: dt.date, denominator: Denominator, scope: Scope, joins_empty: bool = False
) -> Plan:
    """What to found for the companies of ``node`` that no organisation covers on ``as_of``, in seven queries.

    Facts are those of ``as_of``; the limits are those of today's rules, since what is planned is founded from now on.
    ``joins_empty`` lets companies without a full member fill the places of a joint branch.
    """
    least = limit_of(RuleKind.SET_UP, "full_at_least", today(), node.path) or MIN_FULL
    limit = limit_of(RuleKind.SIZE, "more_than", today(), node.path, measure=Measure.UNITS)
    max_units = max(MIN_FULL, limit or NO_LIMIT_GIVEN)
    seats, units, worked = _uncovered(node, as_of, denominator, scope)
    waiting = set(FoundingCase.objects.within(scope).awaiting_reply().values_list("companies", flat=True))
    preparing = [seats[unit.key] for unit in units if unit.key in waiting]
    units = [unit for unit in units if unit.key not in waiting]
    small = [unit for unit in units if unit.full < least and (unit.full or joins_empty)] if least == MIN_FULL else []
    groups = pack(small, max_units)
    most, fewest = most_joined(_count(small), max_units)
    placed = {unit.key for group in groups for unit in group.units}
    rest = [unit.key for unit in units if unit.full < least and unit.key not in placed]
    return Plan(
        node=node,
        as_of=as_of,
        denominator=denominator,
        max_units=max_units,
        least=least,
        joins_empty=joins_empty,
        own=[seats[unit.key] for unit in units if unit.full >= least],
        joint=[_proposal(group, seats) for group in groups],
        instructed=[seats[key] for key in rest if key not in worked],
        worked=[seats[key] for key in rest if key in worked],
        preparing=preparing,
        before=company_coverage(node, as_of=as_of, denominator=denominator, scope=scope),
        most=most,
        fewest=fewest,
    )


def _uncovered(
    node: Place, as_of: dt.date, denominator: Denominator, scope: Scope
) -> tuple[dict[int, Seat], list[Unit], set[int]]:
    """The uncovered companies, as seats and as units, and the keys of those that others already work with."""
    rows: Any = Company.objects.within(scope).population(node, denominator, as_of, limits_of(denominator, as_of))
    rows = rows.covered(CoverageChoice.UNCOVERED, as_of).with_coverage_state(as_of).with_full_members(as_of)
    companies = list(rows.order_by("name", "pk"))
    where = _tenancies(node, as_of, scope)
    seats: dict[int, Seat] = {}
    units: list[Unit] = []
    for company in companies:
        sits = where.get(company.pk)
        building = sits.building if sits else None
        park = str(sits.park) if sits else ""
        seats[company.pk] = Seat(
            company, company.full_members, park, str(building or ""), sits.park.key if sits else ""
        )
        units.append(
            Unit(
                key=company.pk,
                full=company.full_members,
                park=(sits.park.parent_id or sits.park_id) if sits else 0,
                building=building.pk if building else 0,
                industry=(company.industry_id or "")[:2],
            )
        )
    return seats, units, {c.pk for c in companies if c.coverage_state == CoverageState.WORK_ONLY}


def _tenancies(node: Place, as_of: dt.date, scope: Scope) -> dict[int, Tenancy]:
    """Where each company sits in ``node``: of several places the one it is on site in, then the oldest."""
    rows = Tenancy.objects.within(scope).filter(paths.under("park__path", node.path)).valid_on(as_of)
    found: dict[int, Tenancy] = {}
    for tenancy in rows.select_related("park", "building").order_by("kind", "since", "pk"):
        found.setdefault(tenancy.company_id, tenancy)
    return found


def _count(units: list[Unit]) -> tuple[int, int, int]:
    return (
        sum(unit.full == 0 for unit in units),
        sum(unit.full == 1 for unit in units),
        sum(unit.full == 2 for unit in units),
    )


def _proposal(group: Group, seats: dict[int, Seat]) -> JointProposal:
    return JointProposal(tuple(seats[unit.key] for unit in group.units), group.near)


def _asked(seats: Sequence[Seat]) -> str:
    places = {"place": f"park:{seats[0].key}"} if seats[0].key else {}
    return urlencode({**places, "company": [seat.company.pk for seat in seats]}, doseq=True)


def _seat(seat: Seat) -> dict[str, Any]:
    company = seat.company
    return {"uscc": company.uscc, "name": company.name, "building": seat.building, "full_members": seat.full}

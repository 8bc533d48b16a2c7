"""The definitions of coverage read word for word, company by company, beside the figures that the site works out.

Nothing here asks the database anything but for plain rows, and nothing here is shared with the code that is tested.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from itertools import chain
from random import Random
from typing import Any

import pytest

from parkparty.accounts.models import User
from parkparty.activities.models import Activity, ActivityHost
from parkparty.companies.choices import Denominator, LinkKind
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership, Tenancy
from parkparty.coverage.figures import Point
from parkparty.coverage.figures.coverage import Counted
from parkparty.coverage.figures.effective import effective_at
from parkparty.coverage.figures.totals import with_parts
from parkparty.coverage.services.counting import fold_all
from parkparty.organizations.models import Organization, OrganizationSpan
from parkparty.places.models import Area, Park
from parkparty.rules.figures import LimitBook
from tests.conftest import World, cover
from tests.coverage.play import ALL, SPAN, act, day_of, meet, numbers, span

Row = dict[str, Any]

OWN_TYPES = ("independent_branch", "general_branch", "committee")
WORK = ("instructor", "liaison", "union", "league")


def by(key: str, rows: Any) -> dict[Any, list[Row]]:
    found = defaultdict(list)
    for row in rows.values():
        found[row[key]].append(row)
    return found


def holds(row: Row, day: dt.date) -> bool:
    return row["since"] <= day and (row["until"] is None or day < row["until"])


def month_number(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


class Facts:
    """All rows, as they were written."""

    def __init__(self) -> None:
        self.companies = list(Company.objects.values())
        self.tenancies = by("company_id", Tenancy.objects)
        self.links = by("company_id", CoverageLink.objects)
        self.memberships = by("company_id", Membership.objects)
        self.counts = by("company_id", CompanyMemberCount.objects)
        self.organizations = {row["id"]: row for row in Organization.objects.values()}
        self.spans = by("organization_id", OrganizationSpan.objects)
        self.parks = {row["id"]: row for row in Park.objects.values()}
        self.areas = {row["id"]: row for row in Area.objects.values()}
        self.held = self._held()

    def _held(self) -> dict[tuple[int, str], set[int]]:
        """In which months each organisation hosted an approved activity of a type."""
        types: dict[int, list[str]] = defaultdict(list)
        for activity, type in Activity.types.through.objects.values_list("activity_id", "activitytype_id"):
            types[activity].append(type)
        days = dict(Activity.objects.filter(state__in=["approved", "archived"]).values_list("pk", "held_on"))
        self.first_held = min(days.values(), default=None)
        found = defaultdict(set)
        for activity, host in ActivityHost.objects.values_list("activity_id", "organization_id"):
            for type in types[activity] if activity in days else ():
                found[host, type].add(month_number(days[activity]))
        return found

    def days(self) -> list[dt.date]:
        """The days on which something began or ended."""
        dated = chain(*(rows for facts in (self.tenancies, self.links, self.memberships) for rows in facts.values()))
        left = (row["status_since"] for row in self.companies)
        return sorted({*(day for row in dated for day in (row["since"], row["until"]) if day), *filter(None, left)})

    def places_of(self, park: int) -> set[tuple[str, int]]:
        """The park, the park it is a base of, its area and all areas above."""
        found, row = {("park", park)}, self.parks[park]
        if row["parent_id"]:
            found.add(("park", row["parent_id"]))
            row = self.parks[row["parent_id"]]
        area = row["area_id"]
        while area:
            found.add(("area", area))
            area = self.areas[area]["parent_id"]
        return found

    def up_from(self, organization: int | None) -> set[int]:
        """An organisation and all above it."""
        found = set()
        while organization:
            found.add(organization)
            organization = self.organizations[organization]["parent_id"]
        return found


@dataclass
class OneDay:
    """What the definitions say of each company on a day."""

    facts: Facts
    day: dt.date

    def is_counted(self, company: Row, kind: str) -> bool:
        has_left = company["status"] != "operating" and company["status_since"] <= self.day
        if kind == "registered":
            return not (has_left and company["status"] == "deregistered")
        if kind == "guishang":
            is_large = company["revenue_over_20m"] is True or company["staff_band"] >= 100
            return is_large and self.is_counted(company, "registered")
        told = [row for row in self.facts.counts[company["id"]] if row["as_of"] <= self.day]
        full = max(told, key=lambda row: row["as_of"])["full"] if told else 0
        more = {"operating": True, "yingjian": full >= 3}
        more["sanyou"] = company["fixed_premises"] and company["staff_band"] >= 10
        return not has_left and more[kind]

    def is_in(self, company: Row, node: Any, kind: str) -> bool:
        must_be_there = kind in ("operating", "sanyou", "yingjian")
        sits = [
            row["park_id"]
            for row in self.facts.tenancies[company["id"]]
            if holds(row, self.day) and (row["kind"] == "on_site" or not must_be_there)
        ]
        if not isinstance(node, Organization):
            place = ("park" if isinstance(node, Park) else "area", node.pk)
            return any(place in self.facts.places_of(park) for park in sits)
        ties = [*self.facts.links[company["id"]], *self.facts.memberships[company["id"]]]
        tied = [row["organization_id"] for row in ties if holds(row, self.day)]
        return any(node.pk in self.facts.up_from(one) for one in tied) and (bool(sits) or not must_be_there)

    def coverers(self, company: Row, kind: str, types: tuple[str, ...]) -> list[int]:
        """The organisations by which the company is covered: of a fitting type, approved and not dissolved, then."""
        return [
            row["organization_id"]
            for row in self.facts.links[company["id"]]
            if row["kind"] == kind and holds(row, self.day) and self.stands_as(row["organization_id"], types)
        ]

    def stands_as(self, organization: int, types: tuple[str, ...]) -> bool:
        row = self.facts.organizations[organization]
        since, until = row["approved_on"], row["dissolved_on"]
        stands = since is not None and since <= self.day and (until is None or self.day < until)
        return stands and any(holds(one, self.day) and one["type"] in types for one in self.facts.spans[organization])

    def is_effective(self, organization: int) -> bool:
        """An assembly in the last full quarter, and in two of the last three full months a theme day."""
        is_above = self.facts.organizations[organization]["type"] in ("committee", "general_branch")
        hosts = [organization]
        if is_above:
            hosts = [one for one in self.facts.organizations if organization in self.facts.up_from(one)]
        assemblies, theme_days = (
            set().union(*(self.facts.held[host, type] for host in hosts)) for type in ("assembly", "theme_day")
        )
        running = month_number(self.day + dt.timedelta(days=1))
        quarter = range(running // 3 * 3 - 3, running // 3 * 3)
        return bool(assemblies & {*quarter}) and len(theme_days & {*range(running - 3, running)}) >= 2

    def state_of(self, company: Row) -> tuple[str, bool]:
        own = self.coverers(company, "own", OWN_TYPES)
        joint = self.coverers(company, "joint", ("joint_branch",))
        has_work = any(row["kind"] in WORK and holds(row, self.day) for row in self.facts.links[company["id"]])
        state = "own" if own else "joint" if joint else "work_only" if has_work else "none"
        return state, any(self.is_effective(one) for one in (*own, *joint))

    def figures(self, node: Any, kind: str) -> tuple[dict[str, int], int | None]:
        """How many companies are in which state, and how many are covered effectively: of some, on a day by which
        nothing had been recorded yet, nobody knows.
        """
        states, effective = Counter(dict.fromkeys(("own", "joint", "work_only", "none"), 0)), 0
        for company in self.facts.companies:
            if self.is_counted(company, kind) and self.is_in(company, node, kind):
                state, is_effective = self.state_of(company)
                states[state] += 1
                effective += is_effective
        is_known = self.facts.first_held is not None and self.facts.first_held <= self.day
        return dict(states), effective if is_known or not any(states.values()) else None


@pytest.mark.parametrize("seed", range(6))
def test_every_figure_is_what_the_definitions_say(town: World, secretary: User, seed: int) -> None:
    random, seen = Random(seed), Counter[str]()
    play(town, secretary, random)
    fold_all()
    facts = Facts()
    nodes = [*Area.objects.all(), *Park.objects.all(), *Organization.objects.all()]
    for day in (*random.sample(facts.days(), 4), dt.date(2017, 6, 30), day_of(random.randrange(SPAN))):
        for kind in Denominator:
            points = [Point(node, kind, day) for node in random.sample(nodes, 6)]
            told = [OneDay(facts, day).figures(point.node, kind.value) for point in points]
            assert [plain(one) for one in effective_at(points, ALL)] == told, (day, points)
            assert [plain(as_shown(point)) for point in points] == told, (day, points)
            for states, effective in told:
                seen.update(states, effective=effective or 0)
    assert min(seen.values()) > 5
    assert len(seen) == 5


def play(town: World, secretary: User, random: Random) -> None:
    """Changes of every kind, companies with organisations of their own, and branches that met."""
    kinds = ["upgrade", "dissolve", "deregister", "correct", "meet", "meet", "unmeet", "join", "move"]
    for _change in range(25):
        act(town, secretary, random.choice(kinds), *numbers(random))
    for company in Company.objects.all():
        since, until = span(random)
        own = random.choice([town.own_branch, town.kic_committee, town.joint_branch])
        cover(company, own, LinkKind.OWN, since=since, until=until)
    for start in (100, 400, 700):
        meet(town, secretary, Company.objects.earliest("pk"), day_of(start + random.randrange(60)), random.randrange(6))


def as_shown(point: Point) -> Counted:
    """The figures as dashboards show them, from what is kept."""
    (counted,), _rest, _parts = with_parts([point], [], {}, ALL, LimitBook())
    return counted


def plain(counted: Counted) -> tuple[dict[str, int], int | None]:
    return asdict(counted[0]), counted[1]

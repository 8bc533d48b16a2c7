"""The other parks: tiandi, where most companies are only registered, ningbo, and changsha with its joint groups.

Their companies and branches of today are exact; who came and went before is left to chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Membership
from parkparty.demo.services.companies import Registrar, Tenant, settle
from parkparty.demo.services.organizations import Branch, count_members, enlist, organization
from parkparty.demo.services.stage import Stage, data
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization

NUMERALS = "一二三四五六七八九十"
WORK = (LinkKind.INSTRUCTOR, LinkKind.LIAISON, LinkKind.INSTRUCTOR, LinkKind.UNION, LinkKind.LEAGUE)
SETTLED = dt.timedelta(days=730)
CHANGSHA_MEMBERS, CHANGSHA_ORGANIZATIONS, CHANGSHA_OTHERS = 3677, 168, 132
CHANGSHA_COUNTED = dt.date(2021, 7, 31)


@dataclass(frozen=True)
class Plan:
    """How many companies a park has today, really there and only registered, and how many are covered how."""

    opened_on: dt.date
    on_site: int
    registered: int
    departed: int
    own: int
    joint: int
    work: int


TIANDI = Plan(dt.date(2004, 9, 1), on_site=500, registered=2500, departed=40, own=26, joint=18, work=70)
NINGBO = Plan(dt.date(2008, 5, 1), on_site=1000, registered=0, departed=70, own=32, joint=24, work=180)


class OtherPark:
    """Fills one park by its plan."""

    def __init__(self, stage: Stage, registrar: Registrar, committee: Organization, plan: Plan) -> None:
        self.stage, self.registrar, self.committee, self.plan = stage, registrar, committee, plan
        self.units: list[tuple[Organization, list[Tenant]]] = []

    def open(self, trade_committee: Organization | None = None) -> list[Branch]:
        """Write companies and branches; those of ``trade_committee``'s first member units hang below it."""
        here = [self._admit() for _n in range(self.plan.on_site)]
        others = [self._admit(on_site=False) for _n in range(self.plan.registered)]
        settled = [tenant for tenant in here if tenant.since < self.stage.today - SETTLED]
        settled.sort(key=lambda tenant: -tenant.company.staff_band)
        own, rest = settled[: self.plan.own], settled[self.plan.own :]
        self.stage.chance.shuffle(rest)
        for number, tenant in enumerate(own, 1):
            parent = trade_committee if trade_committee and number <= 9 else self.committee
            self._give_own_branch(number, tenant, parent)
        rest = self._join(rest)
        self._send_instructors(rest)
        enlist(self.stage, [branch for branch, _tenants in self.units])
        last_year = dt.date(self.stage.today.year - 1, 12, 31)
        settle(self.stage, here + others + self._departed(), (last_year,))
        if trade_committee and trade_committee.approved_on:
            _take_in(self.stage, trade_committee, own[:9] + rest[:5])
        return _count(self.stage, self.units)

    def _admit(self, *, on_site: bool = True) -> Tenant:
        chance, last = self.stage.chance, self.stage.today - dt.timedelta(days=30)
        tenant = self.registrar.admit(self.stage.day_between(self.plan.opened_on, last), on_site=on_site)
        if on_site:
            tenant.members = chance.choices((0, 1, 2, 3, 5), (55, 25, 12, 5, 3))[0]
        return tenant

    def _branch(
        self, number: str, name: str, type: OrganizationType, parent: Organization, approved_on: dt.date, mode: str
    ) -> Organization:
        code = f"{self.committee.code}-{number}"
        park = self.registrar.park
        return organization(
            self.stage, code, name, type, parent, park=park, approved_on=approved_on, formation_mode_id=mode
        )

    def _give_own_branch(self, number: int, tenant: Tenant, parent: Organization) -> None:
        approved_on = self.stage.day_between(tenant.since + dt.timedelta(days=200), self._latest)
        name, type = f"{tenant.brand}党支部", OrganizationType.INDEPENDENT_BRANCH
        branch = self._branch(f"O{number}", name, type, parent, approved_on, "independent")
        tenant.members = self.stage.chance.choice((3, 4, 5, 6, 8, 9, 11, 14, 18, 26))
        tenant.cover(LinkKind.OWN, branch, approved_on)
        self.units.append((branch, [tenant]))

    def _join(self, waiting: list[Tenant]) -> list[Tenant]:
        """Joint branches building by building, of three to seven units each; the tenants left over come back."""
        buildings = self.registrar.buildings
        for number in range(self.plan.joint):
            building, round = buildings[number % len(buildings)], number // len(buildings)
            there = [t for t in waiting if t.tenancy.building == building]
            tenants = there[: self.stage.chance.choice((3, 4, 4, 5, 5, 5, 6, 7))]
            approved_on = self.stage.day_between(self._latest - dt.timedelta(days=2600), self._latest)
            name, type = f"{building.name}第{NUMERALS[round]}联合党支部", OrganizationType.JOINT_BRANCH
            branch = self._branch(f"J{number + 1}", name, type, self.committee, approved_on, "building")
            for tenant in tenants:
                tenant.members = max(1, tenant.members)
                tenant.cover(LinkKind.JOINT, branch, approved_on)
            self.units.append((branch, tenants))
            waiting = [tenant for tenant in waiting if not tenant.links]
        return waiting

    def _send_instructors(self, tenants: Sequence[Tenant]) -> None:
        for place, tenant in enumerate(tenants[: self.plan.work]):
            kind = WORK[place % len(WORK)]
            sent_by = self.committee if kind in (LinkKind.INSTRUCTOR, LinkKind.LIAISON) else None
            tenant.cover(kind, sent_by, self.stage.day_between(tenant.since, self._latest))

    def _departed(self) -> list[Tenant]:
        """Companies that have moved out: the past needs them, today's figures do not count them."""
        tenants = [self._admit() for _n in range(self.plan.departed)]
        for tenant in tenants:
            tenant.leave(self.stage.day_between(tenant.since + dt.timedelta(days=20), self.stage.today))
        return tenants

    @property
    def _latest(self) -> dt.date:
        return self.stage.today - dt.timedelta(days=100)


def open_changsha(stage: Stage, registrar: Registrar, committee: Organization) -> list[Branch]:
    """11 joint groups with 168 organisations of 3,677 members in all, each with its company (S1, to July 2021)."""
    names = data("organizations")["joint_groups"]
    type = OrganizationType.JOINT_GROUP
    groups = [
        organization(
            stage,
            f"DEMO-CS-G{number}",
            f"{name}党群联组",
            type,
            committee,
            park=registrar.park,
            approved_on=stage.day_between(dt.date(2019, 5, 10), dt.date(2020, 6, 30)),
        )
        for number, name in enumerate(names, 1)
    ]
    units = [
        _member_unit(stage, registrar, number, groups[number % len(groups)], members)
        for number, members in enumerate(_shares(stage, CHANGSHA_MEMBERS, CHANGSHA_ORGANIZATIONS, least=3))
    ]
    enlist(stage, [*groups, *(branch for branch, _tenants in units)])
    members = [tenants[0] for _branch, tenants in units]
    others = [registrar.admit(stage.day_between(dt.date(2014, 3, 1), stage.today)) for _n in range(CHANGSHA_OTHERS)]
    for tenant in others:
        tenant.members = stage.chance.choices((0, 1, 2, 3, 4), (60, 20, 10, 7, 3))[0]
    for tenant in others[30:70]:
        tenant.cover(LinkKind.INSTRUCTOR, committee, stage.day_between(dt.date(2020, 1, 1), stage.today))
    settle(stage, members + others, (CHANGSHA_COUNTED,))
    for place, group in enumerate(groups):
        _take_in(stage, group, members[place :: len(groups)] + others[place : 33 : len(groups)])
    count_members(stage, [(branch, CHANGSHA_COUNTED, tenants[0].members) for branch, tenants in units])
    return _count(stage, units)


def _member_unit(
    stage: Stage, registrar: Registrar, number: int, group: Organization, members: int
) -> tuple[Organization, list[Tenant]]:
    """An organisation of a joint group and its company; large ones are general branches and committees (R09)."""
    tenant = registrar.admit(stage.day_between(dt.date(2012, 1, 1), dt.date(2019, 6, 30)), internet=True)
    tenant.members = members
    title, type = "党支部", OrganizationType.INDEPENDENT_BRANCH
    if members > 50:
        title, type = "党总支", OrganizationType.GENERAL_BRANCH
    if members > 100:
        title, type = "党委", OrganizationType.COMMITTEE
    approved_on = stage.day_between(tenant.since + dt.timedelta(days=180), CHANGSHA_COUNTED - dt.timedelta(days=60))
    branch = organization(
        stage,
        f"DEMO-CS-O{number + 1}",
        f"{tenant.brand}{title}",
        type,
        group,
        park=registrar.park,
        approved_on=approved_on,
        formation_mode_id="industry_chain",
    )
    tenant.cover(LinkKind.OWN, branch, approved_on)
    return branch, [tenant]


def _shares(stage: Stage, total: int, parts: int, *, least: int) -> list[int]:
    """Split ``total`` by chance into ``parts`` of at least ``least``."""
    spare = total - least * parts
    cuts = [0, *sorted(stage.chance.randint(0, spare) for _n in range(parts - 1)), spare]
    return [least + high - low for low, high in pairwise(cuts)]


def _take_in(stage: Stage, organization: Organization, tenants: Sequence[Tenant]) -> None:
    """Make companies member units of an industry committee or a joint group, which covers none of them."""
    founded_on = organization.approved_on or stage.today
    stage.add(
        Membership(company=tenant.company, organization=organization, since=max(founded_on, tenant.since))
        for tenant in tenants
    )


def _count(stage: Stage, units: Sequence[tuple[Organization, list[Tenant]]]) -> list[Branch]:
    """State today's members of every organisation, as the sum of those of its companies."""
    branches = [
        Branch(organization, sum(tenant.members for tenant in tenants), [tenant.company for tenant in tenants])
        for organization, tenants in units
    ]
    count_members(stage, [(branch.organization, stage.counted_on, branch.members) for branch in branches])
    return branches

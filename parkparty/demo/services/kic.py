"""The park ``kic``: 195 companies on 2017-07-16, 148 of them covered by 8 branches of their own and 5 joint ones.

After that day companies come, leave and are struck off, branches are founded, grow and are dissolved, so that a figure
of an earlier day differs from today's.
"""

from __future__ import annotations

import datetime as dt

from parkparty.accounts.models import User
from parkparty.companies.choices import CompanyStatus, LinkKind
from parkparty.demo.services.companies import Registrar, Tenant, settle
from parkparty.demo.services.organizations import Branch, count_members, enlist, organization, running_term
from parkparty.demo.services.stage import Stage, data
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization

AS_OF = dt.date(2017, 7, 16)
COUNTED_2017 = dt.date(2017, 6, 30)
COMPANIES, OWN, JOINT, PER_JOINT, WORK = 195, 8, 5, 28, 20
OWN_MEMBERS = (120, 22, 58, 16, 9, 7, 5, 13)
FIRST_UNCOVERED = OWN + JOINT * PER_JOINT
LATER_OWN = {8: (8, 6), 9: (148, 8), 10: (36, 4), 12: (170, 3)}
"""Branches of their own founded after AS_OF: number of the branch → (place of the company among the 195, members)."""
STAYING = frozenset([*range(OWN), *(place for place, _members in LATER_OWN.values())])
STRUCK_OFF_FIRST = 190
ARRIVALS, LEAVING, STRUCK_OFF = 96, 30, 8
RISEN = {
    "DEMO-KIC-O1": (OrganizationType.COMMITTEE, "党委", dt.date(2018, 6, 1)),
    "DEMO-KIC-O3": (OrganizationType.GENERAL_BRANCH, "党总支", dt.date(2021, 6, 25)),
}
"""Branches that have grown past 100 and past 50 members (R09): what they became, and when."""


class Kic:
    """Builds the park step by step; ``open`` tells the order."""

    def __init__(self, stage: Stage, registrar: Registrar, committee: Organization) -> None:
        self.stage, self.registrar, self.committee = stage, registrar, committee
        self.declared = data("organizations")["kic"]
        self.joint: list[Organization] = []
        self.own: list[Organization] = []
        self.first: list[Tenant] = []
        self.later: list[Tenant] = []

    def open(self) -> list[Branch]:
        """Write the park's companies and organisations; the branches that hold activities come back."""
        self._admit_first()
        self._admit_later()
        self._draft_organizations()
        self._cover_first()
        self._cover_later()
        self._say_goodbye()
        enlist(self.stage, [*self.own, *self.joint, *self._other_branches()])
        tenants = self.first + self.later
        settle(self.stage, tenants, (dt.date(2016, 12, 31), dt.date(self.stage.today.year - 1, 12, 31)))
        return self._count()

    def _admit_first(self) -> None:
        chance = self.stage.chance
        approvals = [dt.date.fromisoformat(day) for day in self.declared["own"]]
        for place in range(COMPANIES):
            latest = approvals[place] - dt.timedelta(days=150) if place < OWN else COUNTED_2017
            since = self.stage.day_between(min(dt.date(2009, 3, 1), latest), latest)
            tenant = self.registrar.admit(since, internet=True)
            if place < FIRST_UNCOVERED:
                tenant.members = chance.randint(3, 5) if place % 12 == 0 else chance.choice((1, 1, 1, 2, 2))
            elif place % 7 < 2:
                tenant.members = chance.choice((1, 2, 3, 4))
            self.first.append(tenant)
        for place, members in [*enumerate(OWN_MEMBERS), *LATER_OWN.values()]:
            self.first[place].members = members

    def _admit_later(self) -> None:
        last = self.stage.today - dt.timedelta(days=20)
        days = sorted(self.stage.day_between(dt.date(2017, 8, 1), last) for _n in range(ARRIVALS))
        for place, day in enumerate(days):
            tenant = self.registrar.admit(day)
            tenant.members = self.stage.chance.choice((0, 0, 1, 1, 2, 3)) if place % 5 else 0
            self.later.append(tenant)

    def _draft_organizations(self) -> None:
        """Branches of their own take the name of their company, joint ones have one of their own."""
        hosts = [self.first[place] for place in range(OWN)]
        newcomers = iter(t for t in self.later if t.since < dt.date(2021, 1, 1))
        for number in range(OWN, len(self.declared["own"])):
            tenant = self.first[LATER_OWN[number][0]] if number in LATER_OWN else next(newcomers)
            tenant.members = max(tenant.members, 3 + number)
            hosts.append(tenant)
        for number, (tenant, day) in enumerate(zip(hosts, self.declared["own"], strict=True), 1):
            approved_on = dt.date.fromisoformat(day)
            branch = self._branch(
                f"O{number}", f"{tenant.brand}党支部", OrganizationType.INDEPENDENT_BRANCH, approved_on
            )
            branch.formation_mode_id = "independent"
            for link in tenant.links:
                link.until = approved_on
            tenant.cover(LinkKind.OWN, branch, approved_on)
            self.own.append(branch)
        for number, row in enumerate(self.declared["joint"], 1):
            approved_on = dt.date.fromisoformat(row["approved_on"])
            dissolved_on = dt.date.fromisoformat(row["dissolved_on"]) if "dissolved_on" in row else None
            branch = self._branch(f"J{number}", row["name"], OrganizationType.JOINT_BRANCH, approved_on, dissolved_on)
            branch.formation_mode_id = row["mode"]
            branch.host_unit_kind, branch.host_unit = row.get("host", ("", ""))
            self.joint.append(branch)

    def _branch(
        self,
        number: str,
        name: str,
        type: OrganizationType,
        approved_on: dt.date | None,
        dissolved_on: dt.date | None = None,
    ) -> Organization:
        return organization(
            self.stage,
            f"DEMO-KIC-{number}",
            name,
            type,
            self.committee,
            park=self.registrar.park,
            approved_on=approved_on,
            dissolved_on=dissolved_on,
        )

    def _other_branches(self) -> list[Organization]:
        mobile, preparing = self.declared["mobile"], self.declared["preparing"]
        approved_on = dt.date.fromisoformat(mobile["approved_on"])
        to_be = self._branch("J11", preparing["name"], OrganizationType.JOINT_BRANCH, None)
        to_be.formation_mode_id, to_be.applied_on = preparing["mode"], self.stage.today - dt.timedelta(days=26)
        self.mobile = self._branch("M1", mobile["name"], OrganizationType.MOBILE_BRANCH, approved_on)
        return [self.mobile, to_be]

    def _cover_first(self) -> None:
        for number in range(JOINT):
            start = OWN + number * PER_JOINT
            for tenant in self.first[start : start + PER_JOINT]:
                self._join(tenant, number)
        kinds = [LinkKind.INSTRUCTOR] * 8 + [LinkKind.LIAISON] * 6 + [LinkKind.UNION] * 4 + [LinkKind.LEAGUE] * 2
        for kind, tenant in zip(kinds, self.first[FIRST_UNCOVERED : FIRST_UNCOVERED + WORK], strict=True):
            sent_by = self.committee if kind in (LinkKind.INSTRUCTOR, LinkKind.LIAISON) else None
            tenant.cover(kind, sent_by, self.stage.day_between(dt.date(2015, 3, 1), dt.date(2017, 5, 31)))

    def _join(self, tenant: Tenant, number: int, since: dt.date | None = None) -> None:
        """Cover ``tenant`` by a joint branch until it has one of its own."""
        branch = self.joint[number]
        tenant.members = max(1, tenant.members)
        own_since = min((link.since for link in tenant.links if link.kind == LinkKind.OWN), default=None)
        link = tenant.cover(LinkKind.JOINT, branch, max(filter(None, (since, branch.approved_on))))
        link.until = min(filter(None, (own_since, branch.dissolved_on)), default=None)

    def _cover_later(self) -> None:
        waiting = [tenant for tenant in self.later if not tenant.links]
        for number in range(JOINT, len(self.joint)):
            for tenant in waiting[:5]:
                self._join(tenant, number)
                dissolved_on = self.joint[number].dissolved_on
                if dissolved_on:
                    self._join(tenant, number + 3, dissolved_on)
            del waiting[:5]
        settled = [t for t in waiting if (self.stage.today - t.since).days > 200]
        self.stage.chance.shuffle(settled)
        for place, tenant in enumerate(settled[:37]):
            after = tenant.since + dt.timedelta(days=120)
            if place < 25:
                self._join(tenant, place % JOINT, after)
            else:
                tenant.cover(LinkKind.INSTRUCTOR, self.committee, after)

    def _say_goodbye(self) -> None:
        """Companies move out or are struck off; the first of them soon after AS_OF."""
        chance = self.stage.chance
        _strike_off(self.first[STRUCK_OFF_FIRST], dt.date(2017, 10, 10))
        places = [place for place in range(COMPANIES) if place not in STAYING and place != STRUCK_OFF_FIRST]
        for number, place in enumerate(chance.sample(places, LEAVING)):
            day = self.stage.day_between(dt.date(2018, 1, 8), self.stage.today - dt.timedelta(days=100))
            if number < STRUCK_OFF:
                _strike_off(self.first[place], day)
            else:
                self.first[place].leave(day)

    def _count(self) -> list[Branch]:
        """State the members of every branch then and now, as the sum of those of its companies."""
        branches, counts = [], []
        tenants = self.first + self.later
        for branch in [*self.own, *self.joint]:
            for day in (COUNTED_2017, self.stage.counted_on):
                there = [t for t in tenants if any(i.organization is branch and i.holds_on(day) for i in t.links)]
                if there:
                    counts.append((branch, day, sum(t.members for t in there)))
            if not branch.dissolved_on:
                branches.append(Branch(branch, counts[-1][2], [t.company for t in there]))
        counts.append((self.mobile, self.stage.counted_on, 11))
        count_members(self.stage, counts)
        return [*branches, Branch(self.mobile, 11, [])]


def raise_rank(stage: Stage, branches: list[Branch], *, by: User) -> None:
    """Make the branches of ``RISEN`` what they are today; their history keeps what they were."""
    for risen in (branch.organization for branch in branches if branch.organization.code in RISEN):
        risen.type, title, on = RISEN[risen.code]
        risen.name = risen.name.replace("党支部", title)
        term = running_term(stage, OrganizationType(risen.type), on)
        risen.term_since, risen.term_until = term["term_since"], term["term_until"]
        save_organization(risen, by=by, on=on)


def _strike_off(tenant: Tenant, day: dt.date) -> None:
    tenant.company.status, tenant.company.status_since = CompanyStatus.DEREGISTERED, day
    tenant.leave(day)

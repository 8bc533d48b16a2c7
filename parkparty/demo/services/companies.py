"""Invented companies: their names, credit codes, tenancies, member counts and the links that cover them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from parkparty.companies.choices import LinkKind, SizeClass, StaffBand, TenancyKind, staff_band
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Tenancy
from parkparty.core.codes import uscc_from_body
from parkparty.core.text import fold
from parkparty.demo.services.stage import Stage, data
from parkparty.organizations.models import Organization
from parkparty.places.models import Building, Park

INTERNET = ("6429", "6431", "6432", "6440", "6450", "6490", "6512", "6513", "6519", "6531", "6532", "6560", "6572")
OTHERS = ("6599", "72", "74", "75", "87", "51")
BANDS = ((1, 12), (5, 20), (10, 26), (20, 22), (50, 10), (100, 6), (200, 2), (300, 2))


@dataclass
class Tenant:
    """A company in one park, with what the demo knows of it until it is written."""

    company: Company
    tenancy: Tenancy
    brand: str
    members: int = 0
    links: list[CoverageLink] = field(default_factory=list)

    @property
    def since(self) -> dt.date:
        return self.tenancy.since

    def cover(self, kind: LinkKind, organization: Organization | None, since: dt.date) -> CoverageLink:
        """Add a link from ``since``, but not before the company came."""
        link = CoverageLink(company=self.company, kind=kind, organization=organization, since=max(since, self.since))
        self.links.append(link)
        return link

    def employ_members(self) -> None:
        """Give a company with many members the staff to match: a third of them at most are members."""
        band = max(StaffBand(self.company.staff_band), staff_band(3 * self.members))
        self.company.staff_band, self.company.size = band, _size(band)

    def leave(self, on: dt.date) -> None:
        """Move out on ``on``: the tenancy and every link end, those that had not begun are dropped."""
        self.tenancy.until = on
        self.links = [link for link in self.links if link.since < on]
        for link in self.links:
            link.until = min(link.until or on, on)


@dataclass
class Registrar:
    """Gives the companies of one park their names and codes; every code's body begins with DEM."""

    stage: Stage
    park: Park
    city: str
    division: str
    brands: Iterator[str]
    buildings: Sequence[Building]
    number: int = 0

    def admit(self, since: dt.date, *, on_site: bool = True, internet: bool | None = None) -> Tenant:
        """A new company with a tenancy from ``since``."""
        chance = self.stage.chance
        self.number += 1
        is_internet = chance.random() < 0.9 if internet is None else internet
        industry = chance.choice(INTERNET if is_internet else OTHERS)
        brand = next(self.brands)
        band = StaffBand(chance.choices(*zip(*BANDS, strict=True))[0] if on_site else chance.choice((0, 1, 1, 5)))
        name = f"{self.city}{brand}{TRADES[industry]}有限公司"
        company = Company(
            uscc=uscc_from_body("91", self.division, f"DEM{self.number:05d}"),
            name=name,
            folded_name=fold(name),
            industry_id=industry,
            staff_band=band,
            size=_size(band),
            fixed_premises=on_site and chance.random() < 0.96,
            revenue_over_20m=band >= StaffBand.FROM_100 and chance.random() < 0.7,
            founded_on=since - dt.timedelta(days=chance.randint(20, 1500)),
        )
        tenancy = Tenancy(
            company=company,
            park=self.park,
            kind=TenancyKind.ON_SITE if on_site else TenancyKind.REGISTERED,
            building=chance.choice(self.buildings) if on_site else None,
            since=since,
        )
        return Tenant(company, tenancy, brand)


WORDS = data("words")
TRADES: dict[str, str] = WORDS["trades"]


def brands(stage: Stage) -> Iterator[str]:
    """Four-character names that no register knows, each once."""
    pairs = [first + second for first in WORDS["first"] for second in WORDS["second"]]
    stage.chance.shuffle(pairs)
    return iter(pairs)


def open_register(stage: Stage, park: Park, city: str, division: str, names: Iterator[str]) -> Registrar:
    """The registrar of ``park``; parks of one city share ``names``."""
    return Registrar(stage, park, city, division, names, list(Building.objects.filter(park=park)))


def settle(stage: Stage, tenants: Sequence[Tenant], count_days: Sequence[dt.date]) -> None:
    """Write companies with their tenancies, links and, on each of ``count_days``, their member counts."""
    for tenant in tenants:
        tenant.employ_members()
    stage.add(tenant.company for tenant in tenants)
    stage.add(tenant.tenancy for tenant in tenants)
    stage.add(link for tenant in tenants for link in tenant.links)
    stage.add(
        CompanyMemberCount(company=tenant.company, as_of=day, full=tenant.members)
        for day in count_days
        for tenant in tenants
        if tenant.members and tenant.tenancy.holds_on(day)
    )


def _size(band: StaffBand) -> SizeClass:
    """The class by staff alone, as software companies are classed (2017): 300/100/10."""
    limits = ((300, SizeClass.LARGE), (100, SizeClass.MEDIUM), (10, SizeClass.SMALL), (1, SizeClass.MICRO))
    return next((size for limit, size in limits if band >= limit), SizeClass.UNKNOWN)

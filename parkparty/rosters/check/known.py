"""What the site holds of all that a roster names: a fixed number of queries for every few thousand rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.db.models import Q

from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Industry, Tenancy
from parkparty.core.scope import Scope
from parkparty.core.text import clean, fold, fold_label, half_width
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationStatus
from parkparty.organizations.models import FormationMode, Organization
from parkparty.places.models import Building, Park
from parkparty.rosters.check.rows import Row

T = TypeVar("T")
AT_ONCE = 5_000
"""How many values one query looks up: SQLite allows some thirty thousand."""


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """``values`` in lists that fit into one query."""
    rest = iter(values)
    while chunk := list(islice(rest, AT_ONCE)):
        yield chunk


@dataclass(slots=True)
class Known:
    """The importer's reach (as administrator), the default day of the rows, and what was found."""

    reach: Scope
    day: dt.date
    parks: dict[str, list[Park]] = field(default_factory=lambda: defaultdict(list))
    """By folded name and by key, only those in reach."""
    industries: set[str] = field(default_factory=set)
    formations: dict[str, FormationMode] = field(default_factory=dict)
    buildings: dict[tuple[int, str], Building] = field(default_factory=dict)
    branches: dict[tuple[int, str], list[Organization]] = field(default_factory=lambda: defaultdict(list))
    """Organisations that are not dissolved, by park and folded name."""
    superiors: dict[str, list[Organization]] = field(default_factory=lambda: defaultdict(list))
    """Organisations in reach that others may hang on, by code and by folded name."""
    by_uscc: dict[str, Company] = field(default_factory=dict)
    by_name: dict[str, list[Company]] = field(default_factory=lambda: defaultdict(list))
    tenancies: dict[int, list[Tenancy]] = field(default_factory=lambda: defaultdict(list))
    links: dict[int, list[CoverageLink]] = field(default_factory=lambda: defaultdict(list))
    """Open coverage links by company."""
    own_links: dict[int, CoverageLink] = field(default_factory=dict)
    """The open own link of an organisation, by organisation."""
    counts: dict[int, list[CompanyMemberCount]] = field(default_factory=lambda: defaultdict(list))
    """Member counts by company, the earliest first."""

    @property
    def park_names(self) -> str:
        """The first few parks that may be written, for a suggestion."""
        names = dict.fromkeys(park.name for parks in self.parks.values() for park in parks)
        return "、".join(islice(names, 8))

    def reaches(self, organization: Organization | None) -> bool:
        """Whether the importer keeps ``organization``; a link without one goes with its company."""
        if organization is None or self.reach.covers("organizations", organization.path):
            return True
        places = (organization.park, organization.area)
        return any(place is not None and self.reach.covers("places", place.path) for place in places)

    def keeps(self, company: Company) -> bool:
        """Whether the importer keeps ``company``: by its current tenancies, or by its last ones when it has left."""
        tenancies = self.tenancies[company.pk]
        current = [t for t in tenancies if t.until is None or t.until > self.day]
        paths = [t.park.path for t in current or tenancies]
        return self.reach.covers("places", "") or any(self.reach.covers("places", path) for path in paths)

    def open_tenancy(self, company: Company, park: Park) -> Tenancy | None:
        """The tenancy of ``company`` in ``park`` that has not ended."""
        here = (t for t in self.tenancies[company.pk] if t.park_id == park.pk and t.until is None)
        return next(here, None)

    def left_on(self, company: Company, park: Park) -> dt.date | None:
        """When the last ended tenancy of ``company`` in ``park`` ended."""
        ends = [t.until for t in self.tenancies[company.pk] if t.park_id == park.pk and t.until]
        return max(ends, default=None)


def find_parks(rows: Iterable[Row], known: Known) -> None:
    """Fetch the parks in reach, and name in each row the one that it means."""
    for park in Park.objects.within(known.reach):
        for label in {fold(park.name), fold(str(park)), park.key.casefold()}:
            known.parks[label].append(park)
    for row in rows:
        label = str(row.values.get("park", ""))
        found = known.parks.get(fold(label)) or known.parks.get(label.casefold()) or []
        row.park = found[0] if len(found) == 1 else None


def fetch_known(rows: list[Row], known: Known) -> None:
    """Fetch all else; ``find_parks`` went before."""
    parks = {row.park.pk for row in rows if row.park}
    _fetch_tables(rows, parks, known)
    _fetch_organizations(rows, parks, known)
    _fetch_companies(rows, known)
    fetch_facts({c.pk for c in known.by_uscc.values()} | {c.pk for same in known.by_name.values() for c in same}, known)


def fetch_facts(companies: Iterable[int], known: Known) -> None:
    """Fetch where these companies sit, what covers them, and their member counts."""
    for some in chunks(sorted(companies)):
        for tenancy in Tenancy.objects.filter(company__in=some).select_related("park", "building"):
            known.tenancies[tenancy.company_id].append(tenancy)
        links = CoverageLink.objects.filter(company__in=some, until__isnull=True)
        for link in links.select_related("company", "organization__park", "organization__area").order_by("pk"):
            known.links[link.company_id].append(link)
        for count in CompanyMemberCount.objects.filter(company__in=some).order_by("as_of"):
            known.counts[count.company_id].append(count)


def _fetch_tables(rows: list[Row], parks: set[int], known: Known) -> None:
    codes = {row.values["industry"] for row in rows if "industry" in row.values}
    known.industries = set(Industry.objects.filter(pk__in=codes).values_list("pk", flat=True)) if codes else set()
    if any("formation" in row.values for row in rows):
        known.formations = {fold(mode.name): mode for mode in FormationMode.objects.all()}
    if any("building" in row.values for row in rows):
        for building in Building.objects.filter(park__in=parks):
            known.buildings[building.park_id, fold(building.name)] = building


def _fetch_organizations(rows: list[Row], parks: set[int], known: Known) -> None:
    if not any("branch" in row.values for row in rows):
        return
    # No real roster names thousands of superiors; what a made one names beyond is told as not found.
    named = {text for row in rows for text in _spellings(row.values.get("superior", ""))}
    named = set(islice(named, AT_ONCE))
    found = Organization.objects.within(known.reach).exclude(status=OrganizationStatus.DISSOLVED)
    found = found.filter(Q(park__in=parks) | Q(name__in=named) | Q(code__in=named))
    for organization in found.select_related("park", "area", "parent", "formation_mode"):
        if organization.park_id:
            known.branches[organization.park_id, fold(organization.name)].append(organization)
        if organization.type not in BRANCH_TYPES:
            for label in {fold(organization.name), fold_label(organization.name), organization.code.casefold()}:
                known.superiors[label].append(organization)
    branches = [o.pk for same in known.branches.values() for o in same]
    for some in chunks(branches):
        own = CoverageLink.objects.filter(kind=LinkKind.OWN, until__isnull=True, organization__in=some)
        for link in own.select_related("company"):
            known.own_links[link.organization_id or 0] = link


def _spellings(text: str) -> set[str]:
    return {clean(text), half_width(text)} - {""}


def _fetch_companies(rows: list[Row], known: Known) -> None:
    codes = {row.values["uscc"] for row in rows if "uscc" in row.values}
    for some in chunks(sorted(codes)):
        known.by_uscc |= {str(company.uscc): company for company in Company.objects.filter(uscc__in=some)}
    names = {fold(row.name)[:120] for row in rows if row.name and row.values.get("uscc") not in known.by_uscc}
    for some in chunks(sorted(names)):
        for company in Company.objects.filter(folded_name__in=some).order_by("pk"):
            known.by_name[company.folded_name].append(company)

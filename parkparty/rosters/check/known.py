"""What the site holds of all that a roster names: some queries for the whole, and some for every few thousand rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from parkparty.companies.choices import LinkKind
from parkparty.companies.models import CoverageLink, Industry
from parkparty.core.copying import in_pieces
from parkparty.core.scope import Scope
from parkparty.core.text import clean, fold, fold_label, half_width
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationStatus
from parkparty.organizations.models import FormationMode, Organization
from parkparty.places.models import Building, Park
from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.staging.records import CompanyRecord, CountRecord, LinkRecord, TenancyRecord
from parkparty.rosters.staging.stage import ALL, Companies, Stage

AT_ONCE = 5_000
"""How many values one query looks up: SQLite allows some thirty thousand."""


class Shared:
    """Rows of a model by key, fetched once: few of them stand behind many rows of a roster."""

    def __init__(self, model: type[models.Model], *related: str) -> None:
        self._rows = model._default_manager.select_related(*related)
        self._found: dict[int, Any] = {}

    def add(self, each: Any) -> Any:
        """Take ``each`` as the instance of its row, or give the one that there is already."""
        return self._found.setdefault(each.pk, each)

    def fetch(self, keys: Iterable[int | None]) -> None:
        """Fetch those that are missing."""
        missing = {key for key in keys if key is not None} - self._found.keys()
        for some in in_pieces(sorted(missing), AT_ONCE):
            self._found |= self._rows.in_bulk(some)

    def __getitem__(self, key: int | None) -> Any:
        return None if key is None else self._found[key]


@dataclass(slots=True)
class Known:
    """The importer's reach (as administrator), the default day of the rows, and what was found."""

    reach: Scope
    day: dt.date
    language: str | None = field(default_factory=get_language)
    """In which changes are told; asked once, since asking for each row takes longer than telling."""
    parks: dict[str, list[Park]] = field(default_factory=lambda: defaultdict(list))
    """By folded name and by key, only those in reach."""
    named_parks: set[int] = field(default_factory=set)
    """Those of them that the rows name."""
    industries: set[str] = field(default_factory=set)
    formations: dict[str, FormationMode] = field(default_factory=dict)
    buildings: dict[tuple[int, str], Building] = field(default_factory=dict)
    branches: dict[tuple[int, str], list[Organization]] = field(default_factory=lambda: defaultdict(list))
    """Organisations that are not dissolved, by park and folded name."""
    superiors: dict[str, list[Organization]] = field(default_factory=lambda: defaultdict(list))
    """Organisations in reach that others may hang on, by code and by folded name."""
    own_links: dict[int, CoverageLink] = field(default_factory=dict)
    """The open own link of an organisation, by organisation."""
    suspects: set[int] = field(default_factory=set)
    """Rows that may mean the same company as another row of the file."""
    all_parks: Shared = field(default_factory=lambda: Shared(Park))
    all_buildings: Shared = field(default_factory=lambda: Shared(Building))
    all_organizations: Shared = field(
        default_factory=lambda: Shared(Organization, "park", "area", "parent", "formation_mode")
    )
    by_key: dict[int | None, CompanyRecord] = field(default_factory=dict)
    by_uscc: dict[str, CompanyRecord] = field(default_factory=dict)
    """From here on: of the rows that are being looked at."""
    by_name: dict[str, list[CompanyRecord]] = field(default_factory=dict)
    tenancies: dict[int, list[TenancyRecord]] = field(default_factory=dict)
    links: dict[int, list[LinkRecord]] = field(default_factory=dict)
    """Open coverage links by company."""
    counts: dict[int, list[CountRecord]] = field(default_factory=dict)
    """Member counts by company, the earliest first."""

    @property
    def park_names(self) -> list[str]:
        """The first few parks that may be written, for a suggestion."""
        names = dict.fromkeys(park.name for parks in self.parks.values() for park in parks)
        return list(islice(names, 8))

    def park_of(self, label: str) -> Park | None:
        """The park in reach that a cell means, by name or key; None when there is none, or more than one."""
        found = self.parks.get(fold(label)) or self.parks.get(label.casefold()) or []
        return found[0] if len(found) == 1 else None

    def add_organization(self, organization: Organization) -> None:
        """Let rows find an organisation: as what covers a company of its park, and as what others hang on."""
        if organization.park_id:
            self.branches[organization.park_id, fold(organization.name)].append(organization)
        if organization.type not in BRANCH_TYPES:
            for label in {fold(organization.name), fold_label(organization.name), organization.code.casefold()}:
                self.superiors[label].append(organization)

    def reaches(self, organization: Organization | None) -> bool:
        """Whether the importer keeps ``organization``; a link without one goes with its company."""
        if organization is None or self.reach.covers("organizations", organization.path):
            return True
        places = (organization.park, organization.area)
        return any(place is not None and self.reach.covers("places", place.path) for place in places)

    def keeps(self, company: CompanyRecord) -> bool:
        """Whether the importer keeps ``company``: by its current tenancies, or by its last ones when it has left."""
        tenancies = self.tenancies_of(company)
        current = [t for t in tenancies if t.until is None or t.until > self.day]
        paths = {t.park.path for t in current or tenancies}
        return self.reach.covers("places", "") or any(self.reach.covers("places", path) for path in paths)

    def tenancies_of(self, company: CompanyRecord) -> list[TenancyRecord]:
        """All tenancies of ``company``; none of one that is not stored yet."""
        return self.tenancies.get(company.pk, []) if company.pk else []

    def links_of(self, company: CompanyRecord) -> list[LinkRecord]:
        """What covers ``company`` now."""
        return self.links.get(company.pk, []) if company.pk else []

    def counts_of(self, company: CompanyRecord) -> list[CountRecord]:
        """Its member counts, the earliest first."""
        return self.counts.get(company.pk, []) if company.pk else []

    def open_tenancy(self, company: CompanyRecord, park: Park) -> TenancyRecord | None:
        """The tenancy of ``company`` in ``park`` that has not ended."""
        here = (t for t in self.tenancies_of(company) if t.park.pk == park.pk and t.until is None)
        return next(here, None)

    def left_on(self, company: CompanyRecord, park: Park) -> dt.date | None:
        """When the last ended tenancy of ``company`` in ``park`` ended."""
        ends = [t.until for t in self.tenancies_of(company) if t.park.pk == park.pk and t.until]
        return max(ends, default=None)


def fetch_site(stage: Stage, known: Known) -> None:
    """Fetch what stands behind all rows: parks in reach, code tables, buildings and organisations."""
    for park in Park.objects.within(known.reach):
        known.all_parks.add(park)
        for label in {fold(park.name), fold(str(park)), park.key.casefold()}:
            known.parks[label].append(park)
    parks = {named.pk for label in stage.named["park"] if (named := known.park_of(label))}
    known.named_parks = parks
    codes = stage.named["industry"]
    known.industries = set(Industry.objects.filter(pk__in=codes).values_list("pk", flat=True)) if codes else set()
    if stage.named["formation"]:
        known.formations = {fold(mode.name): mode for mode in FormationMode.objects.all()}
    if stage.named["building"]:
        for building in Building.objects.filter(park__in=parks):
            known.buildings[building.park_id, fold(building.name)] = known.all_buildings.add(building)
    if stage.named["branch"]:
        _fetch_organizations(stage, parks, known)
    known.suspects = stage.suspects()


def _fetch_organizations(stage: Stage, parks: set[int], known: Known) -> None:
    """Fetch what the rows could hang on, and of the parks' branches, which may be many, those that rows name."""
    # No real roster names thousands of superiors; what a made one names beyond is told as not found.
    spelled = {text for superior in stage.named["superior"] for text in _spellings(superior)}
    spelled = set(islice(spelled, AT_ONCE))
    found = Organization.objects.within(known.reach).exclude(status=OrganizationStatus.DISSOLVED)
    called = {fold(name) for name in stage.named["branch"]}
    in_parks = found.filter(park__in=parks, type__in=BRANCH_TYPES)
    keys = [key for key, name in in_parks.values_list("pk", "name").iterator() if fold(name) in called]
    other = Q(park__in=parks) & ~Q(type__in=BRANCH_TYPES) | Q(name__in=spelled) | Q(code__in=spelled)
    asked = [other, *(Q(pk__in=some) & ~other for some in in_pieces(keys, AT_ONCE))]
    for condition in asked:
        for organization in found.filter(condition).select_related("park", "area", "parent", "formation_mode"):
            known.all_organizations.add(organization)
            known.add_organization(organization)
    branches = [o.pk for same in known.branches.values() for o in same]
    for some in in_pieces(branches, AT_ONCE):
        own = CoverageLink.objects.filter(kind=LinkKind.OWN, until__isnull=True, organization__in=some)
        for link in own.select_related("company"):
            known.own_links[link.organization_id or 0] = link


def _spellings(text: str) -> set[str]:
    return {clean(text), half_width(text)} - {""}


def fetch_companies(stage: Stage, first: int, last: int, known: Known, which: str = ALL) -> None:
    """Fetch the companies that rows from ``first`` to ``last`` could mean, with their facts; earlier ones go."""
    known.by_key, known.by_uscc, known.by_name = {}, {}, defaultdict(list)
    known.tenancies, known.links, known.counts = defaultdict(list), defaultdict(list), defaultdict(list)
    for company in fetch_records(stage.companies_of(first, last, which), known):
        known.by_key[company.pk] = company
        known.by_name[company.folded_name].append(company)
        if company.uscc:
            known.by_uscc[company.uscc] = company


def fetch_records(companies: Companies, known: Known) -> list[CompanyRecord]:
    """Some companies in the order of their keys; their facts are put beside those that are known already."""
    columns = "id, uscc, name, folded_name, industry_id, staff_band, status, status_since"
    found = [CompanyRecord(*values) for values in companies.facts("companies_company", columns, "id", "ORDER BY id")]
    if not found:
        return []
    by_key = {company.pk: company for company in found}
    columns = "company_id, park_id, building_id, kind, since, until, id"
    tenancies = companies.facts("companies_tenancy", columns, "company_id", "ORDER BY since DESC")
    known.all_parks.fetch({values[1] for values in tenancies})
    known.all_buildings.fetch({values[2] for values in tenancies})
    for company, park, building, *rest in tenancies:
        known.tenancies[company].append(
            TenancyRecord(by_key[company], known.all_parks[park], known.all_buildings[building], *rest)
        )
    columns = "company_id, kind, organization_id, since, id"
    links = companies.facts("companies_coveragelink", columns, "company_id", "AND until IS NULL ORDER BY id")
    known.all_organizations.fetch({values[2] for values in links})
    for company, kind, organization, since, key in links:
        covering = known.all_organizations[organization]
        known.links[company].append(LinkRecord(by_key[company], kind, covering, since, None, key))
    columns = 'company_id, as_of, "full", probationary, id'
    for company, *count in companies.facts("companies_companymembercount", columns, "company_id", "ORDER BY as_of"):
        known.counts[company].append(CountRecord(by_key[company], *count))
    return found


def name_parks(rows: Iterable[Row], known: Known) -> None:
    """Put into each row the park that it means, and note one that is not there or not the importer's."""
    remembered: dict[str, Park | None] = {}
    for row in rows:
        label = row.values.get("park", "")
        if label not in remembered:
            remembered[label] = known.park_of(label)
        row.park = remembered[label]
        if row.park is None and row.can_tell("park"):
            row.fault("park", IssueKind.PARK, choices=known.park_names)

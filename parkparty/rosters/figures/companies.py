"""What the site holds, as the rows of a roster: to be edited and imported again."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils.translation import override

from parkparty.companies.choices import ORGANISATION_LINKS, CompanyStatus, LinkKind, StaffBand
from parkparty.companies.models import CompanyMemberCount, CoverageLink, Tenancy
from parkparty.core.copying import in_pieces
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.core.text import fold
from parkparty.organizations.choices import OWN_TYPES, OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.rosters.columns import COMPANIES, ChoiceColumn, RecordKey

AT_ONCE = 5_000


def roster_rows(place: TreeNode, *, reach: Scope, day: dt.date, limit: int) -> list[dict[str, Any]]:
    """A row for each company that sits in ``place`` on ``day`` and that ``reach`` may import into, at most ``limit``.

    A row holds, by column, what importing it again would leave unchanged. Of several tenancies of a company the one on
    site counts; of its organisations the one of the same park that a roster could name.
    """
    tenancies = Tenancy.objects.within(reach).located_in(place).filter(until__isnull=True, since__lte=day)
    found: dict[int, Tenancy] = {}
    ordered = tenancies.order_by("company_id", "kind", "pk").select_related("company", "park", "building")
    for tenancy in ordered[: 2 * limit]:
        found.setdefault(tenancy.company_id, tenancy)
    kept = sorted(found.values(), key=lambda tenancy: (tenancy.park.path, tenancy.company.name, tenancy.pk))[:limit]
    named = _organizations(kept)
    rows: list[dict[str, Any]] = []
    with override("zh-hans"):
        for some in in_pieces(kept, AT_ONCE):
            rows += _rows(some, named, reach, day)
    return rows


def _rows(
    tenancies: list[Tenancy], named: dict[int, Organization], reach: Scope, day: dt.date
) -> Iterable[dict[str, Any]]:
    companies = [tenancy.company_id for tenancy in tenancies]
    links: dict[int, list[CoverageLink]] = {pk: [] for pk in companies}
    wanted = CoverageLink.objects.filter(company__in=companies, until__isnull=True)
    for link in wanted.select_related("organization__park", "organization__area").order_by("pk"):
        links[link.company_id].append(link)
    counts = CompanyMemberCount.objects.filter(company__in=companies, as_of__lte=day).order_by("as_of")
    last = {count.company_id: count for count in counts}
    for tenancy in tenancies:
        row = _company_cells(tenancy)
        row |= _branch_cells(tenancy, links[tenancy.company_id], named)
        if count := last.get(tenancy.company_id):
            row |= {"full": count.full, "probationary": count.probationary}
        row["instructor"] = "是" if any(_is_instructor(link, reach) for link in links[tenancy.company_id]) else "否"
        yield {key: value for key, value in row.items() if value not in (None, "")}


def _company_cells(tenancy: Tenancy) -> dict[str, Any]:
    company = tenancy.company
    stands = company.status != CompanyStatus.OPERATING
    return {
        "name": company.name,
        "uscc": company.uscc,
        "record": RecordKey("companies").written(company.pk),
        "park": tenancy.park.name,
        "building": tenancy.building.name if tenancy.building else "",
        "tenancy_kind": _word("tenancy_kind", tenancy.kind),
        "tenancy_since": tenancy.since,
        "industry": company.industry_id,
        "staff": str(StaffBand(company.staff_band).label) if company.staff_band else "",
        "status": _word("status", company.status),
        "status_since": company.status_since if stands else None,
    }


def _branch_cells(tenancy: Tenancy, links: list[CoverageLink], named: dict[int, Organization]) -> dict[str, Any]:
    for link in links:
        branch = named.get(link.organization_id or 0)
        if branch is None or link.kind not in ORGANISATION_LINKS or branch.park_id != tenancy.park_id:
            continue
        if link.kind == (LinkKind.OWN if branch.type in OWN_TYPES else LinkKind.JOINT):
            return {
                "branch": branch.name,
                "branch_type": _word("branch_type", branch.type),
                "superior": branch.parent.name if branch.parent else "",
                "approved_on": branch.approved_on,
                "formation": branch.formation_mode.name if branch.formation_mode else "",
                "link_since": link.since,
            }
    return {}


def _organizations(tenancies: Iterable[Tenancy]) -> dict[int, Organization]:
    """The organisations that a roster of these can name: they cover companies, alone with their name in their park."""
    parks = {tenancy.park_id for tenancy in tenancies}
    rows = Organization.objects.filter(park__in=parks).exclude(status=OrganizationStatus.DISSOLVED)
    here = list(rows.select_related("parent", "formation_mode"))
    times = Counter((each.park_id, fold(each.name)) for each in here)
    kinds = (*OWN_TYPES, OrganizationType.JOINT_BRANCH)
    return {each.pk: each for each in here if each.type in kinds and times[each.park_id, fold(each.name)] == 1}


def _is_instructor(link: CoverageLink, reach: Scope) -> bool:
    organization = link.organization
    if link.kind != LinkKind.INSTRUCTOR:
        return False
    if organization is None or reach.covers("organizations", organization.path):
        return True
    places = (organization.park, organization.area)
    return any(place is not None and reach.covers("places", place.path) for place in places)


def _word(key: str, value: Any) -> str:
    """What a roster writes for ``value`` in a column of closed choices."""
    column = COMPANIES.by_key[key]
    if not isinstance(column, ChoiceColumn):
        raise TypeError(key)
    return next(word for word, meant in column.words.items() if meant == value)

"""The park of the published figures (S2): 195 companies, 8 with a branch of their own, 140 in 5 joint branches."""

from __future__ import annotations

import datetime as dt

from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CoverageLink, Tenancy
from parkparty.core.text import fold
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.services import found_many
from parkparty.places.models import Park
from tests.conftest import LONG_AGO

AS_OF = dt.date(2017, 7, 16)
COMPANIES, OWN, JOINT_BRANCHES, IN_EACH = 195, 8, 5, 28


def make_companies(park: Park, number: int, prefix: str = "") -> list[Company]:
    """``number`` companies on site in ``park`` since long ago, written in two statements."""
    prefix = prefix or park.key
    names = [f"{prefix} 企业 {n:05d}" for n in range(number)]
    companies = Company.objects.bulk_create(
        [Company(name=name, folded_name=fold(name), staff_band=20) for name in names], batch_size=500
    )
    Tenancy.objects.bulk_create(
        [Tenancy(company=company, park=park, since=LONG_AGO) for company in companies], batch_size=500
    )
    return companies


def fill_kic(park: Park, committee: Organization) -> list[Company]:
    """The published park: the first 8 companies have branches of their own, the next 140 are in joint branches."""
    companies = make_companies(park, COMPANIES)
    branches = found_many(
        [
            *(_branch(f"GO-{n}", OrganizationType.INDEPENDENT_BRANCH, park, committee) for n in range(OWN)),
            *(_branch(f"GJ-{n}", OrganizationType.JOINT_BRANCH, park, committee) for n in range(JOINT_BRANCHES)),
        ]
    )
    links = [
        CoverageLink(company=company, organization=branch, kind=LinkKind.OWN, since=LONG_AGO)
        for company, branch in zip(companies, branches[:OWN], strict=False)
    ]
    for number, branch in enumerate(branches[OWN:]):
        listed = companies[OWN + number * IN_EACH : OWN + (number + 1) * IN_EACH]
        links += [CoverageLink(company=c, organization=branch, kind=LinkKind.JOINT, since=LONG_AGO) for c in listed]
    CoverageLink.objects.bulk_create(links, batch_size=500)
    return companies


def _branch(code: str, type: str, park: Park, committee: Organization) -> Organization:
    return Organization(
        code=code,
        name=code,
        type=type,
        parent=committee,
        park=park,
        status=OrganizationStatus.ACTIVE,
        approved_on=LONG_AGO,
    )

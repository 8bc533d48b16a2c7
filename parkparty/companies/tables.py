"""Rows of the company list, made ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parkparty.companies.choices import CoverageState
from parkparty.companies.models import Company, CoverageLink


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company with where it sits and what covers it on the list's day."""

    company: Company
    full_members: int
    state: CoverageState
    parks: str
    links: list[CoverageLink]


def company_row(company: Any) -> CompanyRow:
    """The row of a company that came from ``CompanyQuerySet.for_list``."""
    return CompanyRow(
        company=company,
        full_members=company.full_members,
        state=CoverageState(company.coverage_state),
        parks=_("、").join(str(tenancy.park) for tenancy in company.current_tenancies),
        links=company.current_links,
    )

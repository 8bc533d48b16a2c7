"""Rows of the company list, made ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from parkparty.companies.choices import CoverageState, StaffBand
from parkparty.companies.models import Company, CoverageLink


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company with where it sits and what covers it on the list's day."""

    company: Company
    full_members: int
    industry: str
    staff: str
    state: CoverageState
    sign: str
    """The state as it is drawn."""
    parks: str
    links: list[CoverageLink]


def company_rows(companies: Iterable[Any]) -> Iterator[CompanyRow]:
    """The rows of companies that came from ``CompanyQuerySet.for_list``; words and icons are made once for all."""
    signs = {state: render_to_string("companies/_coverage_state.html", {"state": state}) for state in CoverageState}
    staff = {band: str(band.label) for band in StaffBand}
    between = _("、")
    return (_row(company, signs, staff, between) for company in companies)


def _row(company: Any, signs: Mapping[CoverageState, str], staff: dict[StaffBand, str], between: str) -> CompanyRow:
    state = CoverageState(company.coverage_state)
    return CompanyRow(
        company=company,
        full_members=company.full_members,
        industry=company.industry.name if company.industry else "",
        staff=staff[company.staff_band],
        state=state,
        sign=signs[state],
        parks=between.join(str(tenancy.park) for tenancy in company.current_tenancies),
        links=company.current_links,
    )

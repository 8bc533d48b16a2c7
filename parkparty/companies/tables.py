"""Rows of the company list, made ready to be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from parkparty.companies.choices import CoverageState, StaffBand
from parkparty.companies.models import Company
from parkparty.core.http import addresses


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company with where it sits and what covers it on the list's day."""

    company: Company
    address: str
    full_members: int
    industry: str
    staff: str
    state: CoverageState
    sign: str
    """The state as it is drawn."""
    parks: str
    links: list[tuple[str, str]]
    """The names of those that cover it, and the addresses of their pages, empty where the reader may not open them."""


def company_rows(companies: Iterable[Any]) -> Iterator[CompanyRow]:
    """The rows of companies that came from ``CompanyQuerySet.for_list``; words and icons are made once for all."""
    signs = {state: render_to_string("companies/_coverage_state.html", {"state": state}) for state in CoverageState}
    staff = {band: str(band.label) for band in StaffBand}
    between = _("、")
    of_company, of_organization = addresses("companies:detail"), addresses("organizations:detail")
    for company in companies:
        state = CoverageState(company.coverage_state)
        yield CompanyRow(
            company=company,
            address=of_company(company.pk),
            full_members=company.full_members,
            industry=company.industry.name if company.industry else "",
            staff=staff[company.staff_band],
            state=state,
            sign=signs[state],
            parks=between.join(str(tenancy.park) for tenancy in company.current_tenancies),
            links=[_named(link, of_organization) for link in company.current_links],
        )


def _named(link: Any, of_organization: Callable[[object], str]) -> tuple[str, str]:
    return link.organization.name, of_organization(link.organization.code) if link.opens else ""

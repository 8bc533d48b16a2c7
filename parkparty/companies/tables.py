"""Rows of the company list, made ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from parkparty.companies.choices import CoverageState, StaffBand
from parkparty.companies.figures import listed
from parkparty.companies.models import Company
from parkparty.core.http import addresses
from parkparty.core.scope import Scope


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company with where it sits and what covers it on the list's day, in words."""

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


def company_rows(companies: Iterable[Any], scope: Scope, day: dt.date) -> Iterator[CompanyRow]:
    """The rows of companies that came from ``CompanyQuerySet.for_list(day)``, as a reader sees them on ``day``.

    Words and icons are made once for all.
    """
    signs = {state: render_to_string("companies/_coverage_state.html", {"state": state}) for state in CoverageState}
    staff = {band: str(band.label) for band in StaffBand}
    between = _("、")
    of_company, of_organization = addresses("companies:detail"), addresses("organizations:detail")
    for row in listed(companies, scope, day):
        company, state = row.company, row.state
        yield CompanyRow(
            company=company,
            address=of_company(company.pk),
            full_members=company.full_members,
            industry=company.industry.name if company.industry else "",
            staff=staff[company.staff_band],
            state=state,
            sign=signs[state],
            parks=between.join(str(park) for park in row.parks),
            links=[(one.name, of_organization(one.code) if one.opens else "") for one in row.covered_by],
        )

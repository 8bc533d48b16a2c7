"""The list of companies, made ready to be shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parkparty.companies.choices import StaffBand
from parkparty.companies.figures import Covering, ListedCompany, ShownCompany, listed_companies
from parkparty.core.http import addresses
from parkparty.core.scope import Scope
from parkparty.core.templatetags.parkparty import drawer, escaped, joined, row_drawer, thousands

NOTHING = "—"
"""In a cell about which nothing is known."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column beside the name: its title, what it says of a company, and how its cells are set."""

    title: Promise
    of: Callable[[ListedCompany], object]
    css_class: str = ""


@dataclass(frozen=True, slots=True)
class CompanyTable:
    """The companies of a page: the columns beside the name, and the rows as they are drawn."""

    columns: list[Column]
    rows: SafeString


def company_table(companies: Iterable[ShownCompany], scope: Scope, day: dt.date) -> CompanyTable:
    """Companies as a reader sees them on ``day``, of which they are shown."""
    columns = _columns()
    drawn = row_drawer((column.title, column.css_class, "{}") for column in columns)
    address_of = addresses("companies:detail")
    rows = [
        drawn("", address_of(row.company.pk), row.company.name, *[column.of(row) for column in columns])
        for row in listed_companies(companies, scope, day)
    ]
    return CompanyTable(columns, joined(rows))


def _columns() -> list[Column]:
    """What they say alike of many companies is put into words and drawn once a page."""
    between = gettext("、")
    staff = cache(lambda band: str(StaffBand(band).label))
    sign = cache(lambda state: render_to_string("companies/_coverage_state.html", {"state": state}))
    linked = _linker()
    return [
        Column(_("园区"), lambda row: between.join([park.name for park in row.parks]) or NOTHING),
        Column(_("行业"), lambda row: row.company.industry or NOTHING),
        Column(_("人员规模"), lambda row: staff(row.company.staff_band)),
        Column(_("正式党员数"), lambda row: thousands(row.company.full_members), "number"),
        Column(_("现状"), lambda row: sign(row.state)),
        Column(_("党组织"), lambda row: joined(map(linked, row.covered_by), "\n") or NOTHING),
    ]


def _linker() -> Callable[[Covering], str]:
    """What draws the name of an organisation, as a link where the reader may open it."""
    address_of, link = addresses("organizations:detail"), drawer('<a href="{}">{}</a>')
    return lambda one: link(address_of(one.code), one.name) if one.opens else escaped(one.name)

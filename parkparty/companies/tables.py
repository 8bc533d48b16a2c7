"""The list of companies as a page shows it, and as a file: the same rows and columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parkparty.companies.choices import GapReason, LinkKind, StaffBand
from parkparty.companies.figures import Covering, ListedCompany, ShownCompany, listed_companies
from parkparty.core.http import addresses
from parkparty.core.scope import Scope
from parkparty.core.sheets import Cell, Head, taken_away
from parkparty.core.templatetags.parkparty import drawer, escaped, joined, row_drawer, thousands

NOTHING = "—"
"""In a cell about which nothing is known."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column beside the name: its title, its width in a workbook, and what it says of a company.

    ``drawn`` is how a page shows it, where that is more than what it says.
    """

    title: Promise
    width: int
    says: Callable[[ListedCompany], Cell]
    drawn: Callable[[ListedCompany], object] | None = None
    css_class: str = ""

    def cell(self, row: ListedCompany) -> object:
        """What stands on a page."""
        if self.drawn:
            return self.drawn(row)
        said = self.says(row)
        return thousands(said) if isinstance(said, int) else said or NOTHING


@dataclass(frozen=True, slots=True)
class CompanyTable:
    """The companies of a page: the columns beside the name, and the rows as they are drawn."""

    columns: list[Column]
    rows: SafeString


def company_table(
    companies: Iterable[ShownCompany], scope: Scope, day: dt.date, *, asks_why: bool = False
) -> CompanyTable:
    """Companies as a reader sees them on ``day``, of which they are shown; and why they lack something, if asked."""
    columns = _columns(asks_why=asks_why)
    drawn = row_drawer((column.title, column.css_class, "{}") for column in columns)
    address_of = addresses("companies:detail")
    rows = [
        drawn("", address_of(row.company.pk), row.company.name, *[column.cell(row) for column in columns])
        for row in listed_companies(companies, scope, day, with_visits=asks_why)
    ]
    return CompanyTable(columns, joined(rows))


def company_file(
    kind: str, companies: Iterable[ShownCompany], scope: Scope, day: dt.date, *, asks_why: bool
) -> HttpResponse:
    """The same as a file of ``kind``."""
    columns = _columns(asks_why=asks_why)
    heads = [Head(gettext("企业"), 30), *(Head(str(column.title), column.width) for column in columns)]
    listed = listed_companies(companies, scope, day, with_visits=asks_why)
    rows = ([row.company.name, *[column.says(row) for column in columns]] for row in listed)
    return taken_away(kind, "companies", heads, rows)


def _columns(*, asks_why: bool) -> list[Column]:
    """What they say alike of many companies is put into words and drawn once a page.

    Who asks why companies lack something is told that in the place of what they are.
    """
    between = gettext("、")
    staff = cache(lambda band: str(StaffBand(band).label))
    sign = cache(lambda state: render_to_string("companies/_coverage_state.html", {"state": state}))
    linked = _linker()
    what_they_are = [
        Column(_("行业"), 24, lambda row: row.company.industry),
        Column(_("人员规模"), 12, lambda row: staff(row.company.staff_band)),
    ]
    return [
        Column(_("园区"), 20, lambda row: between.join([park.name for park in row.parks])),
        *([] if asks_why else what_they_are),
        Column(_("正式党员数"), 10, lambda row: row.company.full_members, css_class="number"),
        Column(_("现状"), 14, lambda row: str(row.state.label), lambda row: sign(row.state)),
        Column(
            _("党组织"),
            30,
            lambda row: between.join([one.name for one in row.covered_by]),
            lambda row: joined(map(linked, row.covered_by), "\n") or NOTHING,
        ),
        *(_why() if asks_why else []),
    ]


def _why() -> list[Column]:
    reason = cache(lambda found: str(GapReason(found).label) if found else "")
    return [
        Column(_("未建原因"), 20, lambda row: reason(row.reason)),
        Column(_("责任单位（岗位）"), 30, _looked_after),
        Column(_("最近走访"), 12, lambda row: row.visited_on.isoformat() if row.visited_on else "", css_class="moment"),
    ]


def _looked_after(row: ListedCompany) -> str:
    """Who was sent; where nobody was, who visited last."""
    sent = [f"{one.name} {LinkKind(one.post).label}" for one in row.looked_after]
    return gettext("、").join(sent) or row.visited_by


def _linker() -> Callable[[Covering], str]:
    """What draws the name of an organisation, as a link where the reader may open it."""
    address_of, link = addresses("organizations:detail"), drawer('<a href="{}">{}</a>')
    return lambda one: link(address_of(one.code), one.name) if one.opens else escaped(one.name)

"""Figures made ready to be drawn: each number with the address of the list behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.activities.filters import COUNTED
from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.companies.querysets import WHOLE, Cut
from parkparty.core.http import addresses
from parkparty.core.rates import Rate
from parkparty.core.templatetags.parkparty import drawer, joined, row_drawer, thousands
from parkparty.coverage.figures import Below, CompanyCoverage, Node
from parkparty.coverage.tables.scales import across
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.places.filters import name_of
from parkparty.places.models import Area
from parkparty.rules.choices import Measure

BAR_PARTS = (CoverageChoice.OWN, CoverageChoice.JOINT, CoverageChoice.WORK_ONLY, CoverageChoice.NONE)
LABEL_FROM = 8
"""Per cent of the bar from which a part is wide enough to carry its number."""


def key_of(node: Node | Below) -> dict[str, str]:
    """``node`` as the filters of lists name it."""
    return {"organization": node.code} if isinstance(node, Organization) else {"place": name_of(node)}


def crumbs_of(node: Node | None) -> list[tuple[str, str]]:
    """The way from the index of coverage to ``node``."""
    first = [(_("覆盖"), reverse("coverage:index"))]
    return first if node is None else [*first, (str(node), page_of(node))]


def page_of(node: Node | Below) -> str:
    """The address of the coverage page of ``node``."""
    name, key = _page(node)
    return reverse(name, args=[key])


def _page(node: Node | Below) -> tuple[str, str]:
    """The name of the coverage page of ``node``, and its key there."""
    if isinstance(node, Organization):
        return "coverage:organization", node.code
    return ("coverage:area", node.code) if isinstance(node, Area) else ("coverage:park", node.key)


def _asked(as_of: dt.date, denominator: Denominator, cut: Cut) -> dict[str, str]:
    """Which companies of a node are counted, as an address says it."""
    return {"denominator": str(denominator), "as_of": as_of.isoformat(), **cut.as_query()}


@dataclass(frozen=True, slots=True)
class Lists:
    """Addresses of the lists behind the figures of ``node`` on a day under a denominator."""

    node: Node | Below
    as_of: dt.date
    denominator: Denominator
    cut: Cut = WHOLE

    def companies(self, coverage: str = "", **asked: str) -> str:
        """The companies counted, or those of one kind of coverage, or of what else a list may be ``asked`` for."""
        of_kind = {"coverage": str(coverage)} if coverage else {}
        return reverse("companies:list", query=self.state | of_kind | asked)

    def branches(self, type: str = "branch") -> str:
        """The branches counted, or those of one type."""
        asked = {**key_of(self.node), "type": str(type), "as_of": self.as_of.isoformat()}
        return reverse("organizations:list", query=asked)

    def loads(self) -> str:
        """How many companies each joint branch covers, beside the limit of the rule."""
        asked = {**key_of(self.node), "measure": str(Measure.UNITS), "as_of": self.as_of.isoformat()}
        return reverse("organizations:loads", query=asked)

    def activities(self, since: dt.date, **more: str) -> str:
        """The activities counted that were held from ``since`` to the day, cut to what is asked for ``more``."""
        asked = {"since": since.isoformat(), "until": self.as_of.isoformat()} | more
        return f"{self.activities_ever()}&{urlencode(asked)}"

    def activities_ever(self) -> str:
        """The activities counted, whenever they were held."""
        return reverse("activities:list", query={**key_of(self.node), "state": COUNTED})

    def behind(self, list: str) -> str:
        """The companies of a list that only coverage can tell, such as those effectively covered."""
        return reverse("coverage:companies", query={"list": list, **self.state})

    def cross(self, **asked: str) -> str:
        """The same companies by two of their dimensions."""
        return reverse("coverage:cross", query=self.state | asked)

    @property
    def state(self) -> dict[str, str]:
        """The companies that are counted, as the address of any list or page of coverage names them."""
        return key_of(self.node) | _asked(self.as_of, self.denominator, self.cut)

    def plan(self) -> str:
        """The plan for the uncovered companies of a place; empty for an organisation, which has none."""
        if isinstance(self.node, Organization):
            return ""
        asked = {"as_of": self.as_of.isoformat(), "denominator": str(self.denominator)}
        return f"{page_of(self.node)}plan/?{urlencode(asked)}"

    def page(self) -> str:
        """The coverage page with the same day and denominator."""
        return f"{page_of(self.node)}?{urlencode(_asked(self.as_of, self.denominator, self.cut))}"


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of the stacked bar: what it counts, where it lies (per cent of the width) and where it leads."""

    key: str
    label: str
    count: int
    share: Rate
    x: str
    width: str
    middle: str
    is_wide: bool
    address: str


def stacked_bar(coverage: CompanyCoverage, lists: Lists) -> list[BarPart]:
    """The four parts of the bar, which add up to all companies."""
    parts, before = [], 0
    for choice in BAR_PARTS:
        count, whole = coverage.count(choice), coverage.companies or 1
        parts.append(
            BarPart(
                key=str(choice),
                label=str(choice.label),
                count=count,
                share=Rate(count, coverage.companies),
                x=across(before, whole),
                width=across(count, whole),
                middle=across(before + count / 2, whole),
                is_wide=100 * count >= LABEL_FROM * whole,
                address=lists.companies(choice),
            )
        )
        before += count
    return parts


@dataclass(frozen=True, slots=True)
class KeyRate:
    """A rate with the lists behind its numerator and its denominator."""

    label: str
    rate: Rate
    numerator_address: str
    denominator_address: str


def key_rates(coverage: CompanyCoverage, lists: Lists) -> list[KeyRate]:
    """The three rates of two-fold coverage, over the same companies."""
    kinds = (
        (_("组织覆盖率"), coverage.organization_rate, CoverageChoice.ORGANIZATION),
        (_("单独组建率"), coverage.own_rate, CoverageChoice.OWN),
        (_("工作覆盖率"), coverage.work_rate, CoverageChoice.WORK),
    )
    return [KeyRate(label, rate, lists.companies(choice), lists.companies()) for label, rate, choice in kinds]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One park, area or organisation beside the others: what is missing there, as a bar against the largest gap."""

    node: Node | Below
    coverage: CompanyCoverage
    as_of: dt.date
    denominator: Denominator
    page: str
    companies_address: str
    """The list behind the denominator."""
    gap_width: str

    @property
    def key(self) -> dict[str, str]:
        """The node as a form sends it."""
        return key_of(self.node)

    @property
    def covered_address(self) -> str:
        """The list behind the numerator."""
        return self._covered(CoverageChoice.ORGANIZATION)

    @property
    def joint_address(self) -> str:
        """The list of those whom a joint branch covers."""
        return self._covered(CoverageChoice.JOINT)

    @property
    def not_own_address(self) -> str:
        """The list of those without an organisation of their own."""
        return self._covered(CoverageChoice.NOT_OWN)

    @property
    def missing_address(self) -> str:
        """The list behind what is missing."""
        return self._covered(CoverageChoice.UNCOVERED)

    def _covered(self, choice: CoverageChoice) -> str:
        return f"{self.companies_address}&coverage={choice.value}"


COMPARED = (
    (
        gettext_lazy("未组织覆盖（家）"),
        "gap",
        f'<a href="{{}}&amp;coverage={CoverageChoice.UNCOVERED}">{{}}</a>'
        ' <svg class="gap-bar" width="100%" height="18" aria-hidden="true">{}</svg>',
    ),
    (gettext_lazy("已组织覆盖（家）"), "number", f'<a href="{{}}&amp;coverage={CoverageChoice.ORGANIZATION}">{{}}</a>'),
    (gettext_lazy("企业（家）"), "number", '<a href="{}">{}</a>'),
    (gettext_lazy("组织覆盖率"), "number", "{}"),
)
"""The columns beside the name, as ``row_drawer`` takes them."""

BAR = drawer('<rect x="0" y="1" width="{}" height="16" fill="url(#gap)" stroke="#767c85" />')


@dataclass(frozen=True, slots=True)
class DrawnTable:
    """Titles and classes of the columns beside the name, and the rows as they are drawn."""

    heads: list[tuple[object, str]]
    rows: SafeString


def _table(columns: Iterable[tuple[object, str, str]], lines: Iterable[SafeString]) -> DrawnTable:
    return DrawnTable([(title, css_class) for title, css_class, _cell in columns], joined(lines))


def comparison_table(rows: Iterable[ComparisonRow]) -> DrawnTable:
    """``rows``, drawn at once."""
    drawn, lines = row_drawer(COMPARED), []
    for row in rows:
        counts, companies = row.coverage, joined([row.companies_address])
        missing = companies, thousands(counts.uncovered), BAR(row.gap_width) if counts.uncovered else ""
        covered = companies, thousands(counts.organization_covered)
        rate = str(counts.organization_rate)
        lines.append(
            drawn("", row.page, str(row.node), *missing, *covered, companies, thousands(counts.companies), rate)
        )
    return _table(COMPARED, lines)


def comparison(
    parts: Mapping[Any, CompanyCoverage],
    nodes: Mapping[Any, Node | Below],
    *,
    as_of: dt.date,
    denominator: Denominator,
    cut: Cut = WHOLE,
    most: int | None = None,
) -> list[ComparisonRow]:
    """The parts of a place, or the first ``most``, the largest number of companies without organisation coverage first.

    ``nodes`` are the parts by the same keys as ``parts``; one without companies stands at the end with zeros.
    """
    nothing = CompanyCoverage()
    filled = [(node, parts.get(key, nothing)) for key, node in nodes.items()]
    filled.sort(key=lambda row: (-row[1].uncovered, -row[1].companies, row[0].name, row[0].path))
    largest = filled[0][1].uncovered or 1 if filled else 1
    pages, companies, rows = cache(addresses), reverse("companies:list"), []
    asked = urlencode(_asked(as_of, denominator, cut))
    for node, part in filled[:most]:
        (name, key), ((of, value),) = _page(node), key_of(node).items()
        page, list_of_all = f"{pages(name)(key)}?{asked}", f"{companies}?{of}={quote_plus(value)}&{asked}"
        gap = across(part.uncovered, largest)
        rows.append(ComparisonRow(node, part, as_of, denominator, page, list_of_all, gap))
    return rows


LISTED = (
    (gettext_lazy("类型"), "", "{}"),
    (gettext_lazy("上级党组织"), "", "{}"),
    (gettext_lazy("所在园区或辖区"), "", "{}"),
    (gettext_lazy("正式党员数"), "number", "{}"),
    (gettext_lazy("直接覆盖企业（家）"), "number", "{}"),
    (gettext_lazy("状态"), "", "{}"),
)
"""The columns beside the name, as ``row_drawer`` takes them."""

UNITS = drawer('<a href="{}">{}</a>')


def organization_table(organizations: Iterable[Any], day: dt.date) -> DrawnTable:
    """Organisations on a day, with ``type_then``, ``full_members`` and ``units``; one not yet begun has its type."""
    drawn, address_of, lines = row_drawer(LISTED), addresses("organizations:detail"), []
    type_named, status_named = (cache(partial(_label, kind)) for kind in (OrganizationType, OrganizationStatus))
    companies = reverse("companies:list")
    for row in organizations:
        units_address = f"{companies}?branch={quote(row.code)}&as_of={day.isoformat()}"
        cells = (
            type_named(row.type_then or row.type),
            row.parent.name if row.parent else "—",
            str(row.park or row.area or "—"),
            thousands(row.full_members),
            UNITS(units_address, thousands(row.units)) if row.units else "0",
            status_named(row.status),
        )
        lines.append(drawn("", address_of(row.code), row.name, *cells))
    return _table(LISTED, lines)


BELOW = (
    (gettext_lazy("类型"), "", "{}"),
    (gettext_lazy("状态"), "", "{}"),
    (gettext_lazy("正式党员数"), "number", "{}"),
)
"""The columns of organisations right below one, beside their names."""


def table_below(organizations: Iterable[Any]) -> DrawnTable:
    """What is told of organisations right below one as they are today, ``full_members`` among it."""
    drawn, address_of, lines = row_drawer(BELOW), addresses("organizations:detail"), []
    type_named, status_named = (cache(partial(_label, kind)) for kind in (OrganizationType, OrganizationStatus))
    for row in organizations:
        cells = type_named(row.type), status_named(row.status), thousands(row.full_members)
        lines.append(drawn("", address_of(row.code), row.name, *cells))
    return _table(BELOW, lines)


def _label(kind: Any, value: str) -> str:
    return str(kind(value).label)

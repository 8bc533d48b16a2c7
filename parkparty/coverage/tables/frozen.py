"""A snapshot made ready to be shown: where its figures lead, and the companies that it lists."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from parkparty.companies.choices import CoverageState
from parkparty.companies.models import Company
from parkparty.core.paging import ROWS
from parkparty.core.scope import Scope
from parkparty.core.text import number_in
from parkparty.coverage.figures.frozen import LISTS, FigureCorrection
from parkparty.coverage.models import CoverageSnapshot
from parkparty.coverage.tables.coverage import Lists
from parkparty.organizations.choices import OrganizationType


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as it was kept and as it is now, each with the address of its list; empty where there is none."""

    figure: FigureCorrection
    kept_address: str
    now_address: str


def figure_rows(snapshot: CoverageSnapshot, figures: Iterable[FigureCorrection]) -> list[FigureRow]:
    """The figures with their lists: as it was kept, and of today's records for the same day."""
    lists = Lists(snapshot.node, snapshot.as_of, snapshot.chosen)
    now = {
        "companies": lists.companies(),
        **{state: lists.companies(state) for state in CoverageState.values},
        "effective": lists.behind("effective"),
        "branches": lists.branches(),
        "joint_branches": lists.branches(OrganizationType.JOINT_BRANCH),
    }
    return [FigureRow(each, kept_list(snapshot, each.name), now.get(each.name, "")) for each in figures]


def kept_list(snapshot: CoverageSnapshot, name: str) -> str:
    """The address of one of the ``LISTS`` of a snapshot; empty for a figure that is none of them."""
    address = reverse("coverage:snapshot_companies", args=[snapshot.pk], query={"list": name})
    return address if name in LISTS else ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list of companies, None for one that the reader no longer sees; and how many there are in all."""

    companies: list[Company | None]
    newer: str | None
    older: str | None
    number: int


def list_page(keys: Sequence[int], parameters: Mapping[str, str], scope: Scope) -> ListPage:
    """The page of the companies of rising ``keys`` that an address asks for by a key: those before or after it."""
    before, after = (number_in(parameters.get(name, "")) for name in ("newer", "older"))
    start = 0 if after is None else bisect_right(keys, after)
    if before is not None:
        start = max(0, bisect_left(keys, before) - ROWS)
    shown = keys[start : start + ROWS]
    named = Company.objects.within(scope).in_bulk(shown)
    return ListPage(
        companies=[named.get(key) for key in shown],
        newer=str(shown[0]) if shown and start else None,
        older=str(shown[-1]) if start + ROWS < len(keys) else None,
        number=len(keys),
    )

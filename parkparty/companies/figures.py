"""What lists show of companies, read for a page of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import CharField, DateField, Value
from django.db.models.functions import Coalesce

from parkparty.companies.choices import ORGANISATION_LINKS, SENT, TYPES_FOR, CoverageState
from parkparty.companies.models import Company, CoverageLink, Industry, Tenancy, Visit
from parkparty.core.copying import in_pieces
from parkparty.core.scope import Scope
from parkparty.core.written import OfKeys, RowsByKeys
from parkparty.organizations.querysets import is_reached
from parkparty.places.models import park_in_words

AT_ONCE = 500
"""Companies that are read together where all of a long list are wanted."""

BEST_FIRST = tuple(CoverageState)


class Place(NamedTuple):
    """A park that a company sits in, by its key and as it is shown."""

    code: str
    name: str


class Covering(NamedTuple):
    """An organisation that covers a company; ``opens`` tells whether its name may lead to its page."""

    code: str
    name: str
    opens: bool


class LookedAfter(NamedTuple):
    """Who looks after a company: the post, where it is one, and the organisation that sends whoever holds it."""

    post: str
    name: str


class ShownCompany(NamedTuple):
    """What a row of a list on a page shows of the company itself."""

    pk: int
    name: str
    industry: str | None
    staff_band: int
    full_members: int


@dataclass(slots=True)
class ListedCompany:
    """A company, and what a reader is told of it on a day, the latest first.

    ``state`` is what all its links make of it; what covers it is named where the link is within the reader's scope, and
    so is who looks after it. ``reason`` is the last one that a visit found, ``visited_on`` the day of the last visit;
    both only of rows that were asked for with their visits.
    """

    company: Any
    state: CoverageState = CoverageState.NONE
    parks: list[Place] = field(default_factory=list)
    covered_by: list[Covering] = field(default_factory=list)
    looked_after: list[LookedAfter] = field(default_factory=list)
    visited_on: dt.date | None = None
    visited_by: str = ""
    reason: str = ""

    def add_visit(self, on: dt.date, by: str, reason: str) -> None:
        """Take in a visit; the later ones came before."""
        if self.visited_on is None:
            self.visited_on, self.visited_by = on, by
        self.reason = self.reason or reason


def shown_companies(keys: Collection[int], day: dt.date) -> list[ShownCompany]:
    """The companies of ``keys`` on ``day``, in any order."""
    return [ShownCompany(*row) for row in _companies_on(day, Industry.label_of("industry__")).read(keys)]


def shown_in_order(keys: Sequence[int], day: dt.date) -> Iterator[ShownCompany]:
    """The companies of ``keys``, perhaps many, on ``day``, in the order of these."""
    for some in in_pieces(keys, AT_ONCE):
        found = {row.pk: row for row in shown_companies(some, day)}
        yield from (found[key] for key in some if key in found)


@lru_cache(maxsize=8)
def _companies_on(day: dt.date, industry: str | Coalesce) -> RowsByKeys:
    rows: Any = Company.objects.filter(OfKeys("pk")).with_full_members(day).order_by()
    return RowsByKeys(rows.values_list("pk", "name", industry, "staff_band", "full_members"))


def listed_companies(
    companies: Iterable[Any], scope: Scope, day: dt.date, *, with_visits: bool = False
) -> Iterator[ListedCompany]:
    """``companies`` in their order, as a reader sees them on ``day``."""
    for part in in_pieces(companies, AT_ONCE):
        rows = {company.pk: ListedCompany(company) for company in part}
        here = _add_parks(rows, scope, day, with_visits=with_visits)
        _add_links(rows, scope, day, here)
        yield from rows.values()


def state_of(company: Company, day: dt.date) -> CoverageState:
    """How one company is covered on ``day``; a query of ``with_coverage_state`` takes longer to plan than to answer."""
    row = ListedCompany(company)
    _add_links({company.pk: row}, Scope(), day, set())
    return row.state


def _add_parks(rows: dict[int, ListedCompany], scope: Scope, day: dt.date, *, with_visits: bool = False) -> set[int]:
    """Adds the parks that the reader is told of, and perhaps what visits found, in one query.

    Returns the companies that ever sat in the reader's places.
    """
    here = set()
    asked = _parks_and_visits(scope) if with_visits else _tenancies_shown_to(scope)
    for company, since, until, path, key, name, is_sample in sorted(asked.read(rows), key=itemgetter(1), reverse=True):
        if path == OF_VISIT:
            if since <= day:
                rows[company].add_visit(since, name, key)
            continue
        if scope.covers("places", path):
            here.add(company)
        if since <= day and (until is None or day < until):
            rows[company].parks.append(Place(key, park_in_words(name, is_sample)))
    return here


OF_VISIT = ""
"""In place of the path of a park: the row is of a visit, with its day, the reason, and who came."""


@lru_cache(maxsize=64)
def _tenancies_shown_to(scope: Scope) -> RowsByKeys:
    """The tenancies that the reader is told of as ``_add_parks`` reads them, by their companies."""
    return RowsByKeys(_tenancies(scope))


@lru_cache(maxsize=64)
def _parks_and_visits(scope: Scope) -> RowsByKeys:
    """The same, and the visits that the reader is told of."""
    visits: Any = Visit.objects.filter(OfKeys("company")).within(scope).order_by()
    never, no_path = Value(None, DateField()), Value(OF_VISIT, CharField())
    columns = ("company", "visited_on", never, no_path, "reason", "organization__name", Value(value=False))
    return RowsByKeys(_tenancies(scope), visits.values_list(*columns))


def _tenancies(scope: Scope) -> Any:
    tenancies: Any = Tenancy.objects.filter(OfKeys("company")).shown_to(scope).order_by()
    of_park = [f"park__{name}" for name in ("path", "key", "name", "is_sample")]
    return tenancies.values_list("company", "since", "until", *of_park)


def _add_links(rows: dict[int, ListedCompany], scope: Scope, day: dt.date, here: set[int]) -> None:
    """Adds the state, and the covering organisations of links that ``within`` would keep: in reach, or of ``here``."""
    for company, kind, type_then, *values in _links_on(day).read(rows):
        approved, dissolved, path, park, area, code, name = values
        row = rows[company]
        opens = is_reached(scope, path, park, area) if code else False
        is_named = code and (opens or company in here)
        if kind not in ORGANISATION_LINKS:
            row.state = _better(row.state, CoverageState.WORK_ONLY)
            if is_named and kind in SENT:
                row.looked_after.append(LookedAfter(kind, name))
            continue
        is_active = approved and approved <= day and not (dissolved and dissolved <= day)
        if is_active and type_then in TYPES_FOR[kind]:
            row.state = _better(row.state, CoverageState(kind))
        if is_named:
            row.covered_by.append(Covering(code, name, opens))


@lru_cache(maxsize=8)
def _links_on(day: dt.date) -> RowsByKeys:
    """The links of a day as ``_add_links`` reads them, by their companies."""
    dates, paths = ("approved_on", "dissolved_on"), ("path", "park__path", "area__path")
    of_organization = [f"organization__{name}" for name in (*dates, *paths, "code", "name")]
    links: Any = CoverageLink.objects.filter(OfKeys("company")).valid_on(day).with_type_on(day).order_by("-since")
    return RowsByKeys(links.values_list("company", "kind", "type_then", *of_organization))


def _better(state: CoverageState, other: CoverageState) -> CoverageState:
    return min(state, other, key=BEST_FIRST.index)

"""How each company was covered, and where it counted, worked out from the dated facts.

The same definitions as ``CompanyQuerySet`` and ``figures.effective``, read over all days at once;
``tests/coverage/test_totals.py`` holds the two together.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, CharField, DateField, Model, Q, Value

from parkparty.companies.choices import (
    ORGANISATION_LINKS,
    CompanyStatus,
    CoverageState,
    Denominator,
    Limits,
    LinkKind,
    TenancyKind,
)
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership, Tenancy
from parkparty.core import paths
from parkparty.core.copying import in_pieces
from parkparty.core.written import OfKeys, RowsByKeys
from parkparty.coverage.figures.effective import (
    ASSEMBLY,
    HAS_BRANCHES,
    MONTHS,
    MONTHS_HELD,
    THEME_DAY,
    last_full_quarter,
)
from parkparty.coverage.figures.history import NOT_YET, History, Standing, Step
from parkparty.coverage.figures.meetings import Meetings, meetings_between, meetings_of
from parkparty.organizations.choices import BRANCH_TYPES, OWN_TYPES, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.rules.figures import LimitBook
from parkparty.rules.models import Rule

Run = tuple[dt.date, dt.date | None]
"""A half-open run of days."""

ASKED_AT_ONCE = 2000
"""Companies whose facts are in memory at a time."""

RANGES_ASKED = 200
"""Subtrees asked for in one query; SQLite takes no expression of a thousand parts."""


@dataclass(slots=True)
class _Covering:
    """An organisation as it matters to those that it covers."""

    path: str
    kept_under: str
    approved: dt.date | None
    dissolved: dt.date | None
    type: str
    spans: list[tuple[Run, str]] = field(default_factory=list)
    effective: Sequence[Run] = field(default_factory=list)


class _Company(NamedTuple):
    pk: int
    status: str
    status_since: dt.date | None
    staff_band: int
    fixed_premises: bool | None
    revenue_over_20m: bool | None


@dataclass(slots=True)
class _Facts:
    """The dated facts of one company."""

    row: _Company
    tenancies: list[tuple[Run, str, str]] = field(default_factory=list)
    links: list[tuple[Run, str, int | None]] = field(default_factory=list)
    memberships: list[tuple[Run, int]] = field(default_factory=list)
    counts: list[tuple[dt.date, int]] = field(default_factory=list)

    def add(self, part: int, run: Run, word: str, other: str, number: Any) -> None:
        """Add a row of ``_dated_facts``."""
        if part == TENANCY:
            self.tenancies.append((run, word, other))
        elif part == LINK:
            self.links.append((run, word, number))
        elif part == MEMBERSHIP:
            self.memberships.append((run, number))
        else:
            self.counts.append((run[0], number))


def histories(
    companies: Collection[int], meetings: Meetings = meetings_of, book: LimitBook | None = None
) -> dict[int, History]:
    """The history of each of ``companies`` that exists, in at most seven queries; ``book`` if it was read before."""
    found, organizations, limits = _read(companies, meetings, book or LimitBook())
    return {pk: _history(facts, organizations, limits) for pk, facts in found.items()}


def standings(companies: Collection[int], days: Sequence[dt.date], book: LimitBook) -> dict[int, list[Standing]]:
    """What holds of each of ``companies`` on each of ``days``: as their histories, of which no more is worked out."""
    # Effective coverage looks no further back than to the quarter before.
    met = meetings_between(last_full_quarter(min(days)).since, max(days))
    found, organizations, limits = _read(companies, met, book)
    return {
        pk: [_effective_on(day, *_standing(day, facts, organizations, limits)) for day in days]
        for pk, facts in found.items()
    }


def _read(
    companies: Collection[int], meetings: Meetings, book: LimitBook
) -> tuple[dict[int, _Facts], dict[int, _Covering], LimitsFrom]:
    found = {row[0]: _Facts(_Company(*row)) for row in _companies().read(companies)}
    for part, pk, since, until, word, other, number in sorted(_dated_facts().read(companies), key=itemgetter(SINCE)):
        found[pk].add(part, (since, until), word, other, number)
    covering = {unit for facts in found.values() for _run, kind, unit in facts.links if kind in ORGANISATION_LINKS}
    tied = {unit for facts in found.values() for *_rest, unit in (*facts.links, *facts.memberships)}
    organizations = _organizations(tied - {None}, covering, meetings)
    limits = [(day, book.of(Denominator.YINGJIAN, day)) for day in (dt.date.min, *book.days())]
    return found, organizations, limits


@lru_cache(maxsize=1)
def _companies() -> RowsByKeys:
    return RowsByKeys(Company.objects.filter(OfKeys("pk")).order_by().values_list(*_Company._fields))


TENANCY, LINK, MEMBERSHIP, COUNT = range(4)
"""The parts of the one query for facts that are dated."""

SINCE = 2
"""Where in each of its rows the day stands: part, company, since, until, two words and a number."""


@lru_cache(maxsize=1)
def _dated_facts() -> RowsByKeys:
    """The dated facts of companies."""
    nothing, no_day = Value("", CharField()), Value(None, DateField())
    no_number, dated = Value(None, BigIntegerField()), ("company", "since", "until")
    parts: dict[int, tuple[type[Model], tuple[Any, ...]]] = {
        TENANCY: (Tenancy, (*dated, "park__path", "kind", no_number)),
        LINK: (CoverageLink, (*dated, "kind", nothing, "organization")),
        MEMBERSHIP: (Membership, (*dated, nothing, nothing, "organization")),
        COUNT: (CompanyMemberCount, ("company", "as_of", no_day, nothing, nothing, "full")),
    }
    return RowsByKeys(
        *(
            kind._default_manager.filter(OfKeys("company")).order_by().values_list(Value(part), *columns)
            for part, (kind, columns) in parts.items()
        )
    )


def _organizations(keys: Collection[Any], covering: Collection[Any], meetings: Meetings) -> dict[int, _Covering]:
    found: dict[int, _Covering] = {}
    for pk, path, approved, dissolved, type, *span in _with_spans().read(keys):
        if pk not in found:
            kept_under = path[: -paths.STEP] if type in BRANCH_TYPES else path
            found[pk] = _Covering(path, kept_under, approved, dissolved, type)
        since, until, type_then = span
        if since:
            found[pk].spans.append(((since, until), type_then))
    for pk, held in _held({pk: found[pk] for pk in covering}, meetings).items():
        found[pk].effective = _effective_runs(held[ASSEMBLY], held[THEME_DAY])
    return found


@lru_cache(maxsize=1)
def _with_spans() -> RowsByKeys:
    asked = ("pk", "path", "approved_on", "dissolved_on", "type")
    spans = (f"spans__{name}" for name in ("since", "until", "type"))
    return RowsByKeys(Organization.objects.filter(OfKeys("pk")).order_by().values_list(*asked, *spans))


def _held(organizations: dict[int, _Covering], meetings: Meetings) -> dict[int, dict[str, set[int]]]:
    """In which months (counted from year 0) each organisation, or one that counts for it, held what a rule asks for."""
    rules: dict[Any, set[str]] = defaultdict(set)
    for code, type in Rule.objects.filter(code__in=(ASSEMBLY, THEME_DAY)).values_list("code", "activity_type"):
        rules[type].add(code)
    counts_for = _counts_for(organizations)
    found: dict[int, dict[str, set[int]]] = defaultdict(lambda: {ASSEMBLY: set(), THEME_DAY: set()})
    for host, held_type, months in meetings(counts_for.keys()):
        for code in rules.get(held_type, ()) if held_type else ():
            held = {int(month) for month in months.split(",")}
            for pk in counts_for[host]:
                found[pk][code] |= held
    return found


def _counts_for(organizations: dict[int, _Covering]) -> dict[int, set[int]]:
    """Whose meetings count for whom: one's own, and of those with branches, those of all below."""
    found: dict[int, set[int]] = {pk: {pk} for pk in organizations}
    above = {row.path: pk for pk, row in organizations.items() if row.type in HAS_BRANCHES}
    for some in in_pieces(above, RANGES_ASKED):
        ranges = [paths.under("path", path) for path in some]
        for pk, path in Organization.objects.filter(_any(ranges)).values_list("pk", "path"):
            ups = {above[up] for up in paths.ancestors(path, include_self=True) if up in above}
            found.setdefault(pk, set()).update(ups)
    return found


def _any(conditions: list[Q]) -> Q:
    return Q(*conditions, _connector=Q.OR)


def _effective_runs(assemblies: set[int], theme_days: set[int]) -> list[tuple[dt.date, dt.date]]:
    """When an organisation was effective: ``figures.effective`` looks from the evening before each month on."""
    quarters = {month // 3 for month in assemblies}
    runs: list[list[int]] = []
    for month in sorted({held + later for held in theme_days for later in range(1, MONTHS + 1)}):
        if month // 3 - 1 in quarters and len(theme_days.intersection(range(month - MONTHS, month))) >= MONTHS_HELD:
            if runs and runs[-1][1] == month:
                runs[-1][1] = month + 1
            else:
                runs.append([month, month + 1])
    return [(_evening_before(first), _evening_before(last)) for first, last in runs]


def _evening_before(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


LimitsFrom = list[tuple[dt.date, Limits]]
"""From which day on which limits hold."""


def _history(facts: _Facts, organizations: dict[int, _Covering], limits: LimitsFrom) -> History:
    steps: list[Step] = []
    last = NOT_YET
    days = sorted(_days(facts, organizations) | {day for day, _limits in limits[1:]})
    for since, until in zip(days, [*days[1:], None], strict=False):
        standing, covering = _standing(since, facts, organizations, limits)
        for day in _days_within(since, until, covering):
            now = _effective_on(day, standing, covering)
            if now != last:
                steps.append(Step(day.isoformat(), now))
                last = now
    return History(tuple(steps))


def _effective_on(day: dt.date, standing: Standing, covering: Iterable[_Covering]) -> Standing:
    is_effective = any(holds_on(run, day) for unit in covering for run in unit.effective)
    return standing._replace(effective=True) if is_effective else standing


def _days(facts: _Facts, organizations: dict[int, _Covering]) -> set[dt.date]:
    """Every day on which something of the company may change, but for the meetings of those that cover it."""
    runs: list[Run] = [fact[0] for facts_of in (facts.tenancies, facts.links, facts.memberships) for fact in facts_of]
    days = {facts.row.status_since, *(day for day, _full in facts.counts)}
    for _run, kind, key in facts.links:
        if kind in ORGANISATION_LINKS and key is not None:
            unit = organizations[key]
            days |= {unit.approved, unit.dissolved}
            runs += [run for run, _type in unit.spans]
    return {day for day in (*days, *(day for run in runs for day in run)) if day is not None}


def _days_within(since: dt.date, until: dt.date | None, covering: Iterable[_Covering]) -> list[dt.date]:
    """``since``, and each day from then to before ``until`` on which one of ``covering`` begins or ceases to be
    effective.
    """
    turned = {day for unit in covering for run in unit.effective for day in run if day is not None and since < day}
    return sorted({since, *(day for day in turned if until is None or day < until)})


def _standing(
    day: dt.date, facts: _Facts, organizations: dict[int, _Covering], limits: LimitsFrom
) -> tuple[Standing, list[_Covering]]:
    """What holds of a company on ``day``, whether or not effectively, and by which organisations it is covered."""
    tenancies = [(path, kind) for run, path, kind in facts.tenancies if holds_on(run, day)]
    links = [(kind, key) for run, kind, key in facts.links if holds_on(run, day)]
    ties = {key for _kind, key in links} | {key for run, key in facts.memberships if holds_on(run, day)}
    own = _covers(day, LinkKind.OWN, OWN_TYPES, links, organizations)
    joint = _covers(day, LinkKind.JOINT, (OrganizationType.JOINT_BRANCH,), links, organizations)
    has_work = any(kind not in ORGANISATION_LINKS for kind, _key in links)
    state = CoverageState.WORK_ONLY if has_work else CoverageState.NONE
    standing = Standing(
        sits=tuple(sorted({path for path, _kind in tenancies})),
        on_site=tuple(sorted({path for path, kind in tenancies if kind == TenancyKind.ON_SITE})),
        tied=tuple(sorted({organizations[key].kept_under for key in ties if key is not None})),
        counted_as=tuple(_counted_as(day, facts, limits)),
        state=(CoverageState.OWN if own else CoverageState.JOINT if joint else state).value,
    )
    return standing, [*own, *joint]


def holds_on(run: Run, day: dt.date) -> bool:
    """Whether ``day`` lies in a half-open run of days."""
    since, until = run
    return since <= day and (until is None or day < until)


def _covers(
    day: dt.date,
    kind: str,
    types: Collection[str],
    links: Iterable[tuple[str, int | None]],
    organizations: dict[int, _Covering],
) -> list[_Covering]:
    """The organisations that cover the company on ``day`` by links of ``kind``: standing, and of one of ``types``."""
    return [
        unit
        for unit in (organizations[key] for of, key in links if of == kind and key is not None)
        if unit.approved is not None
        and holds_on((unit.approved, unit.dissolved), day)
        and any(type in types and holds_on(run, day) for run, type in unit.spans)
    ]


def _counted_as(day: dt.date, facts: _Facts, limits: LimitsFrom) -> Iterator[str]:
    """The denominators that count the company on ``day`` by what it is."""
    row, least = facts.row, next(found for since, found in reversed(limits) if since <= day)
    has_left = row.status_since is not None and row.status_since <= day
    if not (row.status == CompanyStatus.DEREGISTERED and has_left):
        yield REGISTERED
        if row.revenue_over_20m or row.staff_band >= least.guishang_staff:
            yield GUISHANG
    if row.status != CompanyStatus.OPERATING and not (row.status_since and not has_left):
        return
    yield OPERATING
    if row.fixed_premises and row.staff_band >= least.sanyou_staff:
        yield SANYOU
    if next((full for as_of, full in reversed(facts.counts) if as_of <= day), 0) >= least.full:
        yield YINGJIAN


REGISTERED, OPERATING, SANYOU, GUISHANG, YINGJIAN = Denominator.values

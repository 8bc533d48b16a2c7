"""What many branches owed in a period and what of it was done, counted by the database.

``owed`` tells the same, duty by duty, to those who look at few branches.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, DateField, F, Q, When, Window
from django.db.models.functions import Cast, Lead, TruncMonth

from parkparty.activities.choices import ActivityState
from parkparty.activities.models import ActivityHost
from parkparty.core import paths
from parkparty.core.dates import Period, add_months, month_of
from parkparty.organizations.choices import BRANCH_TYPES
from parkparty.organizations.models import MemberCount, Organization, OrganizationSpan
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.choices import DutyState, Every, RuleKind
from parkparty.rules.figures.book import Bound, RuleBook
from parkparty.rules.figures.owed import NEARNESS, PERIOD_OF, STATE_OF, name_of, owed_on
from parkparty.rules.models import Rule

COUNTED = """
WITH branch (pk, path, since, until, approved_on, dissolved_on) AS ({branches}),
members (pk, since, until, number) AS ({members}),
counted AS (SELECT pk, {members_on} FROM members GROUP BY pk),
held (pk, type, held_on, nearest) AS ({held}),
come AS (SELECT pk, {nearest} FROM held GROUP BY pk),
stood AS MATERIALIZED (
    SELECT branch.pk AS pk, path, since, {stood_on}, {come}, CASE {region} END AS region
    FROM branch
    LEFT JOIN counted ON counted.pk = branch.pk
    LEFT JOIN come ON come.pk = branch.pk
)
SELECT region, {columns}, COUNT(*), 0 FROM stood GROUP BY region, {columns}
UNION ALL
SELECT * FROM (SELECT region, {columns}, 0, pk FROM stood WHERE {is_open} ORDER BY path, since LIMIT {listed}) listed
"""
"""First how many branches stand alike, then those with an open duty, as many as duties are listed.

Alike are those that the same rules bind, with as many members on each day as these ask for (-1 where they were no
branch), which came equally near to done with each type of activity in its period.
"""

MEMBERS_ON = "MAX(CASE WHEN since <= %s AND (until IS NULL OR until > %s) THEN number END) AS m{}"

STOOD_ON = """
CASE
    WHEN since > %s OR until <= %s OR approved_on IS NULL OR approved_on > %s OR dissolved_on <= %s THEN -1
    WHEN m{0} IS NULL THEN 0 WHEN m{0} < {1} THEN m{0} ELSE {1}
END AS s{0}
"""

NEAREST = "MAX(CASE WHEN type = %s AND held_on >= %s AND held_on < %s THEN nearest END) AS n{}"

PENDING = NEARNESS.index(DutyState.PENDING)
"""What is less near to done than this is open."""

NOWHERE = -1
"""Stands among the regions that a rule binds, so that they are never none."""

Asked = tuple[Bound, Period, dt.date]
"""A rule and those whom it binds, its period, and the day whose branches it asks."""

Answer = tuple[list[tuple[int, int]], int, int]
"""Duties, each as the number of what was asked and how near to done; of how many branches, or of which one."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What one rule asked of all that it binds in one period, and how many duties are in each state."""

    rule: Rule
    period: Period
    states: Counter[DutyState] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """A duty that is not met, and nothing is on its way to be."""

    rule: Rule
    organization: str
    period_name: str
    state: DutyState


@dataclass(frozen=True, slots=True)
class Tally:
    """What was owed by rule and period, the earliest due first, and the open duties, not all of them if many."""

    owed: tuple[Owed, ...] = ()
    listed: tuple[OpenDuty, ...] = ()

    @property
    def states(self) -> Counter[DutyState]:
        """How many duties are in each state."""
        return sum((owed.states for owed in self.owed), Counter())


def tally(organizations: OrganizationQuerySet, since: dt.date, until: dt.date, *, ends: bool, most: int) -> Tally:
    """What branches among ``organizations`` owed from ``since``, the first of a month, to ``until``, in three queries.

    By months, and by quarters and years as far as they are over; ``ends`` is whether the period asked for ends with
    ``until``: while it still runs, what is owed by quarter and year counts as well. At most ``most`` are listed.
    """
    book = RuleBook.read([RuleKind.PERIODIC_ACTIVITY])
    asked = sorted(_asked(book, since, until, ends=ends), key=lambda one: (one[1].last_day, one[0].rule.code))
    if not asked:
        return Tally()
    owed = tuple(Owed(bound.rule, period) for bound, period, _day in asked)
    open_ones: list[tuple[Owed, DutyState, int]] = []
    for duties, count, key in _Question(asked).answers(organizations, most):
        if count:
            for number, nearest in duties:
                owed[number].states[NEARNESS[nearest]] += count
        else:
            open_ones += ((owed[number], NEARNESS[nearest], key) for number, nearest in duties if nearest < PENDING)
    named = Organization.objects.in_bulk({key for _owed, _state, key in open_ones[:most]})
    listed = (
        OpenDuty(one.rule, str(named[key]), name_of(one.rule.every, one.period), state)
        for one, state, key in open_ones[:most]
    )
    return Tally(owed, tuple(listed))


def _asked(book: RuleBook, since: dt.date, until: dt.date, *, ends: bool) -> Iterator[Asked]:
    """Each rule that speaks in the time asked for, its period, and the day whose branches it asks."""
    while since <= until:
        day = min(month_of(since).last_day, until)
        for bound in book.bound_on(day):
            every = Every(bound.rule.every)
            period = PERIOD_OF[every](day)
            runs = day == until and not ends
            if every in owed_on(day) and (every == Every.MONTH or period.last_day == day or runs):
                yield bound, period, day
        since = add_months(since, 1)


class _Asked(NamedTuple):
    """One rule in one period, as the rows of the database are read: by the numbers of its day and of its column."""

    day: int
    column: int
    least: int
    regions: frozenset[int]


class _Question:
    """What the database is asked: on which days, in which regions of rules, and what was to be held when."""

    def __init__(self, asked: Sequence[Asked]) -> None:
        self.days = sorted({day for _bound, _period, day in asked})
        self.periods = [period for _bound, period, _day in asked]
        within = {path for bound, _period, _day in asked for path in (bound.within, *bound.without)}
        self.regions = sorted({"", *within}, key=lambda path: (-len(path), path))  # the nearest one first
        kinds = [(bound.rule.activity_type_id, period.since, period.until) for bound, period, _day in asked]
        self.kinds = list(dict.fromkeys(kinds))
        self.asked = [
            _Asked(self.days.index(day), self.kinds.index(kind), int(bound.rule.min_full_members), self._bound(bound))
            for kind, (bound, _period, day) in zip(kinds, asked, strict=True)
        ]

    def _bound(self, bound: Bound) -> frozenset[int]:
        """The numbers of the regions that a rule binds."""
        return frozenset(
            number
            for number, path in enumerate(self.regions)
            if path.startswith(bound.within) and not path.startswith(bound.without)
        )

    def answers(self, organizations: OrganizationQuerySet, most: int) -> Iterator[Answer]:
        """The duties of branches that stand alike, and how many these are.

        Then up to ``most`` branches with an open duty, by their keys, in the order of the tree.
        """
        days = len(self.days)
        for region, *near, count, key in self._rows(organizations, most):
            members, nearest = near[:days], near[days:]
            duties = [
                (number, nearest[one.column])
                for number, one in enumerate(self.asked)
                if one.least <= members[one.day] and region in one.regions
            ]
            yield duties, count, key

    def _rows(self, organizations: OrganizationQuerySet, most: int) -> list[tuple[int, ...]]:
        branches, of_branches = _branches(organizations).query.sql_with_params()
        members, of_members = _members(organizations).query.sql_with_params()
        held, of_held = _held(organizations, self.periods).query.sql_with_params()
        # The statement is our own, and what it is filled with are numbers, marks and queries of the ORM.
        statement = COUNTED.format(  # nosec B608
            branches=branches, members=members, held=held, **self._columns(), listed=int(most)
        )
        values = [
            *of_branches,
            *(*of_members, *(day for day in self.days for _twice in range(2))),
            *(*of_held, *(value for kind in self.kinds for value in kind)),
            *(day for day in self.days for _four_times in range(4)),
            *(end for path in self.regions for end in paths.run(path)),
        ]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            found: list[tuple[int, ...]] = cursor.fetchall()
        return found

    def _columns(self) -> dict[str, str]:
        """The parts of ``COUNTED`` that there is one of for each day, kind, region or rule."""
        days, kinds = range(len(self.days)), range(len(self.kinds))
        least = max(one.least for one in self.asked)
        return {
            "members_on": ", ".join(MEMBERS_ON.format(day) for day in days),
            "stood_on": ", ".join(STOOD_ON.format(day, least) for day in days),
            "nearest": ", ".join(NEAREST.format(kind) for kind in kinds),
            "come": ", ".join(f"COALESCE(n{kind}, 0) AS n{kind}" for kind in kinds),
            "columns": ", ".join([*(f"s{day}" for day in days), *(f"n{kind}" for kind in kinds)]),
            "region": " ".join(f"WHEN path >= %s AND path < %s THEN {number}" for number in range(len(self.regions))),
            "is_open": " OR ".join(_is_open(one) for one in self.asked),
        }


def _is_open(one: _Asked) -> str:
    """The condition that a branch owes this, and came less near to done than what is pending."""
    regions = ", ".join(str(number) for number in (NOWHERE, *sorted(one.regions)))
    return f"s{one.day} >= {one.least} AND n{one.column} < {PENDING} AND region IN ({regions})"


def _branches(organizations: OrganizationQuerySet) -> Any:
    """When those of ``organizations`` that ever were branches were so by type, and when they stood."""
    spans = OrganizationSpan.objects.filter(type__in=BRANCH_TYPES, organization__in=organizations.order_by())
    stood = ("organization__approved_on", "organization__dissolved_on")
    return spans.order_by().values_list("organization", "organization__path", "since", "until", *stood)


def _members(organizations: OrganizationQuerySet) -> Any:
    """From when until when which count of full members was the last of each of ``organizations``."""
    counts = MemberCount.objects.filter(organization__in=organizations.order_by()).order_by()
    later = Window(Lead("as_of"), partition_by=[F("organization")], order_by=F("as_of").asc())
    return counts.annotate(later=later).values_list("organization", "as_of", "later", "full")


def _held(organizations: OrganizationQuerySet, periods: Sequence[Period]) -> Any:
    """How near to done organisations came with each activity, by its types and its day, from their first month on.

    A draft is known only to the organisation that leads it.
    """
    nearness = (When(activity__state=state, then=NEARNESS.index(STATE_OF[state])) for state in ActivityState)
    first_month = Cast(TruncMonth("organization__approved_on"), DateField())
    hosts = ActivityHost.objects.filter(
        ~Q(activity__state=ActivityState.DRAFT) | Q(activity__organization=F("organization")),
        Q(activity__held_on__gte=F("organization__approved_on")) | Q(activity__held_on__gte=first_month),
        organization__in=organizations.order_by().values("pk"),
        activity__held_on__gte=min(period.since for period in periods),
        activity__held_on__lt=max(period.until for period in periods),
    )
    asked = ("organization", "activity__types", "activity__held_on", "nearest")
    return hosts.order_by().annotate(nearest=Case(*nearness)).values_list(*asked)

"""What many branches owed in a period and what of it was done, counted by the database.

``owed`` tells the same, duty by duty, to those who look at few branches.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import TruncMonth

from parkparty.activities.choices import ActivityState
from parkparty.activities.models import ActivityHost
from parkparty.core import paths
from parkparty.core.dates import Period, add_months, month_of
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.choices import DutyState, Every, RuleKind
from parkparty.rules.figures.book import Bound, RuleBook
from parkparty.rules.figures.owed import NEARNESS, PERIOD_OF, STATE_OF, branches_on, name_of, owed_on
from parkparty.rules.models import Rule

COUNTED = """
WITH asked (number, day, type, least, since, until, within, below) AS (VALUES {asked}),
but_for (number, within, below) AS (VALUES {but_for}),
branch (day, pk, path, members) AS MATERIALIZED ({branches}),
held (pk, type, month, nearest) AS ({held}),
come (number, pk, nearest) AS MATERIALIZED (
    SELECT asked.number, held.pk, MAX(held.nearest)
    FROM asked
    JOIN held ON held.type = asked.type AND held.month >= asked.since AND held.month < asked.until
    GROUP BY asked.number, held.pk
),
duty AS MATERIALIZED (
    SELECT asked.number, branch.pk, branch.path, COALESCE(come.nearest, 0) AS nearest
    FROM asked
    JOIN branch ON branch.day = asked.day AND branch.members >= asked.least
        AND branch.path >= asked.within AND branch.path < asked.below
    LEFT JOIN come ON come.number = asked.number AND come.pk = branch.pk
    WHERE NOT EXISTS (
        SELECT 1 FROM but_for
        WHERE but_for.number = asked.number AND branch.path >= but_for.within AND branch.path < but_for.below
    )
)
SELECT number, nearest, COUNT(*), 0 FROM duty GROUP BY number, nearest
UNION ALL
SELECT * FROM (
    SELECT number, nearest, 0, pk FROM duty WHERE nearest < {pending} ORDER BY path, number LIMIT {listed}
) listed
"""
"""First how many duties of each kind are how near to done, then those that are open, as many as are listed."""

NOBODY = (-1, "", "")
"""Stands in ``but_for`` so that it is never empty."""


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
    for number, nearest, count, key in _counted(organizations, asked, most):
        if key:
            open_ones.append((owed[number], NEARNESS[nearest], key))
        else:
            owed[number].states[NEARNESS[nearest]] += count
    named = Organization.objects.in_bulk({key for _owed, _state, key in open_ones})
    listed = (
        OpenDuty(one.rule, str(named[key]), name_of(one.rule.every, one.period), state) for one, state, key in open_ones
    )
    return Tally(owed, tuple(listed))


def _asked(book: RuleBook, since: dt.date, until: dt.date, *, ends: bool) -> Iterator[tuple[Bound, Period, dt.date]]:
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


def _counted(
    organizations: OrganizationQuerySet, asked: Sequence[tuple[Bound, Period, dt.date]], most: int
) -> list[tuple[int, int, int, int]]:
    days = sorted({day for _bound, _period, day in asked})
    rows: list[tuple[Any, ...]] = []
    for number, (bound, period, day) in enumerate(asked):
        rule, within = bound.rule, paths.run(bound.within)
        of_rule = (rule.activity_type_id, rule.min_full_members)
        rows.append((number, days.index(day), *of_rule, period.since, period.until, *within))
    but_for = [(number, *paths.run(path)) for number, (bound, *_) in enumerate(asked) for path in bound.without]
    parts = [
        branches_on(organizations, day).order_by().annotate(day=Value(number)).values_list(*BRANCH)
        for number, day in enumerate(days)
    ]
    branches, of_branches = parts[0].union(*parts[1:], all=True).query.sql_with_params()
    held, of_held = _held(organizations, [period for _bound, period, _day in asked]).query.sql_with_params()
    # The statement is our own, and what it is filled with are marks and queries of the ORM.
    statement = COUNTED.format(  # nosec B608
        asked=_marks(rows),
        but_for=_marks([NOBODY, *but_for]),
        branches=branches,
        held=held,
        pending=NEARNESS.index(DutyState.PENDING),
        listed=int(most),
    )
    values = [*_flat(rows), *_flat([NOBODY, *but_for]), *of_branches, *of_held]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[int, int, int, int]] = cursor.fetchall()
    return found


BRANCH = ("day", "pk", "path", "full_members")


def _held(organizations: OrganizationQuerySet, periods: Sequence[Period]) -> Any:
    """How near to done organisations came with each activity, by its types and its month, from their first month on.

    A draft is known only to the organisation that leads it.
    """
    nearness = (When(activity__state=state, then=NEARNESS.index(STATE_OF[state])) for state in ActivityState)
    hosts = ActivityHost.objects.filter(
        ~Q(activity__state=ActivityState.DRAFT) | Q(activity__organization=F("organization")),
        organization__in=organizations.order_by().values("pk"),
        activity__held_on__gte=min(period.since for period in periods),
        activity__held_on__lt=max(period.until for period in periods),
    )
    monthly = hosts.annotate(month=TruncMonth("activity__held_on"))
    theirs = monthly.filter(month__gte=TruncMonth("organization__approved_on")).order_by()
    return theirs.annotate(nearest=Case(*nearness)).values_list("organization", "activity__types", "month", "nearest")


def _marks(rows: Sequence[Sequence[Any]]) -> str:
    return ", ".join([f"({', '.join(['%s'] * len(rows[0]))})"] * len(rows))


def _flat(rows: Iterable[Iterable[Any]]) -> list[Any]:
    return [value for row in rows for value in row]

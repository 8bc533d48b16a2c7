"""What organisations owe in the period at hand, worked out from the rules (rows) and the activities (facts)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Q, Value
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from parkparty.activities.choices import COUNTED_STATES, ActivityState
from parkparty.activities.models import Activity, JointHost
from parkparty.core.dates import Period, month_of, quarter_of, year_of
from parkparty.core.written import IsGiven
from parkparty.organizations.choices import BRANCH_TYPES
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.choices import OPEN_STATES, DutyState, Every, RuleKind
from parkparty.rules.figures.book import RuleBook
from parkparty.rules.models import Rule

PERIOD_OF = {Every.MONTH: month_of, Every.QUARTER: quarter_of, Every.YEAR: year_of}

LAST_QUARTER_STARTS = 10
"""The month from which yearly duties stand on the desk: 组织生活会 一般安排在第四季度 (支部工作条例 §17)."""

STATE_OF = {
    ActivityState.DRAFT: DutyState.MISSING,
    ActivityState.RETURNED: DutyState.RETURNED,
    ActivityState.SUBMITTED: DutyState.PENDING,
    **dict.fromkeys(COUNTED_STATES, DutyState.DONE),
}
NEARNESS = (DutyState.MISSING, DutyState.RETURNED, DutyState.PENDING, DutyState.DONE)
"""Which of several activities of a period speaks for the duty: the one nearest to done."""


class HeldActivity(NamedTuple):
    """What an activity tells of the duties that it may meet."""

    pk: int
    organization_id: int
    held_on: dt.date
    state: str


Held = dict[tuple[int, str], list[HeldActivity]]


@dataclass(frozen=True, slots=True)
class Duty:
    """What one organisation owes under one rule in one period, and the activity that meets it or is on its way to."""

    rule: Rule
    organization: Organization
    period: Period
    state: DutyState
    activity: HeldActivity | None
    as_of: dt.date

    @property
    def due_on(self) -> dt.date:
        """The last day on which the activity can be held in time. Reporting it later does not undo it."""
        return self.period.last_day

    @property
    def days_left(self) -> int:
        """Days from ``as_of`` to the due day, 0 on the day itself."""
        return (self.due_on - self.as_of).days

    @property
    def is_open(self) -> bool:
        """Whether the secretary has something to do: nothing reported yet, or given back."""
        return self.state in OPEN_STATES

    @property
    def is_led(self) -> bool:
        """Whether the activity is the organisation's own record; one it only hosts with another is not its to edit."""
        return self.activity is not None and self.activity.organization_id == self.organization.pk

    @property
    def period_name(self) -> str:
        """The period as people call it: 11 月, 第四季度, 2026 年."""
        return name_of(self.rule.every, self.period)


def name_of(every: str, period: Period) -> str:
    """What people call a month, a quarter or a year of a rule: 11 月, 第四季度, 2026 年."""
    first = period.since
    if every == Every.MONTH:
        return _month(first.month, get_language())
    if every == Every.QUARTER:
        return (_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度"))[first.month // 3]
    return _("%(year)d 年") % {"year": first.year}


@lru_cache(maxsize=64)
def _month(month: int, language: str | None) -> str:
    """What a month is called in the reader's language, found once: lists name it row by row."""
    return date_format(dt.date(2000, month, 1), pgettext("日期格式", "n 月"))


def duties(organizations: OrganizationQuerySet, on: dt.date) -> list[Duty]:
    """What ``organizations`` (already cut to the reader's scope) owe on ``on``, open duties first, in three queries.

    Only branches alive on ``on`` owe anything, from the month they were approved in. An activity counts for each of
    its types and each of its hosts by the day it was held; when it was reported does not matter. Approved ones meet
    the duty, submitted ones are pending. Yearly duties stand on the list from October.
    """
    book = RuleBook.read([RuleKind.PERIODIC_ACTIVITY])
    if not book.general:
        return []
    branches = list(branches_on(organizations, on))
    periods = [PERIOD_OF[every](on) for every in owed_on(on)]
    held = held_by(branches, min(period.since for period in periods), max(period.until for period in periods))
    found = duties_of(branches, on, book, held)
    rank = {state: position for position, state in enumerate(DutyState)}
    return sorted(found, key=lambda duty: (rank[duty.state], duty.due_on, duty.organization.path, duty.rule.code))


def branches_on(organizations: OrganizationQuerySet, on: dt.date) -> OrganizationQuerySet:
    """Those of ``organizations`` that were branches on ``on``, with their member counts of then."""
    return organizations.active_on(on).of_type_on(on, BRANCH_TYPES).with_member_counts(on)


def duties_of(
    branches: Iterable[Any], on: dt.date, book: RuleBook, held: Held, *, every: Collection[str] = ()
) -> list[Duty]:
    """What each of ``branches`` owes in the periods that hold ``on``, by the rules that bind it; no query.

    Yearly duties are left out before October, unless ``every`` names the periods that are wanted.
    """
    wanted = every or owed_on(on)
    return [
        _duty(rule, branch, on, held)
        for branch in branches
        for rule in book.on(on, branch.path)
        if rule.every in wanted and branch.full_members >= rule.min_full_members
    ]


def owed_on(day: dt.date) -> list[Every]:
    """By which periods duties stand on the list of ``day``: those of the year only from October on."""
    return [every for every in Every if every != Every.YEAR or day.month >= LAST_QUARTER_STARTS]


def held_by(branches: Iterable[Organization], since: dt.date, until: dt.date) -> Held:
    """The activities of ``branches``, perhaps very many, of ``since <= day < until``, by host and type."""
    return held_in(IsGiven([branch.pk for branch in branches], "organization"), since, until)


def held_in(organizations: Q | IsGiven, since: dt.date, until: dt.date) -> Held:
    """The activities of ``since <= day < until``, by host and type; ``organizations`` is what each is like.

    Hosts do not know the day: who leads an activity and who joins are asked apart, so that no others are read.
    """
    led = Activity.objects.filter(organizations, held_on__gte=since, held_on__lt=until)
    joined = JointHost.objects.filter(organizations, held_on__gte=since, held_on__lt=until)
    of_joined = [f"activity__{name}" for name in HeldActivity._fields]
    rows = led.order_by().values_list("host_rows__organization", "types", Value(False), *HeldActivity._fields)
    joint = joined.order_by().values_list("organization", "activity__types", Value(True), *of_joined)
    held: Held = defaultdict(list)
    for host, type, is_joint, *values in rows.union(joint, all=True):
        activity = HeldActivity(*values)
        # That a leader is one of the hosts is asked here: PostgreSQL would begin with all of its host rows.
        if is_joint or host == activity.organization_id:
            held[host, type].append(activity)
    for activities in held.values():
        activities.sort(key=lambda activity: (activity.held_on, -activity.pk))
    return held


def _duty(rule: Rule, branch: Organization, on: dt.date, held: Held) -> Duty:
    period = PERIOD_OF[Every(rule.every)](on)
    since = max(period.since, month_of(branch.approved_on).since) if branch.approved_on else period.since
    candidates = [
        activity
        for activity in held.get((branch.pk, rule.activity_type_id or ""), [])
        if since <= activity.held_on < period.until and _speaks_for(activity, branch)
    ]
    activity = max(candidates, key=_nearness, default=None)
    state = STATE_OF[ActivityState(activity.state)] if activity else DutyState.MISSING
    return Duty(rule, branch, period, state, activity, on)


def _speaks_for(activity: HeldActivity, branch: Organization) -> bool:
    """A draft is known only to the organisation that leads it."""
    return activity.state != ActivityState.DRAFT or activity.organization_id == branch.pk


def _nearness(activity: HeldActivity) -> int:
    return NEARNESS.index(STATE_OF[ActivityState(activity.state)])

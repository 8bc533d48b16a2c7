"""What a change of a rule does to the figures: the last four periods as they are, and as the changed row gives them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.companies.models import Company
from parkparty.core import paths
from parkparty.core.dates import Period, quarter_of, year_of
from parkparty.core.rates import Rate
from parkparty.organizations.models import Organization
from parkparty.rules.choices import DutyState, Every, RuleKind
from parkparty.rules.figures.book import RuleBook
from parkparty.rules.figures.hints import JUDGES, hints
from parkparty.rules.figures.history import History
from parkparty.rules.figures.limits import COUNTING, LimitBook
from parkparty.rules.figures.owed import PERIOD_OF, Held, duties_of, held_in
from parkparty.rules.models import Rule

PERIODS = 4


@dataclass(frozen=True, slots=True)
class Impact:
    """One period under the rules as they were, and as if the changed row had been in force all along."""

    period: Period
    before: Rate
    after: Rate

    @property
    def is_changed(self) -> bool:
        """Whether the change makes a difference here."""
        return self.before != self.after


def impact(changed: Rule, organization: Organization | None, on: dt.date) -> list[Impact]:
    """The last four whole periods before ``on``, oldest first; empty for rules that give no figures. Nine queries.

    Of activities: how many of those owed were held and approved. Of a general rule by which companies count: their
    organisation coverage. Of other kinds: how many of the organisations at and below ``organization``, all without
    one, the rule speaks of. Periods are years for yearly activities, quarters otherwise.
    """
    if changed.kind in COUNTING and organization is None:
        return [_counted(changed, period) for period in _last_periods(on, is_yearly=False)]
    if changed.kind not in (*JUDGES, RuleKind.PERIODIC_ACTIVITY):
        return []
    books = RuleBook.read([*JUDGES, changed.kind])
    former = [rule.every for rule in books.general if rule.code == changed.general_code]
    periods = _last_periods(on, Every.YEAR in (changed.every, *former))
    history = History(organization, changed.kind)
    if changed.kind != RuleKind.PERIODIC_ACTIVITY:
        judge = _Hints(history, changed.general_code)
        return [Impact(p, judge.rate(p, books), judge.rate(p, books.with_instead(changed))) for p in periods]
    top = organization.path if organization else ""
    held = held_in(paths.under("organization__path", top), periods[0].since, periods[-1].until)
    done = _Done(history, changed.general_code, held)
    return [Impact(p, done.rate(p, books), done.rate(p, books.with_instead(changed))) for p in periods]


def _counted(changed: Rule, period: Period) -> Impact:
    """The organisation coverage of the companies that the definition of ``changed`` counts, in the whole site."""
    denominator = Denominator(changed.parameters.get("denominator", Denominator.YINGJIAN))

    def rate(book: LimitBook) -> Rate:
        day = period.last_day
        companies: Any = Company.objects.counting_as(denominator, day, book.of(denominator, day))
        there = companies.on_site_on(day) if denominator.is_on_site else companies
        return Rate(there.covered(CoverageChoice.ORGANIZATION, day).count(), there.count())

    return Impact(period, rate(LimitBook()), rate(LimitBook(changed)))


def _last_periods(on: dt.date, is_yearly: bool) -> list[Period]:
    period_of = year_of if is_yearly else quarter_of
    found: list[Period] = []
    day = period_of(on).since
    while len(found) < PERIODS:
        found.insert(0, period_of(day - dt.timedelta(days=1)))
        day = found[0].since
    return found


@dataclass(frozen=True, slots=True)
class _Hints:
    history: History
    code: str

    def rate(self, period: Period, book: RuleBook) -> Rate:
        """Of the organisations on the period's last day, those that the rule speaks of."""
        spoken = total = 0
        for _organization, facts in self.history.facts_on(period.last_day):
            total += 1
            spoken += any(hint.rule.general_code == self.code for hint in hints(facts, period.last_day, book))
        return Rate(spoken, total)


@dataclass(frozen=True, slots=True)
class _Done:
    history: History
    code: str
    held: Held

    def rate(self, period: Period, book: RuleBook) -> Rate:
        """Of the activities owed in the period, those held and approved."""
        owed = [
            duty
            for every in Every
            for day in _last_days(every, period)
            for duty in duties_of(self.history.branches_on(day), day, book, self.held, every=[every])
            if duty.rule.general_code == self.code
        ]
        return Rate(sum(duty.state == DutyState.DONE for duty in owed), len(owed))


def _last_days(every: Every, period: Period) -> list[dt.date]:
    """The last day of each month, quarter or year that ends in ``period``."""
    days: list[dt.date] = []
    day = period.since
    while day < period.until:
        part = PERIOD_OF[every](day)
        if part.until <= period.until:
            days.append(part.last_day)
        day = part.until
    return days

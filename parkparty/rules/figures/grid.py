"""Duties as tables: branches × duties of the period at hand, and one branch's periods of the last year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parkparty.core.dates import add_months
from parkparty.core.rates import Rate
from parkparty.organizations.models import Organization
from parkparty.rules.choices import DutyState, Every
from parkparty.rules.figures.book import RuleBook
from parkparty.rules.figures.history import History
from parkparty.rules.figures.owed import PERIOD_OF, Duty, duties_of, held_by
from parkparty.rules.models import Rule

MONTHS_IN = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}
PERIODS_SHOWN = {Every.MONTH: 12, Every.QUARTER: 4, Every.YEAR: 2}


@dataclass(frozen=True, slots=True)
class Column:
    """One duty over all branches: the general rule's code and name, its period, and how far it is met."""

    code: str
    name: str
    period: str
    duties: tuple[Duty, ...]

    @property
    def done(self) -> Rate:
        """Of the branches that owe it, those that did it."""
        return Rate(sum(duty.state == DutyState.DONE for duty in self.duties), len(self.duties))

    @property
    def is_monthly(self) -> bool:
        """Whether it is owed each month, so that twelve months can be looked at."""
        return self.duties[0].rule.every == Every.MONTH

    @property
    def open(self) -> int:
        """How many have not reported it."""
        return sum(duty.is_open for duty in self.duties)


@dataclass(frozen=True, slots=True)
class Grid:
    """Branches × duties. A row is a branch and, under each column, its duty, or None where nothing is owed."""

    columns: list[Column]
    rows: list[tuple[Organization, list[Duty | None]]]

    @property
    def done(self) -> Rate:
        """All columns together, re-summed."""
        return Rate.sum_of(column.done for column in self.columns)


def grid(duties: Iterable[Duty]) -> Grid:
    """The table of ``duties``: columns by the code of the general rule, rows by the party tree."""
    columns: dict[str, list[Duty]] = {}
    rows: dict[int, dict[str, Duty]] = {}
    branches: dict[int, Organization] = {}
    for duty in duties:
        branches[duty.organization.pk] = duty.organization
        columns.setdefault(duty.rule.general_code, []).append(duty)
        rows.setdefault(duty.organization.pk, {})[duty.rule.general_code] = duty
    codes = sorted(columns)
    found = [_column(code, columns[code]) for code in codes]
    ordered = sorted(branches.values(), key=lambda branch: branch.path)
    return Grid(found, [(branch, [rows[branch.pk].get(code) for code in codes]) for branch in ordered])


def _column(code: str, duties: Sequence[Duty]) -> Column:
    return Column(code, str(duties[0].rule.activity_type), duties[0].period_name, tuple(duties))


@dataclass(frozen=True, slots=True)
class LifeRow:
    """One kind of duty of one branch, period by period, the latest last."""

    rule: Rule
    duties: list[Duty]


def life_of(history: History, on: dt.date, book: RuleBook) -> list[LifeRow]:
    """The duties of the one branch of ``history``: 12 months, 4 quarters and 2 years back from ``on``; one query."""
    branch = history.organizations[0]
    since = PERIOD_OF[Every.YEAR](add_months(on, -12)).since
    held = held_by([branch], since, PERIOD_OF[Every.YEAR](on).until)
    found: dict[str, list[Duty]] = {}
    for every, day in _days_back(on):
        branches: list[Any] = list(history.branches_on(day))
        for duty in duties_of(branches, day, book, held, every=[every]):
            found.setdefault(duty.rule.general_code, []).append(duty)
    return [LifeRow(duties[-1].rule, duties) for _code, duties in sorted(found.items())]


def _days_back(on: dt.date) -> Iterable[tuple[Every, dt.date]]:
    """Each kind of period with a day in it: its last day, and ``on`` itself for the one at hand."""
    for every in Every:
        for back in range(PERIODS_SHOWN[every] - 1, 0, -1):
            yield every, PERIOD_OF[every](add_months(on.replace(day=1), -back * MONTHS_IN[every])).last_day
        yield every, on

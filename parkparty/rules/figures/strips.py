"""Is it done month after month: one monthly duty of many branches, as a strip of the last twelve months."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from parkparty.core.dates import Period, add_months, month_of
from parkparty.core.rates import Rate
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.choices import DutyState, Every, RuleKind
from parkparty.rules.figures.book import RuleBook
from parkparty.rules.figures.owed import Duty, branches_on, duties_of, held_by

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Strip:
    """A branch with its duty of each month, the earliest first; None where it owed nothing, as before its founding."""

    branch: Organization
    duties: list[Duty | None]

    @property
    def done(self) -> Rate:
        """Of the months in which it was owed, those in which it was done."""
        owed = [duty.state for duty in self.duties if duty]
        return Rate(sum(state == DutyState.DONE for state in owed), len(owed))


@dataclass(frozen=True, slots=True)
class Strips:
    """The strips of one duty; ``name`` is its activity type."""

    code: str
    name: str
    months: list[Period]
    rows: list[Strip]


def strips(organizations: OrganizationQuerySet, code: str, on: dt.date) -> Strips | None:
    """The monthly duty of the general rule ``code``, branch by branch; None when there is no such one. Three queries.

    ``organizations`` are already cut to the reader's scope; those that are branches on ``on`` have a row.
    """
    book = RuleBook.read([RuleKind.PERIODIC_ACTIVITY])
    rule = next((rule for rule in book.general if rule.code == code and rule.every == Every.MONTH), None)
    if rule is None:
        return None
    months = [month_of(add_months(month_of(on).since, -back)) for back in reversed(range(MONTHS))]
    branches: list[Any] = list(branches_on(organizations, on).order_by("path"))
    held = held_by(branches, months[0].since, months[-1].until)
    found: dict[tuple[int, Period], Duty] = {}
    for month in months:
        stood = [branch for branch in branches if branch.approved_on < month.until]
        for duty in duties_of(stood, min(month.last_day, on), book, held, every=[Every.MONTH]):
            if duty.rule.general_code == code:
                found[duty.organization.pk, month] = duty
    rows = [Strip(branch, [found.get((branch.pk, month)) for month in months]) for branch in branches]
    return Strips(code, str(rule.activity_type), months, rows)

"""The line of time of terms made ready to be drawn: a column for each month, a dot for each branch whose term ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parkparty.core.dates import Period, add_months, month_of
from parkparty.coverage.tables.scales import middle_of
from parkparty.rules.figures import Term

OVERDUE = "overdue"
DOT = 16
"""From one dot to the next above it, in pixels."""

STACKED = 10
"""Dots drawn in one month; the others are in the table of the month."""


@dataclass(frozen=True, slots=True)
class TermDot:
    """A term: how high its dot lies, and whether it is over, its letter is due, or neither yet."""

    term: Term
    y: int
    state: str


@dataclass(frozen=True, slots=True)
class TermMonth:
    """A month, or all that is over: its terms, those drawn as dots, and the ``key`` of its table."""

    key: str
    label: str
    name: str
    middle: str
    number: int
    dots: list[TermDot]
    label_y: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """All months in their order, on one base line."""

    months: list[TermMonth]
    line_y: int
    height: int


def timeline_of(terms: Sequence[Term], day: dt.date, months: int) -> Timeline:
    """The terms that are over, and those that end in the month of ``day`` and the ``months`` after it."""
    ahead = [month_of(add_months(month_of(day).since, further)) for further in range(months + 1)]
    columns: list[tuple[Period | None, list[Term]]] = [(None, [term for term in terms if term.is_overdue(day)])]
    coming = [term for term in terms if not term.is_overdue(day)]
    columns += [(month, [term for term in coming if term.month == month]) for month in ahead]
    highest = max(min(len(ending), STACKED) for _month, ending in columns)
    line = DOT * (highest + 1) + DOT // 2
    found = [_month(place, len(columns), month, ending, day, line) for place, (month, ending) in enumerate(columns)]
    return Timeline(found, line, line + 2 * DOT)


def _month(place: int, places: int, month: Period | None, ending: list[Term], day: dt.date, line: int) -> TermMonth:
    heights = [line - DOT * (number + 1) + DOT // 4 for number in range(STACKED)]
    dots = [TermDot(term, height, _state(term, day)) for term, height in zip(ending, heights, strict=False)]
    return TermMonth(
        key=month.name if month else OVERDUE,
        label=str(month.since.month) if month else _("已过"),
        name=month.name if month else _("已届满"),
        middle=middle_of(place, places),
        number=len(ending),
        dots=dots,
        label_y=line - DOT * len(dots) - DOT // 2,
    )


def _state(term: Term, day: dt.date) -> str:
    if term.is_overdue(day):
        return OVERDUE
    return "remind" if term.is_to_be_reminded(day) else "later"

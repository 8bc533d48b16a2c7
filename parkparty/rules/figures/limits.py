"""By which numbers companies count as 三有, 规上 and 应建 on a day: the general rules of then."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from parkparty.companies.choices import Denominator, Limits
from parkparty.rules.choices import COUNTED, RuleKind
from parkparty.rules.figures.book import RuleBook
from parkparty.rules.models import Rule

COUNTING = (RuleKind.SET_UP, RuleKind.POPULATION)
LIMITED = (*COUNTED, Denominator.YINGJIAN)


class LimitBook:
    """The rules of counting, read when a definition first asks for them; one query, however many days.

    Local rules do not count here: figures are added up from the parks to the city, so all must count alike.
    """

    def __init__(self, instead: Rule | None = None) -> None:
        """``instead`` of the row with its code, as if it had always been in force."""
        self._instead = instead

    @cached_property
    def _book(self) -> RuleBook:
        book = RuleBook(Rule.objects.general().filter(kind__in=COUNTING).order_by("code"))
        return book.with_instead(self._instead) if self._instead else book

    def of(self, denominator: Denominator, day: dt.date) -> Limits:
        """The limits on ``day``; a definition without limits asks nothing of the database."""
        found: dict[str, int] = {}
        for rule in self._book.on(day, "") if denominator in LIMITED else ():
            if rule.kind == RuleKind.SET_UP:
                found["full"] = rule.parameters["full_at_least"]
            else:
                found[f"{rule.parameters['denominator']}_staff"] = rule.parameters["staff_at_least"]
        return Limits(**found)

    def days(self) -> list[dt.date]:
        """The days from which other limits may hold."""
        return sorted({day for rule in self._book.general for day in (rule.since, rule.until) if day})


def limits_of(denominator: Denominator, day: dt.date) -> Limits:
    """The limits of one definition on one day."""
    return LimitBook().of(denominator, day)

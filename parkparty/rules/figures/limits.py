"""By which numbers companies count as 三有, 规上 and 应建 on a day: the general rules of then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cached_property

from parkparty.companies.choices import Denominator, Limits
from parkparty.rules.choices import COUNTED, RuleKind
from parkparty.rules.models import Rule

KINDS = (RuleKind.SET_UP, RuleKind.POPULATION)
LIMITED = (*COUNTED, Denominator.YINGJIAN)


class LimitBook:
    """The rules of counting, read when a definition first asks for them; one query, however many days.

    Local rules do not count here: figures are added up from the parks to the city, so all must count alike.
    """

    def __init__(self, rules: Iterable[Rule] | None = None) -> None:
        self._given = rules

    @cached_property
    def _rules(self) -> list[Rule]:
        rows = Rule.objects.general().filter(kind__in=KINDS, is_active=True).order_by("code")
        return [*(rows if self._given is None else self._given)]

    def of(self, denominator: Denominator, day: dt.date) -> Limits:
        """The limits on ``day``; a definition without limits asks nothing of the database."""
        found: dict[str, int] = {}
        for rule in self._rules if denominator in LIMITED else ():
            if not rule.holds_on(day):
                continue
            if rule.kind == RuleKind.SET_UP:
                found["full"] = rule.parameters["full_at_least"]
            else:
                found[f"{rule.parameters['denominator']}_staff"] = rule.parameters["staff_at_least"]
        return Limits(**found)


def limits_of(denominator: Denominator, day: dt.date) -> Limits:
    """The limits of one definition on one day."""
    return LimitBook().of(denominator, day)

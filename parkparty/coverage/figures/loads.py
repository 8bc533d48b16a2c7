"""How large branches are and how many units joint branches cover, the largest first, beside the limit that binds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from parkparty.core.written import OfOuter, Written
from parkparty.coverage.figures.coverage import with_units
from parkparty.coverage.models import LoadCell, LoadMark
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.choices import Measure, RuleKind
from parkparty.rules.figures import RuleBook
from parkparty.rules.models import Rule


@dataclass(frozen=True, slots=True)
class BranchLoad:
    """A branch with its number, and the rule with the lowest limit; None when none was in force."""

    branch: Organization
    number: int
    rule: Rule | None

    @property
    def limit(self) -> int | None:
        """The largest number within the rule."""
        return int(self.rule.parameters["more_than"]) if self.rule else None

    @property
    def is_over(self) -> bool:
        """Whether the rule speaks of it."""
        return self.limit is not None and self.number > self.limit


def loads(organizations: OrganizationQuerySet, measure: Measure, on: dt.date, most: int) -> list[BranchLoad]:
    """The ``most`` branches of ``organizations`` (already cut to the reader's scope) with the largest numbers.

    Members are full and probationary ones of the last count; units are companies that a joint branch covers, told by
    what is kept of their load while nothing is marked. What is nothing is left out. Two queries, three of units.
    """
    types = (OrganizationType.JOINT_BRANCH,) if measure == Measure.UNITS else BRANCH_TYPES
    rows: Any = organizations.active_on(on).of_type_on(on, types).with_type_on(on)
    if measure == Measure.UNITS:
        is_changed = LoadMark.objects.exists()
        rows = with_units(rows, on) if is_changed else rows.annotate(units=Coalesce(_listed_on(on), 0))
        rows = rows.annotate(number=F("units"))
    else:
        rows = rows.with_members(on).annotate(number=F("members"))
    book = RuleBook.read([RuleKind.SIZE])
    # What is nothing stands last. Left out by a filter, the numbers of all branches would be asked for before
    # PostgreSQL looks which of them lie in the place.
    largest = [branch for branch in rows.order_by("-number", "path")[:most] if branch.number]
    return [BranchLoad(branch, branch.number, _binding(branch, measure, on, book)) for branch in largest]


@lru_cache(maxsize=8)
def _listed_on(day: dt.date) -> Written:
    """How many companies the outer organisation lists on ``day``, as the load that is kept says."""
    cells = LoadCell.objects.filter(organization_id=OfOuter(), day__lte=day).order_by().values("organization_id")
    return Written.number(cells.annotate(number=Sum("listed")).values("number"))


def _binding(branch: Any, measure: Measure, on: dt.date, book: RuleBook) -> Rule | None:
    rules = [
        rule
        for rule in book.on(on, branch.path)
        if rule.parameters["measure"] == measure and branch.type_then in rule.parameters["types"]
    ]
    return min(rules, key=lambda rule: (rule.parameters["more_than"], rule.code), default=None)

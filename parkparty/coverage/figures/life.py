"""How organisation life was lived in a span of days: attendance, what was held together, how soon it was reported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Greatest, TruncDate

from parkparty.activities.models import Activity
from parkparty.core.rates import Rate, mean_of
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import Node
from parkparty.coverage.figures.kept import held_by
from parkparty.organizations.models import Organization

PROJECT = "project"
"""The type of activity that tells of a cooperation project (合作项目) agreed on."""

NO_DAYS = dt.timedelta(0)


@dataclass(frozen=True, slots=True)
class Life:
    """What the activities of a span add up to. Rates are made from these sums, never averaged (domain 1).

    ``due`` and ``came`` are people of the ``stated`` activities that tell both; ``days`` is from the day on which each
    was held to the day on which it was first reported, over all of them. ``founded`` organisations still
    stand.
    """

    held: int
    stated: int
    due: int
    came: int
    together: int
    projects: int
    days: int
    founded: int

    @property
    def attendance(self) -> Rate:
        """到会率: those who came of those due; guests may make it more than the whole."""
        return Rate(self.came, self.due)

    @property
    def shared(self) -> Rate:
        """How many of the activities were held together."""
        return Rate(self.together, self.held)

    @property
    def days_to_report(self) -> str:
        """From the day an activity was held to the first report of it, the mean in days with one decimal."""
        return mean_of(self.days, self.held)

    def for_each_of(self, companies: int) -> str:
        """Activities for each of so many companies, the mean with one decimal."""
        return mean_of(self.held, companies)


def life_of(node: Node, since: dt.date, until: dt.date, scope: Scope) -> Life:
    """What ``node`` and those below held from ``since`` to ``until``, both included, counted activities only.

    Four queries; for a place two more, which tell its parks and areas. What several hold is one.
    """
    there = Organization.objects.within(scope).active_on(until).filter(approved_on__gte=since)
    founded = there.under(node) if isinstance(node, Organization) else there.located_in(node)
    rows: Any = held_by(Activity.objects.within(scope, cut_to=node), node).counted().order_by()
    rows = rows.filter(held_on__gte=since, held_on__lte=until)
    tells_both = Q(expected__isnull=False, present__isnull=False)
    after = ExpressionWrapper(TruncDate("filed_at") - F("held_on"), DurationField())
    sums = rows.aggregate(
        held=Count("pk"),
        stated=Count("pk", filter=tells_both),
        due=Sum("expected", filter=tells_both),
        came=Sum("present", filter=tells_both),
        days=Sum(Greatest(after, Value(NO_DAYS, DurationField()), output_field=DurationField())),
    )
    days = (sums.pop("days") or NO_DAYS).days
    sums = {name: number or 0 for name, number in sums.items()}
    together, projects = rows.together().count(), rows.of_type(PROJECT).count()
    return Life(**sums, together=together, projects=projects, days=days, founded=founded.count())

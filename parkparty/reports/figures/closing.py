"""Who has closed a period and who has not, and what came in late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from parkparty.activities.models import Activity
from parkparty.activities.querysets import ActivityQuerySet
from parkparty.core.dates import Period
from parkparty.coverage.figures import Node
from parkparty.organizations.choices import BRANCH_TYPES
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from parkparty.reports.choices import PeriodState
from parkparty.reports.figures.facts import EVERYTHING, activities_of
from parkparty.reports.models import Closing


def below(node: Node) -> Sequence[Node]:
    """The units directly below that close periods of their own: areas, parks, or organisations that are no branches."""
    if isinstance(node, Organization):
        rows = Organization.objects.within(EVERYTHING).filter(parent=node).active()
        return list(rows.exclude(type__in=BRANCH_TYPES).order_by("path"))
    if isinstance(node, Park):
        return list(Park.objects.within(EVERYTHING).filter(parent=node).order_by("path"))
    parks = Park.objects.within(EVERYTHING).filter(area=node, parent__isnull=True).order_by("path")
    return [*Area.objects.within(EVERYTHING).filter(parent=node).order_by("path"), *parks]


def not_closed_below(node: Node, period: Period) -> list[str]:
    """The names of units directly below that have not closed the period."""
    units = below(node)
    closed = Closing.objects.in_period(period).exclude(state=PeriodState.OPEN)
    done = {
        (kind, key)
        for kind in ("area", "park", "organization")
        for key in closed.filter(**{f"{kind}__isnull": False}).values_list(f"{kind}_id", flat=True)
    }
    return [str(unit) for unit in units if (unit._meta.model_name, unit.pk) not in done]


def late_entries(node: Node, period: Period, closed_at: dt.datetime) -> ActivityQuerySet:
    """Activities of the period that were first reported after it was closed."""
    rows: ActivityQuerySet = activities_of(node, period, period.last_day).filter(filed_at__gt=closed_at)
    return rows


def late_in(closing: Closing) -> list[Activity]:
    """The late entries of a closing, the last first."""
    if closing.closed_at is None:
        return []
    rows = late_entries(closing.node, closing.period, closing.closed_at)
    return list(rows.select_related("organization").order_by("-filed_at", "-pk"))

"""What the site holds, as the rows of rosters: to be edited and imported again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from parkparty.activities.models import ActivityType
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationStatus
from parkparty.organizations.models import Organization
from parkparty.places.models import Park
from parkparty.rosters.figures.companies import roster_rows
from parkparty.rosters.figures.facts import count_rows, organization_rows, post_rows, station_rows

OFFERED = 500
"""Names in a drop-down."""

Rows = list[dict[str, Any]]
ROWS: dict[str, Callable[..., Rows]] = {
    "companies": roster_rows,
    "organizations": organization_rows,
    "counts": count_rows,
    "posts": post_rows,
    "stations": station_rows,
}
"""What fills each kind of sheet. Activities on record stay as they are, so that their sheet goes out empty."""


def rows_of(kind: str, place: TreeNode, *, reach: Scope, day: dt.date, limit: int) -> Rows:
    """The rows of a kind for ``place``, at most ``limit``; importing them again would change nothing."""
    return ROWS[kind](place, reach=reach, day=day, limit=limit) if kind in ROWS else []


def offered_in(reach: Scope, kinds: Collection[str]) -> dict[str, list[str]]:
    """What drop-downs of these kinds offer from the site's own tables, by the key of the column, within ``reach``."""
    offered = {"park": list(Park.objects.within(reach).order_by("path").values_list("name", flat=True)[:OFFERED])}
    if set(kinds) - {"companies", "stations"}:
        organizations = Organization.objects.within(reach).exclude(status=OrganizationStatus.DISSOLVED)
        named = list(organizations.order_by("path").values_list("name", "type")[:OFFERED])
        offered["organization"] = [name for name, _type in named]
        offered["superior"] = [name for name, type in named if type not in BRANCH_TYPES]
    if "activities" in kinds:
        offered["activity_types"] = list(ActivityType.objects.filter(is_active=True).values_list("name", flat=True))
    return offered

"""Rows of the small kinds of sheets for one place, as far as the importer reaches."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from parkparty.core import paths
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.core.text import fold
from parkparty.organizations.choices import OrganizationStatus
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.places.models import ServiceStation
from parkparty.rosters.columns import KINDS, ChoiceColumn, RecordKey

Rows = list[dict[str, Any]]


def organization_rows(place: TreeNode, *, reach: Scope, day: dt.date, limit: int) -> Rows:
    """Organisations that sit in the place and are not dissolved."""
    found = _organizations(place, reach).select_related("parent", "park", "area", "formation_mode")
    return [
        _filled(
            organization=each.name,
            code=each.code,
            type=_word("organizations", "type", each.type),
            superior=each.parent.name if each.parent else "",
            park=each.park.name if each.park else "",
            area=each.area.name if each.area else "",
            approved_on=each.approved_on,
            formation=each.formation_mode.name if each.formation_mode else "",
            term_since=each.term_since,
            term_until=each.term_until,
            record=RecordKey("organizations").written(each.pk),
        )
        for each in found[:limit]
    ]


def count_rows(place: TreeNode, *, reach: Scope, day: dt.date, limit: int) -> Rows:
    """The last member count of each organisation."""
    last: dict[int, MemberCount] = {}
    organizations = list(_organizations(place, reach)[:limit])
    counts = MemberCount.objects.filter(organization__in=_organizations(place, reach), as_of__lte=day)
    for count in counts.order_by("as_of"):
        last[count.organization_id] = count
    names = _labels(organizations)
    return [
        _filled(
            organization=names[each.pk],
            full=last[each.pk].full,
            probationary=last[each.pk].probationary,
            mobile=last[each.pk].mobile,
            as_of=last[each.pk].as_of,
        )
        for each in organizations
        if each.pk in last
    ]


def post_rows(place: TreeNode, *, reach: Scope, day: dt.date, limit: int) -> Rows:
    """Posts that are held, with the office's telephone and no name."""
    organizations = _organizations(place, reach)
    held = Officer.objects.filter(organization__in=organizations, until__isnull=True).select_related("organization")
    names = _labels(list(organizations))
    return [
        _filled(
            organization=names[each.organization_id],
            post=_word("posts", "post", each.post),
            post_since=each.since,
            phone=each.phone,
            record=RecordKey("posts").written(each.pk),
        )
        for each in held.order_by("organization__path", "post", "since", "pk")[:limit]
    ]


def station_rows(place: TreeNode, *, reach: Scope, day: dt.date, limit: int) -> Rows:
    """Service stations of the place's parks."""
    found = ServiceStation.objects.within(reach).filter(paths.under("park__path", place.path))
    return [
        _filled(
            station=each.name,
            park=each.park.name,
            building=each.building.name if each.building else "",
            address=each.address,
            station_since=each.since,
            station_until=each.until,
            record=RecordKey("stations").written(each.pk),
        )
        for each in found.select_related("park", "building").order_by("park__path", "name")[:limit]
    ]


def _organizations(place: TreeNode, reach: Scope) -> Any:
    stored = Organization.objects.within(reach).located_in(place)
    return stored.exclude(status=OrganizationStatus.DISSOLVED).order_by("path")


def _labels(organizations: list[Organization]) -> dict[int, str]:
    """What a row calls each: its name, or its code where several have the name."""
    times = Counter(fold(each.name) for each in organizations)
    return {each.pk: each.name if times[fold(each.name)] == 1 else each.code for each in organizations}


def _filled(**cells: Any) -> dict[str, Any]:
    return {key: value for key, value in cells.items() if value not in (None, "")}


def _word(kind: str, key: str, value: Any) -> str:
    column = KINDS[kind].by_key[key]
    if not isinstance(column, ChoiceColumn):
        raise TypeError(key)
    return next(word for word, meant in column.words.items() if meant == value)

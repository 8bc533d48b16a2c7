"""Where the company sits: its tenancy in the park of the row."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.utils.translation import gettext as _

from parkparty.companies.choices import TenancyKind
from parkparty.core.text import fold
from parkparty.places.models import Building
from parkparty.rosters.check.known import Known
from parkparty.rosters.choices import IssueKind, Item
from parkparty.rosters.plan.draft import Draft
from parkparty.rosters.staging.records import TenancyRecord


def plan_tenancy(draft: Draft, known: Known) -> None:
    """Open the tenancy, correct the open one, or end it where the way of tenancy changed later on.

    Tenancies in other parks are left alone: a company may be registered in one and sit in another.
    """
    stored = known.open_tenancy(draft.company, draft.park)
    building = _building(draft, known)
    since, kind = draft.value("tenancy_since"), draft.value("tenancy_kind")
    if stored is None:
        since = since or draft.day
        if not _follows_the_last(draft, known, since):
            return
        tenancy = TenancyRecord(draft.company, draft.park, building, kind or TenancyKind.ON_SITE.value, since)
        draft.created.append(tenancy)
        draft.tell(Item.TENANCY, "", _words(known.language, tenancy))
    elif kind not in (None, stored.kind) and (since or draft.day) > stored.since:
        _change_kind(draft, stored, building, since or draft.day, known)
    else:
        _correct(draft, stored, building, known)


def _building(draft: Draft, known: Known) -> Building | None:
    """The building that the row names, made when the park has none of this name."""
    name = draft.value("building")
    if not name:
        return None
    key = draft.park.pk, fold(name)
    if key not in known.buildings:
        known.buildings[key] = Building(park=draft.park, name=name)
    building = known.buildings[key]
    if building._state.adding:
        draft.created.append(building)
    return building


def _follows_the_last(draft: Draft, known: Known, since: dt.date) -> bool:
    """Note a tenancy that would begin before the last one in the same park ended."""
    left = known.left_on(draft.company, draft.park)
    if left is None or since >= left:
        return True
    draft.row.fault("tenancy_since", IssueKind.TENANCY_OVERLAP, until=left)
    return False


def _change_kind(draft: Draft, stored: TenancyRecord, building: Building | None, since: dt.date, known: Known) -> None:
    before = _words(known.language, stored)
    draft.end(stored, since)
    tenancy = TenancyRecord(draft.company, draft.park, building or stored.building, draft.value("tenancy_kind"), since)
    draft.created.append(tenancy)
    draft.tell(Item.TENANCY, before, _words(known.language, tenancy))


def _correct(draft: Draft, stored: TenancyRecord, building: Building | None, known: Known) -> None:
    before, since = _words(known.language, stored), draft.value("tenancy_since") or stored.since
    if since < stored.since and not _follows_the_last(draft, known, since):
        return
    kind = draft.value("tenancy_kind") or stored.kind
    if (kind, since) != (stored.kind, stored.since):
        stored.kind, stored.since = kind, since
        draft.tell(Item.TENANCY, before, _words(known.language, stored))
        draft.change(stored)
    if building and building != stored.building:
        draft.tell(Item.BUILDING, stored.building or "", building)
        stored.building = building
        draft.change(stored)


def _words(language: str | None, tenancy: TenancyRecord) -> str:
    return _in_words(language, tenancy.kind, tenancy.since)


@lru_cache(10_000)  # by the language, too
def _in_words(language: str | None, kind: str, since: dt.date) -> str:
    return _("%(kind)s，自 %(since)s 起") % {"kind": TenancyKind(kind).label, "since": since}

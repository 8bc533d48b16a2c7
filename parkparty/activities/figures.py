"""Reads about activities that pages show: what waits for whom, a record's history, what a form starts with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Q

from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.activities.querysets import ActivityQuerySet
from parkparty.audit.models import AuditEntry
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.places.models import ServiceStation
from parkparty.places.querysets import InParkQuerySet

COUNT_CAP = 1000
"""Longer queues are shown as “1000+”: nobody needs the exact number, and counting it would cost more each day."""

QUEUE_ORDER = ("filed_at", "id")
"""Oldest first: who reported early does not wait for who reported late."""

HISTORY_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Unfinished:
    """How many records wait for their secretary."""

    drafts: int
    returned: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What somebody did to a record, with what it changed in words."""

    entry: AuditEntry
    changes: list[str]


@dataclass(frozen=True, slots=True)
class Usual:
    """What the form of a branch starts with: where it met last, how many it has."""

    place: str
    expected: int | None


def unfinished(scope: Scope) -> Unfinished:
    """Drafts and returned records of the organisations that the reader writes for, in one query."""
    own = Activity.objects.within(scope).writable(scope)
    counts = own.aggregate(
        drafts=Count("pk", filter=Q(state=ActivityState.DRAFT)),
        returned=Count("pk", filter=Q(state=ActivityState.RETURNED)),
    )
    return Unfinished(**counts)


def queue(scope: Scope) -> ActivityQuerySet:
    """The records that the reader is to judge; sort it by ``QUEUE_ORDER``."""
    return Activity.objects.within(scope).reviewable(scope)


def queue_length(scope: Scope) -> str:
    """How many records wait for the reader, ``1000+`` past the cap."""
    found = queue(scope)[: COUNT_CAP + 1].count()
    return f"{COUNT_CAP}+" if found > COUNT_CAP else str(found)


def next_to_review(scope: Scope, after: Activity) -> Activity | None:
    """The record that follows ``after`` in the reader's queue, or the oldest when nothing follows."""
    waiting = queue(scope).exclude(pk=after.pk).order_by(*QUEUE_ORDER)
    later = Q(filed_at__gt=after.filed_at) | Q(filed_at=after.filed_at, pk__gt=after.pk)
    return waiting.filter(later).first() or waiting.first()


def usual(organization: Organization) -> Usual:
    """The last place of ``organization`` and its members by the last count, full and probationary together."""
    last = organization.led_activities.exclude(place="").order_by("-id").values_list("place", flat=True).first()
    count = organization.member_counts.order_by("-as_of").first()
    return Usual(last or "", count.full + count.probationary if count else None)


def stations_near(organizations: OrganizationQuerySet, on: dt.date) -> InParkQuerySet:
    """Service stations open on ``on`` in the parks that ``organizations`` sit in."""
    is_open = Q(until__isnull=True) | Q(until__gt=on)
    return ServiceStation.objects.filter(is_open, park__in=organizations.order_by().values("park")).order_by("name")


def history_of(activity: Activity) -> list[HistoryLine]:
    """The last things done to ``activity``, newest first. What it was first written with is on the page already."""
    entries = AuditEntry.objects.about(activity._meta.label_lower, activity.pk)
    return [
        HistoryLine(entry, [] if _is_first(entry) else entry.changes_in_words)
        for entry in entries.order_by("-id")[:HISTORY_LENGTH]
    ]


def _is_first(entry: AuditEntry) -> bool:
    return "state" in entry.changes and entry.changes["state"][0] is None

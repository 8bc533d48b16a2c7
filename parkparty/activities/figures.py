"""Reads about activities that pages show: what waits for whom, a record's history, what a form starts with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities.choices import MAX_PICKED, ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityTheme, ActivityType, CalendarFeed, ListChoice
from parkparty.activities.querysets import ActivityQuerySet
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company
from parkparty.companies.querysets import CompanyQuerySet
from parkparty.core.dates import Period, today
from parkparty.core.ics import Event
from parkparty.core.paging import number_of
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
PICK_LENGTH = 10
"""Names offered for ticking beside those ticked already."""

FEED_DAYS, IN_FEED = (-92, 366), 1000
"""A calendar program is told of the last three months and the year ahead, the latest first."""

USUAL_LENGTH = 5
SIMILAR_LENGTH = 3


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
    """What the form of a branch starts with: what it wrote last, where it met, how many it has."""

    topics: list[str]
    place: str
    expected: int | None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as a page shows it: its key and its size in pixels."""

    pk: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Document:
    """An attachment as a page names it; ``size`` in bytes."""

    pk: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Files:
    """Photos and attachments of a record, each in the order in which they were added."""

    photos: list[Photo]
    attachments: list[Document]


@dataclass(frozen=True, slots=True)
class PickList:
    """Some rows to tick, as (key, name, ticked), those ticked first; ``has_more`` when a search must narrow them."""

    rows: list[tuple[int, str, bool]]
    text: str
    has_more: bool


def name_types(activities: Sequence[Activity]) -> None:
    """Reads the ``type_names`` of a page of activities, in one query. Prefetching makes a manager for each of them."""
    told = {activity.pk: activity for activity in activities}
    for activity in activities:
        activity.type_names = []
    pairs = Activity.types.through.objects.filter(activity__in=told)
    in_order = pairs.order_by("activitytype__order", "activitytype__code")
    for pk, name in in_order.values_list("activity", ActivityType.label_of("activitytype__")):
        told[pk].type_names.append(name)


def files_of(activity: Activity) -> Files:
    """What hangs on a record, in one query."""
    photo = {"kind": Value("photo"), "label": Value(""), "wide": F("width"), "high": F("height")}
    document = {"kind": Value("attachment"), "label": F("name"), "wide": F("size"), "high": Value(0)}
    names = ("pk", *photo)
    photos = activity.photos.order_by().annotate(**photo).values_list(*names)
    documents = activity.attachments.order_by().annotate(**document).values_list(*names)
    rows = sorted(photos.union(documents, all=True))
    return Files(
        [Photo(pk, width, height) for pk, kind, _name, width, height in rows if kind == "photo"],
        [Document(pk, name, size) for pk, kind, name, size, _none in rows if kind == "attachment"],
    )


def unfinished(scope: Scope) -> Unfinished:
    """Drafts and returned records of the organisations that the reader writes for, in one query."""
    states = (ActivityState.DRAFT, ActivityState.RETURNED)
    own = Activity.objects.within(scope).writable(scope).filter(state__in=states)  # of which an index holds few
    counts = own.aggregate(
        drafts=Count("pk", filter=Q(state=ActivityState.DRAFT)),
        returned=Count("pk", filter=Q(state=ActivityState.RETURNED)),
    )
    return Unfinished(**counts)


def queue(scope: Scope) -> ActivityQuerySet:
    """The records that the reader is to judge; sort it by ``QUEUE_ORDER``."""
    return Activity.objects.reviewable(scope)


def queue_length(scope: Scope) -> str:
    """How many records wait for the reader, ``1000+`` past the cap."""
    return capped(number_of(queue(scope), up_to=COUNT_CAP))


def capped(*numbers: int | None) -> str:
    """The sum of ``numbers``, ``1000+`` past the cap, as one is that is not told."""
    told = [number for number in numbers if number is not None]
    return str(sum(told)) if told == [*numbers] and sum(told) <= COUNT_CAP else f"{COUNT_CAP}+"


def totals(rows: ActivityQuerySet) -> dict[str, int | None]:
    """How many activities ``rows`` are, and how many people they expected and saw, each time anew."""
    return rows.order_by().aggregate(number=Count("pk"), expected=Sum("expected"), present=Sum("present"))


def next_to_review(scope: Scope, after: Activity) -> Activity | None:
    """The record that follows ``after`` in the reader's queue, or the oldest when nothing follows."""
    waiting = queue(scope).exclude(pk=after.pk).order_by(*QUEUE_ORDER)
    return waiting.filter(_later(after)).first() or waiting.first()


def neighbours_in_queue(scope: Scope, activity: Activity) -> tuple[int | None, int | None]:
    """The keys of the records before and after ``activity`` in the reader's queue, in one query."""
    waiting = queue(scope).exclude(pk=activity.pk)
    order = [f"-{name}" for name in QUEUE_ORDER]
    before = waiting.exclude(_later(activity)).order_by(*order).values("pk")[:1]
    after = waiting.filter(_later(activity)).order_by(*QUEUE_ORDER).values("pk")[:1]
    own = Activity.objects.filter(pk=activity.pk)
    found = own.values_list(Subquery(before), Subquery(after)).first()
    return found or (None, None)


def _later(activity: Activity) -> Q:
    return Q(filed_at__gt=activity.filed_at) | Q(filed_at=activity.filed_at, pk__gt=activity.pk)


def changed_since_return(history: list[AuditEntry]) -> list[str] | None:
    """What the author changed since the record was last given back, a line a field; None when it never was.

    ``history`` is the record's, newest first.
    """
    mended: list[AuditEntry] = []
    for entry in history:
        if entry.changes.get("state", [None, None])[1] == ActivityState.RETURNED:
            return _merged(mended).changes_in_words
        mended.insert(0, entry)
    return None


def _merged(entries: list[AuditEntry]) -> AuditEntry:
    """One entry that tells the first value before and the last value after of each field that differs."""
    merged: dict[str, Any] = {}
    for entry in entries:
        for name, (before, after) in entry.changes.items():
            merged[name] = [merged[name][0] if name in merged else before, after]
    merged.pop("state", None)
    changes = {name: pair for name, pair in merged.items() if pair[0] != pair[1]}
    return AuditEntry(object_type=Activity._meta.label_lower, changes=changes)


def writable_organizations(scope: Scope) -> OrganizationQuerySet:
    """The organisations that stand today and for which the reader logs activities, in the order of the tree."""
    return Organization.objects.within(scope).writable(scope, (Role.SECRETARY,)).active().order_by("path")


def usual(organization: Organization) -> Usual:
    """What ``organization`` wrote last, and its members by the last count, full and probationary together."""
    last = list(organization.led_activities.order_by("-id").values_list("topic", "place")[:USUAL_LENGTH])
    count = organization.member_counts.order_by("-as_of").first()
    return Usual(
        topics=list(dict.fromkeys(topic for topic, _place in last if topic)),
        place=next((place for _topic, place in last if place), ""),
        expected=count.full + count.probationary if count else None,
    )


def last_alike(organization: Organization, types: list[str]) -> int | None:
    """The key of the last record of ``organization``, of one of ``types`` when any are named."""
    own = organization.led_activities.order_by("-held_on", "-id")
    return (own.filter(types__in=types) if types else own).values_list("pk", flat=True).first()


def similar_to(activity: Activity, scope: Scope) -> list[Activity]:
    """Records in reach that may tell of the same meeting: of the same host and day, with a type in common."""
    types = Activity.types.through.objects
    shared = types.filter(activity=OuterRef("pk"), activitytype__in=activity.types.values("pk"))
    hosting = ActivityHost.objects.filter(activity=OuterRef("pk"), organization=activity.organization_id)
    found = Activity.objects.within(scope).filter(Exists(hosting), Exists(shared), held_on=activity.held_on)
    return list(found.exclude(pk=activity.pk)[:SIMILAR_LENGTH])


def list_choice(user: User) -> ListChoice:
    """How ``user`` likes the list; an empty one when they never chose."""
    return ListChoice.objects.filter(user=user).first() or ListChoice(user=user)


def has_feed(user: User) -> bool:
    """Whether a secret address shows ``user``'s activities to a calendar program."""
    return CalendarFeed.objects.filter(user=user).exists()


def feed_events(scope: Scope, site: str) -> list[Event]:
    """Activities around today for a calendar program: who holds what type of meeting when, and not a word of its text.

    ``site`` is the address of this site, without a slash at the end.
    """
    since, until = (today() + dt.timedelta(days=days) for days in FEED_DAYS)
    rows = Activity.objects.within(scope).held_between(since, until).for_list().order_by("-held_on", "-id")
    return [
        Event(
            uid=f"activity-{row.pk}@{site.rpartition('/')[2]}",
            on=row.held_on,
            title=_("%(types)s · %(organization)s（%(state)s）")
            % {
                "types": _("、").join(map(str, row.types.all())) or row._meta.verbose_name,
                "organization": row.organization,
                "state": row.get_state_display(),
            },
            changed=row.updated_at,
            url=f"{site}{reverse('activities:detail', args=[row.pk])}",
        )
        for row in rows[:IN_FEED]
    ]


def type_choices() -> list[tuple[str, str]]:
    """All types, also those no longer chosen: old records have them."""
    return list(ActivityType.objects.values_list("code", ActivityType.label_of()))


def types_on_offer(activity: Activity) -> models.QuerySet[Any]:
    """Types that may be chosen, and those that ``activity`` has; ``chosen`` tells which."""
    has = Activity.types.through.objects.filter(activitytype=OuterRef("pk"), activity=activity.pk)
    return ActivityType.objects.annotate(chosen=Exists(has)).filter(Q(is_active=True) | Q(chosen=True))


def themes_on_offer(activity: Activity) -> models.QuerySet[ActivityTheme]:
    """Themes that may be chosen, and the one that ``activity`` has."""
    return ActivityTheme.objects.filter(Q(is_active=True) | Q(pk=activity.theme_id))


def stations_in_reach(scope: Scope) -> InParkQuerySet:
    """Service stations of the reader's places, and of the parks in which their organisations sit."""
    near = Organization.objects.within(scope).order_by().values("park")
    return ServiceStation.objects.filter(scope.q("places", "park__path") | Q(park__in=near))


def with_meetings(stations: InParkQuerySet, scope: Scope, period: Period) -> InParkQuerySet:
    """Adds ``meetings``: counted activities in reach that ``stations`` saw in ``period``."""
    held = Activity.objects.within(scope).counted().held_between(period.since, period.until)
    number = held.filter(station=OuterRef("pk")).order_by().values("station").annotate(number=Count("pk"))
    return stations.annotate(meetings=Coalesce(Subquery(number.values("number")), 0))


def stations_on_offer(activity: Activity, organizations: OrganizationQuerySet) -> InParkQuerySet:
    """Service stations open today in the parks of ``organizations``, and the one that ``activity`` has."""
    is_open = Q(until__isnull=True) | Q(until__gt=today())
    near = is_open & Q(park__in=organizations.order_by().values("park"))
    return ServiceStation.objects.filter(near | Q(pk=activity.station_id)).order_by("name")


def partners_on_offer(activity: Activity, scope: Scope) -> tuple[OrganizationQuerySet, Q]:
    """Organisations that the reader may name as joint hosts or that are named already, and which of them are."""
    named = ActivityHost.objects.filter(organization=OuterRef("pk"), activity=activity.pk)
    chosen = Q(Exists(named)) & ~Q(pk=activity.organization_id)
    return Organization.objects.within(scope).active() | Organization.objects.filter(chosen), chosen


def companies_on_offer(activity: Activity, scope: Scope) -> tuple[CompanyQuerySet, Q]:
    """Companies that the reader may name as partners or that are named already, and which of them are."""
    named = Activity.companies.through.objects.filter(company=OuterRef("pk"), activity=activity.pk)
    chosen = Q(Exists(named))
    return Company.objects.within(scope) | Company.objects.filter(chosen), chosen


def pick_list(rows: OrganizationQuerySet | CompanyQuerySet, chosen: Q, text: str) -> PickList:
    """Those of ``rows`` that are ``chosen``, then those whose name holds ``text``, in one query."""
    found = rows.filter(chosen) | rows.matching(text) if text else rows
    is_chosen = Case(When(chosen, then=True), default=False, output_field=models.BooleanField())
    order = found.annotate(is_chosen=is_chosen).order_by("-is_chosen", "name", "pk")
    picked = [(row.pk, str(row), bool(row.is_chosen)) for row in order[: MAX_PICKED + PICK_LENGTH + 1]]
    ticked = [row for row in picked if row[2]]
    others = [row for row in picked if not row[2]]
    return PickList(ticked + others[:PICK_LENGTH], text, len(others) > PICK_LENGTH)


def history_of(activity: Activity) -> list[HistoryLine]:
    """The last things done to ``activity``, newest first. What it was first written with is on the page already."""
    entries = AuditEntry.objects.about(activity._meta.label_lower, activity.pk)
    return [
        HistoryLine(entry, [] if _is_first(entry) else entry.changes_in_words)
        for entry in entries.order_by("-id")[:HISTORY_LENGTH]
    ]


def _is_first(entry: AuditEntry) -> bool:
    return "state" in entry.changes and entry.changes["state"][0] is None

"""Two years of organisation life of the demo branches, up to the day of the load."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost
from parkparty.companies.models import Company
from parkparty.core.dates import add_months, month_of, quarter_of
from parkparty.demo.services.organizations import Branch
from parkparty.demo.services.stage import Stage, data
from parkparty.organizations.choices import BRANCH_TYPES
from parkparty.organizations.models import Organization
from parkparty.places.models import ServiceStation

WITH_COMMITTEE, LARGE = 7, 30
EXTRAS = ("salon", "company_visit", "volunteer")
DILIGENCE = (0.98, 0.96, 0.94, 0.9, 0.82, 0.65)


@dataclass(frozen=True)
class Desk:
    """Who reports and who reviews for one park, after how many days, how far back, and whether of committees too."""

    author: User
    reviewer: User
    months: int = 24
    committees: bool = True
    review_days: Sequence[int] = (1, 1, 2, 3, 4, 7)


@dataclass
class Entry:
    """An activity that is not yet written, with what hangs on it."""

    activity: Activity
    types: tuple[str, ...]
    hosts: list[Organization]
    companies: list[Company] = field(default_factory=list)


class Diary:
    """Collects activities and writes them all at once."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.chance, self.words = stage, stage.chance, data("activities")
        self.entries: list[Entry] = []
        self.stations: dict[int, list[ServiceStation]] = {}
        for station in ServiceStation.objects.filter(park__is_sample=True):
            self.stations.setdefault(station.park_id, []).append(station)

    def keep(self, branches: Sequence[Branch], desk: Desk, *, until: dt.date | None = None) -> None:
        """What ``branches`` of one park did under ``desk`` before ``until``, today included unless told."""
        until = until or self.stage.today + dt.timedelta(days=1)
        for branch in branches:
            dates = self._dates(branch, desk) if branch.organization.is_branch else self._lectures(desk)
            for day, types in dates:
                if (branch.organization.approved_on or day) <= day < until:
                    self._report(branch, day, types, desk, branches)

    def write(self) -> None:
        """Insert all entries with their types, hosts and partner companies."""
        entries, stage = self.entries, self.stage
        stage.add(entry.activity for entry in entries)
        kinds, partners = Activity.types.through, Activity.companies.through
        stage.add(kinds(activity_id=e.activity.pk, activitytype_id=code) for e in entries for code in e.types)
        stage.add(ActivityHost(activity=e.activity, organization=host) for e in entries for host in e.hosts)
        stage.add(partners(activity_id=e.activity.pk, company_id=c.pk) for e in entries for c in e.companies)

    def catch_up(self, branch: Branch, desk: Desk) -> None:
        """An approved theme day in each month of the quarter that is over."""
        since, until = quarter_of(self.stage.today).since, month_of(self.stage.today).since
        for day in (add_months(since, number).replace(day=16) for number in range(until.month - since.month)):
            entry = self._submit(branch, day, ("theme_day",), desk.author, self._office_hours(day, 1))
            self._review(entry, self._office_hours(day, 3), desk.reviewer)

    def draft(self, branch: Branch, day: dt.date, type: str, author: User) -> Activity:
        """A draft of ``type`` that the author has begun, not yet written."""
        topics, organization = self.words["topics"], branch.organization
        expected = max(3, branch.members)
        if type == "committee_meeting":
            expected = 3 if branch.members < LARGE else 5
        stations = self.stations.get(organization.park_id or 0, [])
        return Activity(
            organization=organization,
            park_id=organization.park_id,
            theme_id=self.words["themes"].get(type),
            topic=self.chance.choice(topics[type]),
            held_on=day,
            expected=expected,
            present=expected - self.chance.randint(0, expected // 4),
            summary=self.chance.choice(self.words["summaries"]),
            place=self.chance.choice(self.words["places"]),
            station=self.chance.choice(stations) if stations and self.chance.random() < 0.3 else None,
            author=author,
        )

    def _submit(
        self, branch: Branch, day: dt.date, types: tuple[str, ...], author: User, filed_at: dt.datetime
    ) -> Entry:
        entry = Entry(self.draft(branch, day, types[0], author), types, [branch.organization])
        entry.activity.state, entry.activity.filed_at = ActivityState.SUBMITTED, filed_at
        self.entries.append(entry)
        return entry

    def _review(self, entry: Entry, at: dt.datetime, by: User, reason: str = "") -> None:
        activity = entry.activity
        activity.state = ActivityState.RETURNED if reason else ActivityState.APPROVED
        activity.reviewed_by, activity.reviewed_at, activity.return_reason = by, at, reason

    def _dates(self, branch: Branch, desk: Desk) -> Iterator[tuple[dt.date, tuple[str, ...]]]:
        """The days on which a branch meets and as what: a fixed day a month, and what falls due beside it."""
        chance, diligence = self.chance, self.chance.choice(DILIGENCE)
        day_of_month, month_of_quarter = chance.randint(5, 26), chance.randint(0, 2)
        for month in self._months(desk):
            day = month.replace(day=day_of_month)
            types: tuple[str, ...] = ("theme_day",)
            if (month.month - 1) % 3 == month_of_quarter and chance.random() < diligence:
                types = ("branch_assembly", "theme_day") if chance.random() < 0.5 else types
                if len(types) == 1:
                    yield self._near(day), ("branch_assembly",)
            elif chance.random() < 0.2:
                types = ("party_lecture", "theme_day")
            if chance.random() < diligence:
                yield day, types
            for types in self._beside(branch, desk, month, diligence):
                yield self._near(day), types

    def _beside(self, branch: Branch, desk: Desk, month: dt.date, diligence: float) -> Iterator[tuple[str, ...]]:
        """What a branch does on other days of a month."""
        if desk.committees and branch.members >= WITH_COMMITTEE and self.chance.random() < diligence:
            yield ("committee_meeting",)
        if month.month == 12:
            yield ("life_meeting", "member_review")
        if self.chance.random() < 0.12:
            yield (self.chance.choice(EXTRAS),)

    def _lectures(self, desk: Desk) -> Iterator[tuple[dt.date, tuple[str, ...]]]:
        """What a committee or a general branch does itself; the rest is for its branches, which the demo leaves out."""
        for month in self._months(desk):
            if month.month % 3 == 0:
                yield self._near(month), ("party_lecture",)

    def _months(self, desk: Desk) -> Iterator[dt.date]:
        """The first days of the months under ``desk``, this one the last."""
        for number in range(1 - desk.months, 1):
            yield add_months(self.stage.today.replace(day=1), number)

    def _near(self, day: dt.date) -> dt.date:
        """Another day of the same month."""
        return self.stage.day_between(month_of(day).since, month_of(day).last_day)

    def _report(
        self, branch: Branch, day: dt.date, types: tuple[str, ...], desk: Desk, neighbours: Sequence[Branch]
    ) -> None:
        chance = self.chance
        filed_at = self._office_hours(day, chance.choice((0, 0, 1, 1, 2, 3, 5, 12)))
        if filed_at > self.stage.now:
            return
        entry = self._submit(branch, day, types, desk.author, filed_at)
        if types[0] in EXTRAS:
            entry.companies = chance.sample(branch.companies, min(len(branch.companies), chance.randint(1, 4)))
            others = [n.organization for n in neighbours if n is not branch and n.organization.type in BRANCH_TYPES]
            standing = [o for o in others if o.approved_on and o.approved_on <= day]
            entry.hosts += chance.sample(standing, min(len(standing), chance.choice((0, 1, 1, 2))))
        reviewed_at = self._office_hours(timezone.localdate(filed_at), chance.choice(desk.review_days))
        if reviewed_at < self.stage.now:
            is_recent = (self.stage.today - day).days < 45
            doubts = chance.choice(self.words["return_reasons"]) if is_recent and chance.random() < 0.06 else ""
            self._review(entry, reviewed_at, desk.reviewer, doubts)

    def _office_hours(self, day: dt.date, days_later: int) -> dt.datetime:
        """A moment of the afternoon, ``days_later`` days after ``day``."""
        clock = dt.time(self.chance.randint(12, 17), self.chance.randint(0, 59))
        return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=days_later), clock))

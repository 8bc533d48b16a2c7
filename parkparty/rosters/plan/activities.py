"""Sheets of past years' activities: checked on paper long ago, they come in as archived records, marked as imported."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable
from typing import Any

from django.db import models
from django.utils import timezone

from parkparty.activities.choices import ActivityState, Flag
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.core.text import fold_label
from parkparty.organizations.models import Organization
from parkparty.rosters.check.rows import Row
from parkparty.rosters.check.site import Site
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns.activities import BETWEEN
from parkparty.rosters.columns.kinds import ACTIVITIES
from parkparty.rosters.plan.people import OfOrganization


class Activities(OfOrganization):
    """An activity is known by its organisation, its types and its day. One on record is left as it is."""

    sheet = ACTIVITIES
    keeps_stored = True
    fields = {name: name for name in ("topic", "expected", "present", "place", "summary")}

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.types = {fold_label(each.name): each for each in ActivityType.objects.filter(is_active=True)}
        self.held: dict[tuple[int, dt.date], list[tuple[Activity, set[str]]]] = defaultdict(list)

    def fetch_of(self, organizations: list[int]) -> None:
        types: dict[int, set[str]] = defaultdict(set)
        found = Activity.objects.filter(organization__in=organizations)
        through = Activity.types.through.objects.filter(activity__in=found)
        for number, code in through.values_list("activity_id", "activitytype_id"):
            types[number].add(code)
        for activity in found.only("organization", "held_on"):
            organization = self.site.by_key[activity.organization_id]
            self.held[id(organization), activity.held_on].append((activity, types[activity.pk]))

    def identify(self, row: Row) -> Hashable | None:
        organization = self.organizations.get(row.number)
        types = self._types(row)
        if organization is None or not types or not row.can_tell("held_on"):
            return None
        self._check(row, organization)
        return id(organization), row.values["held_on"], tuple(sorted(each.pk for each in types))

    def stored(self, key: Any) -> models.Model | None:
        organization, day, types = key
        same = (activity for activity, held in self.held[organization, day] if held.issuperset(types))
        return next(same, None)

    def new(self, row: Row) -> list[models.Model]:
        organization, now = self.organizations[row.number], timezone.now()
        told = {name: row.values[name] for name in self.fields if name in row.values}
        activity = Activity(
            organization=organization,
            park=organization.park,
            held_on=row.values["held_on"],
            state=ActivityState.ARCHIVED,
            flags=Flag.IMPORTED,
            author_id=self.site.reach.user_id or 0,
            filed_at=now,
            **told,
        )
        types = [Activity.types.through(activity=activity, activitytype=each) for each in self._types(row)]
        return [activity, ActivityHost(activity=activity, organization=organization), *types]

    def _check(self, row: Row, organization: Organization) -> None:
        founded = organization.approved_on or organization.applied_on
        if self.site.reach.user_id is None:
            row.fault("organization", IssueKind.NO_AUTHOR)
        if founded and row.values["held_on"] < founded:
            row.fault("held_on", IssueKind.NOT_FOUNDED, founded=founded)
        expected = row.values.get("expected")
        if expected is not None and row.values.get("present", 0) > expected:
            row.fault("present", IssueKind.MORE_PRESENT, expected=expected)

    def _types(self, row: Row) -> list[ActivityType]:
        """The types that the row names; an unknown one is noted as wrong."""
        words = row.values.get("activity_types", "").split(BETWEEN)
        if row.can_tell("activity_types") and not self.types.keys() >= set(words):
            names = [each.name for each in self.types.values()]
            row.fault("activity_types", IssueKind.CHOICE, choices=names)
        return [self.types[word] for word in words] if row.can_tell("activity_types") else []

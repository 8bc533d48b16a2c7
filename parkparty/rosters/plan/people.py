"""Sheets about the people of organisations, who stay numbers and posts: member counts, and whom to call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from django.db import models

from parkparty.organizations.choices import OfficerPost
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.rosters.check.known import chunks
from parkparty.rosters.check.rows import Row
from parkparty.rosters.check.site import Site
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns.kinds import COUNTS, POSTS
from parkparty.rosters.plan.facts import Kind


class OfOrganization(Kind):
    """Rows about one organisation each."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.organizations: dict[int, Organization] = {}
        """Of each row, by its number."""

    def fetch(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if "organization" in row.values and (found := self.site.organization_of(row)):
                self.organizations[row.number] = found
                row.park = found.park
        stored = sorted({found.pk for found in self.organizations.values() if found.pk})
        for some in chunks(stored):
            self.fetch_of(some)

    def fetch_of(self, organizations: list[int]) -> None:
        """Get what the site holds of these organisations."""
        raise NotImplementedError


class Counts(OfOrganization):
    """How many members an organisation has on a day."""

    sheet = COUNTS
    fields = {"full": "full", "probationary": "probationary", "mobile": "mobile"}

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.counts: dict[Hashable, MemberCount] = {}
        self.days: dict[int | None, list[MemberCount]] = defaultdict(list)

    def fetch_of(self, organizations: list[int]) -> None:
        for count in MemberCount.objects.filter(organization__in=organizations).order_by("as_of"):
            self.counts[id(self.site.by_key[count.organization_id]), count.as_of] = count
            self.days[count.organization_id].append(count)

    def identify(self, row: Row) -> Hashable | None:
        organization = self.organizations.get(row.number)
        if organization is None or not row.can_tell("as_of", "full", "probationary", "mobile"):
            return None
        day = row.as_of(self.site.day)
        last = next((count for count in reversed(self.days[organization.pk]) if count.as_of <= day), None)
        if last and "as_of" not in row.values and all(getattr(last, name) == n for name, n in self._told(row).items()):
            day = last.as_of
        return id(organization), day

    def stored(self, key: Hashable) -> models.Model | None:
        return self.counts.get(key)

    def new(self, row: Row) -> list[models.Model]:
        organization, day = self.organizations[row.number], row.as_of(self.site.day)
        return [MemberCount(organization=organization, as_of=day, **self._told(row))]

    def _told(self, row: Row) -> dict[str, int]:
        return {name: row.values[name] for name in self.fields if name in row.values}


class Posts(OfOrganization):
    """Who may be called: a post and its office telephone. Names stay out, and posts end on the organisation's page."""

    sheet = POSTS
    fields = {"phone": "phone"}

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.posts: dict[tuple[int | None, str], list[Officer]] = defaultdict(list)
        self.by_key: dict[int, Officer] = {}

    def fetch_of(self, organizations: list[int]) -> None:
        for officer in Officer.objects.filter(organization__in=organizations, until__isnull=True).order_by("-since"):
            self.posts[officer.organization_id, officer.post].append(officer)
            self.by_key[officer.pk] = officer

    def identify(self, row: Row) -> Hashable | None:
        organization = self.organizations.get(row.number)
        if organization is None or not row.can_tell("post", "post_since", "phone"):
            return None
        if found := self._held(row, organization):
            return found.pk
        post, since, phone = row.values["post"], row.values.get("post_since"), row.values.get("phone")
        held = self.posts.get((organization.pk, post), [])
        if post == OfficerPost.SECRETARY and held:
            row.fault("post", IssueKind.POST_TAKEN, since=held[0].since)
        is_one = post == OfficerPost.SECRETARY
        return id(organization), post, None if is_one else since, None if is_one else phone

    def _held(self, row: Row, organization: Organization) -> Officer | None:
        """The row's own record; else the post held since that day, under that number where several may hold it."""
        post, since, phone = row.values["post"], row.values.get("post_since"), row.values.get("phone")
        held = [each for each in self.posts.get((organization.pk, post), []) if since in (None, each.since)]
        own = next((each for each in held if each.pk == row.values.get("record")), None)
        if own is None and post != OfficerPost.SECRETARY:
            held = [each for each in held if phone in (None, each.phone)]
        return own or next(iter(held), None)

    def stored(self, key: Hashable) -> models.Model | None:
        return self.by_key[key] if isinstance(key, int) else None

    def new(self, row: Row) -> list[models.Model]:
        told = row.values
        organization, since = self.organizations[row.number], told.get("post_since", self.site.day)
        return [Officer(organization=organization, post=told["post"], since=since, phone=told.get("phone", ""))]

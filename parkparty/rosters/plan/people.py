"""Sheets about the people of organisations, who stay numbers and posts: member counts, and whom to call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from django.db import models

from parkparty.core.copying import in_pieces
from parkparty.organizations.choices import OfficerPost
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.rosters.check.known import AT_ONCE
from parkparty.rosters.check.rows import Row
from parkparty.rosters.check.site import Site
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns.kinds import COUNTS, POSTS
from parkparty.rosters.plan.draft import FactDraft, Planned
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
        for some in in_pieces(stored, AT_ONCE):
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
    """Who may be called: a post and its office telephone. Names stay out."""

    sheet = POSTS
    fields = {"phone": "phone"}

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.posts: dict[tuple[int | None, str], list[Officer]] = defaultdict(list)
        self.by_key: dict[int, Officer] = {}

    def fetch_of(self, organizations: list[int]) -> None:
        for officer in Officer.objects.filter(organization__in=organizations).order_by("-since", "pk"):
            self.posts[officer.organization_id, officer.post].append(officer)
            self.by_key[officer.pk] = officer

    def plan(self, rows: Sequence[Row]) -> Iterator[Planned]:
        """Go through the rows, those first that end a post: another may take it."""
        return super().plan(sorted(rows, key=lambda row: "post_until" not in row.values))

    def identify(self, row: Row) -> Hashable | None:
        organization = self.organizations.get(row.number)
        if organization is None or not row.can_tell("post", "post_since", "post_until", "phone"):
            return None
        post, since, until = row.values["post"], row.values.get("post_since"), row.values.get("post_until")
        found = self._held(row, organization)
        begun = found.since if found else since or self.site.day
        if until and not begun < until <= self.site.day:
            row.fault("post_until", IssueKind.POST_ENDS, since=begun)
        if found:
            return found.pk
        if until:
            return id(organization), post, since, until
        if post != OfficerPost.SECRETARY:
            return id(organization), post, since, row.values.get("phone")
        if taken := next((each for each in self.posts.get((organization.pk, post), []) if each.until is None), None):
            row.fault("post", IssueKind.POST_TAKEN, since=taken.since)
        return id(organization), post

    def _held(self, row: Row, organization: Organization) -> Officer | None:
        """The row's own record; else the post of that day, under that number where several may hold it.

        One that is over is meant by a row that ends it on the same day, and by its own.
        """
        post, since, until = row.values["post"], row.values.get("post_since"), row.values.get("post_until")
        same = self.posts.get((organization.pk, post), [])
        over = [each for each in same if each.until and since in (None, each.since) and until == each.until]
        same = [each for each in same if since == each.since or (since is None and each.until is None)]
        own = next((each for each in same if each.pk == row.values.get("record")), None)
        held = [each for each in same if each.until is None]
        if post == OfficerPost.SECRETARY:
            held = held or same
        elif "phone" in row.values:
            held = [each for each in held if each.phone == row.values["phone"]]
        return own or next(iter([*over, *held]), None)

    def stored(self, key: Hashable) -> models.Model | None:
        return self.by_key[key] if isinstance(key, int) else None

    def new(self, row: Row) -> list[models.Model]:
        told = row.values
        officer = Officer(
            organization=self.organizations[row.number],
            post=told["post"],
            since=told.get("post_since", self.site.day),
            phone=told.get("phone", ""),
        )
        if until := told.get("post_until"):
            officer.end(until)
        return [officer]

    def change(self, record: Any, draft: FactDraft) -> None:
        """A wrong row ends nothing, so that nobody takes the post; one that is over has no telephone to be changed."""
        until = draft.row.values.get("post_until")
        if draft.row.issues or (record.until and until in (None, record.until)):
            return
        if until is None:
            super().change(record, draft)
            return
        draft.changes.append(("post_until", str(record.until or ""), str(until)))
        record.end(until)
        draft.changed.append(record)
        draft.attributes = ("until", "name", "phone", "email")

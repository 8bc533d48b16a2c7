"""All rows of a roster gone through: outcomes, issues, writes, and the sums that the preview shows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from parkparty.companies.models import CoverageLink, Tenancy
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Building
from parkparty.rosters.check.branches import Branch, match_branches
from parkparty.rosters.check.companies import match_companies
from parkparty.rosters.check.known import Known, fetch_known, find_parks
from parkparty.rosters.check.rows import Roster, Row
from parkparty.rosters.choices import Effect, IssueKind, Outcome
from parkparty.rosters.models import RosterIssue
from parkparty.rosters.plan.companies import new_company, plan_company, plan_member_count
from parkparty.rosters.plan.draft import Draft
from parkparty.rosters.plan.links import plan_coverage, plan_instructor
from parkparty.rosters.plan.tenancies import plan_tenancy


@dataclass(slots=True)
class Planned:
    """A row's outcome; ``draft`` holds its writes unless the row is wrong or changes nothing."""

    row: Row
    outcome: Outcome
    draft: Draft | None


@dataclass(slots=True)
class Plan:
    """What applying a roster does, row by row."""

    roster: Roster
    rows: list[Planned]

    @property
    def issues(self) -> Iterator[RosterIssue]:
        """Every wrong cell in the order of the rows."""
        return (issue for planned in self.rows for issue in planned.row.issues)

    @property
    def drafts(self) -> Iterator[Draft]:
        """What the good rows write."""
        return (planned.draft for planned in self.rows if planned.draft)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome: ``new``, ``changed``, ``unchanged``, ``wrong``."""
        found = Counter(planned.outcome for planned in self.rows)
        return {outcome.value: found[outcome] for outcome in Outcome}

    @property
    def effects(self) -> dict[str, int]:
        """How many organisations and buildings the good rows create, and how many facts they end."""
        created = {id(x): type(x) for draft in self.drafts for x in draft.created}
        ended = Counter(type(fact) for draft in self.drafts for fact in draft.ended)
        kinds = Counter(created.values())
        return {
            Effect.BRANCHES.value: kinds[Organization],
            Effect.BUILDINGS.value: kinds[Building],
            Effect.TENANCIES_ENDED.value: ended[Tenancy],
            Effect.LINKS_ENDED.value: ended[CoverageLink],
        }

    @property
    def park_keys(self) -> list[str]:
        """The parks that the rows name, by key."""
        return sorted({planned.row.park.key for planned in self.rows if planned.row.park})

    @property
    def digest(self) -> str:
        """The same for two plans that do the same: what was shown is what is applied, or nothing is."""
        rows = [[p.row.number, p.outcome, p.row.name, p.draft.changes if p.draft else []] for p in self.rows]
        issues = [[issue.cell, issue.kind, issue.value] for issue in self.issues]
        return hashlib.sha256(json.dumps([rows, issues], ensure_ascii=False).encode()).hexdigest()


def plan_roster(roster: Roster, *, reach: Scope, day: dt.date) -> Plan:
    """Check every row against the site as it is now and work out what applying it writes.

    ``reach`` is what the importer administers; ``day`` what rows without a date of their own speak of.
    """
    known = Known(reach, day)
    find_parks(roster.rows, known)
    _refuse_unknown_parks(roster.rows, known)
    fetch_known(roster.rows, known)
    match_companies(roster.rows, known)
    branches = match_branches(roster.rows, known)
    return Plan(roster, [_plan_row(row, branches.get(row.number), known) for row in roster.rows])


def _refuse_unknown_parks(rows: list[Row], known: Known) -> None:
    for row in rows:
        if row.park is None and row.can_tell("park"):
            row.fault("park", IssueKind.PARK, choices=known.park_names)


def _plan_row(row: Row, branch: Branch | None, known: Known) -> Planned:
    if row.park is None or not row.can_tell("name", "uscc"):
        return Planned(row, Outcome.WRONG, None)
    draft = Draft(row, row.park, row.company or new_company(row), row.as_of(known.day))
    plan_company(draft, known)
    if row.can_tell("as_of", "tenancy_since", "tenancy_kind", "building"):
        plan_tenancy(draft, known)
    if row.can_tell("as_of", "link_since", "branch"):
        plan_coverage(draft, branch, known)
    if row.can_tell("as_of", "full", "probationary"):
        plan_member_count(draft, known)
    if row.can_tell("as_of", "instructor"):
        plan_instructor(draft, known)
    if row.issues:
        return Planned(row, Outcome.WRONG, None)
    if draft.is_new:
        return Planned(row, Outcome.NEW, draft)
    return Planned(row, Outcome.CHANGED, draft) if draft.changes else Planned(row, Outcome.UNCHANGED, None)

"""All rows of a roster gone through: outcomes, issues, writes, and the sums that the preview shows."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Building
from parkparty.rosters.check.alike import Likenesses
from parkparty.rosters.check.branches import Branch, find_branches, match_branch
from parkparty.rosters.check.companies import Seen, match_companies
from parkparty.rosters.check.known import Known, fetch_companies, fetch_site, name_parks
from parkparty.rosters.check.rows import Roster, Row
from parkparty.rosters.choices import Effect, Outcome
from parkparty.rosters.plan.companies import new_company, plan_company, plan_member_count
from parkparty.rosters.plan.draft import Draft
from parkparty.rosters.plan.links import plan_coverage, plan_instructor
from parkparty.rosters.plan.tenancies import plan_tenancy
from parkparty.rosters.staging.records import TenancyRecord


@dataclass(slots=True)
class Planned:
    """A row's outcome; ``draft`` holds its writes unless the row is wrong or changes nothing."""

    row: Row
    outcome: Outcome
    draft: Draft | None
    changes: str = "[]"
    """What the row changes, as it is kept for the preview."""


@dataclass
class Plan:
    """What applying a roster does. The sums hold for the rows that were gone through, at the end for all."""

    roster: Roster
    known: Known
    rows: int = 0
    found: Counter[Outcome] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    """How many cells are wrong in which way."""
    parks: set[str] = field(default_factory=set)
    _ended: Counter[type] = field(default_factory=Counter)
    _founded: dict[int, Organization | Building] = field(default_factory=dict)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def pieces(self) -> Iterator[list[Planned]]:
        """All rows in the order of the file, some at a time, so that a large roster takes no more memory than a small.

        Nothing that is written meanwhile changes what the rows after it do.
        """
        known, seen, likenesses = self.known, Seen(), Likenesses(self.roster.stage, self.known)
        self.roster.stage.find_companies()
        fetch_site(self.roster.stage, known)
        branches = find_branches(self.roster, known)
        for first, last, rows in self.roster.pieces():
            fetch_companies(self.roster.stage, first, last, known)
            name_parks(rows, known)
            match_companies(rows, known, likenesses, seen)
            planned = [_plan_row(row, match_branch(row, branches, known), known) for row in rows]
            self._sum_up(planned)
            yield planned

    def _sum_up(self, planned: list[Planned]) -> None:
        lines = []
        for each in planned:
            lines.append(f"{each.row.number} {each.outcome} {each.row.name} {each.changes}")
            self.found[each.outcome] += 1
            if each.row.park:
                self.parks.add(each.row.park.key)
            for issue in each.row.issues:
                self.kinds[issue.kind] += 1
                lines.append(f"{issue.cell} {issue.kind} {issue.value}")
            if each.draft:
                self._ended.update(type(fact) for fact in each.draft.ended)
                self._founded |= {id(x): x for x in each.draft.created if isinstance(x, Organization | Building)}
        self.rows += len(planned)
        self._digest.update("\n".join(lines).encode())

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome: ``new``, ``changed``, ``unchanged``, ``wrong``."""
        return {outcome.value: self.found[outcome] for outcome in Outcome}

    @property
    def effects(self) -> dict[str, int]:
        """How many organisations and buildings the good rows create, and how many facts they end."""
        founded = Counter(map(type, self._founded.values()))
        tenancies = self._ended[TenancyRecord]
        return {
            Effect.BRANCHES.value: founded[Organization],
            Effect.BUILDINGS.value: founded[Building],
            Effect.TENANCIES_ENDED.value: tenancies,
            Effect.LINKS_ENDED.value: self._ended.total() - tenancies,
        }

    @property
    def park_keys(self) -> list[str]:
        """The parks that the rows name, by key."""
        return sorted(self.parks)

    @property
    def digest(self) -> str:
        """The same for two plans that do the same: what was shown is what is applied, or nothing is."""
        return self._digest.hexdigest()


def plan_roster(roster: Roster, *, reach: Scope, day: dt.date) -> Plan:
    """What applying the roster to the site as it is now would do, once its rows are gone through.

    ``reach`` is what the importer administers; ``day`` what rows without a date of their own speak of.
    """
    return Plan(roster, Known(reach, day))


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
    outcome = Outcome.NEW if draft.is_new else Outcome.CHANGED if draft.changes else Outcome.UNCHANGED
    if outcome == Outcome.UNCHANGED:
        return Planned(row, outcome, None)
    return Planned(row, outcome, draft, json.dumps(draft.changes, ensure_ascii=False))

"""All rows of a file gone through: outcomes, issues, writes, and the sums that the preview shows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Building
from parkparty.rosters.check.rows import Roster
from parkparty.rosters.check.site import Site
from parkparty.rosters.choices import Effect, Outcome
from parkparty.rosters.columns import COMPANIES, KINDS
from parkparty.rosters.plan.draft import Draft, FactDraft, Followed, Piece, Planned
from parkparty.rosters.plan.kinds import PLANNERS
from parkparty.rosters.plan.parts import CompanySheet, FactSheet, Part
from parkparty.rosters.staging.records import TenancyRecord


@dataclass
class Plan:
    """What applying a roster does. The sums hold for the rows that were gone through, at the end for all."""

    parts: list[Part]
    rows: int = 0
    found: Counter[Outcome] = field(default_factory=Counter)
    _sheets: dict[int, Counter[str]] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)
    """How many cells are wrong in which way."""
    parks: set[str] = field(default_factory=set)
    _posts_ended: int = 0
    _ended: Counter[type] = field(default_factory=Counter)
    _founded: dict[int, Organization | Building] = field(default_factory=dict)
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def pieces(self) -> Iterator[Piece]:
        """All rows, sheet by sheet, some at a time, so that a large roster takes no more memory than a small one.

        Nothing that is written meanwhile changes what the rows after it do.
        """
        for part in self.parts:
            part.prepare()
        for part in self.parts:
            for piece in part.pieces():
                sheet = self._sheets.setdefault(part.roster.layout.first, Counter())
                if isinstance(piece, Followed):
                    self._sum_up_followed(piece, sheet)
                else:
                    self._sum_up(piece, sheet)
                yield piece

    def _sum_up_followed(self, followed: Followed, sheet: Counter[str]) -> None:
        lines = []
        for leader in followed.leaders:
            if times := followed.rows.counts.get(leader.row.number, 0):
                self.found[leader.outcome] += times
                sheet[leader.outcome.value] += times
                if leader.outcome != Outcome.UNCHANGED:
                    lines.append(f"{leader.row.number} {leader.outcome} + {times}")
        self.rows += len(followed)
        self._digest.update("\n".join(lines).encode())

    def _sum_up(self, planned: list[Planned], sheet: Counter[str]) -> None:
        lines = []
        for each in planned:
            if each.outcome != Outcome.UNCHANGED:
                lines.append(f"{each.row.number} {each.outcome} {each.row.name} {each.changes}")
            self.found[each.outcome] += 1
            sheet[each.outcome.value] += 1
            if each.row.park:
                self.parks.add(each.row.park.key)
            for issue in each.row.issues:
                self.kinds[issue.kind] += 1
                lines.append(f"{issue.cell} {issue.kind} {issue.value}")
            if isinstance(each.draft, FactDraft) and each.outcome == Outcome.CHANGED:
                self._posts_ended += any(column == "post_until" for column, _before, _after in each.draft.changes)
            if isinstance(each.draft, Draft):
                self._ended.update(type(fact) for fact in each.draft.ended)
                self._founded |= {id(x): x for x in each.draft.created if isinstance(x, Organization | Building)}
        self.rows += len(planned)
        self._digest.update("\n".join(lines).encode())

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each outcome: ``new``, ``changed``, ``unchanged``, ``wrong``."""
        return {outcome.value: self.found[outcome] for outcome in Outcome}

    def sheet_counts(self, first: int) -> dict[str, int]:
        """The same for the sheet whose rows are numbered above ``first``; nothing for one that is not imported."""
        found = self._sheets.get(first)
        return {outcome.value: found[outcome.value] for outcome in Outcome} if found is not None else {}

    @property
    def effects(self) -> dict[str, int]:
        """How many organisations and buildings the good rows create, and how many facts and posts they end."""
        founded = Counter(map(type, self._founded.values()))
        tenancies = self._ended[TenancyRecord]
        return {
            Effect.BRANCHES.value: founded[Organization],
            Effect.BUILDINGS.value: founded[Building],
            Effect.TENANCIES_ENDED.value: tenancies,
            Effect.LINKS_ENDED.value: self._ended.total() - tenancies,
            Effect.POSTS_ENDED.value: self._posts_ended,
        }

    @property
    def park_keys(self) -> list[str]:
        """The parks that the rows name, by key."""
        return sorted(self.parks)

    @property
    def digest(self) -> str:
        """The same for two plans that do the same: what was shown is what is applied, or nothing is."""
        return self._digest.hexdigest()


def plan_book(rosters: Iterable[Roster], *, reach: Scope, day: dt.date) -> Plan:
    """What applying the sheets of a file to the site as it is now would do, once their rows are gone through.

    ``reach`` is what the importer administers; ``day`` what rows without a date of their own speak of.
    """
    site = Site(reach, day)
    order = list(KINDS)
    ordered = sorted(rosters, key=lambda roster: (order.index(roster.layout.kind.key), roster.layout.first))
    return Plan([_part(roster, site) for roster in ordered])


def _part(roster: Roster, site: Site) -> Part:
    if roster.layout.kind is COMPANIES:
        return CompanySheet(roster, site)
    return FactSheet(roster, PLANNERS[roster.layout.kind.key](site))

"""All rows of a file gone through: outcomes, issues, writes, and the sums that the preview shows."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from parkparty.core.scope import Scope
from parkparty.core.text import fold
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

DIGESTS = 1 << 256
"""How many digests there are."""


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
    _digest: int = 0
    """A sum, so that it is the same in whatever order rows are looked at, and rows can be taken out of it again."""

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
        for leader in followed.leaders:
            if times := followed.rows.counts.get(leader.row.number, 0):
                self.found[leader.outcome] += times
                sheet[leader.outcome.value] += times
                self._digest_rows(leader, followed.rows.sums[leader.row.number])
        self.rows += len(followed)

    def _sum_up(self, planned: list[Planned], sheet: Counter[str]) -> None:
        for each in planned:
            self._digest_rows(each, each.row.number)
            self.found[each.outcome] += 1
            sheet[each.outcome.value] += 1
            if each.row.park:
                self.parks.add(each.row.park.key)
            for issue in each.row.issues:
                self.kinds[issue.kind] += 1
                self._digest += _as_number(f"{issue.cell} {issue.kind} {issue.value}")
            if isinstance(each.draft, FactDraft) and each.outcome == Outcome.CHANGED:
                self._posts_ended += any(column == "post_until" for column, _before, _after in each.draft.changes)
            if isinstance(each.draft, Draft):
                self._ended.update(type(fact) for fact in each.draft.ended)
                self._founded |= {id(x): x for x in each.draft.created if isinstance(x, Organization | Building)}
        self.rows += len(planned)

    def _digest_rows(self, planned: Planned, numbers: int) -> None:
        """Take rows that come to the same as ``planned`` into the digest; ``numbers`` is the sum of theirs."""
        if planned.outcome != Outcome.UNCHANGED:
            self._digest += numbers * _as_number(f"{planned.outcome} {planned.changes}")

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
    def new_buildings(self) -> set[tuple[int, str]]:
        """The buildings that the good rows create, by park and folded name."""
        return {(each.park.pk, fold(each.name)) for each in self._founded.values() if isinstance(each, Building)}

    @property
    def park_keys(self) -> list[str]:
        """The parks that the rows name, by key."""
        return sorted(self.parks)

    @property
    def digest(self) -> str:
        """The same for two plans that do the same: what was shown is what is applied, or nothing is."""
        return f"{self._digest % DIGESTS:064x}"


@lru_cache(10_000)  # new companies of one branch come to the same
def _as_number(said: str) -> int:
    return int.from_bytes(hashlib.sha256(said.encode()).digest())


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

"""The sheets of a file as parts of its plan: all get ready before any is written, then each goes through its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from parkparty.companies.choices import LinkKind
from parkparty.core.copying import AT_ONCE, in_pieces
from parkparty.core.text import fold
from parkparty.rosters.check.alike import Likenesses
from parkparty.rosters.check.branches import Branch, Branches, find_branches, match_branch
from parkparty.rosters.check.companies import Seen, match_companies
from parkparty.rosters.check.known import Known, fetch_companies, fetch_site, name_parks
from parkparty.rosters.check.rows import Roster, Row
from parkparty.rosters.check.site import Site
from parkparty.rosters.check.twins import Twins, find_twins
from parkparty.rosters.choices import Outcome
from parkparty.rosters.plan.companies import new_company, plan_company, plan_member_count
from parkparty.rosters.plan.draft import Draft, Followed, Piece, Planned, changes_as_text
from parkparty.rosters.plan.facts import Kind
from parkparty.rosters.plan.links import plan_coverage, plan_instructor
from parkparty.rosters.plan.tenancies import plan_tenancy
from parkparty.rosters.staging.following import find_followers, followers_of
from parkparty.rosters.staging.stage import ALONE, LEADING

MANY = 500
"""Rows from which on it is worth while to find out which of them say the same."""


class Part(Protocol):
    """One sheet of the plan."""

    roster: Roster

    def prepare(self) -> None:
        """Get what the site holds, before anything of the file is written."""

    def pieces(self) -> Iterator[Piece]:
        """The rows, some at a time, each with its outcome."""


class FactSheet:
    """A sheet of a small kind: all of its rows are in memory."""

    def __init__(self, roster: Roster, kind: Kind) -> None:
        self.roster, self._kind = roster, kind
        self._rows: list[Row] = []

    def prepare(self) -> None:
        """Get what the site holds of all that the rows name."""
        self._rows = [row for _first, _last, rows in self.roster.pieces() for row in rows]
        self._kind.site.fetch()
        self._kind.fetch(self._rows)

    def pieces(self) -> Iterator[Piece]:
        """The rows in their order, some at a time, each with its outcome."""
        return in_pieces(self._kind.plan(self._rows), AT_ONCE)


class CompanySheet:
    """A sheet of companies, with what covers them."""

    def __init__(self, roster: Roster, site: Site) -> None:
        self.roster, self._site = roster, site
        self._known = Known(site.reach, site.day)
        self._branches: Branches = {}

    def prepare(self) -> None:
        """Find what stands behind all rows, organisations that another sheet founds included."""
        self.roster.stage.find_companies()
        fetch_site(self.roster.stage, self._known)
        for organization in self._site.founded:
            self._known.add_organization(organization)
        self._branches = find_branches(self.roster, self._known)

    @property
    def background(self) -> tuple[set[int], set[str], set[int]]:
        """What its rows have other rows judged by: parks, superiors, and the companies of the site that they mean."""
        stage = self.roster.stage
        return self._known.named_parks, stage.named["superior"], stage.known_companies()

    def are_by_themselves(self, rows: Iterable[Row]) -> bool:
        """Whether its rows, which were gone through, come to the same among others: nothing goes by which of all rows
        comes first, and none is likened to companies of the site, of which rows elsewhere may mean some.
        """
        if any(branch.changes_formation for branch in self._branches.values()):
            return False
        likenesses = Likenesses(self.roster.stage, self._known)
        return not any(row.decision or (row.company is None and likenesses.of(row)) for row in rows)

    def pieces(self) -> Iterator[Piece]:
        """Rows that others follow and how many, then those that stand alone, some at a time, each with its outcome."""
        stage, known = self.roster.stage, self._known
        likenesses = Likenesses(stage, known)
        twins = find_twins(self.roster, known, likenesses)
        judge = Judge(self.roster, known, self._branches, likenesses, twins)
        seen = 0
        if self.roster.rows >= MANY:
            doubtful = known.suspects | twins.keys() | self.roster.decisions.keys() | self.roster.apart
            find_followers(stage, doubtful.union(likenesses.rows()))
            for leaders in judge.pieces(LEADING):
                yield leaders
                turned_away = [each.row.number for each in leaders if not judge.leads(each)]
                followed = Followed(leaders, followers_of(stage, [each.row.number for each in leaders], turned_away))
                seen += len(leaders) + len(followed)
                yield followed
        if seen < self.roster.rows:
            yield from judge.pieces(ALONE)


class Judge:
    """Looks at rows of companies one by one."""

    def __init__(self, roster: Roster, known: Known, branches: Branches, likenesses: Likenesses, twins: Twins) -> None:
        self._roster, self._known, self._branches = roster, known, branches
        self._likenesses, self._twins, self._seen = likenesses, twins, Seen()

    def pieces(self, which: str) -> Iterator[list[Planned]]:
        """The rows in their order, some at a time, each with its outcome."""
        known = self._known
        for first, last, rows in self._roster.pieces(which):
            fetch_companies(self._roster.stage, first, last, known, which)
            name_parks(rows, known)
            match_companies(rows, known, self._likenesses, self._twins, self._seen)
            yield [_plan_row(row, match_branch(row, self._branches, known), known) for row in rows]

    def leads(self, planned: Planned) -> bool:
        """Whether rows that say the same come to the same: they found a company as it did, or change nothing either.

        Where an organisation covers its own company alone, or changes by the row, a second row is another matter.
        """
        row, draft = planned.row, planned.draft
        if row.park and "branch" in row.values:
            branch = self._branches[row.park.pk, fold(row.values["branch"])]
            if branch.organization is None or branch.kind == LinkKind.OWN:
                return False
        if planned.outcome != Outcome.NEW or not isinstance(draft, Draft):
            return planned.outcome == Outcome.UNCHANGED
        return row.company is None and not draft.changed and not draft.ended


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
    return Planned(row, outcome, draft, changes_as_text(tuple(draft.changes)))

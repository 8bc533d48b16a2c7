"""Rows that each speak of one record: found by what identifies it, then added or changed. One way for every kind.

A kind says how its rows are told apart, what the site holds of them, and what a new record is; all else is the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.db import models

from parkparty.rosters.check.rows import Row
from parkparty.rosters.check.site import Site
from parkparty.rosters.choices import IssueKind, Outcome
from parkparty.rosters.columns import RecordKey, SheetKind
from parkparty.rosters.plan.draft import FactDraft, Planned, changes_as_text


class Kind(ABC):
    """What rows of one kind of sheet mean."""

    sheet: ClassVar[SheetKind]
    fields: ClassVar[Mapping[str, str]]
    """The attribute that each column fills."""
    keeps_stored: ClassVar[bool] = False
    """Whether a record that the site has is left as it is."""

    def __init__(self, site: Site) -> None:
        self.site = site

    @abstractmethod
    def fetch(self, rows: Sequence[Row]) -> None:
        """Get what the site holds of all that ``rows`` name. Nothing of the file is written yet."""

    @abstractmethod
    def identify(self, row: Row) -> Hashable | None:
        """What tells the row's record from others; None when a cell does not say, which is then noted as wrong."""

    @abstractmethod
    def stored(self, key: Hashable) -> models.Model | None:
        """The record that the site holds of it."""

    @abstractmethod
    def new(self, row: Row) -> list[models.Model]:
        """The record that the row adds, and what goes with it."""

    def beside(self, row: Row) -> list[models.Model]:
        """What the record leans on and the site lacks."""
        return []

    def value(self, row: Row, column: str) -> Any:
        """What the row says in ``column``, as the record holds it."""
        return row.values[column]

    def check(self, row: Row, record: models.Model) -> None:
        """Note what is wrong with the record as it would be; there is nothing to be told of most."""
        return

    def change(self, record: models.Model, draft: FactDraft) -> None:
        """Put what the row states otherwise into the record; a blank cell changes nothing."""
        for column, attribute in self.fields.items():
            if column not in draft.row.values or not draft.row.can_tell(column):
                continue
            before, after = getattr(record, attribute), self.value(draft.row, column)
            if before != after:
                draft.changes.append((column, _as_text(before), _as_text(after)))
                setattr(record, attribute, after)
        if draft.changes:
            draft.changed.append(record)
            draft.created = self.beside(draft.row)

    def plan(self, rows: Sequence[Row]) -> Iterator[Planned]:
        """Go through the rows in their order; ``fetch`` went before."""
        seen: dict[Hashable, Row] = {}
        for row in rows:
            yield self._plan(row, seen)

    def _plan(self, row: Row, seen: dict[Hashable, Row]) -> Planned:
        key = self.identify(row)
        if key is None:
            return Planned(row, Outcome.WRONG, None)
        if other := seen.get(key):
            row.fault(self.sheet.main, IssueKind.REPEATED, other=other.address(self.sheet.main))
        seen.setdefault(key, row)
        record = self.stored(key)
        draft = FactDraft(row, row.park, tuple(self.fields.values()))
        if record is None:
            draft.created = [*self.new(row), *self.beside(row)]
            record = draft.created[0]
            draft.changes = [
                (column.key, "", _as_text(row.values[column.key]))
                for column in self.sheet.columns
                if column.key in row.values and not isinstance(column, RecordKey)
            ]
            outcome = Outcome.NEW
        else:
            if not self.keeps_stored:
                self.change(record, draft)
            outcome = Outcome.CHANGED if draft.changes else Outcome.UNCHANGED
        self.check(row, record)
        if row.issues:
            return Planned(row, Outcome.WRONG, None)
        if outcome == Outcome.UNCHANGED:
            return Planned(row, outcome, None)
        return Planned(row, outcome, draft, changes_as_text(tuple(draft.changes)))


def _as_text(value: object) -> str:
    return "" if value is None else str(value)

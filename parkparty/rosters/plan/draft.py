"""What applying one row writes, and what becomes of the row."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db import models

from parkparty.places.models import Park
from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import Item, Outcome
from parkparty.rosters.models import RosterIssue
from parkparty.rosters.staging.following import Followers
from parkparty.rosters.staging.records import CompanyRecord, LinkRecord, Record, TenancyRecord

Written = Record | models.Model


@dataclass(slots=True)
class Draft:
    """A row on its way: its company, new or stored, and the objects to create, to end and to change."""

    row: Row
    park: Park
    company: CompanyRecord
    day: dt.date
    """The day the row speaks of."""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    created: list[Written] = field(default_factory=list)
    ended: list[TenancyRecord | LinkRecord] = field(default_factory=list)
    changed: list[Written] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether the company is new to the importer; of one that others keep nothing is told."""
        return self.row.company is None or not self.row.is_ours

    def value(self, key: str) -> Any:
        """The value of a cell, None when it is blank."""
        return self.row.values.get(key)

    def tell(self, item: Item, before: object, after: object) -> None:
        """Say what changes, for the preview."""
        self.changes.append((str(item), "" if self.is_new else str(before), str(after)))

    def change(self, target: Written) -> None:
        """Have ``target`` written, once."""
        if target not in self.changed:
            self.changed.append(target)

    def end(self, fact: TenancyRecord | LinkRecord, on: dt.date) -> None:
        """Let ``fact`` hold no longer from ``on``."""
        fact.until = on
        self.ended.append(fact)


@dataclass(slots=True)
class FactDraft:
    """A good row of a small kind of sheet on its way: what it adds and what it changes."""

    row: Row
    park: Park | None
    attributes: tuple[str, ...]
    """What of a stored record changes with it."""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """The column, what was there before (blank for nothing) and what it will be, for the preview."""
    created: list[models.Model] = field(default_factory=list)
    changed: list[models.Model] = field(default_factory=list)
    ended: tuple[()] = ()


AnyDraft = Draft | FactDraft


@dataclass(slots=True)
class Planned:
    """A row's outcome; ``draft`` holds its writes unless the row is wrong or changes nothing."""

    row: Row
    outcome: Outcome
    draft: AnyDraft | None
    changes: str = "[]"
    """What the row changes, as it is kept for the preview."""


@dataclass(slots=True)
class Followed:
    """The rows that follow some leaders: what becomes of a leader becomes of them."""

    leaders: list[Planned]
    rows: Followers

    def __len__(self) -> int:
        return sum(self.rows.counts.values())


Piece = list[Planned] | Followed
"""Some rows of a sheet, or those that follow the rows of the piece before."""


def issues_of(piece: Piece) -> list[RosterIssue]:
    """What is wrong in the rows; nothing in those that follow."""
    return [] if isinstance(piece, Followed) else [issue for planned in piece for issue in planned.row.issues]


@lru_cache(10_000)  # new companies of one branch change the same
def changes_as_text(changes: tuple[tuple[str, str, str], ...]) -> str:
    """What a row changes, as it is kept for the preview."""
    return json.dumps(changes, ensure_ascii=False)

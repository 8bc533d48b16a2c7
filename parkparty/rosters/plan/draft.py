"""What applying one row writes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from parkparty.companies.models import Company
from parkparty.core.models import DatedFact
from parkparty.places.models import Park
from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import Item


@dataclass(slots=True)
class Draft:
    """A row on its way: its company, new or stored, and the objects to create, to end and to change."""

    row: Row
    park: Park
    company: Company
    day: dt.date
    """The day the row speaks of."""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    created: list[models.Model] = field(default_factory=list)
    ended: list[DatedFact] = field(default_factory=list)
    changed: list[models.Model] = field(default_factory=list)

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

    def change(self, target: models.Model) -> None:
        """Have ``target`` written, once."""
        if target not in self.changed:
            self.changed.append(target)

    def end(self, fact: DatedFact, on: dt.date) -> None:
        """Let ``fact`` hold no longer from ``on``."""
        fact.until = on
        self.ended.append(fact)

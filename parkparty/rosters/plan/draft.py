"""What applying one row writes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from parkparty.organizations.models import Organization
from parkparty.places.models import Building, Park
from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import Item
from parkparty.rosters.staging.records import CompanyRecord, LinkRecord, Record, TenancyRecord

Written = Record | Organization | Building


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

    def change(self, target: Record | Organization) -> None:
        """Have ``target`` written, once."""
        if target not in self.changed:
            self.changed.append(target)

    def end(self, fact: TenancyRecord | LinkRecord, on: dt.date) -> None:
        """Let ``fact`` hold no longer from ``on``."""
        fact.until = on
        self.ended.append(fact)

"""What sheets about organisations and places speak of: the parks, areas and organisations in the importer's reach.

Organisations that another sheet of the same file founds are found like stored ones, so that one workbook can hold an
organisation, its members and its meetings.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.core.text import fold, fold_label
from parkparty.organizations.choices import OrganizationStatus
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import reached
from parkparty.places.models import Area, Park
from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import IssueKind

_NAMED = 8
"""Names in a suggestion."""


@dataclass(slots=True)
class Site:
    """The importer's reach (as administrator), the day of rows without one, and what is found there by its labels."""

    reach: Scope
    day: dt.date
    parks: dict[str, list[Park]] = field(default_factory=lambda: defaultdict(list))
    areas: dict[str, list[Area]] = field(default_factory=lambda: defaultdict(list))
    organizations: dict[str, list[Organization]] = field(default_factory=lambda: defaultdict(list))
    by_key: dict[int, Organization] = field(default_factory=dict)
    founded_at: dict[int, Row] = field(default_factory=dict)
    """The row that founds an organisation, by the object's identity: it has no key yet."""
    new: list[Organization] = field(default_factory=list)
    """Organisations that the file founds, the wrong ones included."""
    _is_fetched: bool = False

    @property
    def founded(self) -> list[Organization]:
        """Organisations that good rows of the file found."""
        return [each for each in self.new if not self.founded_at[id(each)].issues]

    def fetch(self) -> None:
        """Fetch all that is in reach, dissolved organisations excepted; once, before anything is written."""
        if self._is_fetched:
            return
        self._is_fetched = True
        for park in Park.objects.within(self.reach):
            _enter(self.parks, park, park.name, str(park), park.key)
        for area in Area.objects.within(self.reach):
            _enter(self.areas, area, area.name, area.code)
        stored = Organization.objects.filter(reached(self.reach)).exclude(status=OrganizationStatus.DISSOLVED)
        for organization in stored.select_related("park", "area", "parent", "formation_mode"):
            self.by_key[organization.pk] = organization
            self.enter(organization)

    def enter(self, organization: Organization) -> None:
        """Let rows find ``organization`` by its name and its code."""
        _enter(self.organizations, organization, organization.name, organization.code)

    def called(self, label: str) -> list[Organization]:
        """Organisations of this name or code."""
        return _find(self.organizations, label)

    def with_code(self, code: str) -> Organization | None:
        """The organisation with exactly this code."""
        return next((each for each in self.called(code) if each.code == code), None) if code else None

    def park_of(self, row: Row) -> Park | None:
        """The park that the row names; one that is not there, or not in reach, is noted as wrong."""
        found: Park | None = self._place(row, "park", self.parks, IssueKind.PARK)
        return found

    def area_of(self, row: Row) -> Area | None:
        """The area that the row names, as ``park_of``."""
        found: Area | None = self._place(row, "area", self.areas, IssueKind.AREA)
        return found

    def _place(self, row: Row, key: str, places: dict[str, list[Any]], kind: IssueKind) -> Any:
        if key not in row.values:
            return None
        found = _find(places, row.values[key])
        if len(found) == 1:
            return found[0]
        names = dict.fromkeys(each.name for same in places.values() for each in same)
        row.fault(key, kind, choices=list(islice(names, _NAMED)))
        return None

    def organization_of(self, row: Row, key: str = "organization") -> Organization | None:
        """The organisation that the row names; an unknown one, or one name of several, is noted as wrong."""
        found = self.called(row.values.get(key, ""))
        if len(found) == 1:
            founding = self.founded_at.get(id(found[0]))
            if founding and founding.issues:
                row.fault(key, IssueKind.BRANCH_WRONG, other=founding.address("organization"))
            return found[0]
        if row.can_tell(key):
            row.fault(key, IssueKind.SAME_ORGANIZATION if found else IssueKind.ORGANIZATION, n=len(found))
        return None


def _enter(places: dict[str, list[Any]], each: TreeNode, *labels: str) -> None:
    for folded in {spelling for label in labels for spelling in (fold(label), fold_label(label)) if spelling}:
        if each not in places[folded]:
            places[folded].append(each)


def _find(places: dict[str, list[Any]], text: str) -> list[Any]:
    return places.get(fold(text)) or places.get(fold_label(text)) or []

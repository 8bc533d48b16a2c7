"""Sheets of organisations: a whole tree at once, superiors and subordinates in any order."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from django.db import models

from parkparty.core.copying import in_pieces
from parkparty.core.text import fold
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationStatus, OrganizationType
from parkparty.organizations.models import FormationMode, Organization
from parkparty.places.models import Area
from parkparty.rosters.check.known import AT_ONCE
from parkparty.rosters.check.rows import Row
from parkparty.rosters.check.site import Site
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns.kinds import ORGANIZATIONS
from parkparty.rosters.plan.facts import Kind


class Organizations(Kind):
    """An organisation is known by its key, its code or its name. Sheets found, name and date, they never move one."""

    sheet = ORGANIZATIONS
    fields = {
        "organization": "name",
        "formation": "formation_mode",
        "term_since": "term_since",
        "term_until": "term_until",
    }

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.formations = {fold(mode.name): mode for mode in FormationMode.objects.all()}
        self.meant: dict[int, Organization] = {}
        """The organisation of each row, stored or new, by the row's number."""
        self.areas: dict[int, Area | None] = {}

    def fetch(self, rows: Sequence[Row]) -> None:
        for row in rows:
            row.park, self.areas[row.number] = self.site.park_of(row), self.site.area_of(row)
            self._check_formation(row)
            if found := self._stored(row):
                self.meant[row.number] = found
        self._found(rows)
        for row in rows:
            if organization := self.meant.get(row.number):
                self._hang(row, organization)
                self._check_term(row, organization)
        self._refuse_circles(rows)
        self._refuse_wrong_superiors(rows)
        self._place_and_number(rows)

    def identify(self, row: Row) -> Hashable | None:
        organization = self.meant.get(row.number)
        if organization is None or not row.can_tell("organization", "code", "type"):
            return None
        return organization.pk or ("new", id(organization))

    def stored(self, key: Hashable) -> models.Model | None:
        return self.site.by_key.get(key) if isinstance(key, int) else None

    def value(self, row: Row, column: str) -> Any:
        if column == "formation":
            return self.formations.get(fold(row.values[column]))
        if column == "organization" and not self._may_rename(row):
            return self.meant[row.number].name
        return super().value(row, column)

    def new(self, row: Row) -> list[models.Model]:
        return [self.meant[row.number]]

    def _check_term(self, row: Row, organization: Organization) -> None:
        since = row.values.get("term_since", organization.term_since)
        until = row.values.get("term_until", organization.term_until)
        if until and (since is None or until <= since) and row.can_tell("term_since", "term_until"):
            row.fault("term_until", IssueKind.TERM)

    def _check_formation(self, row: Row) -> None:
        if "formation" in row.values and fold(row.values["formation"]) not in self.formations:
            names = [mode.name for mode in self.formations.values() if mode.is_active]
            row.fault("formation", IssueKind.FORMATION, choices=names)

    def _stored(self, row: Row) -> Organization | None:
        """What the site holds: by the row's own key, then by its code, then by its name in its park."""
        told = row.values
        if not row.can_tell("organization", "code"):
            return None
        own = self.site.by_key.get(told.get("record", 0)) or self.site.with_code(told.get("code", ""))
        if own:
            return own
        same = self.site.called(told["organization"])
        here = [each for each in same if each.park == row.park] if row.park else same
        if len(here) > 1:
            row.fault("organization", IssueKind.SAME_ORGANIZATION, n=len(here))
        return here[0] if here else None

    def _found(self, rows: Sequence[Row]) -> None:
        """Make what the site lacks. A code that the file gives must be one that nothing on the site has yet."""
        waiting = [row for row in rows if row.number not in self.meant and row.can_tell("organization", "code", "type")]
        told = [row.values["code"] for row in waiting if "code" in row.values]
        taken = {code for some in in_pieces(told, AT_ONCE) for code in _codes(code__in=some)}
        seen: dict[Hashable, Organization] = {}
        for row in waiting:
            code = row.values.get("code")
            if code in taken:
                row.fault("code", IssueKind.CODE)
                continue
            # A second row of the same name means the same organisation, and is told to repeat the first.
            name = code or (fold(row.values["organization"]), row.park and row.park.pk)
            organization = seen.get(name) or self._new(row)
            self.meant[row.number] = seen[name] = organization

    def _new(self, row: Row) -> Organization:
        told = row.values
        approved_on = told.get("approved_on")
        organization = Organization(
            code=told.get("code", ""),
            name=told["organization"],
            type=told["type"],
            park=row.park,
            area=self.areas[row.number],
            formation_mode=self.formations.get(fold(told.get("formation", ""))),
            status=OrganizationStatus.ACTIVE if approved_on else OrganizationStatus.PREPARING,
            approved_on=approved_on,
            term_since=told.get("term_since"),
            term_until=told.get("term_until"),
        )
        self.site.enter(organization)
        self.site.founded_at[id(organization)] = row
        self.site.new.append(organization)
        return organization

    def _hang(self, row: Row, organization: Organization) -> None:
        """Find the superior; what is new hangs below it, and what stands must hang there already."""
        superior = self._superior(row, organization)
        if superior and superior.type in BRANCH_TYPES:
            row.fault("superior", IssueKind.SUPERIOR)
        if organization.pk:
            self._compare(row, organization, superior)
        elif superior:
            organization.parent = superior
        elif row.can_tell("superior") and not self._may_stand_alone(organization):
            row.fault("superior", IssueKind.NO_SUPERIOR)

    def _may_stand_alone(self, organization: Organization) -> bool:
        """Who keeps all organisations begins any tree; who keeps an area the one below its own working committee."""
        is_of_area = organization.type == OrganizationType.WORKING_COMMITTEE and organization.area is not None
        return is_of_area or self.site.reach.covers("organizations", "")

    def _superior(self, row: Row, organization: Organization) -> Organization | None:
        """What the row says stands above; of a stored organisation its own superior is known, however far up it is."""
        above = organization.parent
        if "superior" not in row.values:
            return None
        if above and fold(row.values["superior"]) in {fold(above.name), fold(above.code)}:
            return above
        return self.site.organization_of(row, "superior")

    def _compare(self, row: Row, stored: Organization, superior: Organization | None) -> None:
        told = row.values
        held = {
            "code": (told.get("code"), stored.code),
            "type": (told["type"], stored.type),
            "superior": (superior, stored.parent),
            "approved_on": (told.get("approved_on"), stored.approved_on),
            "park": (row.park, stored.park),
            "area": (self.areas[row.number], stored.area),
        }
        for column, (said, is_so) in held.items():
            if said not in (None, is_so) and row.can_tell(column):
                shown = stored.get_type_display() if column == "type" else is_so
                row.fault(column, IssueKind.BRANCH_DIFFERS, column=column, stored=str(shown or "—"))
        row.park = row.park or stored.park

    def _refuse_circles(self, rows: Sequence[Row]) -> None:
        for row in rows:
            organization = self.meant.get(row.number)
            if organization and any(above is organization for above in _new_above(organization)):
                row.fault("superior", IssueKind.CIRCLE)

    def _refuse_wrong_superiors(self, rows: Sequence[Row]) -> None:
        """What is new below something wrong is wrong too, all the way down."""
        for row in rows:
            organization = self.meant.get(row.number)
            if organization is None or organization.pk or not row.can_tell("superior"):
                continue
            founding = (self.site.founded_at[id(above)] for above in _new_above(organization))
            if wrong := next((above for above in founding if above.issues), None):
                row.fault("superior", IssueKind.BRANCH_WRONG, other=wrong.address("organization"))

    def _place_and_number(self, rows: Sequence[Row]) -> None:
        """What says neither park nor area sits where its superior does; what has no code gets one."""
        numbers = _Numbers({row.values["code"] for row in rows if "code" in row.values})
        for row in rows:
            organization = self.meant.get(row.number)
            if organization is None or organization.pk or row.issues:
                continue
            above = organization
            while above.parent and not above.park and not above.area:
                above = above.parent
            organization.park, organization.area = above.park, above.area
            row.park = organization.park
            organization.code = organization.code or numbers.next(organization)

    def _may_rename(self, row: Row) -> bool:
        """Whether something other than its name says which organisation it is."""
        organization = self.meant[row.number]
        return organization.pk == row.values.get("record") or organization.code == row.values.get("code")


class _Numbers:
    """Codes such as ``KIC-P003`` for organisations that come without one."""

    def __init__(self, told: set[str]) -> None:
        self._told = told
        self._used: dict[str, set[str]] = {}

    def next(self, organization: Organization) -> str:
        """A code that neither the site nor the file uses."""
        prefix = f"{organization.park.key[:30].upper()}-P" if organization.park else "ORG-P"
        if prefix not in self._used:
            self._used[prefix] = set(_codes(code__startswith=prefix)) | self._told
        used = self._used[prefix]
        number = len(used) + 1
        while f"{prefix}{number:03d}" in used:
            number += 1
        used.add(f"{prefix}{number:03d}")
        return f"{prefix}{number:03d}"


def _new_above(organization: Organization) -> Iterator[Organization]:
    """Its superiors as far as they are new too, the nearest first; in a circle, once round."""
    seen: set[int] = set()
    above = organization.parent
    while above is not None and not above.pk and id(above) not in seen:
        seen.add(id(above))
        yield above
        above = above.parent


def _codes(**which: Any) -> Iterator[str]:
    """Codes of the whole site, whoever keeps the organisation: no two may be the same."""
    return Organization.objects.filter(**which).values_list("code", flat=True).iterator()

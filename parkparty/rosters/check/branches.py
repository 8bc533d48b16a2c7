"""Which organisation covers a row's company: one that stands, or a new one put together from all rows that name it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from parkparty.companies.choices import LinkKind
from parkparty.core.text import fold, fold_label
from parkparty.organizations.choices import OWN_TYPES, OrganizationStatus, OrganizationType
from parkparty.organizations.models import FormationMode, Organization
from parkparty.places.models import Park
from parkparty.rosters.check.known import Known
from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import IssueKind

TRAITS = ("branch_type", "superior", "approved_on", "formation")
"""Columns that speak of the organisation, not of the company."""
_NEEDED = TRAITS[:3]


@dataclass(slots=True, eq=False)
class Branch:
    """One organisation that rows of a park name: what they say of it, and what it turned out to be."""

    park: Park
    rows: list[Row]
    stated: dict[str, Row] = field(default_factory=dict)
    """For each trait the first row that states it."""
    organization: Organization | None = None
    """None while something about it is wrong."""
    is_new: bool = False
    formation: FormationMode | None = None

    def value(self, trait: str) -> Any:
        """What the rows say of it, None when they are silent."""
        return self.stated[trait].values[trait] if trait in self.stated else None

    @property
    def kind(self) -> LinkKind:
        """How it covers its companies."""
        own = self.organization is not None and self.organization.type in OWN_TYPES
        return LinkKind.OWN if own else LinkKind.JOINT


def match_branches(rows: Iterable[Row], known: Known) -> dict[int, Branch]:
    """The branch of each row that names one, by row number; rows whose branch cannot be used are noted as wrong."""
    groups: dict[tuple[int, str], Branch] = {}
    by_row: dict[int, Branch] = {}
    for row in rows:
        if row.park and "branch" in row.values:
            key = row.park.pk, fold(row.values["branch"])
            by_row[row.number] = groups.setdefault(key, Branch(row.park, []))
            by_row[row.number].rows.append(row)
    codes = _free_codes(groups, known)
    for key, branch in groups.items():
        _gather(branch)
        same = known.branches.get(key, [])
        if len(same) > 1:
            for row in branch.rows:
                row.fault("branch", IssueKind.BRANCH_SAME_NAME)
            continue
        if same:
            _compare(branch, same[0], known)
        else:
            _put_together(branch, codes, known)
        _refuse_second_company(branch, known)
    return by_row


def _gather(branch: Branch) -> None:
    """Collect what the rows say, and note rows that contradict an earlier one."""
    for row in branch.rows:
        for trait in TRAITS:
            if trait not in row.values:
                continue
            first = branch.stated.setdefault(trait, row)
            if _key(row.values[trait]) != _key(first.values[trait]):
                said = _shown(first.values[trait])
                row.fault(trait, IssueKind.BRANCH_CONFLICT, other=first.address(trait), value=said)


def _compare(branch: Branch, stored: Organization, known: Known) -> None:
    """Hold what the rows say against the organisation that stands: a roster does not change its nature."""
    if stored.type not in (*OWN_TYPES, OrganizationType.JOINT_BRANCH):
        for row in branch.rows:
            row.fault("branch", IssueKind.BRANCH_TYPE, type=stored.get_type_display())
        return
    parent = stored.parent
    known_as = {fold(parent.name), fold_label(parent.name), fold(parent.code)} if parent else set()
    differs = {
        "branch_type": branch.value("branch_type") not in (None, stored.type),
        "superior": branch.value("superior") is not None and fold(branch.value("superior")) not in known_as,
        "approved_on": branch.value("approved_on") not in (None, stored.approved_on),
    }
    held = {"branch_type": stored.get_type_display(), "superior": parent, "approved_on": stored.approved_on}
    for trait in (trait for trait, wrong in differs.items() if wrong):
        _fault(branch, trait, IssueKind.BRANCH_DIFFERS, column=trait, stored=str(held[trait] or "—"))
    branch.formation = _formation(branch, known)
    spoiled = "formation" in branch.stated and branch.formation is None
    branch.organization = None if spoiled or any(differs.values()) else stored


def _put_together(branch: Branch, codes: dict[int, Iterator[str]], known: Known) -> None:
    """Make the organisation that the rows found, if they say enough."""
    unread = {trait for row in branch.rows for trait in row.bad}
    missing = [trait for trait in _NEEDED if trait not in branch.stated]
    for trait in missing:
        if trait in unread:
            _fault_others(branch, trait)
        else:
            _fault(branch, trait, IssueKind.BRANCH_NEW, column=trait)
    superior = _superior(branch, known)
    branch.formation = _formation(branch, known)
    spoiled = "formation" in branch.stated and branch.formation is None
    if missing or superior is None or spoiled:
        return
    branch.is_new = True
    branch.organization = Organization(
        code=next(codes[branch.park.pk]),
        name=branch.rows[0].values["branch"],
        type=branch.value("branch_type"),
        parent=superior,
        park=branch.park,
        formation_mode=branch.formation,
        status=OrganizationStatus.ACTIVE,
        approved_on=branch.value("approved_on"),
    )


def _superior(branch: Branch, known: Known) -> Organization | None:
    if "superior" not in branch.stated:
        return None
    text = branch.value("superior")
    found = known.superiors.get(fold(text)) or known.superiors.get(text.casefold()) or []
    here = [o for o in found if o.park_id == branch.park.pk] or found
    if len(here) == 1:
        return here[0]
    _fault(branch, "superior", IssueKind.SUPERIOR)
    return None


def _formation(branch: Branch, known: Known) -> FormationMode | None:
    if "formation" not in branch.stated:
        return None
    mode = known.formations.get(fold(branch.value("formation")))
    if mode is None:
        choices = "、".join(m.name for m in known.formations.values() if m.is_active)
        _fault(branch, "formation", IssueKind.FORMATION, choices=choices)
    return mode


def _refuse_second_company(branch: Branch, known: Known) -> None:
    """An organisation of its own covers one company: a second row, or another company on the site, is one too many."""
    organization = branch.organization
    if organization is None or branch.kind != LinkKind.OWN:
        return
    type = organization.get_type_display()
    for row in branch.rows[1:]:
        row.fault("branch", IssueKind.BRANCH_TAKEN, type=type, other=branch.rows[0].address("branch"))
    first, taken = branch.rows[0], known.own_links.get(organization.pk)
    if taken is None or (first.company and first.company.pk == taken.company_id):
        return
    first.fault("branch", IssueKind.BRANCH_TAKEN, type=type, other=taken.company.name)


def _fault(branch: Branch, trait: str, kind: IssueKind, **params: object) -> None:
    """Note a trait as wrong in the rows that state it, or in all when none does; the others point there."""
    stating = [row for row in branch.rows if trait in row.values]
    for row in stating or branch.rows:
        if row.can_tell(trait):
            row.fault(trait, kind, **params)
    if stating:
        _fault_others(branch, trait)


def _fault_others(branch: Branch, trait: str) -> None:
    """Note rows that are silent about a trait and hang on a row where it is wrong."""
    wrong = next(row for row in branch.rows if trait in row.bad)
    for row in branch.rows:
        if trait not in row.bad and row.can_tell("branch"):
            row.fault("branch", IssueKind.BRANCH_WRONG, other=wrong.address(trait))


def _free_codes(groups: Iterable[tuple[int, str]], known: Known) -> dict[int, Iterator[str]]:
    """Codes for new organisations of each park, such as ``KIC-N003``, that no organisation has yet."""
    parks = {park.pk: park for same in known.parks.values() for park in same}
    return {pk: _codes(parks[pk]) for pk, _name in groups}


def _codes(park: Park) -> Iterator[str]:
    """Unused codes with the park's key in front; looked up only once the first is asked for."""
    prefix = f"{park.key[:30].upper()}-N"
    used = set(Organization.objects.filter(code__startswith=prefix).values_list("code", flat=True))
    number = len(used)
    while True:
        number += 1
        code = f"{prefix}{number:03d}"
        if code not in used:
            yield code


def _key(value: object) -> object:
    return fold(value) if type(value) is str else value


def _shown(value: object) -> str:
    return str(OrganizationType(value).label) if isinstance(value, OrganizationType) else str(value)

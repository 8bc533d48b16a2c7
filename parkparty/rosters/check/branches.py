"""Which organisation covers a row's company: one that stands, or a new one put together from all rows that name it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parkparty.companies.choices import LinkKind
from parkparty.core.copying import in_pieces
from parkparty.core.text import fold, fold_label
from parkparty.organizations.choices import OWN_TYPES, OrganizationStatus, OrganizationType
from parkparty.organizations.models import FormationMode, Organization
from parkparty.places.models import Park
from parkparty.rosters.check.known import AT_ONCE, Known
from parkparty.rosters.check.rows import Roster, Row
from parkparty.rosters.choices import IssueKind

TRAITS = ("branch_type", "superior", "approved_on", "formation")
"""Columns that speak of the organisation, not of the company."""
_NEEDED = TRAITS[:3]


@dataclass(slots=True, eq=False)
class Branch:
    """One organisation that rows of a park name: what they say of it, and what it turned out to be."""

    park: Park
    name: str
    first: int
    """The first row that names it."""
    stated: dict[str, tuple[int, Any]] = field(default_factory=dict)
    """For each trait the first row that states it, and how."""
    unread: dict[str, int] = field(default_factory=dict)
    """For each trait the first row whose cell could not be read."""
    faults: list[tuple[str, IssueKind, dict[str, Any]]] = field(default_factory=list)
    """What is wrong with it: the column, the kind, and what the sentence needs."""
    organization: Organization | None = None
    """None while something about it is wrong."""
    is_new: bool = False
    is_founded: bool = False
    """Whether another sheet of the file founds it."""
    formation: FormationMode | None = None
    """What rows say that it is not yet: of a new one its first, of one that stands another than it has."""

    def value(self, trait: str) -> Any:
        """What the rows say of it, None when they are silent."""
        return self.stated[trait][1] if trait in self.stated else None

    def fault(self, key: str, kind: IssueKind, **params: Any) -> None:
        """Note that a column is wrong in all rows that state it, or in all rows when none does."""
        self.faults.append((key, kind, params))

    @property
    def changes_formation(self) -> bool:
        """Whether it stands and its rows give it another formation; the first of them does it for all."""
        return self.formation is not None and not self.is_new and not self.is_founded

    @property
    def kind(self) -> LinkKind:
        """How it covers its companies."""
        own = self.organization is not None and self.organization.type in OWN_TYPES
        return LinkKind.OWN if own else LinkKind.JOINT


Branches = dict[tuple[int, str], Branch]
"""By park and folded name."""


def find_branches(roster: Roster, known: Known) -> Branches:
    """All organisations that the roster names, each held against the site or put together from its rows."""
    branches = _gather(roster, known)
    codes = _free_codes(branches, known)
    for key, branch in branches.items():
        same = known.branches.get(key, [])
        if len(same) > 1:
            branch.fault("branch", IssueKind.BRANCH_SAME_NAME)
        elif same:
            _compare(branch, same[0], known)
        else:
            _put_together(branch, codes, known)
    return branches


def _gather(roster: Roster, known: Known) -> Branches:
    """Collect what the rows say, from the ways in which they say it: most say the same."""
    branches: Branches = {}
    for said in roster.stage.combinations(("branch", "park", *TRAITS)):
        park = known.park_of(said.get("park") or "")
        if park is None:
            continue
        number, name = said["number"], said["branch"]
        branch = branches.setdefault((park.pk, fold(name)), Branch(park, name, number))
        for trait in TRAITS:
            if said.get(trait) is not None:
                branch.stated.setdefault(trait, (number, said[trait]))
    for trait in TRAITS:
        _gather_unread(trait, roster, branches, known)
    return branches


def _gather_unread(trait: str, roster: Roster, branches: Branches, known: Known) -> None:
    """Note for each branch the first row in which this cell could not be read."""
    unread = (number for number, issues in roster.unread.items() if any(issue.key == trait for issue in issues))
    for some in in_pieces(sorted(unread), AT_ONCE):
        for said in roster.stage.combinations(("branch", "park"), some):
            if park := known.park_of(said["park"] or ""):
                branches[park.pk, fold(said["branch"])].unread.setdefault(trait, said["number"])


def match_branch(row: Row, branches: Branches, known: Known) -> Branch | None:
    """The branch that a row names, if it names one; what is wrong with it is noted in the row."""
    if row.park is None or "branch" not in row.values:
        return None
    branch = branches[row.park.pk, fold(row.values["branch"])]
    for trait in TRAITS:
        if trait not in row.values:
            continue
        first, said = branch.stated[trait]
        if row.values[trait] != said and _key(row.values[trait]) != _key(said):
            row.fault(
                trait, IssueKind.BRANCH_CONFLICT, other=row.layout.address(trait, first), value=_shown(trait, said)
            )
    for key, kind, params in branch.faults:
        _note(row, branch, key, kind, params)
    _refuse_second_company(row, branch, known)
    return branch


def _note(row: Row, branch: Branch, key: str, kind: IssueKind, params: dict[str, Any]) -> None:
    """Note what is wrong with the branch in one of its rows; one that is silent points to a row where it stands."""
    if key in row.values or (key not in branch.stated and kind != IssueKind.BRANCH_WRONG):
        if row.can_tell(key):
            row.fault(key, kind, **params)
    elif row.can_tell(key, "branch"):
        first = min(n for n in (branch.unread.get(key), branch.stated.get(key, (None,))[0]) if n is not None)
        row.fault("branch", IssueKind.BRANCH_WRONG, other=row.layout.address(key, first))


def _refuse_second_company(row: Row, branch: Branch, known: Known) -> None:
    """An organisation of its own covers one company: a second row, or another company on the site, is one too many."""
    organization = branch.organization
    if organization is None or branch.kind != LinkKind.OWN:
        return
    type = organization.get_type_display()
    if row.number != branch.first:
        row.fault("branch", IssueKind.BRANCH_TAKEN, type=type, other=row.layout.address("branch", branch.first))
        return
    taken = known.own_links.get(organization.pk)
    if taken and not (row.company and row.company.pk == taken.company_id):
        row.fault("branch", IssueKind.BRANCH_TAKEN, type=type, other=taken.company.name)


def _compare(branch: Branch, stored: Organization, known: Known) -> None:
    """Hold what the rows say against the organisation that stands: a roster does not change its nature."""
    if stored.type not in (*OWN_TYPES, OrganizationType.JOINT_BRANCH):
        branch.fault("branch", IssueKind.BRANCH_TYPE, type=stored.get_type_display())
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
        branch.fault(trait, IssueKind.BRANCH_DIFFERS, column=trait, stored=str(held[trait] or "—"))
    formation = _formation(branch, known)
    spoiled = "formation" in branch.stated and formation is None
    branch.formation = None if formation == stored.formation_mode else formation
    branch.organization = None if spoiled or any(differs.values()) else stored
    branch.is_founded = stored.pk is None


def _put_together(branch: Branch, codes: dict[int, Iterator[str]], known: Known) -> None:
    """Make the organisation that the rows found, if they say enough."""
    missing = [trait for trait in _NEEDED if trait not in branch.stated]
    for trait in missing:
        if trait in branch.unread:
            branch.fault(trait, IssueKind.BRANCH_WRONG)
        else:
            branch.fault(trait, IssueKind.BRANCH_NEW, column=trait)
    superior = _superior(branch, known)
    branch.formation = _formation(branch, known)
    spoiled = "formation" in branch.stated and branch.formation is None
    if missing or superior is None or spoiled:
        return
    branch.is_new = True
    branch.organization = Organization(
        code=next(codes[branch.park.pk]),
        name=branch.name,
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
    branch.fault("superior", IssueKind.SUPERIOR)
    return None


def _formation(branch: Branch, known: Known) -> FormationMode | None:
    if "formation" not in branch.stated:
        return None
    mode = known.formations.get(fold(branch.value("formation")))
    if mode is None:
        choices = [m.name for m in known.formations.values() if m.is_active]
        branch.fault("formation", IssueKind.FORMATION, choices=choices)
    return mode


def _free_codes(branches: Branches, known: Known) -> dict[int, Iterator[str]]:
    """Codes for new organisations of each park, such as ``KIC-N003``, that no organisation has yet."""
    parks = {park.pk: park for same in known.parks.values() for park in same}
    return {pk: _codes(parks[pk]) for pk, _name in branches}


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
    return fold(value) if isinstance(value, str) else value


def _shown(trait: str, value: Any) -> str:
    return str(OrganizationType(value).label) if trait == "branch_type" else str(value)

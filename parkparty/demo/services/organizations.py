"""The party organisations of the demo set: committees as declared, branches as the parks need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parkparty.companies.models import Company
from parkparty.core.dates import add_months
from parkparty.demo.services.companies import WORDS
from parkparty.demo.services.stage import Stage, data
from parkparty.organizations.choices import OfficerPost, OrganizationStatus, OrganizationType
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.organizations.services import found_many
from parkparty.places.models import Area, Park

TERM_YEARS = {OrganizationType.COMMITTEE: 5, OrganizationType.INDUSTRY_COMMITTEE: 5}
BRANCH_TERM_YEARS = 3


@dataclass
class Branch:
    """An organisation that holds activities: its members and the companies it covers today."""

    organization: Organization
    members: int
    companies: list[Company]


def found_committees(stage: Stage, parks: dict[str, Park]) -> dict[str, Organization]:
    """The committees of ``organizations.json`` by code, parents before children."""
    found: dict[str, Organization] = {}
    areas = {area.code: area for area in Area.objects.all()}
    for row in data("organizations")["committees"]:
        found[row["code"]] = organization(
            stage,
            row["code"],
            row["name"],
            OrganizationType(row["type"]),
            found.get(row["parent"]),
            approved_on=dt.date.fromisoformat(row["approved_on"]),
            park=parks.get(row.get("park")),
            area=areas.get(row.get("area")),
            formation_mode_id=row.get("mode"),
        )
    enlist(stage, found.values())
    return found


def organization(
    stage: Stage, code: str, name: str, type: OrganizationType, parent: Organization | None, **fields: Any
) -> Organization:
    """An organisation, not yet written: active when approved, with the term that runs today."""
    approved_on: dt.date | None = fields.get("approved_on")
    dissolved_on: dt.date | None = fields.get("dissolved_on")
    status = OrganizationStatus.PREPARING
    if approved_on:
        status = OrganizationStatus.DISSOLVED if dissolved_on else OrganizationStatus.ACTIVE
        fields.setdefault("applied_on", approved_on - dt.timedelta(days=25))
    if status == OrganizationStatus.ACTIVE and type not in (
        OrganizationType.WORKING_COMMITTEE,
        OrganizationType.JOINT_GROUP,
    ):
        fields |= running_term(stage, type, approved_on or stage.today)
    return Organization(code=code, name=name, type=type, parent=parent, status=status, **fields)


def enlist(stage: Stage, organizations: Iterable[Organization]) -> list[Organization]:
    """Write organisations with their history, and a secretary with an invented name for each that is active."""
    found = found_many(list(organizations))
    stage.keep(found)
    stage.add(
        Officer(
            organization=o,
            post=OfficerPost.SECRETARY,
            name=stage.chance.choice(WORDS["surnames"]) + "示例",
            email=f"{o.code.lower()}@example.org",
            since=o.term_since or o.approved_on or stage.today,
        )
        for o in found
        if o.status == OrganizationStatus.ACTIVE
    )
    return found


def count_members(stage: Stage, counts: Sequence[tuple[Organization, dt.date, int]]) -> None:
    """State how many full members an organisation has on a day; every twelfth member more is a probationary one."""
    stage.add(
        MemberCount(organization=o, as_of=day, full=full, probationary=full // 12, mobile=full % 3)
        for o, day, full in counts
    )


def running_term(stage: Stage, type: OrganizationType, approved_on: dt.date) -> dict[str, dt.date]:
    """The term that runs today; every ninth organisation is late with its election."""
    months = 12 * TERM_YEARS.get(type, BRANCH_TERM_YEARS)
    since = approved_on
    while add_months(since, months) <= stage.today:
        since = add_months(since, months)
    if since > approved_on and stage.chance.random() < 1 / 9 and (stage.today - since).days < 330:
        since = add_months(since, -months)
    return {"term_since": since, "term_until": add_months(since, months)}

"""Companies and what is true of them, as the plan handles them: what an import may change, and nothing more.

A row of the site has a key; one that is to be added gets its key when it is written. Parks, buildings and organisations
are few and shared by many rows: they are the models' own instances.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from parkparty.organizations.models import Organization
from parkparty.places.models import Building, Park


@dataclass(slots=True, eq=False)
class CompanyRecord:
    """A company."""

    pk: int | None
    uscc: str | None
    name: str
    folded_name: str
    industry_id: str | None
    staff_band: int
    status: str
    status_since: dt.date | None


@dataclass(slots=True, eq=False)
class TenancyRecord:
    """A company in a park."""

    company: CompanyRecord
    park: Park
    building: Building | None
    kind: str
    since: dt.date
    until: dt.date | None = None
    pk: int | None = None


@dataclass(slots=True, eq=False)
class LinkRecord:
    """What covers a company."""

    company: CompanyRecord
    kind: str
    organization: Organization | None
    since: dt.date
    until: dt.date | None = None
    pk: int | None = None


@dataclass(slots=True, eq=False)
class CountRecord:
    """A company's members on a day."""

    company: CompanyRecord
    as_of: dt.date
    full: int
    probationary: int
    pk: int | None = None


Record = CompanyRecord | TenancyRecord | LinkRecord | CountRecord

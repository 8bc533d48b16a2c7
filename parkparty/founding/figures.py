"""Which companies may be chosen for a branch, and what is chosen: always cut to the reader's scope."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from parkparty.companies.choices import CoverageChoice, Denominator, Limits
from parkparty.companies.models import Company
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Park

CANDIDATES = 100


def companies_of(keys: Collection[int], scope: Scope) -> list[Any]:
    """The companies of ``keys`` that the reader reaches, by name, with their full members of today."""
    rows: Any = Company.objects.within(scope).filter(pk__in=keys)
    return list(rows.with_full_members(today()).order_by("name", "pk"))


def candidates(park: Park, chosen: Collection[int], scope: Scope) -> list[Company]:
    """Uncovered companies of ``park`` beside those chosen, most full members first, with their full members."""
    rows: Any = Company.objects.within(scope).population(park, Denominator.OPERATING, today(), Limits())
    rows = rows.covered(CoverageChoice.UNCOVERED, today()).exclude(pk__in=chosen).with_full_members(today())
    return list(rows.order_by("-full_members", "name", "pk")[:CANDIDATES])


def parents(park: Park | None, scope: Scope, roles: tuple[str, ...]) -> Any:
    """Organisations under which a branch may be founded, reached with one of ``roles``: those of the park if any."""
    rows = Organization.objects.within(scope).writable(scope, roles).active().not_branches()
    here = rows.filter(park=park) if park else rows.none()
    return here if here.exists() else rows

"""Facts of one organisation, as its record shows them: none of one that the reader does not reach.

Each is one query, written once: that the reader reaches it is told by the organisation, not by a join of both trees.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from parkparty.core.written import ObjectsByKeys, OfKeys
from parkparty.organizations.models import MemberCount, Officer, Organization, OrganizationSpan

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


def latest_counts(organization: Organization, scope: Scope, number: int) -> list[MemberCount]:
    """The last ``number`` member counts of ``organization``, the newest first."""
    return _latest_counts(number).read(_keys(organization, scope))


def officers_of(organization: Organization, scope: Scope) -> list[Officer]:
    """The posts of ``organization``, those that are over first."""
    return _officers().read(_keys(organization, scope))


def spans_of(organization: Organization, scope: Scope) -> list[OrganizationSpan]:
    """What ``organization`` was, and below which one, with what is shown of it."""
    return _spans().read(_keys(organization, scope))


def _keys(organization: Organization, scope: Scope) -> list[int]:
    return [organization.pk] if organization.is_within(scope) else []


@cache
def _latest_counts(number: int) -> ObjectsByKeys:
    return ObjectsByKeys(MemberCount.objects.filter(OfKeys("organization")).order_by("-as_of")[:number])


@cache
def _officers() -> ObjectsByKeys:
    return ObjectsByKeys(Officer.objects.filter(OfKeys("organization")).order_by("until", "post", "-since"))


@cache
def _spans() -> ObjectsByKeys:
    spans = OrganizationSpan.objects.filter(OfKeys("organization")).select_related("parent").order_by("since")
    return ObjectsByKeys(spans.only("since", "until", "type", "parent__name"))

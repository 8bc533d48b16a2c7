"""Facts of one organisation that the reader reaches, as its record shows them. Each is one query, written once."""

from __future__ import annotations

from functools import cache

from parkparty.core.written import ObjectsByKeys, OfKeys
from parkparty.organizations.models import MemberCount, Officer, Organization, OrganizationSpan

COUNTS_SHOWN = 5


def latest_counts(organization: Organization) -> list[MemberCount]:
    """The last few member counts of ``organization``, the newest first."""
    return _latest_counts().read([organization.pk])


def officers_of(organization: Organization) -> list[Officer]:
    """The posts of ``organization``, those that are over first."""
    return _officers().read([organization.pk])


def spans_of(organization: Organization) -> list[OrganizationSpan]:
    """What ``organization`` was, and below which one, with what is shown of it."""
    return _spans().read([organization.pk])


@cache
def _latest_counts() -> ObjectsByKeys:
    return ObjectsByKeys(MemberCount.objects.filter(OfKeys("organization")).order_by("-as_of")[:COUNTS_SHOWN])


@cache
def _officers() -> ObjectsByKeys:
    return ObjectsByKeys(Officer.objects.filter(OfKeys("organization")).order_by("until", "post", "-since"))


@cache
def _spans() -> ObjectsByKeys:
    spans = OrganizationSpan.objects.filter(OfKeys("organization")).select_related("parent").order_by("since")
    return ObjectsByKeys(spans.only("since", "until", "type", "parent__name"))

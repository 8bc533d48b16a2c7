"""The node that an address names by ``place`` or ``organization``, found inside the reader's scope."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.http import Http404

from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node, top_organizations, top_places
from parkparty.organizations.filters import OrganizationField
from parkparty.places.filters import PlaceField

TOPS_OFFERED = 8
"""Nodes to choose from on a dashboard; the page of coverage lists them all."""


def asked_node(parameters: Mapping[str, str], scope: Scope) -> Node | None:
    """The area, park or organisation named in an address; None when none is named.

    Raises:
        Http404: what is named does not exist, or lies outside the scope.
    """
    place, organization = PlaceField(required=False), OrganizationField(required=False)
    place.scope = organization.scope = scope
    try:
        return place.clean(parameters.get("place", "")) or organization.clean(parameters.get("organization", ""))
    except ValidationError as absent:
        raise Http404(str(absent)) from absent


def tops(scope: Scope) -> list[Node]:
    """Where the reader's subtrees begin: places, or organisations where there are none; the first few."""
    places: list[Node] = [*top_places(scope, TOPS_OFFERED)]
    return places[:TOPS_OFFERED] or [*top_organizations(scope, TOPS_OFFERED)]


def first_node(scope: Scope) -> Node | None:
    """Where the reader's subtrees begin: a place if there is one, else an organisation."""
    return next(iter(tops(scope)), None)

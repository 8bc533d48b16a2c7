"""The node or the version that an address of reports names, found inside the reader's scope."""

from __future__ import annotations

from django.http import Http404

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, scoped_or_404
from parkparty.coverage.figures import Node
from parkparty.coverage.scoping import asked_node, first_node
from parkparty.reports.models import ReportVersion
from parkparty.reports.permissions import holds

NODE = ("area", "park", "organization")


def node_for(request: ScopedRequest, action: Action) -> Node:
    """The node named in the address or the form, all of which the reader may do ``action`` with.

    Raises:
        Http404: there is none, or it lies outside.
    """
    scope = request.scope.with_roles(ROLES_FOR[action])
    node = asked_node(request.POST if request.POST else request.GET, scope) or first_node(scope)
    if node is None or not holds(request.scope, node, action):
        raise Http404
    return node


def version_or_404(request: ScopedRequest, pk: int) -> ReportVersion:
    """A version of a node in reach."""
    rows = ReportVersion.objects.within(request.scope).select_related(*NODE, "made_by", "release__decided_by")
    return scoped_or_404(rows, pk=pk)

"""The party tree as far as it is opened: one query for the tops, one for what was opened, one for what hangs below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db.models import Exists, OuterRef

from parkparty.core import paths
from parkparty.core.scope import Scope
from parkparty.core.written import ObjectsByKeys, OfKeys
from parkparty.organizations.models import Organization

TOPS = 100
OPENED = 50
BELOW = 100
"""Nodes listed below one that is opened; the rest is in the list."""

NOTHING_OPEN = [""]
"""What an address says of a tree of which all is closed; one that says nothing leaves the choice to the page."""


@dataclass(slots=True)
class TreeNodeShown:
    """One organisation in the tree, with what is shown below it and the codes that the address keeps open."""

    organization: Any
    opened: list[str]
    """What stays open when this node is pressed: opens it, or closes it with all below."""
    is_open: bool = False
    below: list[TreeNodeShown] = field(default_factory=list)
    more: bool = False

    @property
    def has_below(self) -> bool:
        """Whether it can be opened."""
        return bool(self.organization.has_below)


def branches_of_tree(opened: Collection[str] | None, scope: Scope) -> list[TreeNodeShown]:
    """The tops of the reader's reach, opened along the nodes whose codes are ``opened``; None opens an only top."""
    reach = Organization.objects.within(scope)
    children = reach.filter(parent=OuterRef("pk"), dissolved_on__isnull=True)
    rows: Any = reach.filter(dissolved_on__isnull=True).annotate(has_below=Exists(children)).order_by("path")
    parents = reach.filter(pk=OuterRef("parent"))
    tops = list(rows.filter(~Exists(parents))[:TOPS])
    if opened is None:
        opened = [top.code for top in tops] if len(tops) == 1 else []
    wanted = list(reach.filter(code__in=list(opened)[:OPENED]).values_list("path", "code"))
    along = {above for path, _code in wanted for above in paths.ancestors(path, include_self=True)}
    below: dict[int, list[Any]] = defaultdict(list)
    if along:
        for child in rows.filter(parent__path__in=along)[: OPENED * BELOW]:
            below[child.parent_id].append(child)
    return [_node(top, below, dict(wanted), along) for top in tops]


def _node(organization: Any, below: dict[int, list[Any]], wanted: dict[str, str], along: set[str]) -> TreeNodeShown:
    path, is_open = organization.path, organization.path in along
    if is_open:
        kept = [code for other, code in wanted.items() if not other.startswith(path)] or NOTHING_OPEN
    else:
        kept = [*wanted.values(), organization.code]
    children = below.get(organization.pk, []) if is_open else []
    return TreeNodeShown(
        organization,
        kept,
        is_open,
        [_node(child, below, wanted, along) for child in children[:BELOW]],
        len(children) > BELOW,
    )


def organizations_above(organization: Organization, scope: Scope) -> list[tuple[Organization, bool]]:
    """The organisations above ``organization``, the root first, each with whether the reader may open it.

    Names above one's own are visible to all readers.
    """
    return [(node, node.is_within(scope)) for node in _organizations_at().read(paths.ancestors(organization.path))]


@cache
def _organizations_at() -> ObjectsByKeys:
    """Organisations by their paths, as far as breadcrumbs show them."""
    named = Organization.objects.filter(OfKeys("path")).select_related("park", "area").order_by("path")
    return ObjectsByKeys(named.only("path", "code", "name", "park__path", "area__path"))

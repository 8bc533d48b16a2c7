"""Reads of the place tree: areas, the parks in them, their buildings and service stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from parkparty.core import paths

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode
    from parkparty.core.scope import Scope


class PlaceQuerySet(models.QuerySet):
    """Nodes of the place tree (areas and parks)."""

    def within(self, scope: Scope) -> Self:
        """Places in the reader's subtrees."""
        return self.filter(scope.q("places", "path"))

    def topmost(self, scope: Scope) -> Self:
        """Places at which the reader's subtrees begin, in the order of the tree."""
        return self.filter(scope.tops("places")).order_by("path")

    def under(self, node: TreeNode) -> Self:
        """``node`` itself, when it is of this model, and everything below it."""
        return self.filter(paths.under("path", node.path))


class AreaQuerySet(PlaceQuerySet):
    """Administrative divisions."""

    def readable_names(self, scope: Scope) -> Self:
        """Those within scope and those above it, whose names stand in breadcrumbs."""
        above = {path for reached in scope.paths("places") for path in paths.ancestors(reached)}
        return self.filter(scope.q("places", "path") | Q(path__in=above))


class InParkQuerySet(models.QuerySet):
    """Rows that belong to one park through their ``park``."""

    def within(self, scope: Scope) -> Self:
        """Rows of parks in the reader's place subtrees."""
        return self.filter(scope.q("places", "park__path"))

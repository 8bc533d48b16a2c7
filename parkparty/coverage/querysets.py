"""Reads of what coverage keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from parkparty.core import paths

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode
    from parkparty.core.scope import Scope


class OfNodeQuerySet(models.QuerySet):
    """Rows that belong to one area, park or organisation."""

    def within(self, scope: Scope) -> Self:
        """Rows of places in the reader's place subtrees and of organisations in the reader's part of the party tree.

        Figures of a node are those of all its companies. Whoever reaches an organisation only by the park it sits in
        may not see all of them, hence nothing of it here.
        """
        return self.filter(
            scope.q("places", "area__path")
            | scope.q("places", "park__path")
            | scope.q("organizations", "organization__path")
        )

    def of(self, node: TreeNode) -> Self:
        """Rows of ``node`` itself."""
        return self.filter(**{str(node._meta.model_name): node})


class TargetQuerySet(OfNodeQuerySet):
    """Targets of nodes."""

    def binding(self, node: TreeNode) -> Self:
        """Targets of ``node`` and of the nodes above it, which hold for everything below them.

        Targets above one's own are visible to all readers, as the names there are.
        """
        chain = paths.ancestors(node.path, include_self=True)
        if node._meta.model_name == "organization":
            return self.filter(organization__path__in=chain)
        return self.filter(Q(area__path__in=chain) | Q(park__path__in=chain))

"""Reads of grants."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from parkparty.access.choices import Role
from parkparty.core.models import DatedQuerySet
from parkparty.core.paths import ancestors
from parkparty.organizations.querysets import reached

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class GrantQuerySet(DatedQuerySet):
    """Assignments of a role on a subtree."""

    def within(self, scope: Scope) -> Self:
        """Grants on nodes in the reader's subtrees."""
        return self.filter(
            scope.q("organizations", "organization__path")
            | scope.q("places", "area__path")
            | scope.q("places", "park__path")
        )

    def overseen(self, scope: Scope) -> Self:
        """Grants in the reader's subtrees, and on organisations that sit in the reader's places: to be read only."""
        return self.filter(
            reached(scope, "organization__") | scope.q("places", "area__path") | scope.q("places", "park__path")
        )

    def writing_for(self, path: str, day: dt.date) -> Self:
        """Secretaries' grants that reach the organisation at ``path`` on ``day``."""
        nodes = ancestors(path, include_self=True)
        return self.filter(role=Role.SECRETARY, organization__path__in=nodes).valid_on(day)

    def not_ended_by(self, day: dt.date) -> Self:
        """Grants that hold on ``day`` or will hold later."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=day))

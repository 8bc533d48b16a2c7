"""Reads of rules."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from parkparty.core import paths
from parkparty.core.models import DatedQuerySet
from parkparty.organizations.querysets import reached

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class RuleQuerySet(DatedQuerySet):
    """Cited rules: those of the regulations, the same for every reader, and local ones set for a subtree."""

    def general(self) -> Self:
        """Rules of the regulations, without what is set locally."""
        return self.filter(overrides__isnull=True)

    def local(self) -> Self:
        """Rules that stand for a general one in a subtree."""
        return self.filter(overrides__isnull=False)

    def within(self, scope: Scope) -> Self:
        """All general rules, and the local ones of organisations in reach."""
        return self.filter(Q(overrides__isnull=True) | reached(scope, "organization__"))

    def binding(self, scope: Scope) -> Self:
        """Local rules in reach, and those of organisations above the reader's own, which bind them too."""
        above = {above for path in scope.paths("organizations") for above in paths.ancestors(path)}
        return self.local().filter(reached(scope, "organization__") | Q(organization__path__in=above))

    def in_force(self, day: dt.date) -> Self:
        """Switched on, and valid on ``day``: what happened earlier is judged by the rules of then."""
        return self.valid_on(day).filter(is_active=True)

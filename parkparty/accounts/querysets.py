"""Reads of users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from parkparty.core.dates import today
from parkparty.core.models import rows_of

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class UserQuerySet(models.QuerySet):
    """Accounts."""

    def within(self, scope: Scope) -> Self:
        """Accounts that belong to the reader's subtrees: some grant lies inside, and none that still holds outside.

        Superusers belong to nobody; accounts without any grant only to who reaches everything.
        """
        return self._held_by(scope, rows_of(self.model, "grants").within(scope))

    def overseen(self, scope: Scope) -> Self:
        """Accounts whose acts the reader may read: those ``within``, and of organisations in the reader's places."""
        return self._held_by(scope, rows_of(self.model, "grants").overseen(scope))

    def _held_by(self, scope: Scope, grants_inside: models.QuerySet) -> Self:
        people = self.filter(is_superuser=False)
        if scope.is_whole:
            return people
        grants = rows_of(self.model, "grants").filter(user=OuterRef("pk"))
        outside = grants.not_ended_by(today()).exclude(pk__in=grants_inside.values("pk"))
        return people.filter(Exists(grants_inside.filter(user=OuterRef("pk"))), ~Exists(outside))

    def named(self, part: str) -> Self:
        """Accounts whose login or display name holds ``part``; all when there is none."""
        return self.filter(Q(username__icontains=part) | Q(display_name__icontains=part)) if part else self

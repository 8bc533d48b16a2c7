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
        people = self.filter(is_superuser=False)
        if scope.is_whole:
            return people
        grants = rows_of(self.model, "grants").filter(user=OuterRef("pk"))
        inside = grants.within(scope)
        outside = grants.not_ended_by(today()).exclude(pk__in=rows_of(self.model, "grants").within(scope).values("pk"))
        return people.filter(Exists(inside), ~Exists(outside))

    def named(self, part: str) -> Self:
        """Accounts whose login or display name holds ``part``; all when there is none."""
        return self.filter(Q(username__icontains=part) | Q(display_name__icontains=part)) if part else self

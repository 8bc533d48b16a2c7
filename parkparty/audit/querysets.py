"""Reads of the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import models

from parkparty.core.models import rows_of

if TYPE_CHECKING:
    from parkparty.core.scope import Scope

ONLY_ADDED = "audit entries are only ever added"


class AuditEntryQuerySet(models.QuerySet):
    """Entries of the trail."""

    def within(self, scope: Scope) -> Self:
        """What the accounts of the reader's subtrees did; commands and superusers' acts belong to none of them."""
        if scope.is_whole:
            return self
        return self.filter(actor__in=rows_of(self.model, "actor").within(scope).values("pk"))

    def matching(self, *, actor: str = "", action: str = "", object: str = "") -> Self:
        """Entries whose names hold each part that is given."""
        parts = {"actor_name": actor, "action": action, "object_name": object}
        return self.filter(**{f"{name}__icontains": part for name, part in parts.items() if part})

    def update(self, **values: Any) -> NoReturn:
        """Refused: the trail is only ever added to."""
        raise TypeError(ONLY_ADDED)

    def delete(self) -> NoReturn:
        """Refused, as ``update``."""
        raise TypeError(ONLY_ADDED)

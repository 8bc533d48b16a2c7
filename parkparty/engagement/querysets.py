"""Reads of reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from parkparty.organizations.querysets import reached

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class ReminderQuerySet(models.QuerySet):
    """What was sent about which duty."""

    def within(self, scope: Scope) -> Self:
        """Reminders of organisations in the reader's subtrees."""
        return self.filter(reached(scope, "organization__"))

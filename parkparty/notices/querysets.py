"""Reads of notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class NoticeQuerySet(models.QuerySet):
    """Sentences told to one user each."""

    def within(self, scope: Scope) -> Self:
        """The reader's own: nobody reads another's inbox, whatever role they hold."""
        return self.filter(user=scope.user_id)

    def unread(self) -> Self:
        """Not opened yet."""
        return self.filter(read_at__isnull=True)

    def to_mail(self) -> Self:
        """Neither read nor mailed yet."""
        return self.filter(read_at__isnull=True, mailed_at__isnull=True)

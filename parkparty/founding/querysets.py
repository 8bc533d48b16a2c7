"""Reads of founding cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from parkparty.organizations.querysets import reached

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class FoundingCaseQuerySet(models.QuerySet):
    """Foundings, from the application to the filing."""

    def within(self, scope: Scope) -> Self:
        """Cases of organisations that the reader reaches."""
        return self.filter(reached(scope, "organization__"))

    def writable(self, scope: Scope, roles: tuple[str, ...]) -> Self:
        """Cases of organisations reached with one of ``roles``."""
        return self.filter(reached(scope, "organization__", roles))

    def awaiting_reply(self) -> Self:
        """Cases whose companies are spoken for, and not covered yet."""
        return self.filter(replied_on__isnull=True, withdrawn_on__isnull=True)

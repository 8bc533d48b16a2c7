"""Reads of attempts, sessions and invitations."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class AttemptQuerySet(models.QuerySet):
    """Tries at a password or a code."""

    def lately(self) -> Self:
        """Those that still count."""
        return self.filter(at__gt=timezone.now() - dt.timedelta(minutes=settings.LOGIN_WINDOW_MINUTES))

    def outdated(self) -> Self:
        """Those that no limit looks at any more."""
        return self.filter(at__lte=timezone.now() - dt.timedelta(minutes=settings.LOGIN_WINDOW_MINUTES))


class LoginSessionQuerySet(models.QuerySet):
    """Signed-in browsers."""

    def open(self) -> Self:
        """Those that neither limit has ended."""
        now = timezone.now()
        return self.filter(
            since__gt=now - dt.timedelta(hours=settings.SESSION_ABSOLUTE_HOURS),
            last_seen__gt=now - dt.timedelta(minutes=settings.SESSION_IDLE_MINUTES + 1),
        )


class ApiTokenQuerySet(models.QuerySet):
    """Keys by which programs read."""

    def within(self, scope: Scope) -> Self:
        """The reader's own: nobody sees another's, whatever their scope."""
        return self.filter(user=scope.user_id)

    def usable(self) -> Self:
        """Those that have not run out, of accounts that may sign in."""
        return self.filter(expires_at__gt=timezone.now(), user__is_active=True)


class InvitationQuerySet(models.QuerySet):
    """Links by which people set their password."""

    def usable(self) -> Self:
        """Neither used nor expired."""
        return self.filter(used_at=None, expires_at__gt=timezone.now())

"""Reads of reports and of files that wait to be fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.utils import timezone

from parkparty.coverage.querysets import OfNodeQuerySet
from parkparty.reports.choices import BUSY_STATES, JobState

if TYPE_CHECKING:
    from parkparty.core.dates import Period
    from parkparty.core.scope import Scope


class PeriodRowQuerySet(OfNodeQuerySet):
    """Rows of a node and a period."""

    def in_period(self, period: Period) -> Self:
        """Rows of exactly this period."""
        return self.filter(since=period.since, until=period.until)


class FileJobQuerySet(OfNodeQuerySet):
    """Files that somebody asked for."""

    def within(self, scope: Scope) -> Self:
        """A file belongs to whoever asked for it, as long as they reach all of what it tells of."""
        return super().within(scope).filter(asked_by=scope.user_id) if scope.user_id else self.none()

    def ready(self) -> Self:
        """Files that can be fetched today."""
        return self.filter(state=JobState.READY, expires_at__gt=timezone.now())

    def busy(self) -> Self:
        """Files that are being written, or wait for it."""
        return self.filter(state__in=BUSY_STATES)

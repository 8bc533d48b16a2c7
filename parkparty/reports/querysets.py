"""Reads of reports and of files that wait to be fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.utils import timezone

from parkparty.coverage.querysets import OfNodeQuerySet
from parkparty.reports.choices import BUSY_STATES, JobState

if TYPE_CHECKING:
    from parkparty.core.dates import Period
    from parkparty.core.models import TreeNode
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


class MailingQuerySet(OfNodeQuerySet):
    """Reports that are sent regularly."""

    def running(self) -> Self:
        """Those that nobody stopped."""
        return self.filter(stopped_at__isnull=True)


class LayoutQuerySet(OfNodeQuerySet):
    """Layouts of Word files."""

    def used_for(self, node: TreeNode, kind: str) -> Any:
        """The layout of the nearest node at or above ``node``, in its tree; None for the site's own."""
        trees = ("organization",) if node._meta.model_name == "organization" else ("area", "park")
        rows: Any = self.filter(is_used=True, kind=kind).select_related(*trees)
        above = [row for row in rows if any(_holds(getattr(row, tree), node) for tree in trees)]
        return max(above, key=lambda row: len(row.node.path), default=None)


def _holds(holder: TreeNode | None, node: TreeNode) -> bool:
    return holder is not None and node.path.startswith(holder.path)

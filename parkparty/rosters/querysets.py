"""Reads of batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from parkparty.access.choices import Role
from parkparty.rosters.choices import BatchState

if TYPE_CHECKING:
    from parkparty.core.scope import Scope
    from parkparty.rosters.models import RosterBatch


class BatchQuerySet(models.QuerySet):
    """Uploaded rosters."""

    def within(self, scope: Scope) -> Self:
        """A batch belongs to whoever uploaded it; all of them are seen by those who administer every place.

        A roster may name several parks, so that a colleague who reaches only one of them must not read the rest.
        """
        if scope.covers("places", "", (Role.ADMINISTRATOR,)):
            return self
        return self.filter(uploaded_by=scope.user_id) if scope.user_id else self.none()

    def applied_copies_of(self, batch: RosterBatch) -> Self:
        """Batches of exactly the same file that were imported, the latest first."""
        return self.filter(sha256=batch.sha256, state=BatchState.APPLIED).exclude(pk=batch.pk).order_by("-pk")

    def before(self, batch: RosterBatch) -> Self:
        """What its uploader imported into the same parks earlier, the latest first."""
        same = self.filter(uploaded_by=batch.uploaded_by, parks=batch.parks, state=BatchState.APPLIED)
        return same.exclude(pk=batch.pk).order_by("-applied_at")


class BatchPartQuerySet(models.QuerySet):
    """Rows and issues of batches."""

    def within(self, scope: Scope) -> Self:
        """Parts of the reader's batches, less the rows of parks that the reader no longer administers."""
        if scope.covers("places", "", (Role.ADMINISTRATOR,)):
            return self
        here = Q(park__isnull=True) | scope.q("places", "park__path", (Role.ADMINISTRATOR,))
        return self.filter(here, batch__uploaded_by=scope.user_id) if scope.user_id else self.none()

"""Reads of the trail that start from a record, for whoever was shown the record."""

from __future__ import annotations

from django.db import models

from parkparty.audit.models import AuditEntry
from parkparty.audit.querysets import AuditEntryQuerySet


def history_of(record: models.Model) -> AuditEntryQuerySet:
    """All that was done to ``record``, newest first. Who may see the record may see its history."""
    return AuditEntry.objects.about(record._meta.label_lower, record.pk).order_by("-id")

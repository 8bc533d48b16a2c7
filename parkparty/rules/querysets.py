"""Reads of rules."""

from __future__ import annotations

from parkparty.core.models import DatedQuerySet


class RuleQuerySet(DatedQuerySet):
    """Cited rules. They are public regulation texts, the same for every reader."""

"""Reads of rules."""

from __future__ import annotations

import datetime as dt
from typing import Self

from parkparty.core.models import DatedQuerySet


class RuleQuerySet(DatedQuerySet):
    """Cited rules. They are public regulation texts, the same for every reader."""

    def in_force(self, day: dt.date) -> Self:
        """Switched on, and valid on ``day``: what happened earlier is judged by the rules of then."""
        return self.valid_on(day).filter(is_active=True)

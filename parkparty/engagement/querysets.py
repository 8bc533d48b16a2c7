"""Reads of reminders and chat robots."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models

from parkparty.engagement.choices import KEPT_HOURS, MOST_TRIES
from parkparty.organizations.querysets import reached

if TYPE_CHECKING:
    from parkparty.core.scope import Scope


class OfOrganizationQuerySet(models.QuerySet):
    """Rows of one organisation: reminders of its duties, its robot."""

    def within(self, scope: Scope) -> Self:
        """Those of organisations in the reader's subtrees."""
        return self.filter(reached(scope, "organization__"))


class RobotMessageQuerySet(models.QuerySet):
    """What robots were told to say."""

    def within(self, scope: Scope) -> Self:
        """Messages of robots in the reader's subtrees."""
        return self.filter(reached(scope, "robot__organization__"))

    def to_send(self, now: dt.datetime) -> Self:
        """Not delivered, by a robot that is on, and worth another try."""
        since = now - dt.timedelta(hours=KEPT_HOURS)
        return self.filter(sent_at__isnull=True, robot__is_on=True, tries__lt=MOST_TRIES, created_at__gte=since)

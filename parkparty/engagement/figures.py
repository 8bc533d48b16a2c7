"""What is not reported yet in the units that a reviewer looks after, and what was sent about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass

from parkparty.access.choices import Role
from parkparty.core.scope import Scope
from parkparty.core.text import number_in
from parkparty.engagement.choices import COOL_DOWN_DAYS, ReminderKind
from parkparty.engagement.models import Reminder
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.figures import Duty, duties

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that is open, how often it was urged in its period, and from when it may be urged again."""

    duty: Duty
    times: int
    last_on: dt.date | None

    @property
    def key(self) -> str:
        """The duty as a form sends it."""
        return f"{self.duty.organization.pk}:{self.duty.rule.pk}"

    @property
    def again_on(self) -> dt.date | None:
        """The first day on which it may be urged again; None when that is now."""
        day = self.last_on and self.last_on + dt.timedelta(days=COOL_DOWN_DAYS)
        return day if day and day > self.duty.as_of else None


def looked_after(scope: Scope) -> OrganizationQuerySet:
    """The organisations whose records the reader reviews: below their own, or in their places."""
    roles = (Role.REVIEWER,)
    rows: OrganizationQuerySet = Organization.objects.within(scope).writable(scope, roles)
    return rows.exclude(path__in=scope.paths("organizations", roles))


def owed(scope: Scope, on: dt.date) -> list[Owed]:
    """What is open on ``on`` in the units that the reader looks after, the first due first."""
    return _owed_by(looked_after(scope), on)


def ticked(keys: Set[str], scope: Scope, on: dt.date) -> list[Owed]:
    """Of ``owed``, those that a form named by their ``keys``."""
    units = {number_in(key.partition(":")[0]) for key in keys}
    return [one for one in _owed_by(looked_after(scope).filter(pk__in=units - {None}), on) if one.key in keys]


def _owed_by(units: OrganizationQuerySet, on: dt.date) -> list[Owed]:
    found = [duty for duty in duties(units, on) if duty.is_open]
    sent_since = {"kind": ReminderKind.URGED, "on__gt": on - dt.timedelta(days=366)}
    urged = Reminder.objects.filter(organization__in=units.order_by().values("pk"), **sent_since)
    days: dict[tuple[int, str, dt.date], list[dt.date]] = {}
    for organization, rule, since, day in urged.values_list("organization", "rule", "period_since", "on"):
        days.setdefault((organization, rule, since), []).append(day)
    return [
        Owed(duty, len(sent), max(sent, default=None))
        for duty in found
        for sent in [days.get((duty.organization.pk, duty.rule.pk, duty.period.since), [])]
    ]

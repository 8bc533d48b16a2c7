"""Monthly days planned ahead: one record copied into the months to come."""

from __future__ import annotations

import calendar
import datetime as dt
import uuid

from django.db import transaction

from parkparty.accounts.models import User
from parkparty.activities.choices import Repeat
from parkparty.activities.models import Activity
from parkparty.activities.services.guards import StaleActivity
from parkparty.activities.services.records import save_activity
from parkparty.core.dates import add_months, today
from parkparty.core.scope import Scope

COPIED = ("organization", "theme", "topic", "place", "station", "expected")


@transaction.atomic
def repeat_activity(pattern: Activity, *, months: int, repeat: Repeat, by: User, scope: Scope) -> list[Activity]:
    """Write a draft like ``pattern`` for each of the next ``months`` months; who came and what was said stay empty.

    A month that this has been done for already, on the same day, is left out: pressed twice, it is done once.

    Raises as ``save_activity``.
    """
    types, companies = list(pattern.types.all()), list(pattern.companies.all())
    partners = [host for host in pattern.hosts.all() if host.pk != pattern.organization_id]
    written = []
    for day in days_of(pattern.held_on, months=months, repeat=repeat, on=today()):
        key = uuid.uuid5(pattern.key, day.isoformat())
        copy = Activity(key=key, held_on=day, **{name: getattr(pattern, name) for name in COPIED})
        try:
            save_activity(copy, by=by, scope=scope, types=types, partners=partners, companies=companies)
        except StaleActivity:
            continue
        written.append(copy)
    return written


def days_of(held_on: dt.date, *, months: int, repeat: Repeat, on: dt.date) -> list[dt.date]:
    """The days in the ``months`` months that follow both ``held_on`` and ``on``: the same date, or the same weekday.

    A date or a fifth weekday that a month does not have becomes the month's last.
    """
    first = max(held_on, on).replace(day=1)
    starts = [add_months(first, number) for number in range(1, months + 1)]
    return [_weekday(start, held_on) if repeat == Repeat.WEEKDAY else _date(start, held_on) for start in starts]


def _date(start: dt.date, like: dt.date) -> dt.date:
    return start.replace(day=min(like.day, calendar.monthrange(start.year, start.month)[1]))


def _weekday(start: dt.date, like: dt.date) -> dt.date:
    """The weekday of ``like`` in the week of the month that ``like`` is in, in the month of ``start``."""
    first = start + dt.timedelta(days=(like.weekday() - start.weekday()) % 7)
    days = [first + dt.timedelta(weeks=week) for week in range(5)]
    return [day for day in days if day.month == start.month][: (like.day - 1) // 7 + 1][-1]

"""Calendar months, quarters and the local date, without a domain noun.

Every period is half-open, ``since <= day < until``, and counted in the site's time zone (Asia/Shanghai).
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

__all__ = ["Period", "add_months", "month_of", "quarter_of", "today", "year_of"]


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open run of days with the name people call it by, such as ``2017-07`` or ``2017Q3``."""

    since: dt.date
    until: dt.date
    name: str

    @property
    def last_day(self) -> dt.date:
        """The last day that belongs to the period."""
        return self.until - dt.timedelta(days=1)

    def __contains__(self, day: dt.date) -> bool:
        return self.since <= day < self.until


def today() -> dt.date:
    """The date on the wall in the site's time zone."""
    return timezone.localdate()


def add_months(day: dt.date, months: int) -> dt.date:
    """Move by calendar months and clamp to the month's last day (08-31 less six months is 02-28 or 02-29)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_of(day: dt.date) -> Period:
    """The calendar month that holds ``day``."""
    since = day.replace(day=1)
    return Period(since, add_months(since, 1), f"{since:%Y-%m}")


def quarter_of(day: dt.date) -> Period:
    """The calendar quarter that holds ``day``."""
    quarter = (day.month - 1) // 3
    since = dt.date(day.year, quarter * 3 + 1, 1)
    return Period(since, add_months(since, 3), f"{day.year}Q{quarter + 1}")


def year_of(day: dt.date) -> Period:
    """The calendar year that holds ``day``."""
    return Period(dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1), str(day.year))

"""Calendar months, quarters, halves, years and the local date, without a domain noun.

Every period is half-open, ``since <= day < until``, and counted in the site's time zone (Asia/Shanghai).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import chinese_calendar
from django.core.validators import MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

__all__ = [
    "EARLIEST",
    "NOT_TOO_EARLY",
    "Period",
    "add_months",
    "half_of",
    "holiday_on",
    "is_announced",
    "is_free",
    "month_named",
    "month_of",
    "period_before",
    "period_named",
    "quarter_of",
    "same_period_last_year",
    "today",
    "year_of",
]

EARLIEST = dt.date(1921, 7, 1)
"""No day that is written or asked for lies before it."""
NOT_TOO_EARLY = MinValueValidator(EARLIEST, gettext_lazy("日期不早于 1921-07-01，核对年份后再填。"))
"""Of a field of a form."""

FIRST_FREE_WEEKDAY = 5  # Saturday, counted from Monday = 0

HOLIDAYS = {
    "New Year's Day": gettext_lazy("元旦"),
    "Spring Festival": gettext_lazy("春节"),
    "Tomb-sweeping Day": gettext_lazy("清明节"),
    "Labour Day": gettext_lazy("劳动节"),
    "Dragon Boat Festival": gettext_lazy("端午节"),
    "Mid-autumn Festival": gettext_lazy("中秋节"),
    "National Day": gettext_lazy("国庆节"),
    "Anti-Fascist 70th Day": gettext_lazy("抗战胜利纪念日"),
}
"""What the announcements of the State Council call them, by the names of ``chinese_calendar``."""


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


@lru_cache(maxsize=1024)
def month_of(day: dt.date) -> Period:
    """The calendar month that holds ``day``."""
    since = day.replace(day=1)
    return Period(since, add_months(since, 1), f"{since:%Y-%m}")


def month_named(name: str) -> Period | None:
    """The calendar month called ``name`` (``2026-11``), or None when it is none."""
    found = re.fullmatch(r"([12][0-9]{3})-(0[1-9]|1[0-2])", name)
    return month_of(dt.date(int(found[1]), int(found[2]), 1)) if found else None


@lru_cache(maxsize=1024)
def quarter_of(day: dt.date) -> Period:
    """The calendar quarter that holds ``day``."""
    quarter = (day.month - 1) // 3
    since = dt.date(day.year, quarter * 3 + 1, 1)
    return Period(since, add_months(since, 3), f"{day.year}Q{quarter + 1}")


@lru_cache(maxsize=1024)
def year_of(day: dt.date) -> Period:
    """The calendar year that holds ``day``."""
    return Period(dt.date(day.year, 1, 1), dt.date(day.year + 1, 1, 1), str(day.year))


def holiday_on(day: dt.date) -> str:
    """The public holiday of which ``day`` is a day off, or nothing; none is known past the last announced year."""
    try:
        is_off, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return ""
    return str(HOLIDAYS.get(name, _("放假"))) if is_off and name else ""


def is_announced(day: dt.date) -> bool:
    """Whether the holidays of the year of ``day`` are known here; otherwise Monday to Friday are taken as worked."""
    try:
        chinese_calendar.is_holiday(day)
    except NotImplementedError:
        return False
    return True


def is_free(day: dt.date) -> bool:
    """Whether offices are closed: public holidays, and weekends that are not worked for one."""
    try:
        return bool(chinese_calendar.is_holiday(day))
    except NotImplementedError:
        return day.weekday() >= FIRST_FREE_WEEKDAY


@lru_cache(maxsize=1024)
def half_of(day: dt.date) -> Period:
    """The half of a calendar year that holds ``day``."""
    half = (day.month - 1) // 6
    since = dt.date(day.year, half * 6 + 1, 1)
    return Period(since, add_months(since, 6), f"{day.year}H{half + 1}")


def period_named(name: str) -> Period:
    """The period called ``2017-07``, ``2017Q3``, ``2017H2`` or ``2017``.

    Raises:
        ValueError: there is no period of this name.
    """
    found = _NAMES.fullmatch(name)
    if not found:
        raise ValueError(name)
    year, month, quarter, half = (int(number or 0) for number in found.groups())
    if month:
        return month_of(dt.date(year, month, 1))
    if quarter:
        return quarter_of(dt.date(year, quarter * 3, 1))
    return half_of(dt.date(year, half * 6, 1)) if half else year_of(dt.date(year, 1, 1))


def period_before(period: Period) -> Period:
    """The period of the same length that ends where ``period`` begins."""
    return _like(period, period.since - dt.timedelta(days=1))


def same_period_last_year(period: Period) -> Period:
    """The same months of the year before."""
    return _like(period, add_months(period.since, -12))


_NAMES = re.compile(r"(20\d\d|19\d\d)(?:-(0[1-9]|1[0-2])|Q([1-4])|H([12]))?")


def _like(period: Period, day: dt.date) -> Period:
    """The period that holds ``day``, as long as ``period`` is."""
    return next(
        kind(day) for kind in (month_of, quarter_of, half_of, year_of) if kind(period.since).name == period.name
    )

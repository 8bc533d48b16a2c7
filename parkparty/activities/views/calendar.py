"""Activities by the day: a month on one page."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities import figures
from parkparty.activities.filters import MonthFilterForm
from parkparty.activities.models import Activity
from parkparty.activities.views.answers import crumbs
from parkparty.core.dates import add_months, holiday_on, is_announced, is_free, today

IN_A_DAY = 4
"""Records that fit into a day of the page; the others are one link away."""

FIRST_FREE_WEEKDAY = 5


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the month: its records, as far as they fit, and the address of all of them."""

    on: dt.date
    in_month: bool
    activities: list[Activity]
    number: int
    address: str

    @property
    def left_out(self) -> int:
        """How many records do not fit."""
        return self.number - len(self.activities)

    @property
    def holiday(self) -> str:
        """The public holiday, or nothing."""
        return holiday_on(self.on)

    @property
    def is_free(self) -> bool:
        return is_free(self.on)

    @property
    def is_worked(self) -> bool:
        """Whether it is a weekend that is worked for a holiday."""
        return self.on.weekday() >= FIRST_FREE_WEEKDAY and not is_free(self.on)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def month(request: ScopedRequest) -> HttpResponse:
    """One month of the activities in reach, cut by the filters of the list."""
    form = MonthFilterForm(request.GET, scope=request.scope)
    period = form.period
    context = {
        "form": form,
        "period": period,
        "weeks": _weeks(form),
        "previous": add_months(period.since, -1),
        "following": period.until,
        "today": today(),
        "knows_holidays": is_announced(period.since),
        "crumbs": crumbs(),
        "clear": f"?month={period.name}",
        "feed": figures.has_feed(request.user),
    }
    return render(request, "activities/calendar.html", context)


def _weeks(form: MonthFilterForm) -> list[list[Day]]:
    """The weeks of the month, each from Monday to Sunday; days of its neighbours stand empty."""
    period = form.period
    rows = form.rows().held_between(period.since, period.until)
    numbers, held = rows.number_by_day(), defaultdict(list)
    for activity in rows.select_related("organization").first_of_each_day(IN_A_DAY).order_by("held_on", "id"):
        held[activity.held_on].append(activity)
    weeks = calendar.Calendar().monthdatescalendar(period.since.year, period.since.month)
    return [
        [Day(day, day in period, held[day], numbers.get(day, 0), form.address_of(day)) for day in week]
        for week in weeks
    ]

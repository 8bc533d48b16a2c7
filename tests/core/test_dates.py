"""Calendar months, as terms and yearly duties are counted by."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkparty.core.dates import (
    Period,
    add_months,
    holiday_on,
    is_free,
    month_named,
    month_of,
    quarter_of,
    today,
    year_of,
)

days = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 12, 31))
date = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        ("2023-05-20", 36, "2026-05-20"),  # a branch's term of three years
        ("2026-08-31", -6, "2026-02-28"),
        ("2028-08-31", -6, "2028-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2026-01-01", -1, "2025-12-01"),
        ("2026-05-20", 0, "2026-05-20"),
    ],
)
def test_months_end_where_people_expect(day: str, months: int, moved: str) -> None:
    assert add_months(date(day), months) == date(moved)


@pytest.mark.parametrize(
    ("day", "name", "since", "until"),
    [
        ("2017-01-01", "2017Q1", "2017-01-01", "2017-04-01"),
        ("2017-07-16", "2017Q3", "2017-07-01", "2017-10-01"),
        ("2017-12-31", "2017Q4", "2017-10-01", "2018-01-01"),
    ],
)
def test_quarters(day: str, name: str, since: str, until: str) -> None:
    assert quarter_of(date(day)) == Period(date(since), date(until), name)


def test_a_month_ends_on_its_last_day() -> None:
    february = month_of(date("2028-02-10"))
    assert (february.name, february.last_day) == ("2028-02", date("2028-02-29"))
    assert date("2028-02-29") in february
    assert date("2028-03-01") not in february


@given(days)
def test_periods_hold_their_day_and_follow_each_other(day: dt.date) -> None:
    for period_of in (month_of, quarter_of, year_of):
        period = period_of(day)
        assert day in period
        assert period_of(period.until).since == period.until


@pytest.mark.parametrize(
    ("moment", "day"), [("2026-06-30T15:59:59+00:00", "2026-06-30"), ("2026-06-30T16:00:00+00:00", "2026-07-01")]
)
def test_the_day_turns_at_midnight_in_shanghai(monkeypatch: pytest.MonkeyPatch, moment: str, day: str) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: dt.datetime.fromisoformat(moment))
    assert today() == date(day)


@pytest.mark.parametrize(
    ("day", "holiday", "free"),
    [
        ("2026-10-05", "国庆节", True),
        ("2026-10-10", "", False),  # a Saturday that is worked for the holidays
        ("2026-11-21", "", True),
        ("2026-11-20", "", False),
        ("2031-10-01", "", False),  # not announced yet: only weekends are known
        ("2031-10-04", "", True),
    ],
)
def test_free_days_are_those_announced_and_otherwise_weekends(day: str, holiday: str, free: bool) -> None:
    assert (holiday_on(date(day)), is_free(date(day))) == (holiday, free)


@pytest.mark.parametrize("text", ["2026-13", "x", "", "0000-01", "9999-12", "2026-1-1", "\x00", "２０２６-１１"])
def test_a_month_that_does_not_read_is_none(text: str) -> None:
    assert month_named(text) is None


def test_a_month_is_read_by_its_name() -> None:
    assert month_named("2026-11") == month_of(date("2026-11-21"))

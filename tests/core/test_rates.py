"""Rates keep their parts, round half up, and stay silent where there is nothing to say."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkparty.core.rates import Rate, mean_of

counts = st.integers(min_value=0, max_value=10**9)


@pytest.mark.parametrize(
    ("numerator", "denominator", "percent"),
    [
        (148, 195, "75.9"),
        (8, 195, "4.1"),
        (47, 195, "24.1"),
        (140, 195, "71.8"),
        (500, 3000, "16.7"),
        (168, 791, "21.2"),
        (44, 97, "45.4"),
        (1, 2000, "0.1"),  # 0.05 exactly: half goes up
        (1, 2001, "0.0"),
        (1999, 2000, "100.0"),
        (7, 7, "100.0"),
        (0, 7, "0.0"),
        (0, 0, "—"),
        (3, 0, "—"),
    ],
)
def test_percent_is_rounded_half_up(numerator: int, denominator: int, percent: str) -> None:
    assert Rate(numerator, denominator).percent == percent


@pytest.mark.parametrize(
    ("rate", "shown"), [(Rate(3, 4), "3/4"), (Rate(4, 5), "80.0%"), (Rate(0, 1), "0/1"), (Rate(0, 0), "—")]
)
def test_few_things_are_shown_as_they_are(rate: Rate, shown: str) -> None:
    assert str(rate) == shown


def test_rates_are_summed_and_never_averaged() -> None:
    parts = [Rate(1, 1), Rate(0, 9), Rate(0, 0)]
    assert Rate.sum_of(parts) == Rate(1, 10)
    assert Rate.sum_of([]) == Rate(0, 0)


@pytest.mark.parametrize(
    ("total", "count", "shown"),
    [(140, 5, "28.0"), (148, 13, "11.4"), (168, 11, "15.3"), (3677, 168, "21.9"), (1, 20, "0.1"), (5, 0, "—")],
)
def test_means_have_one_decimal(total: int, count: int, shown: str) -> None:
    assert mean_of(total, count) == shown


@given(counts, st.integers(min_value=1, max_value=10**9))
def test_a_percentage_is_never_further_off_than_half_a_tenth(numerator: int, denominator: int) -> None:
    shown = Fraction(Rate(numerator, denominator).percent)
    assert -Fraction(1, 20) < shown - Fraction(100 * numerator, denominator) <= Fraction(1, 20)

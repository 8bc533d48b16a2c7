"""Numbers as pages show them."""

import pytest
from django.template import Context, Template

from parkparty.core.rates import Rate


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (999, "999"), (12345, "12,345"), (1234567, "1,234,567"), (None, "—")]
)
def test_thousands_are_grouped_by_three(value: int | None, shown: str) -> None:
    assert Template("{% load parkparty %}{{ value|thousands }}").render(Context({"value": value})) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Rate(148, 195), "75.9%（148/195）"),
        (Rate(1480, 1950), "75.9%（1,480/1,950）"),
        (Rate(3, 4), "3/4"),
        (Rate(0, 0), "—"),
        (None, "—"),
    ],
)
def test_a_rate_never_loses_its_parts(value: Rate | None, shown: str) -> None:
    assert Template("{% load parkparty %}{{ value|rate }}").render(Context({"value": value})) == shown


def test_an_icon_is_not_read_aloud() -> None:
    html = Template("{% load parkparty %}{% icon name %}").render(Context({"name": '"><b>'}))
    assert 'aria-hidden="true"' in html
    assert "<b>" not in html

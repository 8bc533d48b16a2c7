"""The golden list of the domain page (3.3), number 13: dues of a month and the size class of a company."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from parkparty.accounts.models import User
from parkparty.companies.choices import SizeClass
from parkparty.rules.figures import dues, size_class
from parkparty.rules.models import Rule

SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


@pytest.mark.parametrize(
    ("code", "income", "due"),
    [
        ("R50", "3000", "15.00"),
        ("R50", "3000.01", "30.00"),
        ("R50", "5000", "50.00"),
        ("R50", "5000.01", "75.00"),
        ("R50", "10000", "150.00"),
        ("R50", "10000.01", "200.00"),
        ("R51", "5000", "25.00"),
        ("R51", "5000.01", "50.00"),
    ],
)
def test_13_the_bracket_of_the_income_decides_for_the_whole(code: str, income: str, due: str) -> None:
    assert f"{dues(Rule.objects.get(pk=code), Decimal(income))}" == due


@pytest.mark.parametrize(
    ("staff", "revenue", "expected"),
    [
        (300, 10000, SizeClass.LARGE),
        (300, 9999, SizeClass.MEDIUM),
        (120, 40, SizeClass.MICRO),
        (99, 5000, SizeClass.SMALL),
        (9, 1000, SizeClass.MICRO),
    ],
)
def test_13_the_lowest_indicator_decides_the_size(staff: int, revenue: int, expected: SizeClass) -> None:
    assert size_class(Rule.objects.get(pk="R70-1"), staff, Decimal(revenue)) == expected


def test_13_an_industry_that_is_not_listed_goes_by_staff_alone() -> None:
    rule = Rule.objects.get(pk="R71")
    found = [size_class(rule, staff, Decimal(0)) for staff in (300, 299, 99, 9)]
    assert found == [SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO]


@pytest.mark.parametrize(
    "parameters",
    [
        {"per_mille": [[3000, 5], [5000, 10]]},
        {"per_mille": [[5000, 5], [3000, 10], [None, 20]]},
        {"per_mille": [[None, "5"]]},
        {"per_mille": 5},
        {"size_limits": {"revenue": [3, 2, 1]}},
        {"size_limits": {"staff": [1, 2, 3]}},
        {"size_limits": {"staff": [3, 2]}},
        {"size_limits": [300]},
    ],
    ids=json.dumps,
)
def test_numbers_that_pages_calculate_with_are_refused_in_another_shape(parameters: dict[str, object]) -> None:
    rule = Rule.objects.get(pk="R50")
    rule.parameters = parameters
    with pytest.raises(ValidationError, match="写成"):
        rule.full_clean()


@pytest.mark.parametrize("rule", ["R50", "R51", "R70-1", "R71"])
def test_the_rows_of_the_code_tables_have_the_shape(rule: str) -> None:
    Rule.objects.get(pk=rule).full_clean()


def test_the_pages_calculate_and_keep_nothing_of_what_is_typed(
    viewer: User, client_of: SignIn, django_assert_max_num_queries: object
) -> None:
    client = client_of(viewer)
    client.get("/rules/dues/")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        page = client.post("/rules/dues/", {"rule": "R50", "income": "3000.01"})
    assert "<strong>30.00</strong>" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    page = client.post("/rules/sizes/", {"rule": "R70-1", "staff": "99", "revenue": "5000"})
    assert "<strong>小型</strong>企业" in page.content.decode()


@pytest.mark.parametrize(
    ("address", "typed", "told"),
    [
        ("/rules/dues/", {"rule": "R50", "income": "三千"}, "金额写成 3000"),
        ("/rules/dues/", {"rule": "R50", "income": "NaN"}, "金额写成 3000"),
        ("/rules/dues/", {"rule": "no", "income": "3000"}, "按哪条规则"),
        ("/rules/sizes/", {"rule": "R70-1", "staff": "99"}, "还要看营业收入"),
        ("/rules/sizes/", {"rule": "R70-1", "staff": "-1", "revenue": "1e99"}, "人数写成整数"),
        ("/rules/sizes/", {"rule": "R70-1", "staff": "99", "revenue": "Infinity"}, "以万元为单位"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays_in_the_form(
    viewer: User, client_of: SignIn, address: str, typed: dict[str, str], told: str
) -> None:
    page = client_of(viewer).post(address, typed)
    text = page.content.decode()
    assert page.status_code == 200
    assert told in text
    assert "calculated" not in text
    for value in [value for name, value in typed.items() if name != "rule"]:
        assert f'value="{value}"' in text

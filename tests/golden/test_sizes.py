"""The golden list of the domain page (3.3), numbers 5 and 6: what the limits of size say on either side of the edge."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from parkparty.organizations.choices import OrganizationType
from parkparty.rules.figures import Facts
from parkparty.rules.figures import hints as hints_on

JOINT, OWN = OrganizationType.JOINT_BRANCH, OrganizationType.INDEPENDENT_BRANCH
GENERAL, COMMITTEE = OrganizationType.GENERAL_BRANCH, OrganizationType.COMMITTEE
ON = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


def hints(type: str, full: int = 0, probationary: int = 0, units: int = 0, on: dt.date = ON) -> list[str]:
    found = hints_on(Facts(type, full=full, probationary=probationary, units=units), on)
    return [hint.rule.code for hint in found]


@pytest.mark.parametrize(("units", "expected"), [(5, []), (6, ["R03"])])
def test_5_a_joint_branch_usually_covers_no_more_than_five_units(units: int, expected: list[str]) -> None:
    assert hints(JOINT, units=units) == expected


def test_5_the_hint_names_the_number_the_rule_and_the_article() -> None:
    hint = hints_on(Facts(JOINT, units=6), ON)[0]
    assert hint.fact == "现在覆盖 6 家企业。"
    assert "不超过 5 个" in hint.rule.name
    assert "支部工作条例" in hint.rule.source
    assert not hint.is_duty


def test_5_what_was_so_in_2017_is_not_judged_by_the_regulation_of_2018() -> None:
    assert hints(JOINT, units=28, on=dt.date(2018, 10, 27)) == []
    assert hints(JOINT, units=28, on=dt.date(2018, 10, 28)) == ["R03"]


def test_6_what_was_so_in_2017_is_judged_by_the_regulations_of_then() -> None:
    in_2017 = dt.date(2017, 7, 16)
    assert hints(COMMITTEE, full=500, on=in_2017) == ["R10-1990"]
    assert hints(OWN, full=13, on=in_2017) == []
    assert hints(COMMITTEE, full=500, on=dt.date(2020, 7, 13)) == ["R10"]


@pytest.mark.parametrize(
    ("type", "full", "expected"),
    [
        (OWN, 6, []),
        (OWN, 7, ["R08"]),
        (COMMITTEE, 7, []),
        (OWN, 50, ["R08"]),
        (OWN, 51, ["R04", "R08", "R09-1"]),
        (OWN, 100, ["R04", "R08", "R09-1"]),
        (OWN, 101, ["R04", "R08", "R09-2"]),
        (GENERAL, 100, []),
        (GENERAL, 101, ["R09-2"]),
        (COMMITTEE, 499, []),
        (COMMITTEE, 500, ["R10"]),
    ],
)
def test_6_member_numbers_on_either_side_of_a_limit(type: str, full: int, expected: list[str]) -> None:
    assert hints(type, full=full) == expected


def test_6_probationary_members_fill_a_branch_but_do_not_vote_for_a_committee() -> None:
    assert hints(OWN, full=6, probationary=45) == ["R04", "R09-1"]

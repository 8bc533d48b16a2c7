"""The golden list of the domain page (3.3), numbers 5 and 6: what the limits of size say on either side of the edge."""

from __future__ import annotations

import pytest

from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.rules import size_hints

JOINT, OWN = OrganizationType.JOINT_BRANCH, OrganizationType.INDEPENDENT_BRANCH
GENERAL, COMMITTEE = OrganizationType.GENERAL_BRANCH, OrganizationType.COMMITTEE


def hints(type: str, full: int = 0, probationary: int = 0, units: int = 0) -> list[str]:
    return [hint.rule for hint in size_hints(type, full=full, probationary=probationary, units=units)]


@pytest.mark.parametrize(("units", "expected"), [(5, []), (6, ["R03"])])
def test_5_a_joint_branch_usually_covers_no_more_than_five_units(units: int, expected: list[str]) -> None:
    assert hints(JOINT, units=units) == expected


def test_5_the_hint_names_the_number_the_limit_and_the_article() -> None:
    hint = size_hints(JOINT, full=0, probationary=0, units=6)[0]
    assert hint.text == "覆盖 6 家，一般不超过 5 家。"
    assert "支部工作条例" in hint.source
    assert not hint.is_duty


@pytest.mark.parametrize(
    ("type", "full", "expected"),
    [
        (OWN, 6, []),
        (OWN, 7, ["R08"]),
        (COMMITTEE, 7, []),
        (OWN, 50, ["R08"]),
        (OWN, 51, ["R04", "R08", "R09"]),
        (GENERAL, 100, []),
        (GENERAL, 101, ["R09"]),
        (COMMITTEE, 499, []),
        (COMMITTEE, 500, ["R10"]),
    ],
)
def test_6_member_numbers_on_either_side_of_a_limit(type: str, full: int, expected: list[str]) -> None:
    assert hints(type, full=full) == expected


def test_6_probationary_members_fill_a_branch_but_do_not_vote_for_a_committee() -> None:
    assert hints(OWN, full=6, probationary=45) == ["R04", "R09"]


def test_6_past_a_hundred_members_the_hint_is_a_committee_not_a_general_branch() -> None:
    assert [h.text for h in size_hints(OWN, full=101, probationary=0, units=1) if h.rule == "R09"] == [
        "党员超过 100 名，经上级党组织批准可以设立党委。"
    ]

"""Unified social credit codes (GB 32100-2015)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkparty.core.codes import (
    ALPHABET,
    organisation_code_check_digit,
    true_usccs,
    uscc_check_digit,
    uscc_fault,
    uscc_from_body,
)

VALID = [
    "91350100M000100Y43",
    "91110108551385082Q",
    "11320000MB151840XJ",
    "91310110DEM0002250",  # the sum is 0, so the check digit is
    "91310110DEM000014G",
    "91310110DEM000022B",
    "91310107DEM0000146",
    "91430104DEM000014R",
    "91330212DEM000014T",
]


@pytest.mark.parametrize("code", VALID)
def test_codes_that_hold(code: str) -> None:
    assert uscc_fault(code) is None
    assert uscc_check_digit(code[:17]) == code[17]


@pytest.mark.parametrize("code", [code for code in VALID if "DEM" in code])
def test_synthetic_codes_are_made_whole(code: str) -> None:
    assert uscc_from_body(code[:2], code[2:8], code[8:16]) == code


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("91350100M000100Y4A", "check"),
        ("", "length"),
        ("91350100M000100Y4", "length"),
        ("91350100M000100Y433", "length"),
        ("91350100M000100I43", "alphabet"),
        ("91350100m000100y43", "alphabet"),
        ("9135010AM000100Y43", "alphabet"),
        ("91350100M000100Y4\n", "alphabet"),
        ("９1350100M000100Y43", "alphabet"),
        ("91３50100M000100Y43", "alphabet"),
    ],
)
def test_faults_are_told_apart(code: str, fault: str) -> None:
    assert uscc_fault(code) == fault


def test_registrars_that_begin_with_a_letter_are_accepted() -> None:
    for registrar in ("A1", "N1", "Y1"):
        assert uscc_fault(uscc_from_body(registrar, "310110", "DEM00001")) is None


@pytest.mark.parametrize(("body", "digit"), [("M000100Y", "4"), ("55138508", "2"), ("MB151840", "X")])
def test_the_body_has_a_check_digit_of_its_own(body: str, digit: str) -> None:
    assert organisation_code_check_digit(body) == digit


@given(st.sampled_from(VALID), st.integers(min_value=0, max_value=17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code: str, place: int, character: str) -> None:
    wrong = code[:place] + character + code[place + 1 :]
    assert (uscc_fault(wrong) is None) == (wrong == code)


@given(st.lists(st.sampled_from(VALID) | st.text(max_size=19)))
def test_many_at_once_are_judged_as_each_by_itself(texts: list[str]) -> None:
    nearly = [code[:at] + c + code[at + 1 :] for code in VALID[:2] for at in range(18) for c in (*ALPHABET, "３", "i")]
    assert true_usccs(texts + nearly) == [text for text in texts + nearly if not uscc_fault(text)]

"""The golden list of the domain page (3.3), number 13: credit codes (GB 32100) and their check digits."""

from __future__ import annotations

import pytest

from parkparty.companies.models import Company
from parkparty.core.codes import uscc_fault

VALID = ("91350100M000100Y43", "91110108551385082Q", "11320000MB151840XJ")
SYNTHETIC = (
    "91310110DEM000014G",
    "91310110DEM000022B",
    "91310107DEM0000146",
    "91430104DEM000014R",
    "91330212DEM000014T",
)
CHECK_DIGIT_0 = "91310110DEM0002250"


@pytest.mark.parametrize("code", [*VALID, *SYNTHETIC, CHECK_DIGIT_0])
def test_13_codes_of_the_list_are_taken(db: None, code: str) -> None:
    assert uscc_fault(code) is None
    company = Company(name="试验企业", uscc=code)
    company.full_clean()
    company.save()
    assert Company.objects.get().uscc == code


def test_13_a_wrong_check_digit_is_refused(db: None) -> None:
    assert uscc_fault("91350100M000100Y4A") is not None

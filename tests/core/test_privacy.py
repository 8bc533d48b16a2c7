"""Numbers that point to one person are found in free text, and other long numbers are let be. All are invented."""

import pytest

from parkparty.core.privacy import PersonalKind, masked, personal_numbers

IDENTITY = "11010519491231002X"
"""The example that the standard itself works out (GB 11643-1999): remainder 2, whose check digit is X."""


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        (f"身份证{IDENTITY}。", PersonalKind.IDENTITY, "110***********002X"),
        ("联系 13800138000", PersonalKind.MOBILE, "138****8000"),
        ("联系１３８００１３８０００", PersonalKind.MOBILE, "138****8000"),
        ("+86 138-0013-8000", PersonalKind.MOBILE, "138****8000"),
        ("卡号 6222 0212 3456 7890 128", PersonalKind.CARD, "622************0128"),
        ("4111111111111111", PersonalKind.CARD, "411*********1111"),
    ],
)
def test_personal_numbers_are_found_and_masked(text: str, kind: PersonalKind, shown: str) -> None:
    assert [(found.kind, found.masked) for found in personal_numbers(text)] == [(kind, shown)]
    assert shown in masked(text)
    assert personal_numbers(masked(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "91310110DEM000015M 统一社会信用代码",
        "编号 110105194912310021，校验位不对",
        "编号 110105194913310025，月份不对",
        "办公电话 021-65550000",
        "单号 913800138000123",
        "4111111111111112",
        "",
    ],
)
def test_other_numbers_are_let_be(text: str) -> None:
    assert personal_numbers(text) == []


def test_the_same_number_is_named_once() -> None:
    assert len(personal_numbers("13800138000 或 138 0013 8000")) == 1


def test_masking_leaves_the_other_words_and_lines_alone() -> None:
    text = f"第一行，设备 13800138000。\n第二行，{IDENTITY} 和 021-65550000"
    assert masked(text) == "第一行，设备 138****8000。\n第二行，110***********002X 和 021-65550000".replace("，", ",")

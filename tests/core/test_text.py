"""What people read as the same compares as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkparty.core.text import clean, fold, fold_each, fold_label, half_width, number_in


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  杨浦　区  ", "杨浦 区"),
        ("甲\u200b公\ufeff司", "甲公司"),
        ("a\tb\nc\x00d", "a b c d"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("ＡＢ１２", "ＡＢ１２"),
        ("", ""),
    ],
)
def test_one_line_as_the_writer_meant_it(typed: str, kept: str) -> None:
    assert clean(typed) == kept


def test_codes_and_numbers_are_read_at_any_width() -> None:
    assert half_width("９１３１０１１０ＤＥＭ") == "91310110DEM"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海（甲）科技有限公司", "上海(甲)科技有限公司"),
        ("ABC 科技", "ａｂｃ科技"),
        ("买买提·艾力", "买买提•艾力"),
        ("“甲”公司", "甲公司"),
        ("Straße", "STRASSE"),
    ],
)
def test_names_written_otherwise_are_the_same_name(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_other_names_stay_other_names() -> None:
    assert len({fold(name) for name in ("甲公司", "乙公司", "甲公司2", "甲公")}) == 4


@pytest.mark.parametrize("title", ["企业名称*", "企业名称（必填）", " 企业\n名称：", "企业名称[2017版]", "企业名称"])
def test_notes_on_a_title_do_not_matter(title: str) -> None:
    assert fold_label(title) == "企业名称"


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)


@given(st.lists(st.sampled_from(("漕河泾ABC", "上海１２ （某）公司", "創智", "")) | st.text()))
def test_many_names_are_folded_as_each_by_itself(texts: list[str]) -> None:
    assert fold_each(texts) == [fold(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        *((wrong, None) for wrong in ("", "-1", "1.0", "x", "٣", "²", "9" * 19)),
    ],
)
def test_a_number_is_read_that_any_database_takes_as_a_key(text: str, number: int | None) -> None:
    assert number_in(text) == number

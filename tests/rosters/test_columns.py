"""Each column reads what people write and refuses the rest with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkparty.companies.choices import CompanyStatus, StaffBand, TenancyKind
from parkparty.core.text import fold
from parkparty.organizations.choices import OrganizationType
from parkparty.rosters.choices import REASONS, SUGGESTIONS, IssueKind
from parkparty.rosters.columns import BY_KEY, CellFault, cell_address

pytestmark = pytest.mark.sqlite

DAY = dt.date(2024, 1, 5)
FORBIDDEN = ("请", "抱歉", "无效", "非法")


@pytest.mark.parametrize(
    "cell",
    [DAY, "2024-1-5", "2024/01/05", "2024.1.5", "20240105", 20240105, "2024年1月5日", "２０２４－１－５", 45296,
     "45296", "2024-01-05 00:00:00", "2024 年 1 月 5 日",
     "二〇二四年一月五日", "二○二四年一月五日", "2024-01-05T00:00:00+08:00", "2024-01-05 23:59", 45296.5],
)  # fmt: skip
def test_f16_dates_in_every_form(cell: Any) -> None:
    assert BY_KEY["tenancy_since"].parse(cell) == DAY


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("uscc", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43"),
        ("uscc", " 91350100m000100y43 ", "91350100M000100Y43"),
        ("uscc", "91３1０110DEM0002250", "91310110DEM0002250"),
        ("uscc", "91310110DEM0002250", "91310110DEM0002250"),
        ("staff", "３２人", StaffBand.FROM_20),
        ("staff", "10～19人", StaffBand.FROM_10),
        ("staff", "100人以上", StaffBand.FROM_100),
        ("staff", 1234.0, StaffBand.FROM_1000),
        ("tenancy_kind", "注册", TenancyKind.REGISTERED),
        ("status", "在业", CompanyStatus.OPERATING),
        ("status", "吊销，未注销", CompanyStatus.REVOKED),
        ("branch_type", "联合支部", OrganizationType.JOINT_BRANCH),
        ("industry", "6513 应用软件开发", "6513"),
        ("industry", 6513, "6513"),
        ("industry", 1, "01"),
        ("instructor", "有", True),
        ("instructor", "无", False),
        ("full", "12人", 12),
        ("name", "甲\u200b 公司（上海）", "甲 公司（上海）"),
    ],
)
def test_cells_as_people_write_them(key: str, cell: Any, value: Any) -> None:
    assert BY_KEY[key].parse(cell) == value


@pytest.mark.parametrize(
    ("key", "cell", "kind"),
    [
        ("uscc", "91350100M000100Y4A", IssueKind.USCC_CHECK),
        ("uscc", "91350100M000100Y4", IssueKind.USCC_LENGTH),
        ("uscc", "9135O100M000100Y43", IssueKind.USCC_ALPHABET),
        ("uscc", 9.1310110123456789e17, IssueKind.DIGITS_LOST),
        ("uscc", "9.1310110E+17", IssueKind.DIGITS_LOST),
        ("tenancy_since", "2024-02-30", IssueKind.DATE),
        ("tenancy_since", "24-1-5", IssueKind.DATE),
        ("tenancy_since", "二〇二四年", IssueKind.DATE),
        ("tenancy_since", "2024-01-04T16:00:00Z", IssueKind.DATE),
        ("tenancy_since", 60, IssueKind.DATE),
        ("tenancy_since", "#N/A", IssueKind.FORMULA),
        ("name", "#REF!", IssueKind.FORMULA),
        ("full", "#未计算!", IssueKind.FORMULA),
        ("uscc", "1.10101199003071E+17", IssueKind.DIGITS_LOST),
        ("full", 13800138000.0, IssueKind.NUMBER),
        ("tenancy_since", "1900-01-01", IssueKind.DATE_RANGE),
        ("tenancy_since", "2224-01-05", IssueKind.DATE_RANGE),
        ("full", "-1", IssueKind.NUMBER),
        ("full", "1.5", IssueKind.NUMBER),
        ("full", "99999999999", IssueKind.NUMBER),
        ("status", "不清楚", IssueKind.CHOICE),
        ("instructor", "某某", IssueKind.YES_NO),
        ("name", "长" * 121, IssueKind.TOO_LONG),
    ],
)
def test_f16_f19_f20_what_cannot_be_taken(key: str, cell: Any, kind: IssueKind) -> None:
    with pytest.raises(CellFault) as fault:
        BY_KEY[key].parse(cell)
    assert fault.value.kind == kind


@pytest.mark.parametrize("tail", ["\u200b", "\ufeff", "\u00a0", "\u3000", "\u202e", "\ufe0f", "\u2060", "\u200d"])
def test_f23_marks_that_nobody_sees_do_not_make_another_company(tail: str) -> None:
    assert BY_KEY["name"].parse(f"甲公司{tail}") == "甲公司"


@pytest.mark.parametrize(
    ("one", "other"),
    [("甲·乙公司", "甲•乙公司"), ("甲・乙公司", "甲·乙公司"), ("Café公司", "Cafe\u0301公司"),
     ("甲公司（上海）", "甲公司(上海)"), ("ＡＢＣ公司", "abc公司"), ("麗公司", "\uf988公司")],
)  # fmt: skip
def test_f23_spellings_of_one_name_compare_as_the_same(one: str, other: str) -> None:
    assert fold(BY_KEY["name"].parse(one)) == fold(BY_KEY["name"].parse(other))


@pytest.mark.parametrize("written", ["=1+1", "+1", "-1", "@SUM(1)", "＝1", "=cmd|'/c calc'!A1", "=HYPERLINK(1)"])
def test_f28_text_that_looks_like_a_formula_is_text_with_or_without_its_guard(written: str) -> None:
    assert BY_KEY["name"].parse(written) == BY_KEY["name"].parse(f"'{written}")
    assert BY_KEY["name"].parse("'tis") == "'tis"


@pytest.mark.parametrize("cell", ["", "  ", "/", "—", "无"])
def test_signs_for_nothing_are_blank(cell: str) -> None:
    assert BY_KEY["branch"].is_blank(cell)


def test_every_kind_has_a_reason_and_what_mends_it() -> None:
    assert set(REASONS) == set(SUGGESTIONS) == set(IssueKind.values)
    sentences = [str(text) for text in (*REASONS.values(), *SUGGESTIONS.values())]
    assert all(text.endswith("。") for text in sentences)
    assert not [text for text in sentences if any(word in text for word in FORBIDDEN)]


def test_addresses_count_as_spreadsheets_do() -> None:
    assert [cell_address(n, 318) for n in (0, 3, 25, 26, 701, 702)] == [
        "A318", "D318", "Z318", "AA318", "ZZ318", "AAA318",
    ]  # fmt: skip


_CELLS = st.sampled_from(("无", "", "甲公司", "9号公司", "某" * 121, "甲（上海）公司", "91310110DEM0002250")) | st.text(
    max_size=20
)


@pytest.mark.parametrize("key", sorted(BY_KEY))
@given(st.lists(_CELLS, unique=True))
def test_texts_taken_as_they_are_would_be_read_so(key: str, cells: list[str]) -> None:
    column = BY_KEY[key]
    for cell in column.plain(cells):
        assert not column.is_blank(cell)
        assert column.parse(cell) == cell


def test_names_and_codes_as_most_are_written_are_taken_as_they_are() -> None:
    assert BY_KEY["name"].plain(["试验企业00001有限公司", "9号公司", "无"]) == ["试验企业00001有限公司"]
    assert BY_KEY["uscc"].plain(["91310110DEM0002250", "91310110DEM0002251"]) == ["91310110DEM0002250"]

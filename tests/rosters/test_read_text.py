"""F21, F22: text files, whatever wrote them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from parkparty.rosters.choices import FileFault
from parkparty.rosters.columns import known_titles
from parkparty.rosters.sheets import text
from parkparty.rosters.sheets.header import find_header
from parkparty.rosters.sheets.limits import Refused
from tests.rosters.files import open_book
from tests.rosters.test_read_hostile import fault_of

pytestmark = pytest.mark.sqlite

LINES = "企业名称,所属园区\r\n甲公司㐀𠮷,创智园\r\n"


def rows_of(data: bytes) -> list[list[Any]]:
    page = text.page(data, "名单", lambda rows: find_header(rows, known_titles()) is not None)
    return [row for row in page.rows if any(row)]


def fault_in(data: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        rows_of(data)
    return refusal.value.fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_f21_encodings_of_offices(encoding: str) -> None:
    assert rows_of(LINES.encode(encoding)) == [["企业名称", "所属园区"], ["甲公司㐀𠮷", "创智园"]]


def test_f21_big_endian_with_its_mark() -> None:
    assert rows_of(b"\xfe\xff" + LINES.encode("utf-16-be"))[1] == ["甲公司㐀𠮷", "创智园"]


def test_f21_big5_with_traditional_titles() -> None:
    assert rows_of("企業名稱,所屬園區\r\n甲公司,創智園\r\n".encode("big5"))[1] == ["甲公司", "創智園"]


@pytest.mark.parametrize(
    "data",
    [
        "企業名稱,所屬園區\r\n".encode("shift_jis", "replace"),
        "기업이름,공원\r\n".encode("euc-kr"),
        LINES.encode("utf-32"),
        LINES.encode("utf-8")[:8] + LINES.encode("gb18030")[3:],
        LINES.encode("utf-8")[:-3] + b"\xe5\x88",
    ],
)
def test_f21_what_cannot_be_told_is_refused_not_guessed(data: bytes) -> None:
    assert fault_in(data) in {FileFault.ENCODING, FileFault.NO_HEADER}


def test_f21_what_was_read_instead_of_a_header_is_shown() -> None:
    with pytest.raises(Refused) as refusal:
        rows_of("甲,乙\r\n".encode("gb18030"))
    assert (refusal.value.fault, refusal.value.detail) == (FileFault.NO_HEADER, "甲 乙")


@pytest.mark.parametrize(
    "written",
    [
        "sep=;\r\n企业名称;所属园区\r\n甲公司;创智园\r\n",
        "企业名称\t所属园区\n甲公司\t创智园\n",
        "企业名称,所属园区\r甲公司,创智园\r",
        "\ufeff企业名称,所属园区\r\n甲公司,创智园\r\n",
        '企业名称,所属园区\r\n"甲公司","创智园"\r\n\r\n',
    ],
)
def test_f22_separators_and_ends_of_lines(written: str) -> None:
    assert rows_of(written.encode())[1:] == [["甲公司", "创智园"]]


def test_f22_a_mark_inside_the_text_is_dropped_where_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("企业名称\t\ufeff所属园区\r\n甲公司\t创智园\r\n", encoding="utf-8")
    assert open_book(tmp_path / "a.txt").sheets[0].rows == [(2, ["甲公司", "创智园"])]


def test_f22_quotes_left_open_endless_lines_and_zero_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'企业名称,所属园区\r\n"甲公司,创智园\r\n{"x,y" * 9}', encoding="utf-8")
    assert fault_of(path) == FileFault.QUOTES
    path.write_text("企业名称,所属园区\r\n" + "x" * 10_000_000, encoding="utf-8")
    assert fault_of(path) == FileFault.QUOTES
    path.write_text("企业名称,所属园区\r\n" + "x," * 5_000, encoding="utf-8")
    assert fault_of(path) == FileFault.TOO_MANY_COLUMNS
    path.write_bytes("企业名称,所属园区\r\n甲\x00公司,创智园\r\n".encode())
    assert fault_of(path) == FileFault.WRONG_KIND

"""F01–F12: files made to break their reader end as one sentence, and nothing of them is read in the wrong place."""

from __future__ import annotations

import random
import struct
import zipfile
from pathlib import Path

import pytest

from parkparty.rosters.choices import FileFault
from parkparty.rosters.sheets.limits import MAX_CELL, MAX_CELLS, Refused
from tests.rosters.conftest import write_xlsx
from tests.rosters.files import (
    BODY,
    HEADER,
    SHEET,
    loop_chain,
    open_book,
    text_cell,
    with_cells,
    with_parts,
    write_ods,
    write_ods_content,
    write_xls,
)  # fmt: skip

pytestmark = pytest.mark.sqlite

GOOD_ROW = '<row r="2">' + text_cell("A2", "甲公司") + text_cell("B2", "创智园") + "</row>"


def fault_of(path: Path) -> str:
    with pytest.raises(Refused) as refusal:
        open_book(path)
    assert refusal.value.fault in FileFault.values
    return refusal.value.fault


def test_f01_an_old_workbook_whose_sectors_run_in_circles(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.xls", {"名单": [HEADER, *BODY]})
    path.write_bytes(loop_chain(path.read_bytes()))
    assert fault_of(path) == FileFault.DAMAGED


@pytest.mark.parametrize("kind", ["xls", "xlsx", "ods"])
def test_f02_f03_damage_anywhere_is_told_and_never_raised(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    rows = [HEADER, *BODY * 20]
    {"xls": lambda: write_xls(path, {"名单": rows}), "xlsx": lambda: write_xlsx(path, rows)}.get(
        kind, lambda: write_ods(path, rows)
    )()
    whole, chance = path.read_bytes(), random.Random(7)
    ends = []
    for _round in range(6):
        spoiled = bytearray(whole)
        for at in chance.sample(range(8, len(spoiled)), k=max(8, len(spoiled) // 60)):
            spoiled[at] = chance.randrange(256)
        path.write_bytes(spoiled)
        try:
            open_book(path)
        except Refused as refusal:
            ends.append(refusal.fault)
    assert ends
    assert set(ends) <= set(FileFault.values)


def test_f03_a_part_that_is_missing(tmp_path: Path) -> None:
    source = write_xlsx(tmp_path / "source.xlsx", [HEADER, *BODY])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            if name != SHEET:
                after.writestr(name, before.read(name))
    assert fault_of(path) == FileFault.DAMAGED


def test_f04_a_sound_file_without_a_roster_is_never_an_empty_import(tmp_path: Path) -> None:
    assert fault_of(write_xlsx(tmp_path / "a.xlsx", [["甲"], ["乙"]])) == FileFault.NO_HEADER
    assert fault_of(write_ods(tmp_path / "a.ods", [["甲"], ["乙"]])) == FileFault.NO_HEADER


def test_f05_a_cell_in_the_last_row(tmp_path: Path) -> None:
    path = with_cells(tmp_path, GOOD_ROW + '<row r="1048576">' + text_cell("A1048576", "x") + "</row>")
    assert fault_of(path) == FileFault.TOO_MANY_ROWS


@pytest.mark.parametrize("where", ["XFD2", "XFD1048576"])
def test_f06_a_cell_in_the_last_column(tmp_path: Path, where: str) -> None:
    path = with_cells(tmp_path, f'<row r="2">{text_cell(where, "x")}</row>')
    assert fault_of(path) == FileFault.TOO_MANY_COLUMNS


def test_f07_a_million_empty_rows(tmp_path: Path) -> None:
    path = with_cells(tmp_path, GOOD_ROW + "<row/>" * 1_048_574)
    assert [row for _number, row in open_book(path).sheets[0].rows] == [["甲公司", "创智园", ""]]


def test_f08_more_cells_than_are_read(tmp_path: Path) -> None:
    path = with_cells(tmp_path, "<row>" + "<c/>" * (MAX_CELLS + 1) + "</row>")
    assert path.stat().st_size < 100_000
    assert fault_of(path) == FileFault.TOO_LARGE


@pytest.mark.parametrize("length", [MAX_CELL + 1, 50_000_000])
def test_f09_one_cell_without_end(tmp_path: Path, length: int) -> None:
    path = with_cells(tmp_path, f'<row r="2">{text_cell("A2", "x" * length)}{text_cell("B2", "创智园")}</row>')
    assert fault_of(path) == FileFault.LONG_CELL


@pytest.mark.parametrize("where", ["AAAAAAA2", "ZZZZ2"])
def test_f10_an_address_that_no_sheet_has(tmp_path: Path, where: str) -> None:
    assert fault_of(with_cells(tmp_path, f'<row r="2">{text_cell(where, "x")}</row>')) == FileFault.DAMAGED


@pytest.mark.parametrize(
    ("entity", "used"),
    [
        ('<!ENTITY a "甲公司甲公司"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">', "&c;"),
        ('<!ENTITY a SYSTEM "file:///etc/hostname">', "&a;"),
    ],
)
def test_f11_entities_are_never_expanded(tmp_path: Path, entity: str, used: str) -> None:
    source = with_cells(tmp_path, f'<row r="2">{text_cell("A2", used)}{text_cell("B2", "创智园")}</row>')
    with zipfile.ZipFile(source) as package:
        sheet = package.read(SHEET).decode()
    sheet = sheet.replace("?>", f"?><!DOCTYPE worksheet [{entity}]>", 1)
    assert fault_of(with_parts(source, tmp_path / "a.xlsx", {SHEET: sheet})) == FileFault.DAMAGED


class TestF12Packages:
    """Tricks with the package itself."""

    def sound(self, directory: Path) -> Path:
        return write_xlsx(directory / "a.xlsx", [HEADER, *BODY])

    def test_f12_a_part_that_is_there_twice(self, tmp_path: Path) -> None:
        path = self.sound(tmp_path)
        with zipfile.ZipFile(path, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
            package.writestr(SHEET, "<worksheet/>")
        assert fault_of(path) == FileFault.DAMAGED

    def test_f12_a_part_that_is_a_link(self, tmp_path: Path) -> None:
        path = self.sound(tmp_path)
        link = zipfile.ZipInfo("xl/worksheets/sheet2.xml")
        link.external_attr = 0o120777 << 16
        with zipfile.ZipFile(path, "a") as package:
            package.writestr(link, "/etc/passwd")
        assert fault_of(path) == FileFault.DAMAGED

    def test_f12_a_part_that_is_locked(self, tmp_path: Path) -> None:
        path = self.sound(tmp_path)
        data = bytearray(path.read_bytes())
        data[data.index(b"PK\x01\x02") + 8] |= 1
        path.write_bytes(data)
        assert fault_of(path) == FileFault.ENCRYPTED

    def test_f12_parts_inside_one_another(self, tmp_path: Path) -> None:
        path = self.sound(tmp_path)
        data = bytearray(path.read_bytes())
        first = data.index(b"PK\x01\x02")
        second = data.index(b"PK\x01\x02", first + 4)
        data[second + 42 : second + 46] = data[first + 42 : first + 46]
        path.write_bytes(data)
        assert fault_of(path) == FileFault.DAMAGED

    def test_f12_a_checksum_that_does_not_hold(self, tmp_path: Path) -> None:
        path = self.sound(tmp_path)
        data = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as package:
            at = package.getinfo(SHEET).header_offset
        for start in (at + 14, data.index(SHEET.encode(), data.index(b"PK\x01\x02")) - 30):
            data[start : start + 4] = b"\x00\x00\x00\x00"
        path.write_bytes(data)
        assert fault_of(path) == FileFault.DAMAGED

    def test_f12_a_size_that_is_a_lie(self, tmp_path: Path) -> None:
        path = self.sound(tmp_path)
        data = bytearray(path.read_bytes())
        at = data.index(SHEET.encode(), data.index(b"PK\x01\x02")) - 22
        data[at : at + 4] = struct.pack("<I", 2**31)
        path.write_bytes(data)
        assert fault_of(path) == FileFault.TOO_LARGE

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
    def test_f12_cut_off(self, tmp_path: Path, share: float) -> None:
        path = self.sound(tmp_path)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        assert fault_of(path) == FileFault.DAMAGED

    @pytest.mark.parametrize("times", [4_000_000, 9_999_999])
    def test_f12_a_table_that_repeats_its_rows_without_end(self, tmp_path: Path, times: int) -> None:
        rows = f'<table:table-row table:number-rows-repeated="{times}"><table:table-cell/></table:table-row>'
        path = write_ods_content(tmp_path / "a.ods", f'<table:table table:name="a">{rows}</table:table>')
        assert fault_of(path) == FileFault.DAMAGED

"""F01–F12: files made to break their reader."""

from __future__ import annotations

import random
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from parkparty.rosters.sheets.limits import MAX_CELL, MAX_CELLS
from tests.rosters.cases.case import BODY, HEADER, PARK, SHEET, Case, good, refused, xlsx
from tests.rosters.conftest import write_xlsx
from tests.rosters.files import SHEET as PART
from tests.rosters.files import loop_chain, text_cell, with_cells, with_parts, write_ods_content, write_xls

Make = Callable[[Path], object]
ROW = f'<row r="2">{text_cell("A2", "玄武甲有限公司")}{text_cell("B2", PARK)}</row>'


def cells(xml: str) -> Make:
    """A workbook with these rows of XML below its header."""

    def write(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(with_cells(Path(folder), xml), path)

    return write


def repacked(make: Make, parts: Callable[[zipfile.ZipFile], dict[str, bytes | str]]) -> Make:
    """A package of which some parts are others."""

    def write(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            make(source := Path(folder) / path.name)
            with zipfile.ZipFile(source) as package:
                others = parts(package)
            with_parts(source, path, others)

    return write


def spoiled(make: Make, spoil: Callable[[bytes], bytes]) -> Make:
    """A sound file whose bytes were changed."""

    def write(path: Path) -> None:
        make(path)
        path.write_bytes(spoil(path.read_bytes()))

    return write


def noise(data: bytes) -> bytes:
    """The same with every sixtieth byte, from the eighth on, another."""
    chance, found = random.Random(7), bytearray(data)
    for at in chance.sample(range(8, len(found)), k=len(found) // 60):
        found[at] = chance.randrange(256)
    return bytes(found)


def without_sheet(path: Path) -> None:
    """A workbook that names a part which it lacks."""
    write_xlsx(path, [HEADER, *BODY])
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist() if name != PART}
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)


def with_entity(entity: str) -> Make:
    """A sheet whose first cell is an entity of its own making."""

    def declared(package: zipfile.ZipFile) -> dict[str, bytes | str]:
        return {PART: package.read(PART).decode().replace("?>", f"?><!DOCTYPE worksheet [{entity}]>", 1)}

    return repacked(cells(f'<row r="2">{text_cell("A2", "&a;")}{text_cell("B2", PARK)}</row>'), declared)


def with_link(path: Path) -> None:
    """A package with a part that is a symbolic link."""
    write_xlsx(path, [HEADER, *BODY])
    link = zipfile.ZipInfo("xl/worksheets/sheet2.xml")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(link, "/etc/passwd")


def overlapping(data: bytes) -> bytes:
    """The second part begins where the first one does."""
    found = bytearray(data)
    first = found.index(b"PK\x01\x02")
    second = found.index(b"PK\x01\x02", first + 4)
    found[second + 42 : second + 46] = found[first + 42 : first + 46]
    return bytes(found)


def oversized(data: bytes) -> bytes:
    """The sheet says that it is two gigabytes when unpacked."""
    found = bytearray(data)
    at = found.index(PART.encode(), found.index(b"PK\x01\x02")) - 22
    found[at : at + 4] = struct.pack("<I", 2**31)
    return bytes(found)


def endless_rows(path: Path) -> None:
    """A free-format table that repeats one row ten million times."""
    row = '<table:table-row table:number-rows-repeated="9999999"><table:table-cell/></table:table-row>'
    write_ods_content(path, f'<table:table table:name="{SHEET}">{row}</table:table>')


def old(path: Path) -> object:
    """A sound old workbook."""
    return write_xls(path, {SHEET: [HEADER, *BODY]})


sound = xlsx([HEADER, *BODY])
CASES = [
    Case("F01-扇区成环.xls", spoiled(old, loop_chain), refused("damaged")),
    Case("F02-内容错乱.xls", spoiled(old, noise), refused("damaged")),
    Case("F03-缺少工作表.xlsx", without_sheet, refused("damaged")),
    Case("F04-没有表头.xlsx", xlsx([["甲"], ["乙"]]), refused("no_header")),
    Case("F05-末行有字.xlsx", cells(f'{ROW}<row r="1048576">{text_cell("A1048576", "x")}</row>'),
         refused("too_many_rows")),
    Case("F06-末列有字.xlsx", cells(f'<row r="2">{text_cell("XFD2", "x")}</row>'), refused("too_many_columns")),
    Case("F07-百万空行.xlsx", cells(ROW + "<row/>" * 1_048_574), good(1)),
    Case("F08-单元格过多.xlsx", cells(f"<row>{'<c/>' * (MAX_CELLS + 1)}</row>"), refused("too_large")),
    Case("F09-单元格过长.xlsx", cells(f'<row r="2">{text_cell("A2", "x" * (MAX_CELL + 1))}</row>'),
         refused("long_cell")),
    Case("F10-没有的列号.xlsx", cells(f'<row r="2">{text_cell("AAAAAAA2", "x")}</row>'), refused("damaged")),
    Case("F11-实体膨胀.xlsx", with_entity('<!ENTITY b "十">' + '<!ENTITY a "&b;&b;&b;&b;">'), refused("damaged")),
    Case("F11-外部实体.xlsx", with_entity('<!ENTITY a SYSTEM "file:///etc/hostname">'), refused("damaged")),
    Case("F12-含符号链接.xlsx", with_link, refused("damaged")),
    Case("F12-部件重叠.xlsx", spoiled(sound, overlapping), refused("damaged")),
    Case("F12-虚报大小.xlsx", spoiled(sound, oversized), refused("too_large")),
    Case("F12-截去一半.xlsx", spoiled(sound, lambda data: data[: len(data) // 2]), refused("damaged")),
    Case("F12-行无限重复.ods", endless_rows, refused("damaged")),
]  # fmt: skip

"""A made file and what importing it must say."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parkparty.core.codes import uscc_from_body
from tests.rosters.conftest import write_csv, write_xlsx

PARK, ELSEWHERE = "创智天地", "宁波软件园"
SUPERIOR = "创智天地园区综合党委"
SHEET = "名单"
HEADER = ["企业名称", "所属园区", "从业人数"]
BODY: list[list[Any]] = [["玄武甲有限公司", PARK, 12], ["朱雀乙有限公司", PARK, 30]]
Grid = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Case:
    """``make`` writes the file ``name``; ``expected`` is what of the command's answer counts."""

    name: str
    make: Callable[[Path], object]
    expected: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Write the file, and what is expected of it beside it."""
        self.make(folder / self.name)
        told = json.dumps(self.expected, ensure_ascii=False, indent=2)
        (folder / f"{self.name}.json").write_text(f"{told}\n", encoding="utf-8")


def good(rows: int = 2) -> dict[str, Any]:
    """So many rows, all of them new."""
    return {"rows": rows, "new": rows, "wrong": 0, "errors": {}}


def wrong(cells: dict[str, str], *, new: int = 0) -> dict[str, Any]:
    """These cells with the kinds of their faults, each in a row of its own."""
    errors = {f"{SHEET}!{cell}": kind for cell, kind in cells.items()}
    return {"rows": new + len(cells), "new": new, "wrong": len(cells), "errors": errors}


def refused(fault: str) -> dict[str, Any]:
    """The whole file is refused."""
    return {"rows": 0, "new": 0, "wrong": 0, "errors": {"": fault}}


def code(number: int) -> str:
    """A credit code that no other set uses."""
    return uscc_from_body("91", "310110", f"MADE{number:04d}")


def xlsx(rows: Grid) -> Callable[[Path], object]:
    """A workbook of one sheet."""
    return lambda path: write_xlsx(path, rows)


def text(rows: Grid, encoding: str = "utf-8-sig", delimiter: str = ",") -> Callable[[Path], object]:
    """A text file of separated values."""
    return lambda path: write_csv(path, rows, encoding, delimiter)


def written(content: bytes) -> Callable[[Path], object]:
    """A file of just these bytes."""
    return lambda path: path.write_bytes(content)


def companies(*rows: dict[str, Any]) -> list[list[Any]]:
    """A header and rows by title; a row without a name or a park gets one."""
    filled = [{"企业名称": f"青龙{at}号有限公司", "所属园区": PARK, **row} for at, row in enumerate(rows, start=1)]
    titles = list(dict.fromkeys(title for row in filled for title in row))
    return [titles, *([row.get(title, "") for title in titles] for row in filled)]

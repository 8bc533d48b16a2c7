"""The site's side of reading: start the child, hold it to its time, and take its rows."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parkparty.core.files import child_process
from parkparty.rosters.sheets.limits import WALL_SECONDS, Refused

Cell = str | int | float | bool | dt.date
Known = Mapping[str, Mapping[str, bool]]
"""Folded column titles; ``fill`` says that a merged block is filled down, ``date`` that a plain number means a day."""
_TOO_SLOW = {-signal.SIGXCPU, -signal.SIGKILL}


@dataclass(slots=True)
class Sheet:
    """A sheet with a header: its titles by column, and its rows with their true numbers."""

    name: str
    header_row: int
    titles: list[str]
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    """Columns (from 0) that the sheet does not show; they are read like the others."""
    hidden_rows: int = 0
    """How many of the rows the sheet does not show; they are read like the others."""
    filled: int = 0
    """How many cells took the value of the merged block that they belong to."""


@dataclass(slots=True)
class Workbook:
    """All of a file that has a header, and the names of the sheets that were left out."""

    sheets: list[Sheet] = field(default_factory=list)
    hidden_sheets: list[str] = field(default_factory=list)
    """Hidden sheets that have a header: not read, because nobody sees them."""
    without_header: list[str] = field(default_factory=list)


def read(path: Path, *, filename: str, known: Known) -> Workbook:
    """Read every visible sheet of ``path`` that has a header of ``known`` titles.

    Raises:
        Refused: with the fault, for a file that cannot be read or takes too much.
    """
    request = json.dumps({"known": known, "name": Path(filename).stem[:31] or "CSV"})
    try:
        with child_process("parkparty.rosters.sheets.child", str(path), seconds=WALL_SECONDS) as child:
            return _take(child, request)
    except (ValueError, BrokenPipeError) as cut_off:
        raise Refused("damaged") from cut_off


def _take(child: subprocess.Popen[bytes], request: str) -> Workbook:
    if child.stdin is None or child.stdout is None:
        raise Refused("damaged")
    child.stdin.write(request.encode())
    child.stdin.close()
    child.stdin = None
    book = Workbook()
    is_whole = False
    for line in child.stdout:
        is_whole = _put(book, json.loads(line, object_hook=_cell))
    if child.wait() or not is_whole:
        raise Refused("too_slow" if child.returncode in _TOO_SLOW else "damaged")
    return book


def _put(book: Workbook, answer: Any) -> bool:
    """Put one line of the child into ``book``; whether it was the last."""
    if isinstance(answer, list):
        numbers, rows = answer
        book.sheets[-1].rows += zip(numbers, rows, strict=True)
    elif "fault" in answer:
        raise Refused(answer["fault"], answer["detail"])
    elif "sheet" in answer:
        book.sheets.append(
            Sheet(answer["sheet"], answer["header_row"], answer["titles"], hidden_columns=answer["hidden_columns"])
        )
    elif "filled" in answer:
        book.sheets[-1].hidden_rows, book.sheets[-1].filled = answer["hidden_rows"], answer["filled"]
    else:
        book.hidden_sheets, book.without_header = answer["hidden_sheets"], answer["without_header"]
        return True
    return False


def _cell(value: dict[str, Any]) -> object:
    day = value.get("date")
    return dt.date.fromisoformat(day) if day else value

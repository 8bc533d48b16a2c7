"""The site's side of reading: start the child, hold it to its time, and pass its rows on as they come."""

from __future__ import annotations

import datetime as dt
import json
import signal
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parkparty.core.files import child_process
from parkparty.rosters.sheets.limits import WALL_SECONDS, Refused

Cell = str | int | float | bool | dt.date
Line = tuple[int, list[Cell]]
"""A row's true number and its cells."""
Known = Mapping[str, Mapping[str, bool]]
"""Folded column titles; ``fill`` says that a merged block is filled down, ``date`` that a plain number means a day."""
_TOO_SLOW = {-signal.SIGXCPU, -signal.SIGKILL}


@dataclass(slots=True)
class Sheet:
    """A sheet with a header: its titles by column, and its rows, which may be gone through once."""

    name: str
    header_row: int
    titles: list[str]
    rows: Iterable[Line] = ()
    hidden_columns: list[int] = field(default_factory=list)
    """Columns (from 0) that the sheet does not show; they are read like the others."""
    hidden_rows: int = 0
    """How many of the rows the sheet does not show; they are read like the others. Known after the last row."""
    filled: int = 0
    """How many cells took the value of the merged block that they belong to. Known after the last row."""


class Workbook:
    """A file while it is read: its visible sheets that have a header, one after the other."""

    def __init__(self, answers: Iterator[Any]) -> None:
        self._answers = answers
        self.hidden_sheets: list[str] = []
        """Hidden sheets that have a header: not read, because nobody sees them. Known after the last sheet."""
        self.without_header: list[str] = []
        """Known after the last sheet."""

    def __iter__(self) -> Iterator[Sheet]:
        """Each sheet; rows of one that were not taken are passed over when the next is asked for.

        Raises:
            Refused: with the fault, for a file that cannot be read or takes too much.
        """
        for answer in self._answers:
            if "sheet" not in answer:
                self.hidden_sheets, self.without_header = answer["hidden_sheets"], answer["without_header"]
                continue
            sheet = Sheet(
                answer["sheet"], answer["header_row"], [*answer["titles"]], hidden_columns=answer["hidden_columns"]
            )
            rows = sheet.rows = self._rows(sheet)
            yield sheet
            for _row in rows:
                pass

    def _rows(self, sheet: Sheet) -> Iterator[Line]:
        for answer in self._answers:
            if not isinstance(answer, list):
                sheet.hidden_rows, sheet.filled = answer["hidden_rows"], answer["filled"]
                return
            numbers, rows = answer
            yield from zip(numbers, rows, strict=True)


@contextmanager
def opened(
    path: Path, *, filename: str, known: Known, keep: Callable[[bytes], object] | None = None
) -> Iterator[Workbook]:
    """Read the visible sheets of ``path`` that have a header of ``known`` titles, within this block.

    ``keep`` gets line by line what was read, for ``read_again``.
    """
    request = json.dumps({"known": known, "name": Path(filename).stem[:31] or "CSV"})
    with child_process("parkparty.rosters.sheets.child", str(path), seconds=WALL_SECONDS) as child:
        yield Workbook(_answers(child, request, keep))


def read_again(lines: Iterable[bytes]) -> list[Any] | None:
    """What a ``Workbook`` is made of, from lines that were kept when it was read; None where some are missing."""
    try:
        answers = [json.loads(line, object_hook=_cell) for line in lines]
    except ValueError:
        return None
    return answers if answers and "hidden_sheets" in answers[-1] else None


def _answers(child: subprocess.Popen[bytes], request: str, keep: Callable[[bytes], object] | None) -> Iterator[Any]:
    """The child's lines. A child that was cut off is told from one that came to its end by the last of them."""
    if child.stdin is None or child.stdout is None:
        raise Refused("damaged")
    is_whole = False
    try:
        child.stdin.write(request.encode())
        child.stdin.close()
        child.stdin = None
        for line in child.stdout:
            answer = json.loads(line, object_hook=_cell)
            if "fault" in answer:
                raise Refused(answer["fault"], answer["detail"])
            is_whole = "hidden_sheets" in answer
            if keep:
                keep(line)
            yield answer
    except (ValueError, BrokenPipeError) as cut_off:
        raise Refused("damaged") from cut_off
    if child.wait() or not is_whole:
        raise Refused("too_slow" if child.returncode in _TOO_SLOW else "damaged")


def _cell(value: dict[str, Any]) -> object:
    day = value.get("date")
    return dt.date.fromisoformat(day) if day else value

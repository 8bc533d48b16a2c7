"""The site's side of reading: start the child, hold it to its time, and take its rows."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from parkparty.rosters.sheets.limits import WALL_SECONDS, Refused

Cell = str | int | float | bool | dt.date
_TOO_SLOW = {-signal.SIGXCPU, -signal.SIGKILL}


@dataclass(slots=True)
class Sheet:
    """The sheet that held a header: its titles by column, and its rows with their true numbers."""

    name: str
    header_row: int
    titles: list[str]
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)


def read_sheet(path: Path, *, filename: str, known: Mapping[str, bool]) -> Sheet:
    """Read the first sheet of ``path`` that has a header of ``known`` titles (folded → filled down when merged).

    Raises:
        Refused: with the fault, for a file that cannot be read or takes too much.
    """
    request = json.dumps({"known": dict(known), "name": Path(filename).stem[:31] or "CSV"})
    child = subprocess.Popen(
        [sys.executable, "-m", "parkparty.rosters.sheets.child", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8"},
        text=True,
        encoding="utf-8",
    )
    timer = threading.Timer(WALL_SECONDS, child.kill)
    timer.start()
    try:
        return _take(child, request)
    except (json.JSONDecodeError, UnicodeDecodeError, BrokenPipeError) as cut_off:
        raise Refused("damaged") from cut_off
    finally:
        timer.cancel()
        child.kill()
        child.communicate()


def _take(child: subprocess.Popen[str], request: str) -> Sheet:
    if child.stdin is None or child.stdout is None:
        raise Refused("damaged")
    child.stdin.write(request)
    child.stdin.close()
    child.stdin = None
    sheet: Sheet | None = None
    for line in child.stdout:
        answer = json.loads(line, object_hook=_cell)
        if isinstance(answer, list) and sheet is not None:
            sheet.rows.append((answer[0], answer[1]))
        elif "fault" in answer:
            raise Refused(answer["fault"], answer["detail"])
        else:
            sheet = Sheet(answer["sheet"], answer["header_row"], answer["titles"])
    if child.wait() or sheet is None:
        raise Refused("too_slow" if child.returncode in _TOO_SLOW else "damaged")
    return sheet


def _cell(value: dict[str, str]) -> object:
    return dt.date.fromisoformat(value["date"]) if set(value) == {"date"} else value

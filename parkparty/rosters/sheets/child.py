"""The process that touches untrusted files: ``python -m parkparty.rosters.sheets.child FILE``.

Asked on standard input with one JSON object (``known``: folded column titles → whether a merged block is filled down;
``name``: what to call the sheet of a CSV), it answers on standard output with JSON lines: first the header, then a line
a row. A refusal is one line with ``fault``. It sets its own limits before it opens the file, so that whatever a file
does to it, the site only sees a child that ended.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from parkparty.core.text import fold_label
from parkparty.rosters.sheets import excel, text
from parkparty.rosters.sheets.header import SEARCHED_ROWS, find_header
from parkparty.rosters.sheets.limits import CPU_SECONDS, MAX_CELL, MAX_CELLS, MAX_ROWS, MEMORY, Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def main(path: Path, request: dict[str, Any]) -> None:
    """Answer one request; every fault of the file becomes one line that says so."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    try:
        for line in _lines(path, request):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    except Refused as refusal:
        _refuse(refusal.fault, refusal.detail)
    except MemoryError:
        _refuse("too_large")
    except BaseException as fault:  # noqa: BLE001  the reader's Rust code panics with a BaseException
        sys.stderr.write(f"{type(fault).__name__}: {fault}\n")
        _refuse("damaged")
    sys.stdout.flush()


def _refuse(fault: str, detail: str = "") -> None:
    sys.stdout.write(json.dumps({"fault": fault, "detail": detail}) + "\n")


def _lines(path: Path, request: dict[str, Any]) -> Iterator[object]:
    known: dict[str, bool] = request["known"]
    for name, rows, merges in _sheets(path, request["name"]):
        first = list(islice(rows, SEARCHED_ROWS))
        at = find_header(first, set(known))
        if at is None:
            continue
        titles = [str(title) for title in first[at]]
        yield {"sheet": name, "header_row": at + 1, "titles": titles}
        filled = {i for i, title in enumerate(titles) if known.get(fold_label(title))}
        body = enumerate(chain(first[at + 1 :], rows), start=at + 1)
        yield from _body(body, [merge for merge in merges if merge[0] > at and merge[2] in filled])
        return
    raise Refused("no_header")


def _sheets(path: Path, name: str) -> Iterable[tuple[str, Iterator[list[object]], list[excel.Merge]]]:
    """The sheets of the file, told by its content, never by its name."""
    with path.open("rb") as file:
        beginning = file.read(8)
    if not beginning:
        raise Refused("empty")
    if beginning.startswith(b"PK\x03\x04"):
        excel.check_package(path)
        return excel.sheets(path)
    if beginning == OLE:
        encrypted = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
        raise Refused("encrypted" if encrypted else "old_xls")
    return [(name, text.rows(path), [])]


def _body(numbered: Iterable[tuple[int, list[object]]], merges: list[excel.Merge]) -> Iterator[object]:
    """Rows that hold something, each with its number in the sheet; merged blocks are filled down."""
    starts = {(first, column): last for first, last, column in merges}
    open_blocks: dict[int, tuple[int, object]] = {}
    count = cells = 0
    for index, row in numbered:
        if all(cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in row):
            continue
        for column in {column for _, _, column in merges}:
            _fill(index, column, row, starts, open_blocks)
        count, cells = count + 1, cells + len(row)
        if count > MAX_ROWS or cells > MAX_CELLS:
            raise Refused("too_many_rows", str(MAX_ROWS))
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in row):
            raise Refused("long_cell", str(index + 1))
        yield [index + 1, row]


def _fill(
    index: int,
    column: int,
    row: list[object],
    starts: dict[tuple[int, int], int],
    open_blocks: dict[int, tuple[int, object]],
) -> None:
    if column >= len(row):
        return
    if last := starts.get((index, column)):
        open_blocks[column] = (last, row[column])
    until, value = open_blocks.get(column, (-1, ""))
    if index <= until:
        row[column] = value


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.load(sys.stdin))

"""The process that touches untrusted files: ``python -m parkparty.rosters.sheets.child FILE``.

Asked on standard input with one JSON object (``known``: folded column titles → ``fill`` and ``date``, whether a merged
block is filled down and whether plain numbers mean days; ``name``: what to call the sheet of a CSV), it answers on
standard output with JSON lines. For each sheet with a header: an object with its titles, then rows by the thousand as
``[[numbers], [rows]]``, then an object that counts what was hidden and filled down. At last an object that names the
sheets left out. A refusal is one line with ``fault``. It sets its own limits before it opens the file, so that whatever
a file does to it, the site only sees a child that ended.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from parkparty.core.files import confine
from parkparty.core.text import fold_label
from parkparty.rosters.sheets import excel, markup, text
from parkparty.rosters.sheets.body import Body, check_lengths
from parkparty.rosters.sheets.header import SEARCHED_ROWS, find_header
from parkparty.rosters.sheets.limits import CPU_SECONDS, MEMORY, Refused
from parkparty.rosters.sheets.old_excel import SIGNATURE
from parkparty.rosters.sheets.page import Page

Known = dict[str, dict[str, bool]]


def main(path: Path, request: dict[str, Any]) -> None:
    """Answer one request; every fault of the file becomes one line that says so."""
    confine(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    try:
        for line in _lines(path, request):
            sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
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
    known: Known = request["known"]
    hidden: list[str] = []
    without_header: list[str] = []
    body = Body()
    found = False
    for page in _pages(path, request["name"], known):
        first = list(islice(page.rows, SEARCHED_ROWS))
        check_lengths(first)
        header = find_header(first, known.keys())
        if header is None:
            without_header += [] if page.is_hidden else [page.name]
            continue
        if page.is_hidden:
            hidden.append(page.name)
            continue
        found = True
        titles = header.titles
        yield {
            "sheet": page.name,
            "header_row": header.last + 1,
            "titles": titles,
            "hidden_columns": sorted(column for column in page.hidden_columns if column < len(titles)),
        }
        filled, dates = (_columns(titles, known, what) for what in ("fill", "date"))
        rest = enumerate(chain(first[header.last + 1 :], page.rows), start=header.last + 1)
        yield from body.lines(page, rest, filled, dates)
    if not found:
        raise Refused("hidden_only" if hidden else "no_header", "\n".join(hidden))
    yield {"hidden_sheets": hidden, "without_header": without_header}


def _columns(titles: list[str], known: Known, what: str) -> set[int]:
    return {at for at, title in enumerate(titles) if known.get(fold_label(title), {}).get(what)}


def _pages(path: Path, name: str, known: Known) -> Iterable[Page]:
    """The sheets of the file, told by its content, never by its name."""
    with path.open("rb") as file:
        beginning = file.read(1024)
    if not beginning:
        raise Refused("empty")
    if beginning.startswith(b"PK"):
        return excel.pages(path, is_package=True)
    if beginning.startswith(SIGNATURE):
        return excel.pages(path, is_package=False)
    if markup.is_markup(beginning):
        return markup.pages(path.read_bytes(), name)
    if b"urn:schemas-microsoft-com:office:spreadsheet" in beginning or beginning.startswith(b"MIME-Version:"):
        raise Refused("html")
    return [text.page(path.read_bytes(), name, lambda rows: find_header(rows, known.keys()) is not None)]


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.load(sys.stdin))

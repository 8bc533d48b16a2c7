"""Finding the header below title rows, by the column titles that we know: one line, or two where titles are grouped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from parkparty.core.text import clean, fold_label

SEARCHED_ROWS = 30
FEWEST_MATCHES = 2


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header's last line stands (from 0), and the title of each column."""

    last: int
    titles: list[str]
    matches: int


def find_header(rows: Sequence[Sequence[object]], known: Collection[str]) -> Header | None:
    """The header with the most known titles among the first 30 rows; None when none has two.

    ``known`` holds folded titles. Of equal ones the upper wins, and one line wins over two.
    """
    texts = [[clean(cell) if isinstance(cell, str) else "" for cell in row] for row in rows[:SEARCHED_ROWS]]
    found = [_single(at, line, known) for at, line in enumerate(texts)]
    best = max(found, key=lambda header: header.matches, default=None)
    for at in range(1, len(texts)):
        double = _double(at, texts[at - 1], texts[at], known)
        if double and double.matches > (best.matches if best else 0):
            best = double
    return best if best and best.matches >= FEWEST_MATCHES else None


def _single(at: int, line: list[str], known: Collection[str]) -> Header:
    return Header(at, line, sum(fold_label(title) in known for title in line if title))


def _double(at: int, upper: list[str], lower: list[str], known: Collection[str]) -> Header | None:
    """Two lines read as one: “党员人数” over “正式” and “预备”. None where the lower line looks like data."""

    def means(title: str) -> bool:
        return bool(title) and fold_label(title) in known

    titles: list[str] = []
    group = ""
    for column in range(max(len(upper), len(lower))):
        above, below = _at(upper, column), _at(lower, column)
        spans = bool(above) and column + 1 < len(upper) and not _at(upper, column + 1)
        if above and below and means(above) and not spans and not means(group_title(above, below)):
            return None
        group = above or (group if below else "")
        options = (group_title(group, below), below, above) if below else (above,)
        titles.append(next((title for title in options if means(title)), below or above))
    return Header(at, titles, sum(means(title) for title in titles))


def group_title(group: str, title: str) -> str:
    """“企业” over “名称” is “企业名称”."""
    return f"{group}{title}"


def _at(line: list[str], column: int) -> str:
    return line[column] if column < len(line) else ""

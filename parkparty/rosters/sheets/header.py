"""Finding the header row below title rows, by the column titles that we know."""

from __future__ import annotations

from collections.abc import Sequence

from parkparty.core.text import fold_label

SEARCHED_ROWS = 30
FEWEST_MATCHES = 2


def find_header(rows: Sequence[Sequence[object]], known: set[str]) -> int | None:
    """The index of the row, among the first 30, with the most known titles; None when none has two."""
    matches = [sum(isinstance(cell, str) and fold_label(cell) in known for cell in row) for row in rows[:SEARCHED_ROWS]]
    most = max(matches, default=0)
    return matches.index(most) if most >= FEWEST_MATCHES else None

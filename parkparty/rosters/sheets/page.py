"""One sheet of a file, whatever its format: its rows as they come, and what is known of it beside its cells."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

Row = list[object]
Merge = tuple[int, int, int, int]
"""First and last row, first and last column of a merged block, all from 0."""

NOT_WORKED_OUT = "#未计算!"
"""What stands for a formula that the program that wrote the file never worked out."""


@dataclass(slots=True)
class Page:
    """A sheet. Rows and columns count from 0, blank ones included."""

    name: str
    rows: Iterator[Row]
    merges: list[Merge] = field(default_factory=list)
    is_hidden: bool = False
    hidden_rows: Set[int] = frozenset()
    hidden_columns: Set[int] = frozenset()
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """Cells that hold an error (``#N/A``), which the reader gives as blank, by row and column."""
    counts_from_1904: bool = False
    """Whether plain numbers that mean days count from 1904-01-01 instead of 1899-12-30."""

"""The rows below a header on their way out: blank ones dropped, blocks filled down, errors put back, limits held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from parkparty.rosters.sheets.limits import MAX_CELL, MAX_CELLS, MAX_ROWS, Refused
from parkparty.rosters.sheets.page import Page, Row

AT_ONCE = 1_000
"""Rows in a line of the answer."""
DAYS_TO_1904 = 1_462


class Body:
    """Counts rows and cells over all sheets of a file."""

    def __init__(self) -> None:
        self.rows = self.cells = 0

    def lines(
        self, page: Page, numbered: Iterable[tuple[int, Row]], filled: set[int], dates: set[int]
    ) -> Iterator[object]:
        """Rows of ``page`` in pieces, then how many of them were hidden and how many cells were filled down."""
        numbers: list[int] = []
        rows: list[Row] = []
        hidden = 0
        blocks = _Blocks(page, filled)
        errors = _by_row(page.errors)
        for index, row in numbered:
            if index in errors:
                _put_errors(row, errors[index])
            if not any(row) and not any(cell != "" for cell in row):
                continue
            if all(isinstance(cell, str) and not cell.strip() for cell in row):
                continue
            blocks.fill(index, row)
            if page.counts_from_1904:
                _shift(row, dates)
            self._count(index, row)
            hidden += index in page.hidden_rows
            numbers.append(index + 1)
            rows.append(row)
            if len(rows) == AT_ONCE:
                yield [numbers, rows]
                numbers, rows = [], []
        if rows:
            yield [numbers, rows]
        yield {"hidden_rows": hidden, "filled": blocks.filled}

    def _count(self, index: int, row: Row) -> None:
        self.rows, self.cells = self.rows + 1, self.cells + len(row)
        if self.rows > MAX_ROWS:
            raise Refused("too_many_rows", str(MAX_ROWS))
        if self.cells > MAX_CELLS:
            raise Refused("too_large")
        check_lengths([row], index)


def check_lengths(rows: Iterable[Row], first: int = 0) -> None:
    """Refuse a cell longer than any that a spreadsheet holds; ``first`` is where the rows begin."""
    for at, row in enumerate(rows, start=first + 1):
        try:
            longest = max(map(len, row), default=0)  # type: ignore[arg-type]  # nearly all rows are of text alone
        except TypeError:
            longest = max([len(cell) for cell in row if type(cell) is str], default=0)
        if longest > MAX_CELL:
            raise Refused("long_cell", str(at))


class _Blocks:
    """Merged blocks of the columns in which every row says the same."""

    def __init__(self, page: Page, columns: set[int]) -> None:
        self.filled = 0
        self._starts: dict[int, list[tuple[int, int]]] = {}
        for first, last, left, _right in page.merges:
            if left in columns and last > first:
                self._starts.setdefault(first, []).append((left, last))
        self._open: dict[int, tuple[int, object]] = {}

    def fill(self, index: int, row: Row) -> None:
        """Write into ``row`` what the blocks that reach it say."""
        for column, last in self._starts.get(index, ()):
            if column < len(row):
                self._open[column] = last, row[column]
        for column, (last, value) in list(self._open.items()):
            if index > last:
                del self._open[column]
            elif column < len(row) and row[column] != value:
                row[column] = value
                self.filled += 1


def _by_row(errors: dict[tuple[int, int], str]) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    for (row, column), value in errors.items():
        found.setdefault(row, []).append((column, value))
    return found


def _put_errors(row: Row, errors: list[tuple[int, str]]) -> None:
    for column, value in errors:
        row += [""] * (column + 1 - len(row))
        if row[column] == "":
            row[column] = value


def _shift(row: Row, dates: set[int]) -> None:
    """Count plain numbers that mean days from where the other calendar begins."""
    for column in dates:
        cell = row[column] if column < len(row) else ""
        if isinstance(cell, int | float) and 10_000 <= cell < 100_000:
            row[column] = cell + DAYS_TO_1904

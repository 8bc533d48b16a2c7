"""Where the cells of a report are collected while it is written."""

from __future__ import annotations

from parkparty.core.rates import Rate
from parkparty.reports.choices import CellKind
from parkparty.reports.sheets import Cell, Ref


class Draft:
    """The cells of one report; each method adds one and gives what sentences and tables show it by."""

    def __init__(self) -> None:
        self.cells: dict[str, Cell] = {}

    def count(self, id: str, label: str, value: int) -> Ref:
        """A number of things."""
        return self._keep(Cell(id, label, CellKind.COUNT.value, value))

    def change(self, id: str, label: str, value: int) -> Ref:
        """By how much a number grew or shrank."""
        return self._keep(Cell(id, label, CellKind.CHANGE.value, value))

    def rate(self, id: str, label: str, rate: Rate) -> Ref:
        """A rate with its numerator and denominator."""
        return self._keep(Cell(id, label, CellKind.RATE.value, rate.numerator, rate.denominator))

    def mean(self, id: str, label: str, total: int, number: int) -> Ref:
        """``total`` shared out among ``number``."""
        return self._keep(Cell(id, label, CellKind.MEAN.value, total, number))

    def word(self, id: str, label: str, value: str) -> Ref:
        """What is no number but belongs to one: a day, a period."""
        return self._keep(Cell(id, label, CellKind.TEXT.value, value))

    def value(self, ref: Ref) -> int:
        """The number of a cell."""
        return int(self.cells[ref.cell].value)

    def _keep(self, cell: Cell) -> Ref:
        if cell.id in self.cells:
            raise ValueError(cell.id)
        self.cells[cell.id] = cell
        return Ref(cell.id)

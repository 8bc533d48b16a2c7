"""Where a number lies on a chart: across in per cent of the width, down in pixels. All charts measure by these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from parkparty.core.templatetags.parkparty import drawer, joined, thousands

COLUMN_TOP, COLUMN_HEIGHT = 20, 90
"""Where the largest column begins, and how high it is, in pixels."""


def across(number: float, whole: float) -> str:
    """``number`` of ``whole`` as a part of the width; 0 where there is nothing to be a part of."""
    return f"{100 * number / whole:.2f}%" if whole else "0%"


def middle_of(place: int, places: int) -> str:
    """The middle of one of ``places`` that share the width evenly, the first being 0."""
    return across(place + 0.5, places)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number with its list: what it is called in full and in short."""

    name: str
    label: str
    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Column:
    """A cell drawn as a column."""

    cell: Cell
    x: str
    middle: str
    y: int
    height: int

    @property
    def label_y(self) -> int:
        """The base line of the number over the column."""
        return self.y - 5


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of columns on one base line; ``width`` is that of each."""

    columns: list[Column]
    width: str
    line_y: int = COLUMN_TOP + COLUMN_HEIGHT

    @property
    def drawn(self) -> SafeString:
        """The columns, each a link to its list: twelve of them as nodes of a template take longer than all tiles."""
        return joined(
            COLUMN(
                *(column.cell.address, column.cell.name, str(column.cell.number)),
                *(column.cell.name, thousands(column.cell.number)),
                *(column.x, str(column.y), self.width, str(column.height)),
                *(column.middle, str(column.label_y), thousands(column.cell.number), column.middle, column.cell.label),
            )
            for column in self.columns
        )


COLUMN = drawer(
    '<a href="{}" aria-label="{} {}"><title>{} · {}</title>'
    '<rect x="{}" y="{}" width="{}" height="{}" fill="#0b5cad" />'
    '<text class="trend-number" x="{}" y="{}" text-anchor="middle">{}</text>'
    '<text class="trend-day" x="{}" y="130" text-anchor="middle">{}</text></a>'
)


def columns_of(cells: Sequence[Cell], largest: int = 0) -> Columns:
    """The chart of ``cells``; ``largest`` is the number of a full column where several charts share one scale."""
    largest = largest or max((cell.number for cell in cells), default=0) or 1
    columns = []
    for place, cell in enumerate(cells):
        height = round(COLUMN_HEIGHT * cell.number / largest)
        x, middle = across(place + 0.15, len(cells)), middle_of(place, len(cells))
        columns.append(Column(cell, x, middle, COLUMN_TOP + COLUMN_HEIGHT - height, height))
    return Columns(columns, across(0.7, len(cells)))

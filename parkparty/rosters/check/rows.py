"""Rows of a roster as values, each with the cells that are wrong."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from parkparty.companies.models import Company
from parkparty.places.models import Park
from parkparty.rosters.check.proposals import proposal
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns import BY_KEY, COLUMNS, Cell, CellFault, Column, cell_address, match_columns, shown
from parkparty.rosters.models import RosterIssue
from parkparty.rosters.sheets.reading import Sheet


@dataclass(slots=True)
class Layout:
    """Which sheet the rows stand on, and in which of its columns (from 0) each value."""

    sheet: str
    positions: dict[str, int]

    def place_of(self, key: str) -> str:
        """The column that holds ``key``; where the sheet has none, the nearest one that speaks of the same thing."""
        return next((at for at in (key, _SPOKEN_FOR_BY.get(key, "name")) if at in self.positions), "name")

    def address(self, key: str, number: int) -> str:
        """Such as ``名单!D318``."""
        return f"{self.sheet}!{cell_address(self.positions[self.place_of(key)], number)}"


_SPOKEN_FOR_BY = dict.fromkeys(("branch_type", "superior", "approved_on", "formation", "link_since"), "branch") | {
    "status_since": "status",
    "full": "probationary",
    "tenancy_since": "park",
}


@dataclass(slots=True)
class Row:
    """One row: the values of its cells that are not blank, and what is wrong with it."""

    layout: Layout
    number: int
    cells: list[Cell]
    values: dict[str, Any] = field(default_factory=dict)
    issues: list[RosterIssue] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    park: Park | None = None
    company: Company | None = None
    """The company on the site that the row means; None for one that is not there yet."""
    decision: str = ""
    """What somebody decided about a company that may be this one: its key, or ``NEW_ONE``."""
    is_ours: bool = True
    """Whether the importer keeps that company; what others keep is not shown, compared or changed."""

    @property
    def name(self) -> str:
        """The company's name as far as it can be read."""
        return str(self.values.get("name", ""))

    def cell(self, key: str) -> Cell:
        """The cell under ``key``, blank beyond the row's end."""
        position = self.layout.positions.get(key, len(self.cells))
        return self.cells[position] if position < len(self.cells) else ""

    def address(self, key: str) -> str:
        """Where the cell stands."""
        return self.layout.address(key, self.number)

    def as_of(self, day: dt.date) -> dt.date:
        """The day that the row speaks of, ``day`` when it does not say."""
        stated: dt.date = self.values.get("as_of", day)
        return stated

    def can_tell(self, *keys: str) -> bool:
        """Whether none of these cells is wrong, so that what follows from them can be worked out."""
        return self.bad.isdisjoint(keys)

    def fault(self, key: str, kind: IssueKind, **params: object) -> None:
        """Note that the cell under ``key`` is wrong."""
        self.bad.add(key)
        column = self.layout.place_of(key)
        value = shown(self.cell(column))[:200]
        self.issues.append(
            RosterIssue(
                number=self.number,
                cell=self.address(key),
                column=column,
                key=key,
                kind=kind,
                value=value,
                proposal=proposal(kind, value if column == key else "", params)[:200],
                params=params,
            )
        )


@dataclass(slots=True)
class Roster:
    """A roster that was read: its rows, and the titles of the columns that mean nothing to us."""

    sheet: str
    ignored: list[str]
    rows: list[Row]
    titles: list[str] = field(default_factory=list)
    header_row: int = 1
    seen: dict[str, Any] = field(default_factory=dict)
    """What was seen beside the rows, for the batch's page."""


Repairs = Mapping[tuple[int, str], str]
"""What was typed in place of cells, by row number and column key; under the keys below what was said of a row."""

WHOLE_ROW = ""
"""That the row is left out."""

DECISION = "decision"
"""Which company the row means, of those that it may be taken for: the company's key, or ``NEW_ONE``."""

NEW_ONE = "new"


def read_rows(sheet: Sheet, aliases: Mapping[str, str] | None = None, repairs: Repairs | None = None) -> Roster:
    """The rows of ``sheet`` with their cells as values and every cell that does not read as one.

    Raises:
        HeaderFault: when required columns are missing or doubled.
    """
    positions, ignored = match_columns(sheet.titles, aliases or {})
    repairs = repairs or {}
    _repair(sheet, positions, repairs)
    layout = Layout(sheet.name, positions)
    rows = [Row(layout, number, cells, decision=repairs.get((number, DECISION), "")) for number, cells in sheet.rows]
    for column in COLUMNS:
        if column.key in positions:
            _parse(rows, column)
    for row in rows:
        _check_between_cells(row)
    return Roster(sheet.name, ignored, rows, sheet.titles, sheet.header_row)


def _repair(sheet: Sheet, positions: dict[str, int], repairs: Repairs) -> None:
    """Put what was typed into the cells; a column that the file lacks is added behind the others."""
    for key in sorted({key for _number, key in repairs if key in BY_KEY} - positions.keys()):
        positions[key] = len(sheet.titles)
        sheet.titles.append(str(BY_KEY[key].title))
    left_out = {number for number, key in repairs if key == WHOLE_ROW}
    sheet.rows[:] = [(number, cells) for number, cells in sheet.rows if number not in left_out]
    typed: dict[int, dict[int, str]] = defaultdict(dict)
    for (number, key), value in repairs.items():
        if key in BY_KEY:
            typed[number][positions[key]] = value
    for number, cells in sheet.rows:
        for at, value in typed.get(number, {}).items():
            cells.extend([""] * (at + 1 - len(cells)))
            cells[at] = value


def _parse(rows: Iterable[Row], column: Column) -> None:
    """Read one column. Cells that are written alike are read once: most columns hold a few values many times over."""
    remembered: dict[object, Any] = {}
    for row in rows:
        cell = row.cell(column.key)
        # A number, a truth and a text may be equal to Python without being read alike.
        key = cell if type(cell) is str else (type(cell), cell)
        found = remembered.get(key, _UNREAD)
        if found is _UNREAD:
            found = remembered[key] = _read(column, cell)
        if isinstance(found, CellFault):
            row.fault(column.key, found.kind, **found.params)
        elif found is not _BLANK:
            row.values[column.key] = found


_UNREAD, _BLANK = object(), object()


def _read(column: Column, cell: Cell) -> Any:
    """The cell's value, what is wrong with it, or the mark for one that says nothing."""
    if column.is_blank(cell):
        return CellFault(IssueKind.REQUIRED) if column.required else _BLANK
    try:
        return column.parse(cell)
    except CellFault as fault:
        return fault


def _check_between_cells(row: Row) -> None:
    """What one cell of a row asks of another."""
    told = row.values.keys()
    if "branch" not in told and row.can_tell("branch") and told & {"branch_type", "approved_on", "link_since"}:
        row.fault("branch", IssueKind.BRANCH_NAME)
    if "probationary" in told and "full" not in told and row.can_tell("full"):
        row.fault("full", IssueKind.COUNT_INCOMPLETE)

"""Rows of a roster as values, each with the cells that are wrong."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain, zip_longest
from typing import Any

from parkparty.core.copying import AT_ONCE, in_pieces
from parkparty.core.privacy import personal_numbers
from parkparty.core.text import clean, fold_each
from parkparty.places.models import Park
from parkparty.rosters.check.proposals import proposal
from parkparty.rosters.choices import SHEET_SPAN, IssueKind
from parkparty.rosters.columns import COMPANIES, Cell, CellFault, Column, SheetKind, cell_address, match_columns, shown
from parkparty.rosters.models import RosterIssue
from parkparty.rosters.sheets.reading import Line, Sheet
from parkparty.rosters.staging.following import OWN_KEYS
from parkparty.rosters.staging.records import CompanyRecord
from parkparty.rosters.staging.stage import ALL, Stage

_BETWEEN_CELLS = "\x1f"


@dataclass(slots=True)
class Layout:
    """Which sheet the rows stand on, and in which of its columns (from 0) each value."""

    sheet: str
    positions: dict[str, int]
    kind: SheetKind = COMPANIES
    first: int = 0
    """What the numbers of the sheet's rows begin above: those of one workbook are numbered on, sheet by sheet."""

    def place_of(self, key: str) -> str:
        """The column that holds ``key``; where the sheet has none, the nearest one that speaks of the same thing."""
        main = self.kind.main
        return next((at for at in (key, self.kind.spoken_for.get(key, main)) if at in self.positions), main)

    def address(self, key: str, number: int) -> str:
        """Such as ``名单!D318``."""
        return f"{self.sheet}!{cell_address(self.positions[self.place_of(key)], number - self.first)}"


@dataclass(slots=True)
class Row:
    """One row: the values of its cells that are not blank, and what is wrong with it."""

    layout: Layout
    number: int
    cells: str
    """What its cells say, one after the other."""
    values: dict[str, Any] = field(default_factory=dict)
    folded: str = ""
    """The folded name, as long as the site keeps it."""
    issues: list[RosterIssue] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)
    park: Park | None = None
    company: CompanyRecord | None = None
    """The company on the site that the row means; None for one that is not there yet."""
    decision: str = ""
    """What somebody decided about a company that may be this one: its key, or ``NEW_ONE``."""
    is_ours: bool = True
    """Whether the importer keeps that company; what others keep is not shown, compared or changed."""

    @property
    def name(self) -> str:
        """What the row speaks of, as far as it can be read."""
        return str(self.values.get(self.layout.kind.main, ""))

    def shown(self, key: str) -> str:
        """What the cell under ``key`` says, nothing beyond the row's end."""
        cells = self.cells.split(_BETWEEN_CELLS)
        position = self.layout.positions.get(key, len(cells))
        return clean(cells[position]) if position < len(cells) else ""

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
        value = self.shown(column)[:200]
        if kind == IssueKind.PERSONAL:  # what must not be kept is not kept to be told about either
            value = " ".join(number.masked for number in personal_numbers(value))
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
    """A roster that was read: its rows in their stage, and the titles of the columns that mean nothing to us."""

    layout: Layout
    stage: Stage
    ignored: list[str]
    rows: int = 0
    unread: dict[int, list[RosterIssue]] = field(default_factory=dict)
    """Cells that could not be read, by row."""
    decisions: dict[int, str] = field(default_factory=dict)
    """What was decided about companies that rows may mean, by row."""
    apart: set[int] = field(default_factory=set)
    """Rows of which somebody decided that they are companies of their own, whatever other rows are called."""
    seen: dict[str, Any] = field(default_factory=dict)
    """What was seen beside the rows, for the batch's page."""

    @property
    def sheet(self) -> str:
        """The name of the sheet that the rows stand on."""
        return self.layout.sheet

    def pieces(self, which: str = ALL) -> Iterator[tuple[int, int, list[Row]]]:
        """Rows in the order of the file, some at a time, with the first and the last number."""
        for first, last, found in self.stage.pieces(which):
            yield first, last, [self._row(*values) for values in found]

    def _row(self, number: int, folded: str, cells: str, *values: Any) -> Row:
        issues = list(self.unread.get(number, ()))
        told = _values(self.stage.keys, values)
        row = Row(self.layout, number, cells, told, folded, issues, {issue.key for issue in issues})
        row.decision = self.decisions.get(number, "")
        return row


Repairs = Mapping[tuple[int, str], str]
"""What was typed in place of cells, by row number and column key; under the keys below what was said of a row."""

WHOLE_ROW = ""
"""That the row is left out."""

DECISION = "decision"
"""Which company the row means, of those that it may be taken for: the company's key, or ``NEW_ONE``."""

NEW_ONE = "new"


APART = "apart"
"""That the row is another company than rows of nearly its name."""

KIND = "kind"
"""What a sheet holds, said of the number that its rows begin above: the key of a kind, or nothing to leave it out."""


def stage_rows(
    sheet: Sheet,
    stage: Stage,
    aliases: Mapping[str, str] | None = None,
    repairs: Repairs | None = None,
    layout: Layout | None = None,
) -> Roster:
    """Put the rows of ``sheet`` into ``stage`` as values, and note every cell that does not read as one.

    Raises:
        HeaderFault: when required columns are missing or doubled.
    """
    layout = layout or Layout(sheet.name, {})
    layout.positions, ignored = match_columns(sheet.titles, aliases or {}, layout.kind)
    lines = repaired_lines(sheet, layout, repairs or {})
    roster = Roster(layout, stage, ignored)
    roster.decisions = {number: said for (number, key), said in (repairs or {}).items() if key == DECISION}
    roster.apart = {number for number, key in repairs or {} if key == APART}
    columns = [column for column in layout.kind.columns if column.key in layout.positions]
    stage.open(columns)
    readers = [Reader(column, layout.positions[column.key], stage.named.get(column.key)) for column in columns]
    sayings = Sayings(stage.keys)
    pieces = in_pieces(lines, AT_ONCE)
    stage.put(chain.from_iterable(_staged(piece, readers, roster, sayings) for piece in pieces))
    return roster


class Sayings:
    """Tells rows that say the same in all columns but those of their own; each saying has a number."""

    REMEMBERED = 20_000

    def __init__(self, keys: Sequence[str]) -> None:
        self._shared = [at for at, key in enumerate(keys) if key not in OWN_KEYS]
        self._numbers: dict[object, int] = {}

    def numbers(self, columns: Sequence[Sequence[Any]]) -> list[int | None]:
        """For each row the number of what it says; None where too much else was said to remember it, too."""
        known, found = self._numbers, list[int | None]()
        for said in zip(*(columns[at] for at in self._shared), strict=True):
            number = known.get(said)
            if number is None and len(known) < self.REMEMBERED:
                number = known[said] = len(known)
            found.append(number)
        return found


Faults = defaultdict[int, list[tuple[str, CellFault]]]
"""What is wrong in rows that are read together, by their place among them: the column, and what is wrong there."""


def _staged(lines: list[Line], readers: list[Reader], roster: Roster, sayings: Sayings) -> Iterator[tuple[Any, ...]]:
    """Some rows for the stage, their cells read column by column.

    Only a row with something wrong becomes a ``Row`` here: nearly all of them are values on their way.
    """
    faults: Faults = defaultdict(list)
    numbers, rows = zip(*lines, strict=True)
    written = [*zip_longest(*rows, fillvalue="")]
    columns = [reader.read(written, len(rows), faults) for reader in readers]
    keys = roster.stage.keys
    for at, key, kind in _check_between_cells(dict(zip(keys, columns, strict=True)), roster.layout):
        if all(said != key for said, _fault in faults[at]):
            faults[at].append((key, CellFault(kind)))
    said = sayings.numbers(columns)
    for at, wrong in sorted(faults.items()):
        said[at] = None
        row = Row(roster.layout, numbers[at], _joined(rows[at]), _values(keys, [column[at] for column in columns]))
        for key, fault in wrong:
            row.fault(key, fault.kind, **fault.params)
        roster.unread[row.number] = row.issues
    names = columns[keys.index(roster.layout.kind.main)]
    folded = [name[:120] for name in fold_each([name or "" for name in names])]
    roster.rows += len(lines)
    return zip(numbers, said, folded, _all_joined(rows), *columns, strict=True)


def _values(keys: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    return {key: value for key, value in zip(keys, values, strict=True) if value is not None}


def _all_joined(rows: Sequence[list[Cell]]) -> list[str]:
    """``_joined`` for each row: nearly always all cells are texts that need no cleaning."""
    try:
        if "".join(chain.from_iterable(rows)).isprintable():  # type: ignore[arg-type]
            return [*map(_BETWEEN_CELLS.join, rows)]  # type: ignore[arg-type]
    except TypeError:  # a number, a day, a truth
        pass
    return [*map(_joined, rows)]


def _joined(cells: list[Cell]) -> str:
    texts = [cell if type(cell) is str else shown(cell) for cell in cells]
    if not "".join(texts).isprintable():
        texts = list(map(clean, texts))
    return _BETWEEN_CELLS.join(texts)


def repaired_lines(sheet: Sheet, layout: Layout, repairs: Repairs) -> Iterable[Line]:
    """The rows with what was typed in place of their cells; a column that the file lacks is added behind the others."""
    positions, columns = layout.positions, layout.kind.by_key
    repairs = {
        (number, key): said
        for (number, key), said in repairs.items()
        if layout.first < number < layout.first + SHEET_SPAN
    }
    for key in sorted({key for _number, key in repairs if key in columns} - positions.keys()):
        positions[key] = len(sheet.titles)
        sheet.titles.append(str(columns[key].title))
    left_out = {number for number, key in repairs if key == WHOLE_ROW}
    typed: dict[int, dict[int, str]] = defaultdict(dict)
    for (number, key), value in repairs.items():
        if key in columns:
            typed[number][positions[key]] = value
    if not repairs:
        return sheet.rows
    return ((number, _with(cells, typed.get(number, {}))) for number, cells in sheet.rows if number not in left_out)


def _with(cells: list[Cell], typed: Mapping[int, str]) -> list[Cell]:
    if typed:
        cells = cells + [""] * (max(typed) + 1 - len(cells))
    for at, value in typed.items():
        cells[at] = value
    return cells


class Reader:
    """Reads one column. Cells that are written alike are read once: most columns hold a few values many times over."""

    REMEMBERED = 20_000

    def __init__(self, column: Column, position: int, values: set[Any] | None) -> None:
        """``values``, where there is one, gets every value that is read."""
        self.column, self.position, self._values = column, position, values
        self._remembered: dict[object, Any] = {}
        self._may_be_wrong = False

    def read(self, columns: Sequence[Sequence[Cell]], count: int, faults: Faults) -> list[Any]:
        """The column's values, None for a cell that says nothing or is wrong; what is wrong goes to the row's place.

        ``columns`` holds the cells of ``count`` rows by column, as many as the longest row has.
        """
        remembered = self._remembered
        written: Sequence[Any] = columns[self.position] if self.position < len(columns) else [""] * count
        if set(map(type, written)) != {str}:
            # A number, a truth and a text may be equal to Python without being read alike.
            written = [cell if type(cell) is str else (type(cell), cell) for cell in written]
        if len(remembered) > self.REMEMBERED:
            remembered.clear()
        self._remember(set(written) - remembered.keys())
        values = [*map(remembered.__getitem__, written)]
        if self._may_be_wrong:
            for place, value in enumerate(values):
                if isinstance(value, CellFault):
                    faults[place].append((self.column.key, value))
                    values[place] = None
        return values

    def _remember(self, cells: set[Any]) -> None:
        plain = self.column.plain([cell for cell in cells if type(cell) is str])
        self._remembered.update(zip(plain, plain, strict=True))
        if self._values is not None:
            self._values.update(plain)
        for cell in cells.difference(plain):
            self._remembered[cell] = self._read(cell if type(cell) is str else cell[1])

    def _read(self, cell: Cell) -> Any:
        """The cell's value, None for one that says nothing, or what is wrong with it."""
        found = _value(self.column, cell)
        if isinstance(found, CellFault):
            self._may_be_wrong = True
        elif self._values is not None and found is not None:
            self._values.add(found)
        return found


def _value(column: Column, cell: Cell) -> Any:
    if column.is_blank(cell):
        return CellFault(IssueKind.REQUIRED) if column.required else None
    try:
        value = column.parse(cell)
    except CellFault as fault:
        return fault
    return value.value if isinstance(value, Enum) else value


def _check_between_cells(columns: Mapping[str, list[Any]], layout: Layout) -> Iterator[tuple[int, str, IssueKind]]:
    """What one cell of a row asks of another: the row's place, and the cell that lacks."""
    if layout.kind is not COMPANIES:
        return
    for asked, askers, kind in _ASKED:
        for asker in askers:
            for at, said in enumerate(columns.get(asker, ())):
                if said is not None and (asked not in columns or columns[asked][at] is None):
                    yield at, asked, kind


_ASKED = (
    ("branch", ("branch_type", "approved_on", "link_since"), IssueKind.BRANCH_NAME),
    ("full", ("probationary",), IssueKind.COUNT_INCOMPLETE),
)
"""Cells that must say something where others do, and how it is told."""

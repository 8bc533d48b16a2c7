"""A file becomes a roster: read, its columns told apart with what the office calls them, and what was seen noted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.models import Grant
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.dates import today
from parkparty.core.reading import rubbish_left
from parkparty.core.text import clean, fold_label
from parkparty.rosters.check.rows import KIND, Layout, Repairs, Roster, stage_rows
from parkparty.rosters.choices import SHEET_SPAN, FileFault
from parkparty.rosters.columns import (
    BY_KEY,
    KINDS,
    Cell,
    HeaderFault,
    RecordKey,
    SheetKind,
    column_of,
    fitting_kinds,
    known_titles,
    match_columns,
    recognise,
    shown,
)
from parkparty.rosters.models import HeaderAlias, RosterBatch
from parkparty.rosters.sheets.limits import Refused
from parkparty.rosters.sheets.reading import Line, Sheet, Workbook, opened
from parkparty.rosters.staging.stage import Stage

SAMPLES = 3
_LOOKED_AT = 100
_SHOWN_COLUMNS = 50
_SHOWN_SHEETS = 20
_SHOWN_LENGTH = 24
_NUMBER = re.compile(r"(?<=\d{3})\d(?=\d{3})")
"""The inner digits of long numbers, which may be somebody's telephone or identity."""


@dataclass
class Book:
    """A file that was read: the sheets that are imported, their rows in their stages, and what was seen beside them."""

    rosters: list[Roster] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows are imported, of all sheets."""
        return sum(each["rows"] for each in self.seen["sheets"] if each["kind"])


@contextmanager
def staged_book(
    path: Path,
    *,
    filename: str,
    aliases: Mapping[str, str] | None = None,
    repairs: Repairs | None = None,
    keep: Callable[[bytes], object] | None = None,
) -> Iterator[Book]:
    """The rows of a file's sheets, with what was typed in place of their cells; ``keep`` as in ``opened``.

    Of each kind the first sheet that has the columns it needs is taken, unless somebody said otherwise. The rows stand
    in their stages for as long as the block lasts.

    Raises:
        Refused: with the fault, when the file, its header or its emptiness makes it useless.
    """
    aliases = aliases or {}
    with rubbish_left(), ExitStack() as stages:
        with opened(path, filename=filename, known=known_titles(aliases), keep=keep) as book:
            found = staged_sheets(book, stages, aliases, repairs or {})
        yield found


def staged_sheets(book: Workbook, stages: ExitStack, aliases: Mapping[str, str], repairs: Repairs) -> Book:
    """The rows of a workbook that is being read, in stages that last as long as ``stages``.

    Raises:
        Refused: as ``staged_book``.
    """
    found = _Taking(stages, aliases, repairs)
    for at, sheet in enumerate(book):
        found.take(sheet, at * SHEET_SPAN)
    return found.book(book)


class _Taking:
    """Goes through the sheets of a file and stages those that are to be imported."""

    def __init__(self, stages: ExitStack, aliases: Mapping[str, str], repairs: Repairs) -> None:
        self._stages, self._aliases, self._repairs = stages, aliases, repairs
        self._rosters: list[Roster] = []
        self._told: list[Seen] = []
        self._lacking: Seen | None = None
        self._fault: HeaderFault | None = None

    def take(self, sheet: Sheet, first: int) -> None:
        """Stage a sheet, or pass it over."""
        said = self._repairs.get((first, KIND))
        kind, fits = recognise(sheet.titles, self._aliases)
        if said in KINDS:
            kind, fits = KINDS[said], said in fitting_kinds(sheet.titles, self._aliases)
        seen = Seen(sheet, self._aliases, kind, first)
        self._told.append(seen)
        if said == "" or not fits or any(roster.layout.kind is kind for roster in self._rosters):
            if not self._rosters and self._lacking is None and said is None:
                self._lacking = seen
                sheet.rows = seen.looked_at(sheet.rows)
                seen.pass_over()
            return
        sheet.rows = seen.looked_at(sheet.rows)
        stage = self._stages.enter_context(Stage())
        try:
            roster = stage_rows(sheet, stage, self._aliases, self._repairs, Layout(sheet.name, {}, kind, first))
        except HeaderFault as fault:
            self._fault, self._lacking = fault, seen
            seen.pass_over()
            return
        seen.is_taken, roster.seen = True, seen.told
        self._rosters.append(roster)

    def book(self, book: Workbook) -> Book:
        """What was taken, when all sheets have passed."""
        if self._fault or not self._rosters:
            self._refuse(book)
        taken = [seen for seen in self._told if seen.is_taken]
        if not any(seen.rows for seen in taken):
            raise Refused(FileFault.NO_ROWS)
        return Book(self._rosters, self._seen(book, taken))

    def _seen(self, book: Workbook, shown: list[Seen]) -> dict[str, Any]:
        """What the batch's page tells of the file, and of the sheets that matter."""
        told = [seen.told for seen in shown]
        return {
            "sheets": [seen.listed for seen in self._told[:_SHOWN_SHEETS]],
            "unmatched": [column for each in told for column in each["unmatched"]][:_SHOWN_COLUMNS],
            "hidden_rows": sum(each["hidden_rows"] for each in told),
            "hidden_columns": [title for each in told for title in each["hidden_columns"]][:_SHOWN_COLUMNS],
            "filled": sum(each["filled"] for each in told),
            "hidden_sheets": book.hidden_sheets[:_SHOWN_SHEETS],
            "other_sheets": [seen.sheet.name for seen in self._told if seen not in shown][:_SHOWN_SHEETS],
        }

    def _refuse(self, book: Workbook) -> NoReturn:
        lacking = self._lacking
        if lacking is None or not lacking.rows:
            raise Refused(FileFault.NO_ROWS)
        seen = self._seen(book, [lacking])
        if self._fault and self._fault.ambiguous:
            raise Refused(FileFault.AMBIGUOUS_HEADER, "\n".join(self._fault.ambiguous), seen)
        try:
            match_columns(lacking.sheet.titles, self._aliases, lacking.kind)
        except HeaderFault as fault:
            if fault.ambiguous:
                raise Refused(FileFault.AMBIGUOUS_HEADER, "\n".join(fault.ambiguous), seen) from fault
            raise Refused(FileFault.MISSING_COLUMNS, "\n".join(fault.missing), seen) from fault
        raise Refused(FileFault.NO_ROWS)


class Seen:
    """What the batch's page tells of a sheet beside its rows, gathered while they pass."""

    def __init__(self, sheet: Sheet, aliases: Mapping[str, str], kind: SheetKind, first: int) -> None:
        self.sheet, self.kind, self.rows, self.is_taken = sheet, kind, 0, False
        self._first, self._aliases = first, aliases
        self._means = [column_of(title, aliases, kind) for title in sheet.titles]
        self._unmatched = [
            Unmatched(at, clean(title), fold_label(title) in aliases)
            for at, title in enumerate(sheet.titles)
            if self._means[at] is None and clean(title)
        ]

    def looked_at(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The rows, numbered on from the sheets before, each looked at once."""
        for number, cells in lines:
            self.rows += 1
            for column in self._unmatched:
                column.look_at(cells)
            yield self._first + number, cells

    def _is_told(self, at: int) -> bool:
        """Whether a hidden column is worth a word: it is imported, and not hidden by ourselves."""
        column = self._means[at]
        return column is not None and not isinstance(column, RecordKey)

    def pass_over(self) -> None:
        """Look at all rows, which nobody takes."""
        for _line in self.sheet.rows:
            pass

    @property
    def listed(self) -> dict[str, Any]:
        """The sheet itself: its name, what it holds (nothing when it is left out), and what it may hold."""
        kind = self.kind.key if self.is_taken else ""
        name, fitting = self.sheet.name[:100], fitting_kinds(self.sheet.titles, self._aliases)
        return {"name": name, "first": self._first, "kind": kind, "fits": fitting, "rows": self.rows}

    @property
    def told(self) -> dict[str, Any]:
        """All else, after the last row."""
        matched = [column.key for column in self._means if column]
        about = {"kind": self.kind.key, "matched": matched, "rows": self.rows}
        return {
            "unmatched": [column.told | about for column in self._unmatched[:_SHOWN_COLUMNS]],
            "hidden_rows": self.sheet.hidden_rows,
            "hidden_columns": [clean(self.sheet.titles[at]) for at in self.sheet.hidden_columns if self._is_told(at)],
            "filled": self.sheet.filled,
        }


@dataclass(slots=True)
class Unmatched:
    """A column that means nothing to us: its title, how much of it is filled, and a few of its cells."""

    at: int
    title: str
    skipped: bool
    filled: int = 0
    samples: list[str] = field(default_factory=list)

    def look_at(self, cells: list[Cell]) -> None:
        """Take note of one row's cell."""
        text = shown(cells[self.at]) if self.at < len(cells) else ""
        if not text:
            return
        self.filled += 1
        sample = _NUMBER.sub("*", text[:_SHOWN_LENGTH])
        if self.filled <= _LOOKED_AT and len(self.samples) < SAMPLES and sample not in self.samples:
            self.samples.append(sample)

    @property
    def told(self) -> dict[str, Any]:
        """As the batch keeps it."""
        return {"title": self.title[:100], "filled": self.filled, "samples": self.samples, "skipped": self.skipped}


def aliases_of(user: User | None) -> dict[str, str]:
    """What the offices of ``user`` call their columns: folded titles and the keys they mean, blank for none."""
    found = HeaderAlias.objects.filter(office__in=["", *offices_of(user)]).order_by("office")
    return dict(found.values_list("title", "column"))


def offices_of(user: User | None) -> list[str]:
    """The nodes on which ``user`` administers today, as ``HeaderAlias`` names them; the whole site for a superuser."""
    if user is None or user.is_superuser:
        return [""]
    grants = Grant.objects.filter(user=user, role__in=ROLES_FOR[Action.IMPORT_ROSTER]).valid_on(today())
    nodes = (
        ("area", grant.area_id)
        if grant.area_id
        else ("park", grant.park_id)
        if grant.park_id
        else ("organization", grant.organization_id)
        for grant in grants
    )
    return sorted({f"{kind}:{number}" for kind, number in nodes})


@transaction.atomic
def assign_columns(batch: RosterBatch, meanings: Mapping[str, str], *, by: User) -> None:
    """Remember for the offices of ``by`` what unmatched columns of ``batch`` mean: title → key, blank for not imported.

    Raises:
        ValidationError: when one column of the roster would stand in two columns of the sheet.
    """
    if not batch.may_assign:
        raise ValidationError(_("这个批次现在不能对应列：%(state)s。") % {"state": batch.get_state_display()})
    if twice := _meant_twice(batch, meanings):
        names = _("、").join(str(BY_KEY[key].title) for key in sorted(twice))
        raise ValidationError(_("有几列对应同一项：%(names)s。每一项只选一列。") % {"names": names})
    for office in offices_of(by):
        for title, key in meanings.items():
            HeaderAlias.objects.update_or_create(office=office, title=fold_label(title)[:100], defaults={"column": key})
    changes = {title: [None, key or "—"] for title, key in meanings.items()}
    record(gettext_noop("对应名册的列"), batch, by=by, changes=changes)


def _meant_twice(batch: RosterBatch, meanings: Mapping[str, str]) -> set[str]:
    """Columns that would stand twice in one sheet."""
    taken: dict[str, list[str]] = {}
    for column in batch.unmatched:
        taken.setdefault(column["kind"], list(column["matched"])).append(meanings.get(column["title"], ""))
    return {key for keys in taken.values() for key in keys if key and keys.count(key) > 1}

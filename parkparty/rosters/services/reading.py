"""A file becomes a roster: read, its columns told apart with what the office calls them, and what was seen noted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from parkparty.access.models import Grant
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.dates import today
from parkparty.core.text import clean, fold_label
from parkparty.rosters.check.rows import Repairs, Roster, stage_rows
from parkparty.rosters.choices import FileFault
from parkparty.rosters.columns import BY_KEY, COLUMNS, Cell, HeaderFault, column_of, known_titles, shown
from parkparty.rosters.models import HeaderAlias, RosterBatch
from parkparty.rosters.sheets.limits import Refused
from parkparty.rosters.sheets.reading import Line, Sheet, Workbook, opened
from parkparty.rosters.staging.stage import Stage

SAMPLES = 3
_LOOKED_AT = 100
_SHOWN_COLUMNS = 50
_SHOWN_LENGTH = 24
_NUMBER = re.compile(r"(?<=\d{3})\d(?=\d{3})")
"""The inner digits of long numbers, which may be somebody's telephone or identity."""


@contextmanager
def staged_roster(
    path: Path, *, filename: str, aliases: Mapping[str, str] | None = None, repairs: Repairs | None = None
) -> Iterator[Roster]:
    """The rows of a file, from its first sheet that has the columns we need, with what was typed in place of its cells.

    They stand in their stage for as long as the block lasts.

    Raises:
        Refused: with the fault, when the file, its header or its emptiness makes it useless.
    """
    aliases = aliases or {}
    with Stage() as stage:
        with opened(path, filename=filename, known=known_titles(aliases)) as book:
            roster = _first_usable(book, stage, aliases, repairs)
        yield roster


def _first_usable(book: Workbook, stage: Stage, aliases: Mapping[str, str], repairs: Repairs | None) -> Roster:
    """Stage the first sheet that has the columns we need; of a file without one say what its first sheet lacks."""
    roster: Roster | None = None
    seen: Seen | None = None
    fault: HeaderFault | None = None
    others: list[str] = []
    is_settled = False
    for sheet in book:
        if is_settled or (seen and not _has_required(sheet, aliases)):
            others.append(sheet.name)
            continue
        others += [seen.sheet.name] if seen else []
        seen, is_settled, fault = Seen(sheet, aliases), _has_required(sheet, aliases), None
        sheet.rows = seen.looked_at(sheet.rows)
        try:
            roster = stage_rows(sheet, stage, aliases, repairs)
        except HeaderFault as lacking:
            fault = lacking
            seen.pass_over()
    if seen is None or not seen.rows:
        raise Refused(FileFault.NO_ROWS)
    told = seen.told(book, others)
    if roster is None:
        raise _refusal(fault, told)
    roster.seen = told
    return roster


def _refusal(fault: HeaderFault | None, told: dict[str, Any]) -> Refused:
    if fault and fault.ambiguous:
        return Refused(FileFault.AMBIGUOUS_HEADER, "、".join(fault.ambiguous), told)
    return Refused(FileFault.MISSING_COLUMNS, "、".join(fault.missing if fault else ()), told)


def _has_required(sheet: Sheet, aliases: Mapping[str, str]) -> bool:
    found = {column.key for title in sheet.titles if (column := column_of(title, aliases))}
    return all(column.key in found for column in COLUMNS if column.required)


class Seen:
    """What the batch's page tells of a sheet beside its rows, gathered while they pass."""

    def __init__(self, sheet: Sheet, aliases: Mapping[str, str]) -> None:
        self.sheet, self.rows = sheet, 0
        self._means = [column_of(title, aliases) for title in sheet.titles]
        self._unmatched = [
            Unmatched(at, clean(title), fold_label(title) in aliases)
            for at, title in enumerate(sheet.titles)
            if self._means[at] is None and clean(title)
        ]

    def looked_at(self, lines: Iterable[Line]) -> Iterator[Line]:
        """The rows as they are, each looked at once."""
        for line in lines:
            self.rows += 1
            for column in self._unmatched:
                column.look_at(line[1])
            yield line

    def pass_over(self) -> None:
        """Look at all rows, which nobody takes."""
        for _line in self.sheet.rows:
            pass

    def told(self, book: Workbook, others: list[str]) -> dict[str, Any]:
        """All of it, after the last row."""
        return {
            "unmatched": [column.told for column in self._unmatched[:_SHOWN_COLUMNS]],
            "matched": [column.key for column in self._means if column],
            "rows": self.rows,
            "hidden_rows": self.sheet.hidden_rows,
            "hidden_columns": [clean(self.sheet.titles[at]) for at in self.sheet.hidden_columns if self._means[at]],
            "filled": self.sheet.filled,
            "hidden_sheets": book.hidden_sheets[:20],
            "other_sheets": others[:20],
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
    taken = [*batch.seen.get("matched", []), *(key for key in meanings.values() if key)]
    twice = {key for key in taken if taken.count(key) > 1}
    if twice:
        names = "、".join(str(BY_KEY[key].title) for key in sorted(twice))
        raise ValidationError(_("有几列对应同一项：%(names)s。每一项只选一列。") % {"names": names})
    for office in offices_of(by):
        for title, key in meanings.items():
            HeaderAlias.objects.update_or_create(office=office, title=fold_label(title)[:100], defaults={"column": key})
    changes = {title: [None, key or "—"] for title, key in meanings.items()}
    record(_("对应名册的列"), batch, by=by, changes=changes)

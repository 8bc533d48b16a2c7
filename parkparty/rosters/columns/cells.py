"""How a cell becomes a value: the kinds of columns that rosters are made of."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise

from parkparty.core.dates import EARLIEST, today
from parkparty.core.text import clean, fold_label, half_width, is_simple
from parkparty.rosters.choices import IssueKind

Cell = str | int | float | bool | dt.date
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_ROUNDED = re.compile(r"^\d(\.\d+)?[eE]\+?\d{2}$")
_BROKEN = re.compile(r"^#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|未计算!)$|^Err:\d{3}$")
_GUARDED = re.compile(r"^'(?=[=+\-@＝＋－＠\t\r\n])")
"""The mark that exports put before text which a spreadsheet would take for a formula."""


class CellFault(Exception):
    """A cell that cannot be taken: the kind of fault, and what its sentences need."""

    def __init__(self, kind: IssueKind, **params: object) -> None:
        super().__init__(kind, params)
        self.kind, self.params = kind, params


def shown(cell: Cell) -> str:
    """A cell as the person sees it in the sheet, near enough to find it again."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return clean(str(cell))


def text_of(cell: Cell) -> str:
    """A cell as text with plain digits and letters; Chinese punctuation stays as written.

    Raises:
        CellFault: for a formula without a result, and for a number of more than 15 digits, whose last ones the
            spreadsheet has already lost.
    """
    if not isinstance(cell, str):
        if isinstance(cell, float) and cell >= 10**15:
            raise CellFault(IssueKind.DIGITS_LOST)
        return shown(cell)
    if is_simple(cell) and not cell[0].isdigit():
        return cell
    text = clean(_GUARDED.sub("", cell).translate(_WIDE))
    if _BROKEN.match(text):
        raise CellFault(IssueKind.FORMULA)
    if _ROUNDED.match(text):
        raise CellFault(IssueKind.DIGITS_LOST)
    return text


class Column:
    """A column of the roster. Subclasses say how a cell that is not blank is read."""

    key: ClassVar[str]
    title: ClassVar[Promise]
    aliases: ClassVar[tuple[str, ...]]
    """Titles that mean this column, the one of the template first."""
    note: ClassVar[Promise]
    required: ClassVar[bool] = False
    fill_down: ClassVar[bool] = False
    """Whether a block merged over several rows says the same for each of them."""
    nothing: ClassVar[frozenset[str]] = frozenset({"", "/", "-", "—", "——", "无"})
    """What people write into a cell that has nothing to say; such a cell is blank."""
    stored_as: ClassVar[str] = "text"
    """The database's type for its values while a roster is worked on."""
    labels: ClassVar[type[models.TextChoices] | None] = None
    """What its values are called in the reader's language, where they are codes."""

    def is_blank(self, cell: Cell) -> bool:
        """Whether the cell says nothing."""
        return isinstance(cell, str) and (cell if is_simple(cell) else clean(cell)) in self.nothing

    def parse(self, cell: Cell) -> Any:
        """The value of a cell that is not blank.

        Raises:
            CellFault: saying what is wrong with it.
        """
        raise NotImplementedError

    def plain(self, texts: Iterable[str]) -> list[str]:
        """Those of the texts that are their own values, for columns of which most cells differ."""
        return []

    def choices(self) -> list[str]:
        """What the template offers in a drop-down; nothing for free text."""
        return []

    def told(self, value: str) -> str:
        """A value of the column as the reader's language says it."""
        return str(self.labels(value).label) if self.labels and value in self.labels.values else value


class TextColumn(Column):
    """One line of text."""

    limit: ClassVar[int] = 100

    def parse(self, cell: Cell) -> str:
        text = text_of(cell)
        if len(text) > self.limit:
            raise CellFault(IssueKind.TOO_LONG, limit=self.limit)
        return text


class DateColumn(Column):
    """A day: a date cell, Excel's serial number, or one of the forms in which people write it."""

    stored_as = "date"
    years_ahead: ClassVar[int] = 1
    """How far in the future it may lie."""

    def parse(self, cell: Cell) -> dt.date:
        day = cell if isinstance(cell, dt.date) else _day(half_width(text_of(cell)))
        if day is None:
            raise CellFault(IssueKind.DATE)
        if not EARLIEST <= day <= today() + dt.timedelta(days=366 * self.years_ahead):
            raise CellFault(IssueKind.DATE_RANGE)
        return day


_DAY = re.compile(
    r"^(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\+08:?00)?)?$"
)
"""A day, with a time of our own zone behind it or none: of another zone it might be the day before or after."""
_SERIAL = re.compile(r"^(\d{5})(?:\.\d+)?$")
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TENS = re.compile(r"(\d?)十(\d?)")


def _day(text: str) -> dt.date | None:
    if serial := _SERIAL.match(text):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(serial[1]))
    if "年" in text:
        text = _TENS.sub(lambda ten: f"{ten[1] or 1}{ten[2] or 0}", text.translate(_NUMERALS).replace(" ", ""))
    found = _DAY.match(text)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


class CountColumn(Column):
    """A whole number of people, 0 and more; ``12 人`` is read as 12."""

    stored_as = "integer"
    most: ClassVar[int] = 9_999_999

    def parse(self, cell: Cell) -> int:
        text = half_width(text_of(cell)).rstrip("人名家 ").replace(",", "")
        if not re.fullmatch(r"\d{1,7}(\.0+)?", text):
            raise CellFault(IssueKind.NUMBER)
        if (number := int(float(text))) > self.most:
            raise CellFault(IssueKind.NUMBER)
        return number


class ChoiceColumn(Column):
    """One of a closed list; ``words`` maps what people write to the value, the template's own words first."""

    words: ClassVar[dict[str, Any]]

    def parse(self, cell: Cell) -> Any:
        try:
            return self.words[fold_label(text_of(cell))]
        except KeyError:
            raise CellFault(IssueKind.CHOICE, choices=self.choices()) from None

    def choices(self) -> list[str]:
        first: dict[Any, str] = {}
        for word, value in self.words.items():
            first.setdefault(value, word)
        return list(first.values())

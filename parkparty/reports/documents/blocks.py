"""A report as paper shows it, one block after the other, for all forms alike."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.reports.sheets import Column, Ref, Report, Section, Table

_DIGITS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands at the foot of each form: when the records were read, and the hash of the report."""

    data_at: dt.datetime
    sha256: str

    @property
    def text(self) -> str:
        """In one line."""
        moment = f"{timezone.localtime(self.data_at):%Y-%m-%d %H:%M}"
        return _("数据时间 %(moment)s　校验码 %(hash)s") % {"moment": moment, "hash": self.sha256[:16]}


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the first level, with its number; an appendix begins a page."""

    text: str
    is_appendix: bool
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence in pieces: (id of the cell or nothing, text)."""

    parts: tuple[tuple[str, str], ...]
    kind: str = "paragraph"

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(text for _id, text in self.parts)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as text."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = field(default=())
    kind: str = "grid"

    @property
    def marked(self) -> list[list[tuple[Column, str]]]:
        """The rows, each entry with its column."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


Block = Heading | Paragraph | Grid


def blocks_of(report: Report) -> list[Block]:
    """Headings, sentences and tables in their order."""
    found: list[Block] = []
    number = 0
    for section in report.sections:
        number += not section.is_appendix
        found.append(_heading(section, number))
        for sentence in section.sentences:
            parts = ((part.cell if isinstance(part, Ref) else "", report.show(part)) for part in sentence)
            found.append(Paragraph(tuple(parts)))
        found += [_grid(report, table) for table in section.tables]
    return found


def warning(report: Report) -> str:
    """The sentence for a body that is too long; nothing for others."""
    if not report.is_long:
        return ""
    return _("正文 %(length)d 字，超过专项报告 4000 字的上限，压缩后再报送。") % {"length": report.length}


def note_of(table: Table) -> tuple[str, ...]:
    """What is said below a table: that it is empty, or how many rows it does not carry."""
    if not table.rows:
        return (table.empty,) if table.empty else ()
    if table.left_out:
        return (_("另有 %(number)s 行未列出，见系统中的名单。") % {"number": f"{table.left_out:,}"},)
    return ()


def in_chinese(number: int) -> str:
    """1 to 99 as headings count: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    front = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return front + (_DIGITS[ones] if ones or not tens else "")


def _heading(section: Section, number: int) -> Heading:
    text = section.title if section.is_appendix else f"{in_chinese(number)}、{section.title}"
    return Heading(text, section.is_appendix)


def _grid(report: Report, table: Table) -> Grid:
    rows = tuple(tuple(report.show(entry) for entry in row) for row in table.rows)
    notes = note_of(table)
    if table.further:
        number = f"{table.further:,}"
        notes += (_("另有 %(number)s 行，见这一版报告的 Excel 或 CSV 文件。") % {"number": number},)
    return Grid(table.title, table.columns, rows, notes)

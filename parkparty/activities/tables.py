"""The list of activities as a file: the rows and columns of the page, as text that no program runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.activities.models import Activity

MAX_ROWS = 20_000
"""Longer lists are narrowed first: a file nobody can read is no answer."""

WIDTHS = (40, 12, 30, 30, 10, 10, 10, 18)


def header() -> list[str]:
    """The titles of the columns."""
    return [
        _("活动"),
        _("活动日期"),
        _("主办党组织"),
        _("计入类型"),
        _("实到人数"),
        _("应到人数"),
        _("状态"),
        _("首次提交时间"),
    ]


def as_xlsx(activities: Iterable[Activity]) -> bytes:
    """A workbook with real numbers; text is written as text, whatever it begins with."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for column, (title, width) in enumerate(zip(header(), WIDTHS, strict=True)):
            sheet.write_string(0, column, title, bold)
            sheet.set_column(column, column, width)
        for number, cells in enumerate(_rows(activities), start=1):
            for column, cell in enumerate(cells):
                write = sheet.write_number if isinstance(cell, int) else sheet.write_string
                write(number, column, cell)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, sheet.dim_rowmax or 1), len(WIDTHS) - 1)
    return written.getvalue()


def as_csv(activities: Iterable[Activity]) -> bytes:
    """UTF-8 with the mark that Excel needs; what would be read as a formula gets an apostrophe before it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header())
    writer.writerows([_harmless(cell) for cell in cells] for cells in _rows(activities))
    return written.getvalue().encode("utf-8-sig")


def _rows(activities: Iterable[Activity]) -> Iterator[list[Any]]:
    for activity in activities:
        filed_at = activity.filed_at and timezone.localtime(activity.filed_at)
        yield [
            str(activity),
            activity.held_on.isoformat(),
            str(activity.organization),
            _("、").join(str(kind) for kind in activity.types.all()),
            "" if activity.present is None else activity.present,
            "" if activity.expected is None else activity.expected,
            activity.get_state_display(),
            f"{filed_at:%Y-%m-%d %H:%M}" if filed_at else "",
        ]


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell

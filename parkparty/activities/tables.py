"""The list of activities as lines of a page, and as a file: the same rows and columns, as text that no program runs.

A number that looks like a person's, though its writer said that it is not, leaves the site only masked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from parkparty.activities.columns import COLUMNS, Cell, Column
from parkparty.activities.figures import name_types
from parkparty.activities.models import Activity
from parkparty.core.http import addresses
from parkparty.core.privacy import masked
from parkparty.core.templatetags.parkparty import joined, row_drawer, thousands
from parkparty.core.text import harmless

MAX_ROWS = 20_000
"""Longer lists are narrowed first: a file nobody can read is no answer."""


def lines_of(activities: Sequence[Activity], columns: Sequence[Column]) -> SafeString:
    """The lines of a page as they are drawn. Titles and states are put into words once, not for each line."""
    if COLUMNS["types"] in columns:
        name_types(activities)
    signs: dict[tuple[str, bool], str] = {}
    drawn = row_drawer((column.title, column.css_class, "{}") for column in columns)
    address_of = addresses("activities:detail")
    lines = [
        drawn(_picture(row), address_of(row.pk), str(row), *[_shown(column, row, signs) for column in columns])
        for row in activities
    ]
    return joined(lines)


def _picture(activity: Any) -> str:
    """The first photo, small, in a list that asked for it by ``with_first_photo``."""
    shown = getattr(activity, "first_photo", None)
    return render_to_string("activities/_thumbnail.html", {"activity": activity}) if shown else ""


def _shown(column: Column, activity: Activity, signs: dict[tuple[str, bool], str]) -> str:
    if column.key == "state":
        kind = activity.state, activity.is_announcement
        if kind not in signs:
            sign = {"state": activity.as_state, "label": activity.get_state_display()}
            signs[kind] = render_to_string("_state.html", sign)
        return signs[kind]
    cell = column.of(activity)
    return cell or "—" if isinstance(cell, str) else thousands(cell)


def as_xlsx(activities: Iterable[Activity], columns: list[Column]) -> bytes:
    """A workbook with real numbers; text is written as text, whatever it begins with."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, str(column.title), bold)
            sheet.set_column(place, place, column.width)
        for number, activity in enumerate(activities, start=1):
            for place, column in enumerate(columns):
                cell = _cell(column, activity)
                if isinstance(cell, int):
                    sheet.write_number(number, place, cell)
                else:
                    sheet.write_string(number, place, cell or "")
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, sheet.dim_rowmax or 1), len(columns) - 1)
    return written.getvalue()


def as_csv(activities: Iterable[Activity], columns: list[Column]) -> bytes:
    """UTF-8 with the mark that Excel needs; what would be read as a formula gets an apostrophe before it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([column.title for column in columns])
    cells = ([_cell(column, activity) for column in columns] for activity in activities)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in cells)
    return written.getvalue().encode("utf-8-sig")


def _cell(column: Column, activity: Activity) -> Cell:
    cell = column.of(activity)
    return masked(cell) if isinstance(cell, str) else cell

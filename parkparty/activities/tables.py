"""The list of activities as lines of a page, and as a file: the same rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from parkparty.activities.columns import COLUMNS, Column
from parkparty.activities.figures import name_types
from parkparty.activities.models import Activity
from parkparty.core.http import addresses
from parkparty.core.sheets import Head, taken_away
from parkparty.core.templatetags.parkparty import joined, row_drawer, thousands


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


def as_file(kind: str, activities: Iterable[Activity], columns: Sequence[Column]) -> HttpResponse:
    """The same as a file of ``kind``."""
    heads = [Head(str(column.title), column.width) for column in columns]
    return taken_away(kind, "activities", heads, ([column.of(row) for column in columns] for row in activities))

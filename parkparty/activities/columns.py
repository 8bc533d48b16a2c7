"""The columns that a list of activities may show: on the page, in its files and on paper the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from parkparty.core.sheets import Cell

if TYPE_CHECKING:
    from parkparty.activities.models import Activity


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in addresses, its title, its width in a workbook, and what it says of an activity.

    ``reads`` names what it reads beside the topic, the day and the state, to be read with the rows.
    """

    key: str
    title: Promise
    width: int
    of: Callable[[Activity], Cell]
    is_number: bool = False
    is_moment: bool = False
    reads: tuple[str, ...] = ()

    @property
    def css_class(self) -> str:
        """How its cells are set on a page."""
        return "number" if self.is_number else "moment" if self.is_moment else ""


def _moment(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _at(key: str, title: Promise) -> Column:
    """The column of a moment, by its field."""
    return Column(key, title, 18, lambda row: _moment(getattr(row, key)), is_moment=True, reads=(key,))


NAME = Column("topic", gettext_lazy("活动"), 40, str)
"""The first of every list; it leads to the record."""


def _types(row: Activity) -> str:
    return _between(get_language()).join(row.type_names)


@cache
def _between(language: str | None) -> str:
    return _("、")


COLUMNS = {
    column.key: column
    for column in (
        Column("held_on", gettext_lazy("活动日期"), 12, lambda row: row.held_on.isoformat(), is_moment=True),
        Column(
            "organization",
            gettext_lazy("主办党组织"),
            30,
            lambda row: str(row.organization),
            reads=("organization__name",),
        ),
        Column("types", gettext_lazy("计入类型"), 30, _types),
        Column("present", gettext_lazy("实到人数"), 10, lambda row: row.present, is_number=True, reads=("present",)),
        Column("expected", gettext_lazy("应到人数"), 10, lambda row: row.expected, is_number=True, reads=("expected",)),
        Column("state", gettext_lazy("状态"), 10, lambda row: row.get_state_display()),
        _at("filed_at", gettext_lazy("首次提交时间")),
        _at("reviewed_at", gettext_lazy("审核时间")),
        Column(
            "theme", gettext_lazy("主题"), 18, lambda row: str(row.theme or ""), reads=("theme__name", "theme__name_en")
        ),
        Column("place", gettext_lazy("地点"), 24, lambda row: row.place, reads=("place",)),
        Column("station", gettext_lazy("党群服务站"), 24, lambda row: str(row.station or ""), reads=("station__name",)),
        Column(
            "park",
            gettext_lazy("园区"),
            20,
            lambda row: str(row.park or ""),
            reads=("park__name", "park__is_sample"),
        ),
    )
}
"""All others, in the order in which they stand."""

STANDARD = ("held_on", "organization", "types", "present", "expected", "state")
"""What a reader sees who has chosen nothing."""


def chosen(keys: Iterable[str]) -> list[Column]:
    """The columns with these keys, in their own order; those nobody knows are left out."""
    wanted = set(keys)
    return [column for key, column in COLUMNS.items() if key in wanted]


def read_by(columns: Iterable[Column]) -> list[str]:
    """What ``columns`` read, to be read with the rows."""
    return [name for column in columns for name in column.reads]

"""The columns that a list of activities may show: on the page, in its files and on paper the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from parkparty.activities.models import Activity

Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in addresses, its title, its width in a workbook, and what it says of an activity.

    ``relation`` is the one that it reads, to be read with the rows.
    """

    key: str
    title: Promise
    width: int
    of: Callable[[Activity], Cell]
    is_number: bool = False
    is_moment: bool = False
    relation: str = ""

    @property
    def css_class(self) -> str:
        """How its cells are set on a page."""
        return "number" if self.is_number else "moment" if self.is_moment else ""


def _moment(at: dt.datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


NAME = Column("topic", gettext_lazy("活动"), 40, str)
"""The first of every list; it leads to the record."""

COLUMNS = {
    column.key: column
    for column in (
        Column("held_on", gettext_lazy("活动日期"), 12, lambda row: row.held_on.isoformat(), is_moment=True),
        Column(
            "organization", gettext_lazy("主办党组织"), 30, lambda row: str(row.organization), relation="organization"
        ),
        Column("types", gettext_lazy("计入类型"), 30, lambda row: _("、").join(map(str, row.types.all()))),
        Column("present", gettext_lazy("实到人数"), 10, lambda row: row.present, is_number=True),
        Column("expected", gettext_lazy("应到人数"), 10, lambda row: row.expected, is_number=True),
        Column("state", gettext_lazy("状态"), 10, lambda row: row.get_state_display()),
        Column("filed_at", gettext_lazy("首次提交时间"), 18, lambda row: _moment(row.filed_at), is_moment=True),
        Column("reviewed_at", gettext_lazy("审核时间"), 18, lambda row: _moment(row.reviewed_at), is_moment=True),
        Column("theme", gettext_lazy("主题"), 18, lambda row: str(row.theme or ""), relation="theme"),
        Column("place", gettext_lazy("地点"), 24, lambda row: row.place),
        Column("station", gettext_lazy("党群服务站"), 24, lambda row: str(row.station or ""), relation="station"),
        Column("park", gettext_lazy("园区"), 20, lambda row: str(row.park or ""), relation="park"),
    )
}
"""All others, in the order in which they stand."""

STANDARD = ("held_on", "organization", "types", "present", "expected", "state")
"""What a reader sees who has chosen nothing."""


def chosen(keys: Iterable[str]) -> list[Column]:
    """The columns with these keys, in their own order; those nobody knows are left out."""
    wanted = set(keys)
    return [column for key, column in COLUMNS.items() if key in wanted]

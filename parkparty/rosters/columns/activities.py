"""The columns of the sheet of past years' activities."""

from __future__ import annotations

import datetime as dt
import re

from django.utils.translation import gettext_lazy as _

from parkparty.core.dates import today
from parkparty.core.privacy import personal_numbers
from parkparty.core.text import fold_label
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns.cells import Cell, CellFault, Column, CountColumn, DateColumn, TextColumn, text_of

BETWEEN = "、"
_BETWEEN = re.compile(r"[、，,;；/＋+\n]+")


class GuardedText(TextColumn):
    """Text of several words, in which no number may point to a person."""

    def parse(self, cell: Cell) -> str:
        text = super().parse(cell)
        if personal_numbers(text):
            raise CellFault(IssueKind.PERSONAL)
        return text


class HeldOn(DateColumn):
    key, title, required = "held_on", _("活动日期"), True
    aliases = ("活动日期", "活动时间", "开展日期", "开展时间", "召开日期", "召开时间", "会议日期", "会议时间")
    note = _("往年的日期；本年的活动由支部填报。")

    def parse(self, cell: Cell) -> dt.date:
        day = super().parse(cell)
        if day.year >= today().year:
            raise CellFault(IssueKind.THIS_YEAR, year=today().year)
        return day


class ActivityTypes(Column):
    key, title, required = "activity_types", _("活动类型"), True
    aliases = ("活动类型", "计入类型", "会议类型", "活动类别", "组织生活类型")
    note = _("如“支部党员大会、党课”；一次活动可计入几类，用顿号隔开。")

    def parse(self, cell: Cell) -> str:
        words = (fold_label(word) for word in _BETWEEN.split(text_of(cell)))
        return BETWEEN.join(dict.fromkeys(word for word in words if word))


class Topic(GuardedText):
    key, title = "topic", _("议题")
    aliases = ("议题", "活动主题", "会议议题", "活动名称", "会议主题", "主要内容")
    note = _("一句话，100 字以内。")


class Expected(CountColumn):
    key, title = "expected", _("应到人数")
    aliases = ("应到人数", "应到", "应参加人数")
    note = _("只填数字。")
    most = 32_767


class Present(CountColumn):
    key, title = "present", _("实到人数")
    aliases = ("实到人数", "实到", "参加人数", "到会人数", "参会人数")
    note = _("只填数字。")
    most = 32_767


class PlaceText(GuardedText):
    key, title = "place", _("地点")
    aliases = ("地点", "活动地点", "会议地点")
    note = _("100 字以内。")


class Summary(GuardedText):
    key, title, limit = "summary", _("内容摘要"), 2000
    aliases = ("内容摘要", "活动内容", "会议内容", "内容", "摘要")
    note = _("不写姓名、身份证号和手机号。")

"""States of an activity and the steps between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    APPROVED = "approved", _("已通过")
    ARCHIVED = "archived", _("已归档")

    @property
    def icon(self) -> str:
        """The icon that says the same by its shape."""
        return _ICONS[self]


_ICONS = {
    ActivityState.DRAFT: "pencil",
    ActivityState.SUBMITTED: "hourglass-split",
    ActivityState.RETURNED: "arrow-return-left",
    ActivityState.APPROVED: "check-circle-fill",
    ActivityState.ARCHIVED: "archive",
}


class Step(models.TextChoices):
    """What a person does to a record; who may do it in which state is the table in ``permissions``."""

    EDIT = "edit", _("修改")
    SUBMIT = "submit", _("提交审核")
    APPROVE = "approve", _("通过")
    RETURN = "return", _("退回修改")
    DELETE = "delete", _("删除草稿")
    WITHDRAW = "withdraw", _("撤回")
    UNDO = "undo", _("撤销通过")
    ARCHIVE = "archive", _("归档")


class ReturnPhrase(models.TextChoices):
    """What records are most often given back for."""

    CONTENT = "content", _("补充活动内容")
    DAY = "day", _("核对活动日期")
    COUNTS = "counts", _("核对应到和实到人数")
    TYPES = "types", _("计入类型与内容不符")
    DOUBLE = "double", _("与另一条记录重复")


class ReturnField(models.TextChoices):
    """The part of a record that a reason for its return speaks of; the form opens there."""

    WHOLE = "", _("整条记录")
    HELD_ON = "held_on", _("活动日期")
    TYPES = "types", _("计入类型")
    TOPIC = "topic", _("议题")
    EXPECTED = "expected", _("应到人数")
    PRESENT = "present", _("实到人数")
    SUMMARY = "summary", _("内容摘要")
    PHOTOS = "photos", _("照片")
    PLACE = "place", _("地点")


FIELD_OF_PHRASE = {
    ReturnPhrase.CONTENT: ReturnField.SUMMARY,
    ReturnPhrase.DAY: ReturnField.HELD_ON,
    ReturnPhrase.COUNTS: ReturnField.PRESENT,
    ReturnPhrase.TYPES: ReturnField.TYPES,
    ReturnPhrase.DOUBLE: ReturnField.WHOLE,
}


class Flag(models.TextChoices):
    """Why a reported record deserves a closer look. It is a hint to the reviewer, never a mark against anybody."""

    LATE = "late", _("补报")
    FEW = "few", _("实到不足一半")
    SAME_PHOTO = "same_photo", _("照片与别的记录相同")
    THIN = "thin", _("摘要很短")
    IMPORTED = "imported", _("名册导入")


LATE_AFTER_DAYS = 7
"""A record first sent more than a week after the month of the activity has ended is late; it counts all the same."""

THIN_UNDER = 30
"""Characters of a summary."""

LEASE_SECONDS = 120
"""For how long others are told that somebody is reviewing a record."""

FILED_STATES = (ActivityState.SUBMITTED, ActivityState.APPROVED, ActivityState.ARCHIVED)
"""Reported upward: a returned record must be sent again before it counts as reported."""

COUNTED_STATES = (ActivityState.APPROVED, ActivityState.ARCHIVED)
"""Checked by the unit above: these count as held."""

UNCOUNTED_STATES = tuple(state for state in ActivityState if state not in COUNTED_STATES)
"""All others. Counted rows are asked for by what they are not: nearly all count, and SQLite would go by state."""


class Repeat(models.TextChoices):
    """Which day of the months to come a monthly activity falls on."""

    WEEKDAY = "weekday", _("每月同一个星期几")
    DATE = "date", _("每月同一日")


MAX_REPEATS = 11
"""Months ahead: a date more than a year away is taken for a slip."""

MAX_PHOTOS = 9
TOO_MANY_PHOTOS = _("最多 %(limit)d 张照片，去掉几张再保存。")

MAX_ATTACHMENTS = 5
TOO_MANY_ATTACHMENTS = _("最多 %(limit)d 个附件，去掉几个再保存。")

MAX_PICKED = 100
"""Joint hosts, or partner companies, of one activity."""

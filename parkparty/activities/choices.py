"""States of an activity and the steps between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActivityState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("待审核")
    RETURNED = "returned", _("已退回")
    APPROVED = "approved", _("已通过")
    ARCHIVED = "archived", _("已归档")


class Step(models.TextChoices):
    """What a person does to a record; who may do it in which state is the table in ``permissions``."""

    EDIT = "edit", _("修改")
    SUBMIT = "submit", _("提交审核")
    APPROVE = "approve", _("通过")
    RETURN = "return", _("退回修改")
    DELETE = "delete", _("删除草稿")


class ReturnPhrase(models.TextChoices):
    """What records are most often given back for."""

    CONTENT = "content", _("补充活动内容")
    DAY = "day", _("核对活动日期")
    COUNTS = "counts", _("核对应到和实到人数")
    TYPES = "types", _("计入类型与内容不符")
    DOUBLE = "double", _("与另一条记录重复")


FILED_STATES = (ActivityState.SUBMITTED, ActivityState.APPROVED, ActivityState.ARCHIVED)
"""Reported upward: a returned record must be sent again before it counts as reported."""

COUNTED_STATES = (ActivityState.APPROVED, ActivityState.ARCHIVED)
"""Checked by the unit above: these count as held."""

MAX_PHOTOS = 9

MAX_PICKED = 100
"""Joint hosts, or partner companies, of one activity."""

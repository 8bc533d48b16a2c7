"""Closed lists of rules."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Strength(models.TextChoices):
    MUST = "must", _("应当")
    USUAL = "usual", _("一般")
    LOCAL = "local", _("地方要求")


class RuleKind(models.TextChoices):
    """The shapes of rules that the code knows; the rules themselves are rows."""

    PERIODIC_ACTIVITY = "periodic_activity", _("定期开展的活动")


class Every(models.TextChoices):
    MONTH = "month", _("每月")
    QUARTER = "quarter", _("每季度")
    YEAR = "year", _("每年")


class DutyState(models.TextChoices):
    """How far a duty is met; the order is the order in which a desk is cleared."""

    RETURNED = "returned", _("已退回")
    MISSING = "missing", _("未报")
    PENDING = "pending", _("待审核")
    DONE = "done", _("已完成")

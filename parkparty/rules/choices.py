"""Closed lists of rules."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from parkparty.companies.choices import Denominator


class Strength(models.TextChoices):
    MUST = "must", _("应当")
    USUAL = "usual", _("一般")
    MAY = "may", _("可以")
    LOCAL = "local", _("地方要求")


class RuleKind(models.TextChoices):
    """The shapes of rules that the code knows; the rules themselves are rows."""

    PERIODIC_ACTIVITY = "periodic_activity", _("定期开展的活动")
    SET_UP = "set_up", _("应当单独组建")
    SIZE = "size", _("规模")
    TERM = "term", _("任期")
    TERM_REMINDER = "term_reminder", _("换届提醒")
    TERM_EXTENSION = "term_extension", _("延期换届")
    REPLY = "reply", _("批复期限")
    POPULATION = "population", _("企业口径")
    REFERENCE = "reference", _("列出备查")


class Measure(models.TextChoices):
    """What a rule of size counts."""

    UNITS = "units", _("覆盖企业")
    MEMBERS = "members", _("党员")
    FULL_MEMBERS = "full", _("正式党员")


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


OPEN_STATES = (DutyState.RETURNED, DutyState.MISSING)
"""What the secretary has something to do about."""


PARAMETERS: dict[str, frozenset[str]] = {
    RuleKind.PERIODIC_ACTIVITY: frozenset(),
    RuleKind.SET_UP: frozenset({"full_at_least"}),
    RuleKind.SIZE: frozenset({"measure", "types", "more_than"}),
    RuleKind.TERM: frozenset({"years"}),
    RuleKind.TERM_REMINDER: frozenset({"months"}),
    RuleKind.TERM_EXTENSION: frozenset({"months"}),
    RuleKind.REPLY: frozenset({"months"}),
    RuleKind.POPULATION: frozenset({"denominator", "staff_at_least"}),
    RuleKind.REFERENCE: frozenset(),
}
"""The parameters that a rule of each kind must name; one of size may add ``up_to``, rows for reference anything."""

COUNTED = (Denominator.SANYOU, Denominator.GUISHANG)
"""The definitions of which a rule says from how many staff on a company counts; 应建 follows the rule of set-up."""

NUMBERS = {
    "full_at_least": _("正式党员不少于（名）"),
    "staff_at_least": _("从业人员不少于（人）"),
    "more_than": _("多于（名或家）"),
    "up_to": _("不多于（名或家）"),
    "months": _("月数"),
}
"""The parameters that are one whole number, as a form names them."""

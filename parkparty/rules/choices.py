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

"""Closed lists of founding."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """How far a founding has come, told from the dates of its steps."""

    APPLIED = "applied", _("已申请，待批复")
    APPROVED = "approved", _("已批复，待选举")
    ELECTED = "elected", _("已选举，待备案")
    FILED = "filed", _("已备案")
    WITHDRAWN = "withdrawn", _("未获批准或已撤回")

"""Closed lists of coverage."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Cause(models.TextChoices):
    """Why coverage differs between two days or two definitions; each company's difference has one cause a step."""

    BUILT = "built", _("新单独组建")
    JOINED = "joined", _("新联合组建")
    ENDED = "ended", _("不再被组织覆盖")
    FOUNDED = "founded", _("新成立的企业")
    MOVED_IN = "moved_in", _("迁入")
    QUALIFIED = "qualified", _("变为符合口径")
    MOVED_OUT = "moved_out", _("迁出")
    DEREGISTERED = "deregistered", _("注销")
    UNQUALIFIED = "unqualified", _("不再符合口径")
    DEFINITION_IN = "definition_in", _("换口径后计入")
    DEFINITION_OUT = "definition_out", _("换口径后不计入")

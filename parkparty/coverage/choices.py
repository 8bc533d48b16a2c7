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


EFFECTIVE = "effective"
"""The list of the companies effectively covered, beside those of the causes."""


class Dimension(models.TextChoices):
    """What a table of companies may have for its rows or its columns."""

    COVERAGE = "coverage", _("覆盖情况")
    PARK = "park", _("园区")
    AREA = "area", _("下级辖区")
    BUILDING = "building", _("楼宇")
    INDUSTRY = "industry", _("行业大类")
    SIZE = "size", _("企业规模")
    STAFF = "staff", _("人员规模")
    ORGANIZATION = "organization", _("覆盖它的党组织")


PLACE_DIMENSIONS = frozenset({Dimension.PARK, Dimension.AREA})
"""A list is cut to one place, so a table has at most one of these."""


class TargetRate(models.TextChoices):
    """The rates that a target may be set for; the values are those of ``CoverageChoice``."""

    ORGANIZATION = "organization", _("组织覆盖率")
    OWN = "own", _("单独组建率")
    WORK = "work", _("工作覆盖率")

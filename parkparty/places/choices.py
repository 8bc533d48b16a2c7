"""Closed lists of places/."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaLevel(models.TextChoices):
    PROVINCE = "province", _("省（自治区、直辖市）")
    CITY = "city", _("市")
    DISTRICT = "district", _("区（县）")
    TOWN = "town", _("街道（镇）")


class Qualifier(models.TextChoices):
    """How exact a stated figure is; the source's own word is kept beside the number."""

    EXACT = "", _("准确数")
    ABOUT = "约", _("约")
    MORE = "余", _("余")
    NEARLY = "近", _("近")
    OVER = "超", _("超")


class Indicator(models.TextChoices):
    """What a park's stated figure counts."""

    GROUND_AREA = "ground_area", _("建筑面积（平方米）")
    FOUNDED = "founded", _("建成年份")
    REGISTERED = "registered", _("注册企业（家）")
    ON_SITE = "on_site", _("入驻企业（家）")
    STAFF = "staff", _("从业人员（人）")

"""Closed lists of companies."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CompanyStatus(models.TextChoices):
    OPERATING = "operating", _("存续")
    SUSPENDED = "suspended", _("停业")
    REVOKED = "revoked", _("吊销")
    DEREGISTERED = "deregistered", _("注销")


class StaffBand(models.IntegerChoices):
    """The lower end of a staff band; bands are cut at every limit of the 2017 size classes. 0 is not known."""

    UNKNOWN = 0, _("未知")
    FROM_1 = 1, _("1～4 人")
    FROM_5 = 5, _("5～9 人")
    FROM_10 = 10, _("10～19 人")
    FROM_20 = 20, _("20～49 人")
    FROM_50 = 50, _("50～99 人")
    FROM_100 = 100, _("100～199 人")
    FROM_200 = 200, _("200～299 人")
    FROM_300 = 300, _("300～999 人")
    FROM_1000 = 1000, _("1000～1999 人")
    FROM_2000 = 2000, _("2000 人以上")


def staff_band(staff: int) -> StaffBand:
    """The band that holds a head count; 0 and less is not known."""
    return max((band for band in StaffBand if band <= staff), default=StaffBand.UNKNOWN)


class SizeClass(models.TextChoices):
    UNKNOWN = "", _("未知")
    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")


class TenancyKind(models.TextChoices):
    REGISTERED = "registered", _("仅注册")
    ON_SITE = "on_site", _("实际入驻")


class LinkKind(models.TextChoices):
    OWN = "own", _("单独组建")
    JOINT = "joint", _("联合组建")
    INSTRUCTOR = "instructor", _("党建工作指导员")
    LIAISON = "liaison", _("联络员")
    UNION = "union", _("工会")
    LEAGUE = "league", _("共青团")


ORGANISATION_LINKS = (LinkKind.OWN, LinkKind.JOINT)
WORK_LINKS = (LinkKind.INSTRUCTOR, LinkKind.LIAISON, LinkKind.UNION, LinkKind.LEAGUE)

"""Kinds of reminders and their days."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReminderKind(models.TextChoices):
    WEEK_BEFORE = "week_before", _("到期前 7 天")
    DAY_BEFORE = "day_before", _("到期前 1 天")
    AFTER = "after", _("到期后 3 天")
    URGED = "urged", _("催办")


DAYS_BEFORE = {ReminderKind.WEEK_BEFORE: 7, ReminderKind.DAY_BEFORE: 1, ReminderKind.AFTER: -3}
"""How many days before the due day each is sent."""

COOL_DOWN_DAYS = 3
"""A duty that was urged is not urged again within this time, by anybody."""


class RobotKind(models.TextChoices):
    """Chat programs of offices whose group robots take messages."""

    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")
    FEISHU = "feishu", _("飞书")


ROBOT_HOSTS = {
    RobotKind.WECOM: "qyapi.weixin.qq.com",
    RobotKind.DINGTALK: "oapi.dingtalk.com",
    RobotKind.FEISHU: "open.feishu.cn",
}
"""Where each kind's robots live; nothing is sent anywhere else, but to the site's own gateways (ROBOT_GATEWAYS)."""

MOST_TRIES, KEPT_HOURS = 5, 48
"""How often, and for how long, a message that did not arrive is tried again."""

LONGEST_MESSAGE = 1800
"""Bytes of UTF-8; the strictest of the three takes 2048."""

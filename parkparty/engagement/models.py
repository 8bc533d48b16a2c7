"""The log of reminders, about a duty, never about a person; and the chat robots that repeat them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.engagement.choices import ReminderKind, RobotKind
from parkparty.engagement.querysets import OfOrganizationQuerySet, RobotMessageQuerySet
from parkparty.organizations.models import Organization
from parkparty.rules.models import Rule


class Reminder(models.Model):
    """One reminder of one duty on one day; the same is never sent twice. ``by`` is empty for those sent by date."""

    organization = models.ForeignKey(Organization, models.CASCADE, verbose_name=_("党组织"), related_name="reminders")
    rule = models.ForeignKey(Rule, models.CASCADE, verbose_name=_("规则"), related_name="reminders")
    period_since = models.DateField(_("周期起始日期"))
    kind = models.CharField(_("种类"), max_length=12, choices=ReminderKind)
    on = models.DateField(_("日期"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("催办人"), null=True, blank=True, related_name="+"
    )

    objects = OfOrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("提醒")
        verbose_name_plural = pgettext_lazy("复数", "提醒")
        ordering = ["-on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ReminderKind.values), name="engagement_kind_known"),
            models.UniqueConstraint(
                fields=["organization", "rule", "period_since", "kind", "on"], name="engagement_reminded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.rule} · {self.get_kind_display()} {self.on}"


class Robot(models.Model):
    """A robot in the chat group of an office: told of reminders of ``organization`` and what lies below it.

    Of several above a unit the nearest is told. Its address holds a key, so it is kept sealed and never shown again.
    """

    organization = models.OneToOneField(Organization, models.CASCADE, verbose_name=_("党组织"), related_name="robot")
    kind = models.CharField(_("种类"), max_length=10, choices=RobotKind)
    sealed_address = models.TextField(_("Webhook 地址"), editable=False)
    is_on = models.BooleanField(_("启用"), default=False)

    objects = OfOrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("群机器人")
        verbose_name_plural = pgettext_lazy("复数", "群机器人")
        ordering = ["organization"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RobotKind.values), name="engagement_robot_kind_known")
        ]

    def __str__(self) -> str:
        return f"{self.organization} · {self.get_kind_display()}"


class RobotMessage(models.Model):
    """What a robot is to say: organisations, duties and days, never a person. ``fault`` is why the last try failed."""

    robot = models.ForeignKey(Robot, models.CASCADE, verbose_name=_("群机器人"), related_name="messages")
    text = models.TextField(_("内容"))
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    fault = models.CharField(_("未送达的原因"), max_length=200, blank=True)

    objects = RobotMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("机器人消息")
        verbose_name_plural = pgettext_lazy("复数", "机器人消息")
        ordering = ["-id"]
        indexes = [models.Index(fields=["created_at"], condition=Q(sent_at__isnull=True), name="engagement_unsent")]

    def __str__(self) -> str:
        return f"{self.robot} {timezone.localtime(self.created_at):%Y-%m-%d %H:%M}"

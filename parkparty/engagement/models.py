"""The log of reminders: about a duty, never about a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.engagement.choices import ReminderKind
from parkparty.engagement.querysets import ReminderQuerySet
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

    objects = ReminderQuerySet.as_manager()

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

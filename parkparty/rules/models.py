"""Rules as data: each row cites its article and says from when to when it holds; the code knows kinds, not rules."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.activities.models import ActivityType
from parkparty.rules.choices import Every, RuleKind, Strength
from parkparty.rules.querysets import RuleQuerySet


class Rule(models.Model):
    """A rule of a regulation: how often which activity is owed, and by whom."""

    code = models.CharField(_("编号"), max_length=20, primary_key=True)
    name = models.CharField(_("规则"), max_length=100)
    kind = models.CharField(_("种类"), max_length=20, choices=RuleKind)
    strength = models.CharField(_("强度"), max_length=5, choices=Strength)
    source = models.CharField(_("依据"), max_length=200, help_text=_("文件名称和条款"))
    activity_type = models.ForeignKey(
        ActivityType, models.PROTECT, verbose_name=_("活动类型"), null=True, blank=True, related_name="rules"
    )
    every = models.CharField(_("周期"), max_length=7, choices=Every, blank=True)
    min_full_members = models.PositiveSmallIntegerField(
        _("正式党员不少于"), default=0, help_text=_("达到这一人数的组织才适用；0 为都适用")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    since = models.DateField(_("施行日期"))
    until = models.DateField(_("废止日期"), null=True, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("规则")
        verbose_name_plural = pgettext_lazy("复数", "规则")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="rules_kind_known"),
            models.CheckConstraint(condition=Q(strength__in=Strength.values), name="rules_strength_known"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")), name="rules_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~Q(kind=RuleKind.PERIODIC_ACTIVITY)
                | (Q(activity_type__isnull=False) & Q(every__in=Every.values)),
                name="rules_periodic_names_type_and_period",
                violation_error_message=_("定期活动的规则须选择活动类型和周期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

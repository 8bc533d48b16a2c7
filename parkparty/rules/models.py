"""Rules as data: each row cites its article and says from when to when it holds; the code knows kinds, not rules."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.accounts.models import User
from parkparty.activities.models import ActivityType
from parkparty.companies.choices import StaffBand
from parkparty.core.models import Bilingual, english_name, reads_english
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.rules.choices import COUNTED, NUMBERS, PARAMETERS, Every, Measure, RuleKind, Strength
from parkparty.rules.querysets import RuleQuerySet

MAX_NUMBER = 10_000


class Rule(Bilingual, models.Model):
    """A rule of a regulation, with its article, its strength and the days on which it holds.

    A local rule is a whole row of its own: it stands for the general one that it ``overrides`` in the subtree of its
    ``organization``, with its own numbers, source and days, and says who set it.
    """

    code = models.CharField(_("编号"), max_length=20, primary_key=True)
    name = models.CharField(_("规则"), max_length=100)
    name_en = english_name()
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
    parameters = models.JSONField(
        _("参数"), default=dict, blank=True, help_text=_("人数、家数、月数等数值，字段由规则种类决定")
    )
    is_verified = models.BooleanField(
        _("已核对原文"), default=False, help_text=_("条款号和施行日期都对照过原文的才勾选")
    )
    is_active = models.BooleanField(_("启用"), default=True)
    overrides = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("代替的规则"),
        null=True,
        blank=True,
        editable=False,
        related_name="local_rules",
    )
    organization = models.ForeignKey(
        Organization,
        models.CASCADE,
        verbose_name=_("适用于"),
        null=True,
        blank=True,
        editable=False,
        related_name="local_rules",
    )
    set_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("设置人"), null=True, blank=True, editable=False, related_name="+"
    )
    set_at = models.DateTimeField(_("设置时间"), null=True, blank=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(overrides__isnull=True, organization__isnull=True)
                | Q(overrides__isnull=False, organization__isnull=False),
                name="rules_local_names_both",
            ),
            models.UniqueConstraint(fields=["overrides", "organization", "since"], name="rules_one_local_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def general_code(self) -> str:
        """The code of the general rule: its own, or of the one that it stands for in a subtree."""
        return str(self.overrides_id or self.code)

    @property
    def industry(self) -> str:
        """The line of business whose companies it divides by size, in the reader's language."""
        english = self.parameters.get("industry_en") if reads_english() else ""
        return str(english or self.parameters["industry"])

    @property
    def cited(self) -> str:
        """The source as pages cite it; of a regulation whose article nobody compared with the original, they say so."""
        if self.is_verified or self.overrides_id:
            return str(self.source)
        return str(_("%(source)s（未核对原文）") % {"source": self.source})

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on ``day``, switched on or not."""
        return self.since <= day and (self.until is None or day < self.until)

    def clean(self) -> None:
        super().clean()
        fault = _fault(self.kind, self.parameters)
        if fault:
            raise ValidationError({"parameters": fault})


def _fault(kind: str, parameters: Any) -> str:
    """What is wrong with the parameters of a rule of ``kind``, in words; empty when nothing is."""
    if not isinstance(parameters, dict):
        return str(_('参数写成 JSON 对象，例如 {"months": 6}。'))
    missing = PARAMETERS.get(kind, frozenset()) - parameters.keys()
    if missing:
        return str(_("这一种类的规则还缺少参数：%(names)s。") % {"names": "、".join(sorted(missing))})
    if kind == RuleKind.REFERENCE:
        return _fault_of_scales(parameters)
    return _fault_of_names(parameters) or _fault_of_numbers(parameters)


def _fault_of_scales(parameters: dict[str, Any]) -> str:
    """A rule for reference holds anything, but what the pages calculate with must have its shape."""
    if "per_mille" in parameters and not _are_brackets(parameters["per_mille"]):
        return str(_("per_mille 写成若干个 [上限, 千分数]，上限由低到高，最后一个上限为 null。"))
    if "size_limits" in parameters and not _are_limits(parameters["size_limits"]):
        return str(_("size_limits 写成 staff（可加 revenue），各有大、中、小型的三个下限，由高到低。"))
    return ""


def _are_brackets(given: Any) -> bool:
    if not isinstance(given, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in given):
        return False
    edges, rates = [edge for edge, _rate in given], [rate for _edge, rate in given]
    return bool(edges) and edges[-1] is None and _rise([0, *edges[:-1]]) and _are_counts(rates)


def _are_limits(given: Any) -> bool:
    if not isinstance(given, dict) or not {"staff"} <= given.keys() <= {"staff", "revenue"}:
        return False
    return all(isinstance(edges, list) and len(edges) == 3 and _rise([0, *edges[::-1]]) for edges in given.values())


def _are_counts(given: list[Any]) -> bool:
    return all(type(number) is int and number >= 0 for number in given)


def _rise(given: list[Any]) -> bool:
    return _are_counts(given) and all(low < high for low, high in pairwise(given))


def _fault_of_names(parameters: dict[str, Any]) -> str:
    years, types = parameters.get("years", {}), parameters.get("types", [])
    if not isinstance(years, dict) or not isinstance(types, list) or {*years, *types} - {*OrganizationType.values}:
        return str(_("党组织类型只能是：%(names)s。") % {"names": "、".join(OrganizationType.values)})
    if parameters.get("measure", Measure.UNITS) not in Measure.values:
        return str(_("计量对象（measure）只能是：%(names)s。") % {"names": "、".join(Measure.values)})
    if parameters.get("denominator", COUNTED[0]) not in COUNTED:
        return str(_("企业口径（denominator）只能是：%(names)s。") % {"names": "、".join(COUNTED)})
    return ""


def _fault_of_numbers(parameters: dict[str, Any]) -> str:
    numbers = [parameters[name] for name in NUMBERS if name in parameters]
    numbers += parameters.get("years", {}).values()
    if not all(type(number) is int and 0 <= number <= MAX_NUMBER for number in numbers):
        return str(_("数值写成 0～%(most)d 的整数。") % {"most": MAX_NUMBER})
    edges = [str(band) for band in StaffBand.values if band]
    if "staff_at_least" in parameters and str(parameters["staff_at_least"]) not in edges:
        return str(_("从业人员按区间保存，人数只能取区间的起点：%(numbers)s。") % {"numbers": "、".join(edges)})
    return ""

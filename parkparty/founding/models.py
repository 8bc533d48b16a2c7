"""The founding of a branch as a case: applied, replied, elected, filed. No person is named in it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.founding.choices import Stage
from parkparty.founding.querysets import FoundingCaseQuerySet
from parkparty.organizations.models import Organization


class FoundingCase(models.Model):
    """One branch on its way from the application (支部工作条例 §6) to the filing; the branch itself is in preparation.

    The day of the application stands on the organisation, and so does the day of the reply, as its approval.
    """

    organization = models.OneToOneField(
        Organization, models.CASCADE, verbose_name=_("党组织"), related_name="founding_case"
    )
    companies = models.ManyToManyField(Company, verbose_name=_("覆盖企业"), related_name="founding_cases")
    opened_by = models.ForeignKey(
        User, models.SET_NULL, verbose_name=_("立项人"), null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(_("立项时间"), default=timezone.now)
    replied_on = models.DateField(_("批复日期"), null=True, blank=True)
    elected_on = models.DateField(_("选举日期"), null=True, blank=True)
    filed_on = models.DateField(_("备案日期"), null=True, blank=True)
    withdrawn_on = models.DateField(_("撤回日期"), null=True, blank=True)

    objects = FoundingCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("筹建事项")
        verbose_name_plural = pgettext_lazy("复数", "筹建事项")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(elected_on__isnull=True) | Q(replied_on__isnull=False, elected_on__gte=F("replied_on")),
                name="founding_elected_after_reply",
                violation_error_message=_("选举日期不早于批复日期。"),
            ),
            models.CheckConstraint(
                condition=Q(filed_on__isnull=True) | Q(elected_on__isnull=False, filed_on__gte=F("elected_on")),
                name="founding_filed_after_election",
                violation_error_message=_("备案日期不早于选举日期。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(replied_on__isnull=True),
                name="founding_withdrawn_before_reply",
                violation_error_message=_("批复以后不再撤回。"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)

    @property
    def stage(self) -> Stage:
        """How far it has come."""
        if self.withdrawn_on:
            return Stage.WITHDRAWN
        if self.filed_on:
            return Stage.FILED
        if self.elected_on:
            return Stage.ELECTED
        return Stage.APPROVED if self.replied_on else Stage.APPLIED

    @property
    def is_open_to_change(self) -> bool:
        """Whether its companies may still be adjusted: until the reply."""
        return self.stage == Stage.APPLIED

    @property
    def last_step_on(self) -> dt.date | None:
        """The day of the last step taken; no later step is earlier."""
        return self.filed_on or self.elected_on or self.replied_on or self.organization.applied_on

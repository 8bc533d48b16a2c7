"""An activity of organisation life, from draft to archived, and who holds it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.access.permissions import Decision
from parkparty.accounts.models import User
from parkparty.activities.choices import LEASE_SECONDS, UNCOUNTED_STATES, ActivityState, Step
from parkparty.activities.permissions import may
from parkparty.activities.querysets import ActivityQuerySet
from parkparty.companies.models import Company
from parkparty.core.dates import today
from parkparty.core.models import CodeTable
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Park, ServiceStation


class ActivityType(CodeTable):
    """What a meeting counts as (党员大会, 党课, 主题党日 …). One meeting may count as several."""

    class Meta(CodeTable.Meta):
        verbose_name = _("活动类型")
        verbose_name_plural = pgettext_lazy("复数", "活动类型")


class ActivityTheme(CodeTable):
    """The theme beside the types: 党建+服务 / 文化 / 公益 / 招商, and the site's own."""

    class Meta(CodeTable.Meta):
        verbose_name = _("活动主题")
        verbose_name_plural = pgettext_lazy("复数", "活动主题")


class Activity(models.Model):
    """One meeting or event: counts of those expected and present, never a list of them.

    ``held_on`` is when it took place and ``filed_at`` when it was first reported: late filing never turns a held
    meeting into one that was not held. ``version`` grows with every write: two tabs cannot overwrite each other.
    ``return_notes`` are the reasons of a return, each as [field, sentence]; ``flags`` are codes of ``Flag``, found when
    the record was sent; ``opened_at`` is when a reviewer last opened what was sent.
    ``sitting`` is the opened form that wrote last and ``turn`` its count of writes, so that a form whose answer was
    lost goes on. ``unrecorded`` holds what the trail last told, while only a draft's own saving has changed it since.
    """

    key = models.UUIDField(_("提交标识"), default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name=_("主办党组织"), related_name="led_activities"
    )
    hosts = models.ManyToManyField(
        Organization, through="ActivityHost", verbose_name=_("主办与联办党组织"), related_name="activities"
    )
    park = models.ForeignKey(
        Park, models.PROTECT, verbose_name=_("园区"), null=True, blank=True, editable=False, related_name="activities"
    )
    types = models.ManyToManyField(ActivityType, verbose_name=_("计入类型"), related_name="activities")
    theme = models.ForeignKey(
        ActivityTheme, models.PROTECT, verbose_name=_("主题"), null=True, blank=True, related_name="activities"
    )
    topic = models.CharField(_("议题"), max_length=100, blank=True)
    companies = models.ManyToManyField(Company, verbose_name=_("共建企业"), blank=True, related_name="activities")
    held_on = models.DateField(_("活动日期"))
    filed_at = models.DateTimeField(_("首次提交时间"), null=True, blank=True, editable=False)
    expected = models.PositiveSmallIntegerField(_("应到人数"), null=True, blank=True)
    present = models.PositiveSmallIntegerField(_("实到人数"), null=True, blank=True)
    summary = models.TextField(_("内容摘要"), max_length=2000, blank=True)
    place = models.CharField(_("地点"), max_length=100, blank=True)
    station = models.ForeignKey(
        ServiceStation, models.SET_NULL, verbose_name=_("党群服务站"), null=True, blank=True, related_name="activities"
    )
    state = models.CharField(_("状态"), max_length=10, choices=ActivityState, default=ActivityState.DRAFT)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("填报人"), related_name="activities"
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("审核人"), null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    return_reason = models.CharField(_("退回原因"), max_length=300, blank=True)
    return_notes = models.JSONField(_("退回意见"), default=list, blank=True, editable=False)
    flags = models.CharField(_("需关注"), max_length=60, blank=True, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    opened_at = models.DateTimeField(_("审核员打开时间"), null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)
    sitting = models.UUIDField(null=True, blank=True, editable=False)
    turn = models.PositiveIntegerField(default=0, editable=False)
    unrecorded = models.JSONField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("活动")
        verbose_name_plural = pgettext_lazy("复数", "活动")
        ordering = ["-held_on", "-id"]
        indexes = [
            models.Index(fields=["organization", "-held_on", "-id"], name="activities_by_organization"),
            models.Index(fields=["park", "-held_on", "-id"], name="activities_by_park"),
            models.Index(fields=["-held_on", "-id"], name="activities_newest"),
            # As ``counted`` asks: the newest of all are not judged yet, some forty thousand in a city.
            models.Index(
                fields=["-held_on", "-id"],
                condition=~Q(state__in=UNCOUNTED_STATES),
                name="activities_newest_counted",
            ),
            # Few of all are not judged. SQLite goes by these where they begin with the state, each named by itself.
            models.Index(
                fields=["state", "-held_on", "-id"],
                condition=Q.create([("state", state) for state in UNCOUNTED_STATES], connector=Q.OR),
                name="activities_uncounted",
            ),
            models.Index(
                fields=["state", "filed_at", "id"],
                condition=Q(state=ActivityState.SUBMITTED),
                name="activities_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ActivityState.values), name="activities_state_known"),
            models.CheckConstraint(
                condition=Q(state=ActivityState.DRAFT) | Q(filed_at__isnull=False),
                name="activities_filed_has_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActivityState.APPROVED) | Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="activities_approved_names_reviewer",
            ),
            models.CheckConstraint(
                condition=~Q(state=ActivityState.RETURNED) | ~Q(return_reason=""),
                name="activities_returned_gives_reason",
                violation_error_message=_("退回时须写明原因。"),
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("author")),
                name="activities_never_reviewed_by_author",
                violation_error_message=_("自己填报的记录由其他审核员审核。"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.topic or _("未命名活动"))

    @cached_property
    def type_names(self) -> list[str]:
        """The names of its types, in their order; ``figures.name_types`` tells those of many at once."""
        return [str(kind) for kind in self.types.all()]

    @property
    def as_state(self) -> ActivityState:
        """The state with its name and its icon."""
        return ActivityState(self.state)

    @property
    def is_announcement(self) -> bool:
        """Whether it tells of what is to come: it is a record only once it has been held."""
        return self.state == ActivityState.DRAFT and self.held_on > today()

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The name of the state; a draft of a day to come is an announcement."""
        return str(_("预告") if self.is_announcement else ActivityState(self.state).label)

    def clean(self) -> None:
        super().clean()
        held_on: dt.date | None = self.held_on  # None when a form could not read it
        if self.state != ActivityState.DRAFT and held_on and held_on > today():
            raise ValidationError({"held_on": _("活动日期在今天之后，先存为预告，活动结束后再提交。")})

    def may(self, step: Step, scope: Scope) -> Decision:
        """Whether the holder of ``scope`` may take ``step`` now."""
        places = (self.organization.park, self.organization.area)
        return may(
            scope,
            step,
            state=self.state,
            path=self.organization.path,
            place_paths=tuple(place.path for place in places if place),
            author_id=self.author_id,
            is_opened=self.opened_at is not None,
        )

    def may_be_copied(self, scope: Scope) -> bool:
        """Whether the holder of ``scope`` may plan more like it: a new draft of its organisation is theirs to write."""
        return bool(may(scope, Step.EDIT, state=ActivityState.DRAFT, path=self.organization.path))

    @property
    def reviewing(self) -> User | None:
        """Who opened the record for review within the last two minutes."""
        if self.state != ActivityState.SUBMITTED or self.opened_at is None:
            return None
        return self.opened_by if timezone.now() - self.opened_at < dt.timedelta(seconds=LEASE_SECONDS) else None


class ActivityHost(models.Model):
    """An organisation that holds the activity, alone or jointly; it counts for each of them."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="host_rows")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="host_rows")

    class Meta:
        verbose_name = _("主办单位")
        verbose_name_plural = pgettext_lazy("复数", "主办单位")
        constraints = [
            models.UniqueConstraint(fields=["activity", "organization"], name="activities_host_once"),
        ]
        indexes = [models.Index(fields=["organization", "activity"], name="activities_by_host")]

    def __str__(self) -> str:
        return str(self.organization)

"""An activity of organisation life, from draft to archived, and its optional photos."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import PurePath

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.access.permissions import Decision
from parkparty.accounts.models import User
from parkparty.activities.choices import LEASE_SECONDS, UNCOUNTED_STATES, ActivityState, Step
from parkparty.activities.permissions import may
from parkparty.activities.querysets import ActivityFileQuerySet, ActivityQuerySet, SavedViewQuerySet
from parkparty.companies.models import Company
from parkparty.core.dates import today
from parkparty.core.models import CodeTable
from parkparty.core.paths import PathField
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park, ServiceStation


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


class Leader(models.Model):
    """Where an organisation sits and stands, and between which days it held activities, alone or jointly, if ever.

    All that it holds lies between ``first_on`` and ``last_on``, which never come nearer to each other, or on the day of
    one of its marks. Written by triggers of the database (``migrations._days``), so that imports and plain SQL are seen
    as well, and taken away with its organisation by them: nothing else is to ask for it.
    """

    organization = models.OneToOneField(Organization, models.DO_NOTHING, primary_key=True, db_constraint=False)
    park = models.ForeignKey(Park, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    area = models.ForeignKey(Area, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    path = PathField(null=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)

    class Meta:
        # Of a dormant place they hold nobody.
        indexes = [
            models.Index(fields=[name], condition=Q(first_on__isnull=False), name=f"activities_met_by_{name}")
            for name in ("path", "park", "area")
        ]

    def __str__(self) -> str:
        return str(self.organization_id)


class LeaderMark(models.Model):
    """A day on which an organisation held an activity, of which its leader is still to be told.

    Left by the triggers of a writer who found the leader's row taken, and told by ``services.leaders``.
    """

    leader = models.ForeignKey(Leader, models.DO_NOTHING, related_name="marks", db_index=False, db_constraint=False)
    held_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["leader", "held_on"], name="activities_leader_marks")]

    def __str__(self) -> str:
        return f"{self.leader_id} {self.held_on}"


class JointHost(models.Model):
    """A host of an activity that another organisation leads, with the day: few beside all hosts, and asked for by day.

    Written by triggers of the database (``migrations._days``) as ``Leader`` is.
    """

    activity = models.ForeignKey(
        Activity, models.DO_NOTHING, related_name="joint_hosts", db_index=False, db_constraint=False
    )
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    held_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "organization"], name="activities_joint_host_once"),
        ]
        indexes = [models.Index(fields=["organization", "held_on", "activity"], name="activities_by_joint_host")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.organization_id}"


def photo_path(photo: ActivityPhoto, filename: str) -> str:
    """A name of the server's making: nothing of what the sender called the file."""
    return _path_in("photos", "jpg")


def thumbnail_path(photo: ActivityPhoto, filename: str) -> str:
    """A name that tells nothing of its photo's."""
    return _path_in("thumbnails", "jpg")


def _path_in(folder: str, ending: str) -> str:
    name = uuid.uuid4().hex
    return f"{folder}/{name[:2]}/{name}.{ending}"


class ActivityPhoto(models.Model):
    """A photo, turned upright and written anew without any metadata; shown only through a view that checks rights."""

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name=_("活动"), related_name="photos")
    file = models.ImageField(_("照片"), upload_to=photo_path, width_field="width", height_field="height")
    thumbnail = models.FileField(
        _("缩略图"), upload_to=thumbnail_path, blank=True, default="", db_default="", editable=False
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ActivityFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = pgettext_lazy("复数", "照片")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["activity", "sha256"], name="activities_photo_once")]

    def __str__(self) -> str:
        return f"{self.activity} #{self.pk}"

    @property
    def files(self) -> tuple[FieldFile, ...]:
        """All that it has on the disk."""
        return self.file, self.thumbnail


def ending_of(name: str) -> str:
    """What follows the last dot of a file's name, in small letters."""
    return PurePath(name).suffix.removeprefix(".").lower()


def attachment_path(attachment: ActivityAttachment, filename: str) -> str:
    """A name of the server's making; the ending is one of ``documents.attachments.ENDINGS``."""
    return _path_in("attachments", ending_of(attachment.name))


class ActivityAttachment(models.Model):
    """A document kept as it came, never opened by the site, and given out only to be saved."""

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name=_("活动"), related_name="attachments")
    file = models.FileField(_("附件"), upload_to=attachment_path)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.PositiveIntegerField(_("字节数"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ActivityFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = pgettext_lazy("复数", "附件")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["activity", "sha256"], name="activities_attachment_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def files(self) -> tuple[FieldFile, ...]:
        """All that it has on the disk."""
        return (self.file,)


class SavedView(models.Model):
    """A list of activities as somebody looks at it: the query of its address, with a name.

    It is its owner's own, or shared with all who hold a role on ``organization`` or below it. It shows each reader
    what lies in their own scope.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("所有者"), related_name="saved_views"
    )
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("查询"), max_length=1000, blank=True)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, verbose_name=_("共享给"), null=True, blank=True, related_name="+"
    )

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("视图")
        verbose_name_plural = pgettext_lazy("复数", "视图")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="activities_view_name_once")]

    def __str__(self) -> str:
        return str(self.name)


class ListChoice(models.Model):
    """How a user likes the list: the columns (keys, with commas between) and the view it opens with."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="list_choice")
    columns = models.CharField(_("列"), max_length=200, blank=True)
    first_view = models.ForeignKey(SavedView, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("列表设置")
        verbose_name_plural = pgettext_lazy("复数", "列表设置")

    def __str__(self) -> str:
        return str(self.user)


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads what its owner may see; only its digest is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("创建时间"), auto_now=True)

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = pgettext_lazy("复数", "日历订阅")

    def __str__(self) -> str:
        return str(self.user)

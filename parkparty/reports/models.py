"""What reports keep: each version as it was generated, what the office adds, and files that wait to be fetched."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.core.dates import Period, half_of, month_of, quarter_of, year_of
from parkparty.coverage.models import OfNode
from parkparty.reports.choices import (
    BUSY_STATES,
    Every,
    FileFormat,
    JobState,
    PeriodState,
    ReleaseState,
    ReportKind,
    period_label,
)
from parkparty.reports.querysets import FileJobQuerySet, LayoutQuerySet, MailingQuerySet, PeriodRowQuerySet
from parkparty.reports.sheets import Report, Row, report_of, unpacked

STUCK_AFTER = dt.timedelta(minutes=10)
"""A report takes seconds; after this long its task is dead."""


class OfPeriod(OfNode):
    """A row of one node and one month, quarter, half or year."""

    since = models.DateField(_("起始日期"))
    until = models.DateField(_("终止日期"))

    class Meta(OfNode.Meta):
        abstract = True
        constraints = [
            *OfNode.Meta.constraints,
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="%(app_label)s_%(class)s_ends_after_start"),
        ]

    @property
    def period(self) -> Period:
        """The calendar period."""
        kinds = (month_of, quarter_of, half_of, year_of)
        return next(kind(self.since) for kind in kinds if kind(self.since).until == self.until)

    @property
    def period_label(self) -> str:
        """The period as it is read."""
        return period_label(self.period)


def layout_path(layout: Layout, filename: str) -> str:
    """A name that nobody can guess; layouts are handed out only filled in."""
    return f"layouts/{secrets.token_hex(16)}"


class Layout(OfNode):
    """How Word files of one kind of report look for a node and all below it. Its file never changes: a report that was
    written in it is always written in it.
    """

    name = models.CharField(_("名称"), max_length=60)
    kind = models.CharField(_("报告"), max_length=10, choices=ReportKind)
    file = models.FileField(_("模板文件"), upload_to=layout_path)
    sha256 = models.CharField(_("校验码"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("上传人"), related_name="+"
    )
    uploaded_at = models.DateTimeField(_("上传时间"), default=timezone.now)
    tried_at = models.DateTimeField(_("试生成时间"), null=True, blank=True)
    is_used = models.BooleanField(_("使用中"), default=False)

    objects = LayoutQuerySet.as_manager()

    class Meta(OfNode.Meta):
        verbose_name = _("Word 模板")
        verbose_name_plural = pgettext_lazy("复数", "Word 模板")
        ordering = ["-id"]
        constraints = [
            *OfNode.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="reports_layout_kind_known"),
            models.CheckConstraint(
                condition=Q(is_used=False) | Q(tried_at__isnull=False), name="reports_layout_tried_before_use"
            ),
            *(
                models.UniqueConstraint(
                    fields=[node, "kind"], condition=Q(is_used=True), name=f"reports_one_layout_of_{node}"
                )
                for node in ("area", "park", "organization")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReportVersion(OfPeriod):
    """A report as it was generated. Written once, never changed.

    ``content`` is the canonical JSON of the report; it names the hashes of the snapshots that it was written from. Of a
    long list it holds the first rows, ``parts`` the others; ``sha256`` covers the canonical JSON with all of them.
    ``data_at`` is the moment as of which the records were read.
    """

    kind = models.CharField(
        _("报告"), max_length=10, choices=ReportKind, default=ReportKind.COVERAGE, db_default=ReportKind.COVERAGE.value
    )
    as_of = models.DateField(_("截至"))
    data_at = models.DateTimeField(_("数据时间"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("生成人"), null=True, blank=True, related_name="+"
    )
    layout = models.ForeignKey(
        Layout, models.PROTECT, verbose_name=_("Word 模板"), null=True, blank=True, related_name="+"
    )
    content = models.TextField(_("内容"))
    sha256 = models.CharField(_("校验码"), max_length=64)

    objects = PeriodRowQuerySet.as_manager()

    class Meta(OfPeriod.Meta):
        verbose_name = _("报告")
        verbose_name_plural = pgettext_lazy("复数", "报告")
        ordering = ["-id"]
        constraints = [
            *OfPeriod.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="reports_version_kind_known"),
        ]
        indexes = [
            models.Index(fields=["area", "since", "until"], name="reports_version_by_area"),
            models.Index(fields=["park", "since", "until"], name="reports_version_by_park"),
            models.Index(fields=["organization", "since", "until"], name="reports_version_by_org"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.period_label} {self.get_kind_display()}"

    @property
    def report(self) -> Report:
        """The report as a value; the further rows of a long list are read when they are asked for."""
        return report_of(self.content, FurtherRows(self.pk))

    @property
    def may_leave(self) -> bool:
        """Whether it may be had as a file: a public edition only once it is released."""
        return self.kind != ReportKind.PUBLIC or self.release.state == ReleaseState.RELEASED


class ListPart(models.Model):
    """Further rows of the long list of a version, packed. Written with it, never changed."""

    version = models.ForeignKey(ReportVersion, models.CASCADE, verbose_name=_("报告"), related_name="parts")
    number = models.PositiveIntegerField(_("序号"))
    rows = models.BinaryField(_("各行"))

    class Meta:
        verbose_name = _("名单分段")
        verbose_name_plural = pgettext_lazy("复数", "名单分段")
        ordering = ["version", "number"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="reports_part_in_its_place")]

    def __str__(self) -> str:
        return f"{self.version} {self.number}"


@dataclass(frozen=True, slots=True)
class FurtherRows:
    """The further rows of the long list of a version, one part in memory at a time."""

    version: int

    def __iter__(self) -> Iterator[Row]:
        parts = ListPart.objects.filter(version=self.version).order_by("number").values_list("rows", flat=True)
        for part in parts.iterator(chunk_size=1):
            yield from unpacked(part)


class Release(models.Model):
    """Whether a public edition may leave the office: proposed by one person, decided by another, once."""

    version = models.OneToOneField(ReportVersion, models.CASCADE, verbose_name=_("公开版"), related_name="release")
    state = models.CharField(_("状态"), max_length=8, choices=ReleaseState, default=ReleaseState.WAITING)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("提出人"), null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("批准人"), null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    reason = models.CharField(_("不予公开的原因"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("公开审批")
        verbose_name_plural = pgettext_lazy("复数", "公开审批")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReleaseState.values), name="reports_release_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReleaseState.WAITING, decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state=ReleaseState.WAITING) & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="reports_release_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(proposed_by__isnull=True) | Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="reports_release_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.REFUSED) | ~Q(reason=""), name="reports_release_refused_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}"


class Closing(OfPeriod):
    """How far a node is done with a period.

    Entries after ``closed_at`` are late: they count, and are marked. ``gaps`` are the names of units below that had not
    closed then. A frozen period has one ``version``, which is given whenever its report is asked for; its reports are
    generated in the background since ``freezing_since``.
    """

    state = models.CharField(_("状态"), max_length=6, choices=PeriodState, default=PeriodState.OPEN)
    closed_at = models.DateTimeField(_("截止时间"), null=True, blank=True)
    gaps = models.JSONField(_("未截止的下级"), default=list, blank=True)
    version = models.ForeignKey(
        ReportVersion, models.PROTECT, verbose_name=_("冻结的报告"), null=True, blank=True, related_name="+"
    )
    freezing_since = models.DateTimeField(_("开始冻结"), null=True, blank=True)

    objects = PeriodRowQuerySet.as_manager()

    class Meta(OfPeriod.Meta):
        verbose_name = _("报告期")
        verbose_name_plural = pgettext_lazy("复数", "报告期")
        ordering = ["-since", "-id"]
        constraints = [
            *OfPeriod.Meta.constraints,
            models.UniqueConstraint(
                fields=["area", "since", "until"], condition=Q(area__isnull=False), name="reports_closing_of_area"
            ),
            models.UniqueConstraint(
                fields=["park", "since", "until"], condition=Q(park__isnull=False), name="reports_closing_of_park"
            ),
            models.UniqueConstraint(
                fields=["organization", "since", "until"],
                condition=Q(organization__isnull=False),
                name="reports_closing_of_org",
            ),
            models.CheckConstraint(
                condition=Q(state=PeriodState.OPEN, version__isnull=True)
                | Q(state=PeriodState.CLOSED, version__isnull=True, closed_at__isnull=False)
                | Q(state=PeriodState.FROZEN, version__isnull=False, closed_at__isnull=False),
                name="reports_closing_state_matches",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.period_label}"

    @property
    def is_freezing(self) -> bool:
        """Whether its reports are being generated; after a while the task is dead, and it may be asked for again."""
        return self.freezing_since is not None and timezone.now() - self.freezing_since < STUCK_AFTER


class Measures(OfPeriod):
    """What the office writes into a report itself. It is kept from one period to the next until it is rewritten."""

    text = models.TextField(_("下一步措施"), max_length=2000, blank=True)

    objects = PeriodRowQuerySet.as_manager()

    class Meta(OfPeriod.Meta):
        verbose_name = _("下一步措施")
        verbose_name_plural = pgettext_lazy("复数", "下一步措施")
        constraints = [
            *OfPeriod.Meta.constraints,
            models.UniqueConstraint(
                fields=["area", "since", "until"], condition=Q(area__isnull=False), name="reports_measures_of_area"
            ),
            models.UniqueConstraint(
                fields=["park", "since", "until"], condition=Q(park__isnull=False), name="reports_measures_of_park"
            ),
            models.UniqueConstraint(
                fields=["organization", "since", "until"],
                condition=Q(organization__isnull=False),
                name="reports_measures_of_org",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.period_label}"


class Mailing(OfNode):
    """A report that is sent after every period, to each recipient as far as they may see it at that moment.

    ``sent_until`` is the end of the last period that was sent.
    """

    kind = models.CharField(_("报告"), max_length=10, choices=ReportKind, default=ReportKind.COVERAGE)
    format = models.CharField(_("格式"), max_length=4, choices=FileFormat, default=FileFormat.DOCX)
    every = models.CharField(_("多久一次"), max_length=7, choices=Every, default=Every.QUARTER)
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, verbose_name=_("收件人"), related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("设置人"), related_name="+")
    made_at = models.DateTimeField(_("设置时间"), default=timezone.now)
    stopped_at = models.DateTimeField(_("停止时间"), null=True, blank=True)
    sent_until = models.DateField(_("已送到"), null=True, blank=True)

    objects = MailingQuerySet.as_manager()

    class Meta(OfNode.Meta):
        verbose_name = _("定期报送")
        verbose_name_plural = pgettext_lazy("复数", "定期报送")
        ordering = ["-id"]
        constraints = [
            *OfNode.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in ReportKind if kind != ReportKind.PUBLIC]),
                name="reports_mailing_kind_known",
            ),
            models.CheckConstraint(condition=Q(format__in=FileFormat.values), name="reports_mailing_format_known"),
            models.CheckConstraint(condition=Q(every__in=Every.values), name="reports_mailing_every_known"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.get_every_display()} {self.get_kind_display()}"


def file_path(job: FileJob, filename: str) -> str:
    """A name that nobody can guess; files are handed out only by a view that checks rights."""
    return f"reports/{secrets.token_hex(16)}"


class FileJob(OfPeriod):
    """A file that somebody asked for: of a report that exists, or of one to be generated first."""

    version = models.ForeignKey(
        ReportVersion, models.CASCADE, verbose_name=_("报告"), null=True, blank=True, related_name="files"
    )
    kind = models.CharField(
        _("报告"), max_length=10, choices=ReportKind, default=ReportKind.COVERAGE, db_default=ReportKind.COVERAGE.value
    )
    mailing = models.ForeignKey(
        Mailing, models.SET_NULL, verbose_name=_("定期报送"), null=True, blank=True, related_name="files"
    )
    format = models.CharField(_("格式"), max_length=4, choices=FileFormat)
    state = models.CharField(_("状态"), max_length=8, choices=JobState, default=JobState.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("申请人"), related_name="+")
    asked_at = models.DateTimeField(_("申请时间"), default=timezone.now)
    refusal = models.CharField(_("没有生成的原因"), max_length=300, blank=True, default="", db_default="")
    file = models.FileField(_("文件"), upload_to=file_path, blank=True)
    size = models.PositiveIntegerField(_("字节"), default=0)
    expires_at = models.DateTimeField(_("到期时间"), null=True, blank=True)

    objects = FileJobQuerySet.as_manager()

    class Meta(OfPeriod.Meta):
        verbose_name = _("报告文件")
        verbose_name_plural = pgettext_lazy("复数", "报告文件")
        ordering = ["-id"]
        constraints = [
            *OfPeriod.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="reports_job_state_known"),
            models.CheckConstraint(condition=Q(kind__in=ReportKind.values), name="reports_job_kind_known"),
            models.CheckConstraint(condition=Q(format__in=FileFormat.values), name="reports_job_format_known"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.period_label} {self.get_kind_display()} {self.get_format_display()}"

    @property
    def is_ready(self) -> bool:
        """Whether it can be fetched now."""
        return self.state == JobState.READY and self.expires_at is not None and self.expires_at > timezone.now()

    @property
    def is_busy(self) -> bool:
        """Whether it is in the making."""
        return self.state in BUSY_STATES

    @property
    def filename(self) -> str:
        """What the file is called where it is saved."""
        return f"{self.node}-{self.period.name}-{self.get_kind_display()}.{self.format}"

    @property
    def is_stuck(self) -> bool:
        """Whether its task died."""
        return timezone.now() - self.asked_at > STUCK_AFTER

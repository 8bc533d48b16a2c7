"""Uploaded rosters, what checking found in them, and what became of them."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from parkparty.rosters.choices import (
    WRITTEN,
    BatchState,
    Effect,
    FileFault,
    IssueKind,
    Outcome,
    Setback,
    fault_sentence,
)
from parkparty.rosters.columns import KINDS
from parkparty.rosters.querysets import BatchQuerySet

STUCK_AFTER = dt.timedelta(minutes=15)
"""Checking or applying the largest roster takes a few minutes; after this long its task is dead."""

SILENT_AFTER = dt.timedelta(minutes=4)
"""A check that is under way says how far it is every few seconds; after this long without a word it is dead."""

UNAPPLIED_DAYS = 30
"""How long the file of a roster that nobody imports is kept."""

UNDO_DAYS = 30
"""How long an import can be undone, and how long the rows that it left behind are kept."""


def upload_path(batch: RosterBatch, filename: str) -> str:
    """Where an upload is kept until it is applied: a name of our own, so that the sender's can do no harm."""
    return f"rosters/{secrets.token_hex(16)}"


class RosterBatch(models.Model):
    """One uploaded roster: its file until it is applied, what checking found, and what was written."""

    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("上传人"), null=True, blank=True, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    filename = models.CharField(_("文件名"), max_length=255)
    file = models.FileField(_("文件"), upload_to=upload_path, blank=True)
    sha256 = models.CharField(_("文件校验值"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=BatchState, default=BatchState.CHECKING)
    fault = models.CharField(_("无法读取的原因"), max_length=20, choices=FileFault, blank=True)
    fault_detail = models.CharField(max_length=200, blank=True)
    setback = models.CharField(_("未导入的原因"), max_length=10, choices=Setback, blank=True)
    sheet = models.CharField(_("工作表"), max_length=100, blank=True)
    ignored = models.JSONField(_("未导入的列"), default=list)
    seen = models.JSONField(_("读取时所见"), default=dict)
    rows = models.PositiveIntegerField(_("行数"), default=0)
    new = models.PositiveIntegerField(_("新增"), default=0)
    changed = models.PositiveIntegerField(_("更新"), default=0)
    unchanged = models.PositiveIntegerField(_("不变"), default=0)
    wrong = models.PositiveIntegerField(_("有问题"), default=0)
    effects = models.JSONField(_("连带变更"), default=dict)
    kinds = models.JSONField(_("各类问题的数量"), default=dict)
    parks = models.JSONField(_("涉及的园区"), default=list)
    rows_before = models.PositiveIntegerField(_("上一次的行数"), default=0)
    """Of the last import into the same parks, when this one has fewer rows by more than a tenth; 0 otherwise."""
    digest = models.CharField(_("检查结果校验值"), max_length=64, blank=True)
    good_rows_only = models.BooleanField(_("只导入无错行"), default=False)
    reason = models.CharField(_("导入说明"), max_length=500, blank=True)
    step_at = models.DateTimeField(_("状态更新时间"), auto_now=True)
    begun_at = models.DateTimeField(_("开始检查的时间"), null=True, blank=True)
    """Of the check that is under way: it is its own only for as long as no other check begins."""
    to_do = models.PositiveIntegerField(_("要检查的行数"), default=0, db_default=0)
    """0 until the file is read."""
    done = models.PositiveIntegerField(_("已检查的行数"), default=0, db_default=0)
    applied_at = models.DateTimeField(_("导入时间"), null=True, blank=True)
    undo_reason = models.CharField(_("撤销说明"), max_length=500, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("撤销人"), null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    undone = models.PositiveIntegerField(_("已撤销的行数"), default=0)
    kept = models.PositiveIntegerField(_("撤销时跳过的行数"), default=0)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册批次")
        verbose_name_plural = pgettext_lazy("复数", "名册批次")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["uploaded_by", "-id"], name="rosters_by_uploader"),
            models.Index(fields=["sha256", "-id"], name="rosters_by_file"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=BatchState.values), name="rosters_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=WRITTEN, applied_at__isnull=False)
                | ~Q(state__in=WRITTEN) & Q(applied_at__isnull=True),
                name="rosters_applied_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=BatchState.UNREADABLE) | Q(fault__in=FileFault.values),
                name="rosters_unreadable_has_fault",
            ),
        ]

    def __str__(self) -> str:
        return gettext("批次 %(number)s · %(file)s") % {"number": self.pk, "file": self.filename}

    @property
    def sheets(self) -> list[dict[str, Any]]:
        """Its sheets in the order of the file: name, what their rows are numbered above, kind, rows and outcomes."""
        only = {"name": self.sheet, "first": 0, "kind": "companies", "fits": ["companies"], "rows": self.rows}
        found: list[dict[str, Any]] = self.seen.get("sheets", [only])
        untold = dict.fromkeys(Outcome.values)
        return [untold | each | {"title": KINDS[each["kind"]].title if each["kind"] else ""} for each in found]

    @property
    def holds_companies_only(self) -> bool:
        """Whether companies are all that it imports."""
        return all(each["kind"] in ("", "companies") for each in self.sheets)

    @property
    def unmatched(self) -> list[dict[str, Any]]:
        """The titled columns that mean nothing to us: title, a few samples, and how many cells are filled."""
        about = {"kind": "companies", "matched": self.seen.get("matched", []), "rows": self.seen.get("rows", 0)}
        found: list[dict[str, Any]] = [about | column for column in self.seen.get("unmatched", [])]
        return found

    @property
    def unmatched_titles(self) -> list[str]:
        """Their titles alone."""
        return [column["title"] for column in self.unmatched]

    @property
    def may_assign(self) -> bool:
        """Whether saying what its unmatched columns mean could change what was found."""
        waits = self.state == BatchState.CHECKED
        lacks = self.state == BatchState.UNREADABLE and self.fault == FileFault.MISSING_COLUMNS
        return bool(self.unmatched) and (waits or lacks)

    def forget_samples(self) -> None:
        """Keep nothing of columns that were not imported: they may have held more than the site should know."""
        self.seen = {**self.seen, "unmatched": [{**column, "samples": []} for column in self.unmatched]}

    @property
    def is_busy(self) -> bool:
        """Whether a task works on it, so that its page should look again soon."""
        return self.state in (BatchState.CHECKING, BatchState.APPLYING, BatchState.UNDOING)

    @property
    def may_apply(self) -> bool:
        """Whether there is anything that could be written."""
        return self.state == BatchState.CHECKED and self.new + self.changed > 0

    @property
    def undo_until(self) -> dt.datetime | None:
        """When undoing is over; None for what was not written."""
        return self.applied_at + dt.timedelta(days=UNDO_DAYS) if self.applied_at else None

    @property
    def may_undo(self) -> bool:
        """Whether it was written, and not too long ago to be undone."""
        stands = self.state == BatchState.APPLIED or (self.state == BatchState.UNDOING and self.is_stuck)
        return stands and bool(self.undo_until and timezone.now() < self.undo_until)

    @property
    def may_fetch_rest(self) -> bool:
        """Whether rows that were wrong stayed behind and are kept, to be mended and uploaded by themselves."""
        return self.state == BatchState.APPLIED and bool(self.wrong and self.file)

    @property
    def fault_sentence(self) -> str:
        """Why the file cannot be used, and how to mend it."""
        return fault_sentence(self.fault, self.fault_detail) if self.fault else ""

    @property
    def setback_sentence(self) -> str:
        """Why the last attempt to apply it wrote nothing."""
        return str(Setback(self.setback).label)

    @property
    def is_stuck(self) -> bool:
        """Whether the task that worked on it must have died: nothing takes this long."""
        speaks = self.state == BatchState.CHECKING and self.begun_at is not None
        return self.is_busy and self.step_at < timezone.now() - (SILENT_AFTER if speaks else STUCK_AFTER)

    @property
    def seconds_left(self) -> int | None:
        """How long the check will still take at its pace so far; None while nobody can tell."""
        if not self.begun_at or not self.done:
            return None
        so_far = (self.step_at - self.begun_at).total_seconds()
        return max(1, round(so_far * (self.to_do - self.done) / self.done))

    @property
    def effect_lines(self) -> list[str]:
        """What applying does beside the companies themselves, a sentence each."""
        return [str(Effect(key).label) % {"n": n} for key, n in self.effects.items() if n]

    @property
    def kind_counts(self) -> list[tuple[str, Promise | str, int]]:
        """How many cells are wrong in which way, the most frequent first: code, heading, number."""
        pairs = sorted(self.kinds.items(), key=lambda pair: (-pair[1], pair[0]))
        return [(kind, IssueKind(kind).label, n) for kind, n in pairs]

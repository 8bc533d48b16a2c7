"""Uploaded rosters, what checking found in them, and what became of them."""

from __future__ import annotations

import datetime as dt
import secrets
from functools import reduce
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from parkparty.places.models import Park
from parkparty.rosters.choices import (
    REASONS,
    SUGGESTIONS,
    WRITTEN,
    BatchState,
    Effect,
    FileFault,
    IssueKind,
    Item,
    Kept,
    Outcome,
    Setback,
)
from parkparty.rosters.columns import BY_KEY
from parkparty.rosters.querysets import BatchPartQuerySet, BatchQuerySet

STUCK_AFTER = dt.timedelta(minutes=15)
"""Checking or applying the largest roster takes a few minutes; after this long its task is dead."""

SILENT_AFTER = dt.timedelta(minutes=4)
"""A check that is under way says how far it is every few seconds; after this long without a word it is dead."""

UNAPPLIED_DAYS = 30
"""How long the file of a roster that nobody imports is kept."""

UNDO_DAYS = 30
"""How long an import can be undone."""


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
    def unmatched(self) -> list[dict[str, Any]]:
        """The titled columns that mean nothing to us: title, a few samples, and how many cells are filled."""
        found: list[dict[str, Any]] = self.seen.get("unmatched", [])
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
    def fault_sentence(self) -> str:
        """Why the file cannot be used, and how to mend it."""
        return str(FileFault(self.fault).label) % {"detail": self.fault_detail} if self.fault else ""

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
        pairs = sorted(self.kinds.items(), key=lambda pair: -pair[1])
        return [(kind, IssueKind(kind).label, n) for kind, n in pairs]


class HeaderAlias(models.Model):
    """What an office calls a column: a folded title and the key of the column, blank for one that it never imports.

    The office is the node on which its administrators hold their role; blank is the whole site.
    """

    office = models.CharField(_("单位"), max_length=40, blank=True)
    """Such as ``park:12``: the kind of the node and its number."""
    title = models.CharField(_("列名"), max_length=100)
    column = models.CharField(_("对应的项目"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("列名对应")
        verbose_name_plural = pgettext_lazy("复数", "列名对应")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["office", "title"], name="rosters_alias_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} → {self.column}"


class RosterRow(models.Model):
    """A row of a roster and what applying it does: kept for the preview and for the record."""

    batch = models.ForeignKey(RosterBatch, models.CASCADE, verbose_name=_("批次"), related_name="checked_rows")
    number = models.PositiveIntegerField(_("行号"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    name = models.CharField(_("企业名称"), max_length=200, blank=True)
    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), null=True, related_name="+")
    changes = models.JSONField(_("变更"), default=list, encoder=DjangoJSONEncoder)

    objects = BatchPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册行")
        verbose_name_plural = pgettext_lazy("复数", "名册行")
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "outcome", "number"], name="rosters_row_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def lines(self) -> list[tuple[Promise | str, str, str]]:
        """What changes: the item's name, before (blank for nothing), after (blank for ended)."""
        return [(Item(item).label, before, after) for item, before, after in self.changes]


class RosterWrite(models.Model):
    """What applying one row wrote, so that it can be undone: kept for as long as that is offered.

    ``parts`` holds for each object its model, its key, what it was before (None when it was made here) and a
    fingerprint of what it became, by which a later edit is noticed.
    """

    batch = models.ForeignKey(RosterBatch, models.CASCADE, verbose_name=_("批次"), related_name="writes")
    number = models.PositiveIntegerField(_("行号"))
    name = models.CharField(_("企业名称"), max_length=200, blank=True)
    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), null=True, related_name="+")
    parts = models.JSONField(default=list)
    kept = models.CharField(_("未撤销的原因"), max_length=10, choices=Kept, blank=True)

    objects = BatchPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册写入")
        verbose_name_plural = pgettext_lazy("复数", "名册写入")
        ordering = ["batch", "number"]
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="rosters_write_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class RosterRepair(models.Model):
    """What was typed on the page in place of a cell of the file; without a key, that the row is left out."""

    batch = models.ForeignKey(RosterBatch, models.CASCADE, verbose_name=_("批次"), related_name="repairs")
    number = models.PositiveIntegerField(_("行号"))
    key = models.CharField(_("列"), max_length=20, blank=True)
    value = models.CharField(_("改为"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("名册改正")
        verbose_name_plural = pgettext_lazy("复数", "名册改正")
        ordering = ["batch", "number", "key"]
        constraints = [models.UniqueConstraint(fields=["batch", "number", "key"], name="rosters_repair_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.key}"


class RosterIssue(models.Model):
    """One cell that is wrong. Its sentences are made when it is shown, in the reader's language."""

    batch = models.ForeignKey(RosterBatch, models.CASCADE, verbose_name=_("批次"), related_name="issues")
    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), null=True, related_name="+")
    number = models.PositiveIntegerField(_("行号"))
    cell = models.CharField(_("单元格"), max_length=120)
    column = models.CharField(_("列"), max_length=20)
    key = models.CharField(_("要改的列"), max_length=20, default="")
    proposal = models.CharField(_("建议内容"), max_length=200, blank=True)
    kind = models.CharField(_("问题"), max_length=20, choices=IssueKind)
    value = models.CharField(_("填写的内容"), max_length=200, blank=True)
    params = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    is_first: bool = True
    """Whether the form has its field here: one cell may be wrong in several ways."""
    entered: str = ""
    """What the form's field holds."""

    objects = BatchPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("名册问题")
        verbose_name_plural = pgettext_lazy("复数", "名册问题")
        ordering = ["batch", "id"]
        indexes = [models.Index(fields=["batch", "kind", "id"], name="rosters_issue_by_kind")]

    def __str__(self) -> str:
        return f"{self.cell} {self.reason}"

    @property
    def reason(self) -> str:
        """What is wrong with the cell."""
        return str(REASONS[self.kind]) % self._words

    @property
    def suggestion(self) -> str:
        """What mends it; blank when the sentence has nothing to name."""
        if self.params.get("choices") == "":
            return ""
        return str(SUGGESTIONS[self.kind]) % self._words

    @property
    def position(self) -> int:
        """The column of the cell, from 0, as its address tells."""
        letters = self.cell.rpartition("!")[2].rstrip("0123456789")
        return reduce(lambda so_far, letter: so_far * 26 + ord(letter) - 64, letters, 0) - 1

    @property
    def sentence(self) -> str:
        """What is wrong and what mends it."""
        return self.reason + self.suggestion

    @property
    def typed(self) -> str:
        """What the cell to be mended says now: nothing where the file has no such column."""
        return self.value if self.column == self.key else ""

    @property
    def key_title(self) -> str:
        """The title of the column to be mended."""
        return str(BY_KEY[self.key].title)

    @property
    def pairs(self) -> list[tuple[str, str, str]]:
        """Of a row that may be a company the site has: what the file and the site say, by the column's title."""
        pairs = self.params.get("pairs", [])
        return [(str(BY_KEY[key].title), told, held) for key, told, held in pairs]

    @property
    def place(self) -> str:
        """The cell's name in the form: row and column, which a new check does not change."""
        return f"{self.number}-{self.key}"

    @property
    def column_title(self) -> str:
        """The column's title as the template writes it."""
        return str(BY_KEY[self.column].title)

    @property
    def _words(self) -> dict[str, Any]:
        """The sentence's parts, a column by its title."""
        named = self.params.get("column")
        return {**self.params, "column": BY_KEY[named].title} if named else self.params

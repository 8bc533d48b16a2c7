"""What a batch is made of: its rows, what is wrong in them, what was typed, and what was written."""

from __future__ import annotations

from functools import reduce
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from parkparty.places.models import Park
from parkparty.rosters.choices import (
    DECIDED,
    REASONS,
    SHEET_SPAN,
    SUGGESTIONS,
    IssueKind,
    Item,
    Kept,
    Outcome,
)
from parkparty.rosters.columns import BY_KEY
from parkparty.rosters.models.batches import RosterBatch
from parkparty.rosters.querysets import BatchPartQuerySet


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


_UNCHECKED: dict[str, Any] = {"db_index": False, "db_constraint": False}
"""Of what points from each row of a batch to the batch and to a park: the same few keys for all of them, which the
database would look up for every row. Both are held while rows are imported, and take them along when they go; rows
are found by the batch, with which their constraint's index begins."""


class RosterRow(models.Model):
    """A row of a roster and what applying it does: kept for the preview and for the record."""

    batch = models.ForeignKey(
        RosterBatch, models.CASCADE, verbose_name=_("批次"), related_name="checked_rows", **_UNCHECKED
    )
    number = models.PositiveIntegerField(_("行号"))
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome)
    name = models.CharField(_("企业名称"), max_length=200, blank=True)
    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), null=True, related_name="+", **_UNCHECKED)
    changes = models.JSONField(_("变更"), default=list, encoder=DjangoJSONEncoder)

    sheet: str = ""
    """The name of its sheet, for the page that shows it."""

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
        """What changes: the item's name, before (blank for nothing), after (blank for ended).

        Companies tell items, the other kinds of sheets the columns themselves.
        """
        return [
            (Item(item).label, before, after)
            if item in Item.values
            else (BY_KEY[item].title, BY_KEY[item].told(before), BY_KEY[item].told(after))
            for item, before, after in self.changes
        ]

    @property
    def line(self) -> int:
        """The row's number in its sheet."""
        return self.number % SHEET_SPAN


class RosterWrite(models.Model):
    """What applying one row wrote, so that it can be undone: kept for as long as that is offered.

    ``parts`` holds for each object its model, its key, what it was before (None when it was made here) and a
    fingerprint of what it became, by which a later edit is noticed. Rows that follow this one (``staging.following``)
    are kept with it, under ``rows`` at the end: of each its number and its parts.
    """

    batch = models.ForeignKey(RosterBatch, models.CASCADE, verbose_name=_("批次"), related_name="writes", **_UNCHECKED)
    number = models.PositiveIntegerField(_("行号"))
    name = models.CharField(_("企业名称"), max_length=200, blank=True)
    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), null=True, related_name="+", **_UNCHECKED)
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

    @property
    def line(self) -> int:
        """The row's number in its sheet."""
        return self.number % SHEET_SPAN


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
        ordering = ["batch", "number", "id"]
        indexes = [
            models.Index(fields=["batch", "number", "id"], name="rosters_issue_by_row"),
            models.Index(fields=["batch", "kind", "number", "id"], name="rosters_issue_by_kind_row"),
        ]

    def __str__(self) -> str:
        return f"{self.cell} {self.reason}"

    @property
    def reason(self) -> str:
        """What is wrong with the cell."""
        return str(REASONS[self.kind]) % self._words

    @property
    def suggestion(self) -> str:
        """What mends it; blank when the sentence has nothing to name."""
        if not self.params.get("choices", True):
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
        """Of a row shown beside a company or another row: what it says and what that one says, by column's title."""
        pairs = self.params.get("pairs", [])
        return [(str(BY_KEY[key].title), told, held) for key, told, held in pairs]

    @property
    def is_decided(self) -> bool:
        """Whether it shows two companies, so that somebody decides whether they are one."""
        return self.kind in DECIDED and bool(self.pairs)

    @property
    def is_mended(self) -> bool:
        """Whether typing another content into the cell mends it."""
        return self.kind not in (IssueKind.ALIKE, IssueKind.ALIKE_ROWS)

    @property
    def likeness(self) -> str:
        """Which company of the site, or row of the file, it is shown beside."""
        return str(self.params.get("company") or self.params.get("row", ""))

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
        """The sentence's parts: a column by its title, choices as a list that the reader's language joins."""
        words = dict(self.params)
        if named := words.get("column"):
            words["column"] = BY_KEY[named].title
        if isinstance(words.get("choices"), list):  # an older batch holds them joined
            words["choices"] = gettext("、").join(words["choices"])
        return words

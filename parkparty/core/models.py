"""Shapes many models share: a node of a tree, a fact with dates, a name in two languages. Keys taken beforehand."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, ClassVar, Self, cast

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Substr
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from parkparty.core import paths
from parkparty.core.paths import PathField
from parkparty.core.text import spellings

ENGLISH = "en"


class TreeNode(models.Model):
    """A node that knows its ``path``. Subclasses name ``path_parent`` and their letter ``path_kind``."""

    path_kind: ClassVar[str]
    path = PathField()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the row and keep its path, and those of its subtree, in step with its parent."""
        with transaction.atomic():
            if self.pk is None:
                self.path = f"!{uuid.uuid4().hex}"
            super().save(*args, **kwargs)
            self._follow_parent()

    def clean(self) -> None:
        super().clean()
        parent = self.path_parent if self.pk else None  # a new row has nothing below it, and perhaps no parent yet
        if parent and self.path and parent.path.startswith(self.path):
            raise ValidationError(_("“%(node)s”的上级不能是它自己或它的下级。") % {"node": self})

    @property
    def path_parent(self) -> TreeNode | None:
        """The node that this one hangs on, of any model of the same tree."""
        raise NotImplementedError

    @classmethod
    def path_tables(cls) -> list[type[TreeNode]]:
        """The models whose rows may hang below a node of this one, itself included."""
        return [cls]

    @property
    def depth(self) -> int:
        """How many steps below the top: 1 for a root."""
        return paths.depth(self.path)

    def path_below(self, parent: TreeNode | None) -> str:
        """The path this (saved) node has when it hangs on ``parent``."""
        return (parent.path if parent else "") + paths.step(self.path_kind, self.pk)

    def _follow_parent(self) -> None:
        parent = self.path_parent
        if parent:
            parent.refresh_from_db(fields=["path"])
        old, new = self.path, self.path_below(parent)
        if old == new:
            return
        if parent and parent.path.startswith(old):
            self.clean()
        for model in self.path_tables():
            model._default_manager.filter(paths.under("path", old)).update(
                path=Concat(Value(new), Substr("path", len(old) + 1))
            )
        self.path = new


class DatedQuerySet(models.QuerySet):
    """Rows with a half-open run of days, ``since <= day < until``; no ``until`` means still true."""

    def valid_on(self, day: dt.date) -> Self:
        """Rows that hold on ``day``."""
        return self.filter(valid_on(day))


def rows_of(model: type[models.Model], relation: str) -> Any:
    """All rows of the model behind ``relation`` (``company__tenancies`` goes on from there).

    For the subqueries of a querysets module, which cannot import the models that import it.
    """
    for name in relation.split("__"):
        model = cast("type[models.Model]", model._meta.get_field(name).related_model)
    return model._default_manager.all()


def holds(field: str, text: str) -> Q:
    """Rows whose ``field`` holds ``text``, in whatever case, written in plain or in traditional forms."""
    found = Q()
    for spelling in spellings(text):
        found |= Q(**{f"{field}__icontains": spelling})
    return found


def valid_on(day: dt.date, prefix: str = "") -> Q:
    """The condition of ``DatedQuerySet.valid_on``, for use across a relation named by ``prefix``."""
    return Q(**{f"{prefix}since__lte": day}) & (
        Q(**{f"{prefix}until__isnull": True}) | Q(**{f"{prefix}until__gt": day})
    )


class DatedFact(models.Model):
    """A fact with the day it began and the day it ceased (the first day it no longer held)."""

    since = models.DateField(_("起始日期"))
    until = models.DateField(_("终止日期"), null=True, blank=True, help_text=_("从这一天起不再有效；至今有效的留空"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="%(app_label)s_%(class)s_ends_after_start",
                violation_error_message=_("终止日期应晚于起始日期。"),
            )
        ]

    def holds_on(self, day: dt.date) -> bool:
        """Whether the fact is true on ``day``."""
        return self.since <= day and (self.until is None or day < self.until)


class Bilingual:
    """A row with a ``name`` and a ``name_en``. Pages show its ``label``, in the reader's language.

    What leaves the site or is kept, files, reports and the trail, says ``name``, whoever asked for it.
    """

    name: Any
    name_en: Any

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language; in Chinese where there is no English one."""
        return str((reads_english() and self.name_en) or self.name)

    @staticmethod
    def label_of(relation: str = "") -> str | Coalesce:
        """The same in a query, of the row itself or of that behind ``relation`` (``theme__``)."""
        name = f"{relation}name"
        return Coalesce(NullIf(f"{relation}name_en", Value("")), name) if reads_english() else name


def reads_english() -> bool:
    """Whether what is said now is said in English."""
    return get_language() == ENGLISH


def english_name() -> models.CharField:
    """The column ``name_en`` of what is ``Bilingual``."""
    told = _("英文界面显示的名称；留空时显示中文名称")
    return models.CharField(_("英文名称"), max_length=200, blank=True, default="", db_default="", help_text=told)


class CodeTable(Bilingual, models.Model):
    """A row of a code table: the code is the key that files and rules speak of, the name is what people read."""

    code = models.CharField(_("代码"), max_length=40, primary_key=True)
    name = models.CharField(_("名称"), max_length=100)
    name_en = english_name()
    order = models.PositiveSmallIntegerField(_("顺序"), default=0)
    is_active = models.BooleanField(_("可选用"), default=True)

    class Meta:
        abstract = True
        ordering = ["order", "code"]


def refresh_statistics() -> None:
    """Let PostgreSQL look anew at what its tables hold: right after a large write it still plans for empty ones."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def plan_for_much() -> None:
    """Let PostgreSQL hash whole tables in memory for the rest of the transaction, and begin without compiling.

    What reads a city's rows once would otherwise look up a million of them one by one. What belongs to a quarter of its
    activities is looked up all the same: it lies side by side, and a pass over all reads twenty times as much. Rows are
    handed from worker to worker for less than PostgreSQL believes.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL work_mem = '256MB'; SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; "
                "SET LOCAL parallel_tuple_cost = 0.01; SET LOCAL max_parallel_workers_per_gather = 3"
            )


def reserve_keys(model: type[models.Model], count: int) -> Iterator[int]:
    """Primary keys for ``count`` rows that are about to be added. On SQLite the caller holds the one write lock."""
    if not count:
        return iter(())
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Materialised: looking the sequence up takes longer than drawing from it.
            cursor.execute(
                "WITH it AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name) "
                "SELECT nextval(name) FROM it, generate_series(1, %s)",
                [table, count],
            )
            return iter([key for (key,) in cursor.fetchall()])
        first = _last_key(cursor, table) + 1
    return iter(range(first, first + count))


def key_in_statement(model: type[models.Model]) -> str:
    """SQL for the key of each row that a SELECT makes to be added. On SQLite the caller holds the one write lock."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [table])
            return f"nextval('{cursor.fetchone()[0]}')"
        return f"{_last_key(cursor, table)} + row_number() OVER ()"


def _last_key(cursor: Any, table: str) -> int:
    """The last primary key that SQLite gave out; 0 before the first."""
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    last = cursor.fetchone()
    return last[0] if last else 0

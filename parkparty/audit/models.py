"""An append-only record of who changed or read what, and the chain that shows that nothing was altered since."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any, NoReturn, Self

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from parkparty.audit.choices import ADDED, CHANGED, DELETED, NOTHING_BEFORE, SOURCE_LANGUAGE, Kind, Outcome
from parkparty.audit.querysets import ONLY_ADDED, AuditEntryQuerySet, AuditSealQuerySet

OTHER_NAMES = {
    "node": _("范围"),
    "types": _("类型"),
    "hosts": _("举办组织"),
    "companies": _("参加企业"),
    "photos": _("照片数"),
    "attachments": _("附件数"),
    "actor": _("操作人"),
    "action": _("操作"),
    "object": _("对象"),
    "kind": _("性质"),
    "since": _("起始日期"),
    "last": _("截止日期"),
    "rows": _("条数"),
    "through": _("截至第几号封存"),
    "recovery_codes": _("剩余恢复码"),
    "kept_in": _("所在栏目"),
}
"""What is recorded under a name that is no column of the object."""

HASHED = {
    1: (
        "id",
        "at",
        "actor_id",
        "actor_name",
        "kind",
        "action",
        "outcome",
        "object_type",
        "object_id",
        "object_name",
        "changes",
        "reason",
        "address",
        "request_id",
    )
}
"""Which columns of an entry a seal of each format covers. A new column makes a new format; old seals keep theirs."""

CURRENT_FORMAT = 1


class OnlyAdded(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, **options: Any) -> None:
        """Insert the row; one that carries the key of another is refused by the database, not written over it."""
        if not self._state.adding:
            raise TypeError(ONLY_ADDED)
        super().save(**{**options, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(ONLY_ADDED)


class AuditEntry(OnlyAdded):
    """One act: who, when, from where, what, why, and the values before and after. Written once, never changed.

    Fields and choices are kept by their codes and put into words when shown; names of people, organisations and other
    rows are kept as they were. No foreign key is enforced: taking an account or a model away must not touch the trail.
    """

    at = models.DateTimeField(_("时间"), default=timezone.now, editable=False, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        verbose_name=_("操作人"),
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
    )
    actor_name = models.CharField(_("操作人称呼"), max_length=60)
    kind = models.CharField(_("性质"), max_length=10, choices=Kind, default=Kind.CHANGE)
    action = models.CharField(_("操作"), max_length=60)
    outcome = models.CharField(_("结果"), max_length=10, choices=Outcome, default=Outcome.DONE)
    object_type = models.CharField(_("对象类型"), max_length=100, blank=True)
    object_id = models.CharField(_("对象编号"), max_length=40, blank=True)
    object_name = models.CharField(_("对象"), max_length=200, blank=True)
    changes = models.JSONField(_("变更"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("原因"), blank=True)
    address = models.GenericIPAddressField(_("来源地址"), null=True, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=12, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("操作记录")
        verbose_name_plural = pgettext_lazy("复数", "操作记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["object_type", "object_id", "-id"], name="audit_by_object")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.object_name}"

    @property
    def object_model(self) -> type[models.Model] | None:
        """The model of the object; None when there is no object, or the model is no more."""
        try:
            return apps.get_model(self.object_type) if self.object_type else None
        except LookupError:
            return None

    @property
    def act(self) -> str:
        """What was done, in the reader's language; one that was not kept in Chinese stays as it was written."""
        for pattern in (ADDED, CHANGED, DELETED):
            if self.object_model and self.action == in_source_language(pattern, self.object_model):
                return gettext(pattern) % {"what": self.object_kind}
        return gettext(self.action)

    @property
    def actor_in_words(self) -> str:
        """Who did it: a name as it was then; who has none, a visitor or the command line, in the reader's language."""
        return self.actor_name if self.actor_id else gettext(self.actor_name)

    @property
    def object_kind(self) -> str:
        """What the object is, in words: 活动."""
        return str(self.object_model._meta.verbose_name) if self.object_model else self.object_type

    @property
    def changes_in_words(self) -> list[str]:
        """One line a field, by the names and choices of the model as it is now: ``状态：草稿 → 待审核``.

        What was not there before (a new row, the details of a read) is told by its values alone.
        """
        model, lines = self.object_model, []
        is_new = all(before is None for before, _after in self.changes.values())
        for name, (before, after) in sorted(self.changes.items(), key=lambda change: _place_of(model, change[0])):
            field = _field_of(model, name)
            label = getattr(field, "verbose_name", "") or OTHER_NAMES.get(name, name)
            values = {"field": label, "before": _in_words(field, before), "after": _in_words(field, after)}
            if not is_new:
                lines.append(str(_("%(field)s：%(before)s → %(after)s") % values))
            elif not _is_empty(after):
                lines.append(str(_("%(field)s：%(after)s") % values))
        return lines


class AuditSeal(OnlyAdded):
    """A link of the chain: one entry, hashed together with the link before. Positions run 1, 2, 3 … without a gap.

    Seals outlive the entries that are purged after their time: they hold no content, and keep the chain whole.
    """

    position = models.BigIntegerField(_("序号"), primary_key=True)
    entry = models.OneToOneField(
        AuditEntry, models.DO_NOTHING, verbose_name=_("操作记录"), related_name="seal", db_constraint=False
    )
    sealed_at = models.DateTimeField(_("封存时间"))
    format = models.PositiveSmallIntegerField(_("格式"), default=CURRENT_FORMAT)
    previous = models.CharField(_("前一条的摘要"), max_length=64)
    hash = models.CharField(_("摘要"), max_length=64)

    objects = AuditSealQuerySet.as_manager()

    class Meta:
        verbose_name = _("操作记录封存")
        verbose_name_plural = pgettext_lazy("复数", "操作记录封存")
        ordering = ["-position"]

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"

    @classmethod
    def over(cls, entry: AuditEntry, head: Self | None, at: dt.datetime) -> Self:
        """The seal, not saved yet, of ``entry`` after ``head``; None begins the chain."""
        position, previous = (head.position + 1, head.hash) if head else (1, NOTHING_BEFORE)
        seal = cls(position=position, entry=entry, sealed_at=at, previous=previous)
        seal.hash = seal.expected_hash(entry)
        return seal

    def expected_hash(self, entry: AuditEntry) -> str:
        """SHA-256 over the canonical JSON of the entry, this link's place and time, and the hash before it."""
        content = {
            "entry": {name: _plain(getattr(entry, name)) for name in HASHED[self.format]},
            "format": self.format,
            "position": self.position,
            "previous": self.previous,
            "sealed_at": _plain(self.sealed_at),
        }
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def in_source_language(action: str, target: models.Model | type[models.Model] | None) -> str:
    """``action`` as the trail keeps it: in Chinese, and completed by what ``target`` is called."""
    with translation.override(SOURCE_LANGUAGE):
        return action % {"what": target._meta.verbose_name} if target and "%(what)s" in action else action


def _plain(value: Any) -> Any:
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds") if isinstance(value, dt.datetime) else value


def _field_of(model: type[models.Model] | None, name: str) -> models.Field | None:
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _place_of(model: type[models.Model] | None, name: str) -> int:
    """Fields stand as on their model: PostgreSQL keeps the keys of JSON in an order of its own."""
    names = [*(field.name for field in model._meta.get_fields())] if model else []
    names += [other for other in OTHER_NAMES if other not in names]
    return names.index(name) if name in names else len(names)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def _in_words(field: models.Field | None, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if _is_empty(value):
        return str(_("空"))
    if isinstance(value, list):
        return str(_("、")).join(_in_words(field, part) for part in value)
    if isinstance(field, models.DateTimeField) and (moment := parse_datetime(str(value))):
        return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    choices = dict(field.flatchoices) if field else {}
    return str(choices.get(value, value))

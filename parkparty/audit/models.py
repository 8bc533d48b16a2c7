"""An append-only record of who changed what."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from parkparty.audit.querysets import ONLY_ADDED, AuditEntryQuerySet

OTHER_NAMES = {"node": _("范围"), "types": _("类型"), "hosts": _("举办组织")}
"""What is recorded under a name that is no column of the object."""


def _field_of(model: type[models.Model] | None, name: str) -> models.Field | None:
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, models.Field) else None


def _in_words(field: models.Field | None, value: Any) -> str:
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if value is None or value == "" or value == []:
        return str(_("空"))
    if isinstance(value, list):
        return str(_("、")).join(_in_words(field, part) for part in value)
    choices = dict(field.flatchoices) if field else {}
    return str(choices.get(value, value))


class AuditEntry(models.Model):
    """One change: who, when, what, why, and the values before and after. Written once, never changed."""

    at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("操作人"), null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(_("操作人称呼"), max_length=60)
    action = models.CharField(_("操作"), max_length=60)
    content_type = models.ForeignKey(ContentType, models.SET_NULL, null=True, verbose_name=_("对象类型"))
    object_id = models.CharField(_("对象编号"), max_length=40, blank=True)
    object_name = models.CharField(_("对象"), max_length=200, blank=True)
    changes = models.JSONField(_("变更"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    request_id = models.CharField(_("请求编号"), max_length=12, blank=True)

    target = GenericForeignKey("content_type", "object_id")

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("操作记录")
        verbose_name_plural = _("操作记录")
        ordering = ["-id"]
        indexes = [models.Index(fields=["content_type", "object_id", "-id"], name="audit_by_object")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action} {self.object_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(ONLY_ADDED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(ONLY_ADDED)

    @property
    def changes_in_words(self) -> list[str]:
        """One line a field, by the names and choices of the model as it is now: ``状态：草稿 → 待审核``."""
        model = self.content_type.model_class() if self.content_type else None
        lines = []
        for name, (before, after) in self.changes.items():
            field = _field_of(model, name)
            label = getattr(field, "verbose_name", "") or OTHER_NAMES.get(name, name)
            values = {"field": label, "before": _in_words(field, before), "after": _in_words(field, after)}
            lines.append(str(_("%(field)s：%(before)s → %(after)s") % values))
        return lines

"""An append-only record of who changed what."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

ONLY_ADDED = "audit entries are only ever added"


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

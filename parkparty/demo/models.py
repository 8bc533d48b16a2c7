"""What the demo set created, so that exactly that can be taken away again."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DemoRecord(models.Model):
    """The rows of one model that the demo set created, by their primary keys."""

    model = models.CharField(_("模型"), max_length=100, unique=True)
    keys = models.JSONField(_("主键"), default=list)
    loaded_at = models.DateTimeField(_("载入时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("演示数据登记")
        verbose_name_plural = pgettext_lazy("复数", "演示数据登记")
        ordering = ["model"]

    def __str__(self) -> str:
        return str(self.model)

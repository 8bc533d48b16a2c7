"""Kinds and outcomes of what is recorded, and the numbers that law and chain fix."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

SHORTEST_RETENTION_DAYS = 180
"""The law (网络安全法) has network logs kept for six months at least; the database holds to the same number."""

NOTHING_BEFORE = "0" * 64
"""Stands for the hash before the first seal."""


class Kind(models.TextChoices):
    CHANGE = "change", _("变更")
    READ = "read", _("查阅")
    EXPORT = "export", _("导出")
    PURGE = "purge", _("清理")


class Outcome(models.TextChoices):
    DONE = "done", _("完成")
    REFUSED = "refused", _("被拒绝")

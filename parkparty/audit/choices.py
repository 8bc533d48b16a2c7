"""Kinds and outcomes of what is recorded, and the numbers that law and chain fix."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

SHORTEST_RETENTION_DAYS = 180
"""The law (网络安全法) has network logs kept for six months at least; the database holds to the same number."""

SOURCE_LANGUAGE = "zh-hans"
"""What the trail is kept in, whatever language the writer reads: one act is always called the same."""

NOTHING_BEFORE = "0" * 64
"""Stands for the hash before the first seal."""


ADDED, CHANGED, DELETED = gettext_noop("新建%(what)s"), gettext_noop("修改%(what)s"), gettext_noop("删除%(what)s")
"""Acts on a row of any kind: completed by what the row is."""


class Kind(models.TextChoices):
    CHANGE = "change", _("变更")
    READ = "read", _("查阅")
    EXPORT = "export", _("导出")
    PURGE = "purge", _("清理")


class Outcome(models.TextChoices):
    DONE = "done", _("完成")
    REFUSED = "refused", _("被拒绝")

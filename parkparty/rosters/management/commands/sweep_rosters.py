"""``manage.py sweep_rosters``: put right what dead tasks left, and forget what can be undone no more. Run it daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parkparty.rosters.services.sweeping import (
    delete_forgotten_files,
    drop_rests,
    drop_unapplied,
    forget_old_writes,
    settle_dead_batches,
)


class Command(BaseCommand):
    """Cleans up after roster imports."""

    help = _("清理名册导入：标明中断的批次，删除遗留文件和过了撤销期的旧内容")

    def handle(self, *args: Any, **options: Any) -> None:
        done = {"dead": settle_dead_batches(), "old": drop_unapplied(), "rests": drop_rests()}
        done |= {"files": delete_forgotten_files(), "rows": forget_old_writes()}
        told = _(
            "中断的批次 %(dead)s 个，久未导入的 %(old)s 个，过期的未导入行 %(rests)s 批，"
            "删除文件 %(files)s 个，清理旧内容 %(rows)s 行。"
        )
        self.stdout.write(told % done)

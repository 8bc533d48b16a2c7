"""``manage.py sweep_reports``: delete files whose time is over. Run it daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parkparty.reports.services import sweep


class Command(BaseCommand):
    """Cleans up after the download centre."""

    help = _("清理下载中心：删除过期的报告文件，标明中断的申请")

    def handle(self, *args: Any, **options: Any) -> None:
        expired, dead = sweep()
        self.stdout.write(
            _("删除过期文件 %(expired)d 个，标明中断的申请 %(dead)d 个。") % {"expired": expired, "dead": dead}
        )

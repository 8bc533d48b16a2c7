"""``manage.py sweep_files``: delete files that no photo or attachment names, and report those missing. Run it daily."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from parkparty.activities.services.sweeping import sweep_files


class Command(BaseCommand):
    """Cleans up after uploads that were cut off. Ends with a fault when files are missing, so that a timer tells."""

    help = _("删除一天前上传而没有对应记录的照片和附件；列出记录里有、磁盘上没有的文件")

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep_files()
        self.stdout.write(_("删除没有对应记录的文件 %(count)d 个。") % {"count": swept.deleted})
        if swept.missing:
            fault = _("磁盘上缺少 %(count)d 个文件，从备份恢复：") % {"count": len(swept.missing)}
            raise CommandError("\n".join([fault, *swept.missing]))

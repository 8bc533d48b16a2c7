"""``manage.py send_reports``: hands the files of reports that are due to the workers. Run it every hour of the day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parkparty.core.dates import today
from parkparty.reports.services import send_due
from parkparty.reports.tasks import write_file


class Command(BaseCommand):
    """Sends what was set up to be sent regularly, each period once."""

    help = _("寄送定期报告：报告期截止后，或期末十天后；每期只寄一次，重复运行不会重复寄送")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = send_due(today())
        for key in keys:
            write_file.enqueue(key)
        self.stdout.write(_("已排入 %(count)d 个文件。") % {"count": len(keys)})

"""``manage.py send_reminders``: reminds of what falls due; to be run once a day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parkparty.core.dates import today
from parkparty.engagement.services.reminders import send_reminders
from parkparty.engagement.tasks import enqueue_messages


class Command(BaseCommand):
    """Reminds 7 days and 1 day before a duty falls due and 3 days after."""

    help = _("提醒到期未报的活动：到期前 7 天、前 1 天、后 3 天；同一天重复运行不会重复提醒")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("已提醒 %(count)d 项。") % {"count": send_reminders(today())})
        enqueue_messages()

"""``manage.py send_robot_messages``: tries again what did not reach a chat robot; to be run every hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parkparty.engagement.tasks import enqueue_messages


class Command(BaseCommand):
    """Hands waiting messages to the workers; nothing at night and on free days."""

    help = _("把还没有送达群机器人的消息再送一次；夜间、周末和节假日不送")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("已排入 %(count)d 条消息。") % {"count": enqueue_messages()})

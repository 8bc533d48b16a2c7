"""``manage.py send_digests``: hands the day's mails to the workers; to be run every hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.notices.services import awaiting_digest, forget_old, recount_unread
from parkparty.notices.tasks import send_digest


class Command(BaseCommand):
    """Enqueues one mail for everybody who has something unread; nothing at night and on free days."""

    help = _("把未读通知汇成一封邮件寄出，每人每天最多一封；夜间、周末和节假日不寄")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = awaiting_digest(timezone.now())
        for key in keys:
            send_digest.enqueue(key)
        forget_old()
        recount_unread()
        self.stdout.write(_("已排入 %(count)d 封邮件。") % {"count": len(keys)})

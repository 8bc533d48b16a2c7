"""`manage.py purge_audit`: take away entries past their time, and record that."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from parkparty.audit.services import purge, seal_all


class Command(BaseCommand):
    help = "清理超过保存期（AUDIT_RETENTION_DAYS，不少于 180 天）的操作记录；清理本身留下一条记录。"

    def handle(self, *args: Any, **options: Any) -> None:
        seal_all()
        count = purge()
        seal_all()
        self.stdout.write(f"保存期 {settings.AUDIT_RETENTION_DAYS} 天，清理 {count} 条")

"""`manage.py seal_audit`: link every entry that is committed into the chain."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from parkparty.audit.services import seal_all


class Command(BaseCommand):
    help = "封存尚未封存的操作记录。网站在每次写入后自动封存，这条命令收齐遗漏，供定时任务调用。"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"新封存 {seal_all()} 条")

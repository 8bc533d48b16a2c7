"""Carry what changed into the counts that are kept; run every minute by a timer."""

from typing import Any

from django.core.management.base import BaseCommand

from parkparty.coverage.services.counting import fold_all


class Command(BaseCommand):
    help = "把有变化的记录计入已保存的合计（定时每分钟运行）"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"已重新统计 {fold_all()} 项（组织的月份、企业、支部）。")

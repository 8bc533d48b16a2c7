"""Count everything that is kept anew from the activities."""

from typing import Any

from django.core.management.base import BaseCommand

from parkparty.activities.services.leaders import tell_anew
from parkparty.coverage.services.counting import rebuild


class Command(BaseCommand):
    help = "从活动记录重新统计全部合计"

    def handle(self, *args: Any, **options: Any) -> None:
        tell_anew()
        self.stdout.write(f"已重新统计 {rebuild()} 个组织月份。")

"""Compare the counts that are kept with the activities; fails when any differs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from parkparty.coverage.services.counting import differences

SHOWN = 20


class Command(BaseCommand):
    help = "核对已保存的合计与活动记录，有出入时报错"

    def handle(self, *args: Any, **options: Any) -> None:
        found = differences()
        for line in found[:SHOWN]:
            self.stderr.write(line)
        if found:
            raise CommandError(f"{len(found)} 处合计与活动记录不符，运行 rebuild_counts 重新统计。")
        self.stdout.write("合计与活动记录一致：0 处不符。")

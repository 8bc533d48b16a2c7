"""``manage.py archive_activities``: closes the records of a period that has ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.activities.services.review import archive_held_before
from parkparty.core.dates import quarter_of, today


class Command(BaseCommand):
    """Archives approved records held before a day."""

    help = _("归档已通过的活动：此后只能查看，不能撤销通过")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", metavar="DATE", help=_("早于这一天的活动，默认本季度第一天"))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = dt.date.fromisoformat(options["before"]) if options["before"] else quarter_of(today()).since
        except ValueError as fault:
            raise CommandError(_("日期按 2026-11-21 的样子填写。")) from fault
        if day > today():
            raise CommandError(_("只能归档已经过去的活动，换一个不晚于今天的日期。"))
        self.stdout.write(_("已归档 %(count)d 条活动。") % {"count": archive_held_before(day)})

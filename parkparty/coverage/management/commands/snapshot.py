"""``manage.py snapshot``: freeze the figures of a month, for a timer on the first day of each month."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.companies.choices import Denominator
from parkparty.core.dates import month_of, today
from parkparty.core.forms import faults_of
from parkparty.coverage.figures import Node
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.services import take_snapshot
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park


class Command(BaseCommand):
    """Freezes coverage figures; asked again for the same day, it writes only what was corrected since."""

    help = _("保存覆盖快照：默认上月末，全部辖区和园区，全部口径；党组织按代码指定")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", metavar="DATE", help=_("截至日期，默认上月最后一天"))
        parser.add_argument("--area", metavar="CODE", action="append", default=[], help=_("区划代码，可重复"))
        parser.add_argument("--park", metavar="KEY", action="append", default=[], help=_("园区标识，可重复"))
        parser.add_argument("--organization", metavar="CODE", action="append", default=[], help=_("组织代码，可重复"))
        parser.add_argument("--denominator", choices=Denominator.values, action="append", help=_("口径，可重复"))

    def handle(self, *args: Any, **options: Any) -> None:
        day = _day(options["as_of"])
        nodes = [
            *_named(Area, "code", options["area"]),
            *_named(Park, "key", options["park"]),
            *_named(Organization, "code", options["organization"]),
        ]
        taken = same = 0
        for node in nodes or _places():
            for denominator in options["denominator"] or Denominator.values:
                new = take_snapshot(node, as_of=day, denominator=Denominator(denominator), by=None)[1]
                taken, same = taken + new, same + (not new)
        self.stdout.write(
            _("截至 %(day)s：保存快照 %(taken)d 份，另有 %(same)d 份与已保存的完全相同。")
            % {"day": day, "taken": taken, "same": same}
        )


def _day(text: str | None) -> dt.date:
    if text is None:
        return month_of(today()).since - dt.timedelta(days=1)
    asked = CoverageOptionsForm({"as_of": text})
    if not asked.is_valid():
        raise CommandError(faults_of(asked))
    return asked.day


def _named(model: type[Any], field: str, keys: list[str]) -> list[Node]:
    found = {getattr(node, field): node for node in model.objects.filter(**{f"{field}__in": keys})}
    missing = [key for key in keys if key not in found]
    if missing:
        raise CommandError(
            _("没有这样的%(kind)s：%(keys)s") % {"kind": model._meta.verbose_name, "keys": "、".join(missing)}
        )
    return [found[key] for key in keys]


def _places() -> list[Node]:
    return [*Area.objects.order_by("path"), *Park.objects.order_by("path")]

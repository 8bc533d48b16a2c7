"""``manage.py plan_coverage``: the plan of the page on the command line, for other programs and for checking."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.companies.choices import Denominator
from parkparty.core.forms import faults_of
from parkparty.coverage.forms import PlanOptionsForm
from parkparty.coverage.management.nodes import add_node_options, asked_node, scope_of_named
from parkparty.coverage.plan import Plan, plan_coverage


class Command(BaseCommand):
    """Prints what to found for the uncovered companies of a park or an area."""

    help = _("为一个园区或辖区尚未组织覆盖的企业提出组建方案")

    def add_arguments(self, parser: CommandParser) -> None:
        add_node_options(parser, only_places=True)
        parser.add_argument("--as-of", metavar="DATE", default="", help=_("截至日期，默认今天"))
        parser.add_argument("--denominator", choices=Denominator.values, default="", help=_("口径，默认 operating"))
        parser.add_argument("--join-empty", action="store_true", help=_("没有正式党员的企业也编入联合党支部"))
        parser.add_argument("--user", metavar="NAME", help=_("按这个用户的授权范围规划，默认全部数据"))
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = PlanOptionsForm({"as_of": options["as_of"], "denominator": options["denominator"]})
        if not asked.is_valid():
            raise CommandError(faults_of(asked))
        scope = scope_of_named(options["user"])
        node = asked_node(options, scope)
        plan = plan_coverage(
            node, as_of=asked.day, denominator=asked.chosen, scope=scope, joins_empty=options["join_empty"]
        )
        self.stdout.write(
            json.dumps(plan.as_json(), ensure_ascii=False, indent=2) if options["json"] else "\n".join(_lines(plan))
        )


def _lines(plan: Plan) -> list[str]:
    lines = [
        _("%(node)s，截至 %(as_of)s，未组织覆盖 %(number)d 家")
        % {"node": plan.node, "as_of": plan.as_of, "number": plan.before.uncovered},
        _("单独组建 %(number)d 个党支部") % {"number": len(plan.own)},
        _("联合组建 %(branches)d 个党支部，覆盖 %(joined)d 家") % {"branches": len(plan.joint), "joined": plan.joined},
        _("选派党建工作指导员 %(number)d 家") % {"number": len(plan.instructed)},
        _("组织覆盖率 %(before)s → %(after)s")
        % {"before": plan.before.organization_rate, "after": plan.after.organization_rate},
    ]
    for number, proposal in enumerate(plan.joint, 1):
        names = "、".join(str(seat.company) for seat in proposal.seats)
        lines.append(
            _("%(number)d. %(names)s（正式党员 %(full)d 名）")
            % {"number": number, "names": names, "full": proposal.full}
        )
    return lines

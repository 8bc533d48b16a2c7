"""``manage.py plan_coverage``: the plan of the page on the command line, for other programs and for checking."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.companies.choices import Denominator
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Place
from parkparty.coverage.forms import PlanOptionsForm
from parkparty.coverage.plan import Plan, plan_coverage
from parkparty.places.models import Area, Park


class Command(BaseCommand):
    """Prints what to found for the uncovered companies of a park or an area."""

    help = _("为一个园区或辖区尚未组织覆盖的企业提出组建方案")

    def add_arguments(self, parser: CommandParser) -> None:
        node = parser.add_mutually_exclusive_group(required=True)
        node.add_argument("--area", metavar="CODE", help=_("区划代码"))
        node.add_argument("--park", metavar="KEY", help=_("园区标识"))
        parser.add_argument("--as-of", metavar="DATE", default="", help=_("截至日期，默认今天"))
        parser.add_argument("--denominator", choices=Denominator.values, default="", help=_("口径，默认 operating"))
        parser.add_argument("--join-empty", action="store_true", help=_("没有正式党员的企业也编入联合党支部"))
        parser.add_argument("--user", metavar="NAME", help=_("按这个用户的授权范围规划，默认全部数据"))
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = PlanOptionsForm({"as_of": options["as_of"], "denominator": options["denominator"]})
        if not asked.is_valid():
            raise CommandError(" ".join(str(message) for messages in asked.errors.values() for message in messages))
        scope = _scope(options["user"])
        node = _node(options["area"], options["park"], scope)
        plan = plan_coverage(
            node, as_of=asked.day, denominator=asked.chosen, scope=scope, joins_empty=options["join_empty"]
        )
        self.stdout.write(
            json.dumps(plan.as_json(), ensure_ascii=False, indent=2) if options["json"] else "\n".join(_lines(plan))
        )


def _scope(username: str | None) -> Scope:
    if username is None:
        return Scope.everything()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(_("没有登录名为“%(name)s”的用户。") % {"name": username})
    return scope_of(user)


def _node(area: str | None, park: str | None, scope: Scope) -> Place:
    found: Place | None
    if park is not None:
        found = Park.objects.within(scope).filter(key=park).first()
    else:
        found = Area.objects.within(scope).filter(code=area).first()
    if found is None:
        raise CommandError(_("没有找到“%(key)s”；现有的用 coverage 命令查看。") % {"key": park or area})
    return found


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

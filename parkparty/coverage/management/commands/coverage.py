"""``manage.py coverage``: the figures of a coverage page on the command line, for automation and for checking."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.companies.choices import Denominator
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.figures import CoverageFigures, Node, coverage
from parkparty.coverage.figures.effective import effective_companies
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park

NODES: dict[str, tuple[type[Node], str]] = {
    "area": (Area, "code"),
    "park": (Park, "key"),
    "organization": (Organization, "code"),
}
MANY = 10
"""How many keys are named to somebody who asked for one that does not exist."""


class Command(BaseCommand):
    """Prints the coverage of an area, a park or an organisation."""

    help = _("显示一个辖区、园区或党组织的覆盖情况：分子、分母、口径和截至日期")

    def add_arguments(self, parser: CommandParser) -> None:
        node = parser.add_mutually_exclusive_group(required=True)
        node.add_argument("--area", metavar="CODE", help=_("区划代码"))
        node.add_argument("--park", metavar="KEY", help=_("园区标识"))
        node.add_argument("--organization", metavar="CODE", help=_("组织代码"))
        parser.add_argument("--as-of", metavar="DATE", help=_("截至日期，默认今天"))
        parser.add_argument(
            "--denominator",
            choices=Denominator.values,
            default=Denominator.OPERATING.value,
            help=_("口径（分母），默认 operating"),
        )
        parser.add_argument("--user", metavar="NAME", help=_("按这个用户的授权范围统计，默认全部数据"))
        parser.add_argument("--json", action="store_true", help=_("输出 JSON"))

    def handle(self, *args: Any, **options: Any) -> None:
        asked = CoverageOptionsForm({"as_of": options["as_of"] or "", "denominator": options["denominator"]})
        if not asked.is_valid():
            raise CommandError(" ".join(str(message) for messages in asked.errors.values() for message in messages))
        scope = _scope(options["user"])
        kind = next(kind for kind in NODES if options[kind] is not None)
        node = _node(kind, options[kind], scope)
        figures = coverage(node, as_of=asked.day, denominator=asked.chosen, scope=scope)
        if options["json"]:
            self.stdout.write(json.dumps(figures.as_json(), ensure_ascii=False, indent=2))
        else:
            effective = effective_companies(node, as_of=asked.day, denominator=asked.chosen, scope=scope)
            self.stdout.write("\n".join(_lines(node, figures, effective.count())))


def _scope(username: str | None) -> Scope:
    if username is None:
        return Scope.everything()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(_("没有登录名为“%(name)s”的用户。") % {"name": username})
    return scope_of(user)


def _node(kind: str, key: str, scope: Scope) -> Node:
    model, field = NODES[kind]
    title: Any = model._meta.get_field(field)
    rows: Any = model._default_manager.all()
    rows = rows.within(scope)
    node: Node | None = rows.filter(**{field: key}).first()
    if node:
        return node
    keys = list(rows.order_by(field).values_list(field, flat=True))
    near = get_close_matches(key, keys, n=MANY, cutoff=0.4) or keys[:MANY]
    raise CommandError(
        _("没有%(field)s为“%(key)s”的%(kind)s。现有：%(near)s")
        % {
            "field": title.verbose_name,
            "key": key,
            "kind": model._meta.verbose_name,
            "near": "、".join(near) or _("一个也没有"),
        }
    )


def _lines(node: Node, figures: CoverageFigures, effective: int) -> list[str]:
    parts = figures.coverage
    rows = [
        (_("组织覆盖率"), parts.organization_rate),
        (_("单独组建率"), parts.own_rate),
        (_("工作覆盖率"), parts.work_rate),
        (_("有效覆盖率（自定义口径）"), Rate(effective, parts.companies)),
    ]
    return [
        _("%(node)s，截至 %(as_of)s") % {"node": node, "as_of": figures.as_of},
        figures.definition,
        *(f"{label} {rate}（{rate.numerator}/{rate.denominator}）" for label, rate in rows),
        _("单独组建 %(own)d 家，联合组建 %(joint)d 家，仅工作覆盖 %(work_only)d 家，尚未覆盖 %(none)d 家。")
        % {"own": parts.own, "joint": parts.joint, "work_only": parts.work_only, "none": parts.none},
        _("党支部 %(branches)d 个，其中联合党支部 %(joint)d 个，平均每个联合党支部覆盖 %(mean)s 家。")
        % {
            "branches": figures.branches,
            "joint": figures.joint_branches,
            "mean": figures.companies_per_joint_branch,
        },
    ]

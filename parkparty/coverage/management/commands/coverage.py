"""``manage.py coverage``: the figures of a coverage page on the command line, for automation and for checking."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.companies.choices import Denominator
from parkparty.core.forms import faults_of
from parkparty.core.rates import Rate
from parkparty.coverage.figures import CoverageFigures, Node, coverage
from parkparty.coverage.figures.effective import effective_companies
from parkparty.coverage.forms import CoverageOptionsForm
from parkparty.coverage.management.nodes import add_node_options, asked_node, scope_of_named


class Command(BaseCommand):
    """Prints the coverage of an area, a park or an organisation."""

    help = _("显示一个辖区、园区或党组织的覆盖情况：分子、分母、口径和截至日期")

    def add_arguments(self, parser: CommandParser) -> None:
        add_node_options(parser)
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
            raise CommandError(faults_of(asked))
        scope = scope_of_named(options["user"])
        node = asked_node(options, scope)
        figures = coverage(node, as_of=asked.day, denominator=asked.chosen, scope=scope)
        if options["json"]:
            self.stdout.write(json.dumps(figures.as_json(), ensure_ascii=False, indent=2))
        else:
            effective = effective_companies(node, as_of=asked.day, denominator=asked.chosen, scope=scope)
            self.stdout.write("\n".join(_lines(node, figures, effective.count())))


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

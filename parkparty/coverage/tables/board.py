"""A dashboard made ready to be drawn: six tiles at most, each a question with its number and the lists behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.core.rates import Rate
from parkparty.core.templatetags.parkparty import drawer, joined, thousands
from parkparty.coverage.choices import EFFECTIVE, TargetRate
from parkparty.coverage.figures.board import Board
from parkparty.coverage.figures.effective import THEME_DAY
from parkparty.coverage.figures.effective import definition as effective_definition
from parkparty.coverage.tables.coverage import ComparisonRow, Lists, comparison, key_of, stacked_bar
from parkparty.coverage.tables.months import month_cells
from parkparty.coverage.tables.scales import across, columns_of
from parkparty.coverage.tables.targets import TargetRow, target_rows

MAP_SHOWN = 24
"""Parks on the map; the others are on the page of coverage."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with the words before it and its list."""

    label: str
    number: int
    address: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One question: the number that answers it, what it is made of, how it stood before, and how it is counted."""

    key: str
    question: str
    address: str
    number: str
    facts: list[Fact] = field(default_factory=list)
    change: str = ""
    definition: str = ""
    chart: Any = None
    more: tuple[str, str] | None = None
    """The words and the address of what tells more."""


def tiles_of(board: Board) -> list[Tile]:
    """The tiles of a dashboard in the order in which they are read."""
    point = board.point
    lists = Lists(point.node, point.as_of, point.denominator)
    owing = Lists(point.node, point.as_of, Denominator.YINGJIAN)
    return [
        covered_tile(board, lists),
        unbuilt_tile(board, owing),
        _target_tile(board),
        _effective_tile(board, lists),
        _month_tile(board),
        _map_tile(board, lists),
    ]


def covered_tile(board: Board, lists: Lists) -> Tile:
    """How many companies are covered, and how."""
    now, definition = board.now, lists.denominator.definition(board.limits)
    span = {"since": board.before.isoformat(), "until": lists.as_of.isoformat(), "denominator": lists.denominator}
    return Tile(
        key="covered",
        question=_("企业覆盖了多少，怎样覆盖的？"),
        address=lists.page(),
        number=str(now.organization_rate),
        facts=[
            Fact(_("分子"), now.organization_covered, lists.companies(CoverageChoice.ORGANIZATION)),
            Fact(_("分母"), now.companies, lists.companies()),
            Fact(_("未组织覆盖"), now.uncovered, lists.companies(CoverageChoice.UNCOVERED)),
        ],
        change=change_of_rate(now.organization_rate, board.then.organization_rate, board.before),
        definition=_("组织覆盖率：分子为单独或联合组建党组织的企业。%(definition)s") % {"definition": definition},
        chart=stacked_bar(now, lists) if now.companies else None,
        more=(_("为什么变化"), reverse("coverage:changes", query={**key_of(lists.node), **span})),
    )


def unbuilt_tile(board: Board, lists: Lists) -> Tile:
    """Companies that should have an organisation of their own and have none; those in a joint branch counted apart."""
    now, definition = board.unbuilt, lists.denominator.definition(board.limits)
    return Tile(
        key="unbuilt",
        question=_("哪些企业应建未建？"),
        address=lists.companies(CoverageChoice.NOT_OWN),
        number=_("%(number)s 家") % {"number": f"{now.not_own:,}"},
        facts=[
            Fact(_("应建企业"), now.companies, lists.companies()),
            Fact(_("已联合组建，建议单建"), now.joint, lists.companies(CoverageChoice.JOINT)),
            Fact(_("未组织覆盖"), now.uncovered, lists.companies(CoverageChoice.UNCOVERED)),
        ],
        change=change_of_number(now.not_own, board.unbuilt_then.not_own, board.before),
        definition=_("应建未建：应建企业中没有单独组建党组织的企业。%(definition)s") % {"definition": definition},
    )


def _target_tile(board: Board) -> Tile:
    node = board.point.node
    rows: list[TargetRow] = target_rows(board.targets, node, board.point.as_of)
    missing = max((row.progress.missing for row in rows), default=0)
    number = _("还差 %(number)s 家") % {"number": f"{missing:,}"} if missing else _("已达到")
    return Tile(
        key="target",
        question=_("离年度目标还差多少？"),
        address=reverse("coverage:targets", query=key_of(node)),
        number=number if rows else "—",
        change="" if rows else _("今年还没有目标"),
        definition=_("红条是现在，虚线是去年底，粗线是目标；还差的家数向上取整。几个目标并列时取差得最多的。"),
        chart=rows,
    )


def _effective_tile(board: Board, lists: Lists) -> Tile:
    tile: dict[str, Any] = {
        "key": "effective",
        "question": _("真正开展组织生活的企业有多少？"),
        "address": lists.behind(EFFECTIVE),
        "definition": effective_definition(),
        "more": (_("逐月看主题党日"), reverse("rules:duties", query={**key_of(board.point.node), "months": THEME_DAY})),
    }
    if board.effective is None:
        return Tile(number="—", change=_("没有活动记录，不能统计"), **tile)
    now = Rate(board.effective, board.now.companies)
    then = None if board.effective_then is None else Rate(board.effective_then, board.then.companies)
    return Tile(
        number=str(now),
        facts=[
            Fact(_("分子"), now.numerator, lists.behind(EFFECTIVE)),
            Fact(_("分母"), now.denominator, lists.companies()),
        ],
        change=change_of_rate(now, then, board.before) if then else _("上季末没有活动记录"),
        **tile,
    )


def _month_tile(board: Board) -> Tile:
    point, total = board.point, sum(number for _month, number in board.months)
    whole = Lists(point.node, point.as_of, point.denominator).activities(board.months[0][0].since)
    state = {**key_of(point.node), "as_of": point.as_of.isoformat()}
    return Tile(
        key="months",
        question=_("活动在哪些月份开展？"),
        address=whole,
        number=_("%(number)s 次") % {"number": f"{total:,}"},
        facts=[Fact(_("最近 12 个月"), total, whole)],
        definition=_("只计已审核通过的活动，按活动日期归月；联办的活动只计一次。"),
        chart=columns_of(month_cells(point, board.months)) if total else None,
        more=(_("按类型逐月看"), reverse("coverage:months", query=state)),
    )


def _map_tile(board: Board, lists: Lists) -> Tile:
    point = board.point
    asked: dict[str, Any] = {"as_of": point.as_of, "denominator": point.denominator, "most": MAP_SHOWN}
    shown = sorted(comparison(board.parts, board.nodes, **asked), key=lambda row: row.node.path)
    return Tile(
        key="map",
        question=_("未覆盖的企业在哪里？"),
        address=lists.page(),
        number=_("%(number)s 家") % {"number": f"{board.now.uncovered:,}"},
        facts=[Fact(_("未组织覆盖"), board.now.uncovered, lists.companies(CoverageChoice.UNCOVERED))],
        definition=_(
            "每格一个园区（或下级党组织），按辖区排列；数字是未组织覆盖的企业，横条是组织覆盖率，竖线是同一口径的年度目标。"
        ),
        chart=map_of(shown, _target_of(board)),
    )


def map_of(rows: Iterable[ComparisonRow], target_x: str) -> SafeString:
    """A tile for each of ``rows``, with a bar as long as it is covered, and a line at ``target_x``, if that is told."""
    target, missing, all_of_it = (
        TARGET(target_x, target_x) if target_x else "",
        _("未组织覆盖"),
        pgettext("复数", "企业"),
    )
    return joined(
        MAP_TILE(
            *(row.page, str(row.node)),
            *(across(row.coverage.organization_covered, row.coverage.companies), target),
            *(missing, row.missing_address, thousands(row.coverage.uncovered)),
            *(all_of_it, row.companies_address, thousands(row.coverage.companies), str(row.coverage.organization_rate)),
        )
        for row in rows
    )


TARGET = drawer('<line x1="{}" y1="0" x2="{}" y2="12" stroke="#1f1f1f" stroke-width="4" />')
MAP_TILE = drawer(
    '<li class="park-tile"><a class="park-name" href="{}">{}</a>'
    '<svg width="100%" height="12" aria-hidden="true">'
    '<rect x="0" y="0" width="100%" height="12" fill="#fff" stroke="#767c85" />'
    '<rect x="0" y="0" width="{}" height="12" fill="#c8102e" />{}</svg>'
    '<span class="note">{} <a href="{}">{}</a></span> <span class="note">{} <a href="{}">{}</a> · {}</span></li>'
)
"""As nodes of a template the tiles take a third of a dashboard."""


def _target_of(board: Board) -> str:
    """Where the target for the rate of the map lies, by the same denominator; empty when there is none."""
    sought = (TargetRate.ORGANIZATION, board.point.denominator)
    found = (progress.target for progress in board.targets)
    return next((f"{target.percent}%" for target in found if (target.rate, target.denominator) == sought), "")


def change_of_number(now: int, then: int, before: dt.date) -> str:
    """How many there were on the day ``before``, and how many more or less there are since."""
    told = _("上季末（%(day)s）%(number)d 家") % {"day": before, "number": then}
    if now == then:
        return _("%(told)s，没有变化") % {"told": told}
    moved = _("%(told)s，增加 %(number)d 家") if now > then else _("%(told)s，减少 %(number)d 家")
    return moved % {"told": told, "number": abs(now - then)}


def change_of_rate(now: Rate, then: Rate, before: dt.date) -> str:
    """How a rate stood on the day ``before``, with its parts, and by how many points of a hundred it moved since.

    Of so few that a percentage would say more than is known, the parts are all that is said; of none, nothing.
    """
    if not then.denominator:
        return ""
    if then.is_small:
        return _("上季末（%(day)s）%(rate)s") % {"day": before, "rate": then}
    told = _("上季末（%(day)s）%(rate)s（%(numerator)d/%(denominator)d）") % {
        "day": before,
        "rate": then,
        "numerator": then.numerator,
        "denominator": then.denominator,
    }
    if now.is_small or not now.denominator:
        return told
    if now == then:
        return _("%(told)s，没有变化") % {"told": told}
    points = Decimal(now.percent) - Decimal(then.percent)
    if not points:
        return _("%(told)s，变化不到 0.1 个百分点") % {"told": told}
    moved = _("%(told)s，上升 %(points)s 个百分点") if points > 0 else _("%(told)s，下降 %(points)s 个百分点")
    return moved % {"told": told, "points": abs(points)}

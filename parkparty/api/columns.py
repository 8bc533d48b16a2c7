"""What the interface tells of each thing: one table for the answers, for openapi.json and for the page that explains.

Contacts, names of people and free texts of members are not among it: what is not in these tables never leaves here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.activities.choices import ActivityState
from parkparty.companies.choices import CompanyStatus, CoverageState, Denominator, SizeClass, StaffBand
from parkparty.companies.figures import Covering, Place
from parkparty.core.models import CodeTable
from parkparty.core.privacy import masked
from parkparty.coverage.choices import TargetRate
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park, ParkLine

if TYPE_CHECKING:
    from parkparty.core.rates import Rate
    from parkparty.coverage.figures import Below, CompanyCoverage, Node

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
NAMED: Schema = {
    "type": "object",
    "properties": {"code": {"type": ["string", "integer"]}, "name": TEXT},
    "required": ["code", "name"],
    "additionalProperties": False,
}

CODED: Schema = NAMED | {
    "properties": NAMED["properties"] | {"name_en": TEXT},
    "required": [*NAMED["required"], "name_en"],
}
"""A row of a code table; ``name_en`` is empty where it has no English name."""


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


@dataclass(frozen=True, slots=True)
class Column:
    """One value: its name in the answer, its JSON schema, what it means, and how it is read from a row."""

    name: str
    schema: Schema
    about: Promise
    of: Callable[[Any], Any]


def told(row: Any, columns: Iterable[Column]) -> dict[str, Any]:
    """``row`` as the answer holds it."""
    return {column.name: column.of(row) for column in columns}


@dataclass(frozen=True, slots=True)
class Figure:
    """The coverage of one node, and the companies that it is the coverage of."""

    node: Node | Below
    as_of: dt.date
    denominator: Denominator
    coverage: CompanyCoverage
    definition: str


def _named(row: Organization | Area | Park | ParkLine | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {"code": row.key if isinstance(row, Park | ParkLine) else row.code, "name": masked(str(row))}


def _code(row: CodeTable | None) -> dict[str, Any] | None:
    """By its bare name: in words an industry carries its code."""
    return None if row is None else {"code": row.code, "name": row.name, "name_en": row.name_en}


def _all_named(rows: Iterable[Place | Covering]) -> list[Any]:
    return [{"code": row.code, "name": masked(row.name)} for row in rows]


def _choice(choice: Any) -> dict[str, Any]:
    return {"code": choice.value, "name": str(choice.label)}


def _moment(at: dt.datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _kind_of(node: Node | Below) -> str:
    return "park" if isinstance(node, ParkLine) else str(node._meta.model_name)


def _rate(rate: Rate) -> dict[str, Any]:
    return {"numerator": rate.numerator, "denominator": rate.denominator, "percent": rate.percent, "text": str(rate)}


RATE: Schema = {
    "type": "object",
    "properties": {"numerator": NUMBER, "denominator": NUMBER, "percent": TEXT, "text": TEXT},
    "required": ["numerator", "denominator", "percent", "text"],
    "additionalProperties": False,
}
"""``percent`` has one decimal, ``—`` for 0/0; ``text`` is what the pages show: ``3/4`` of fewer than five companies."""

_KIND: Schema = {"type": "string", "enum": ["area", "park", "organization"]}

FIGURE = (
    Column("kind", _KIND, _("area 辖区、park 园区、organization 党组织"), lambda row: _kind_of(row.node)),
    Column("node", NAMED, _("代码和名称"), lambda row: _named(row.node)),
    Column("as_of", DAY, _("截至日期"), lambda row: row.as_of.isoformat()),
    Column("population", NAMED, _("口径（分母）"), lambda row: _choice(Denominator(row.denominator))),
    Column("definition", TEXT, _("口径的定义"), lambda row: row.definition),
    Column("companies", NUMBER, _("企业数，即分母"), lambda row: row.coverage.companies),
    Column("own", NUMBER, CoverageState.OWN.label, lambda row: row.coverage.own),
    Column("joint", NUMBER, CoverageState.JOINT.label, lambda row: row.coverage.joint),
    Column("work_only", NUMBER, CoverageState.WORK_ONLY.label, lambda row: row.coverage.work_only),
    Column("none", NUMBER, CoverageState.NONE.label, lambda row: row.coverage.none),
    Column(
        "organization_rate",
        RATE,
        TargetRate.ORGANIZATION.label,
        lambda row: _rate(row.coverage.organization_rate),
    ),
    Column("own_rate", RATE, TargetRate.OWN.label, lambda row: _rate(row.coverage.own_rate)),
    Column("work_rate", RATE, TargetRate.WORK.label, lambda row: _rate(row.coverage.work_rate)),
)

ORGANIZATION = (
    Column("code", TEXT, _("组织代码"), lambda row: row.code),
    Column("name", TEXT, _("名称"), lambda row: masked(row.name)),
    Column("type", NAMED, _("截至日的类型"), lambda row: _choice(OrganizationType(row.type_then or row.type))),
    Column("status", NAMED, _("状态"), lambda row: _choice(OrganizationStatus(row.status))),
    Column("parent", _maybe(NAMED), _("上级党组织"), lambda row: _named(row.parent)),
    Column("park", _maybe(NAMED), _("所在园区"), lambda row: _named(row.park)),
    Column("area", _maybe(NAMED), _("所在辖区"), lambda row: _named(row.area)),
    Column("formation_mode", _maybe(CODED), _("组建方式"), lambda row: _code(row.formation_mode)),
    Column("approved_on", _maybe(DAY), _("批准成立日期"), lambda row: _day(row.approved_on)),
    Column("dissolved_on", _maybe(DAY), _("撤销日期"), lambda row: _day(row.dissolved_on)),
    Column("term_since", _maybe(DAY), _("本届起始"), lambda row: _day(row.term_since)),
    Column("term_until", _maybe(DAY), _("本届届满"), lambda row: _day(row.term_until)),
    Column("full_members", NUMBER, _("正式党员数"), lambda row: row.full_members),
    Column("probationary_members", NUMBER, _("预备党员数"), lambda row: row.probationary_members),
    Column("companies", NUMBER, _("覆盖的企业数"), lambda row: row.units),
)

COMPANY = (
    Column("id", NUMBER, _("编号"), lambda row: row.company.pk),
    Column("uscc", _maybe(TEXT), _("统一社会信用代码"), lambda row: row.company.uscc),
    Column("name", TEXT, _("企业名称"), lambda row: masked(row.company.name)),
    Column("industry", _maybe(CODED), _("行业"), lambda row: _code(row.company.industry)),
    Column("staff_band", NAMED, _("人员规模，代码为下限"), lambda row: _choice(StaffBand(row.company.staff_band))),
    Column("size", NAMED, _("企业规模"), lambda row: _choice(SizeClass(row.company.size))),
    Column("fixed_premises", FLAG, _("有固定经营场所"), lambda row: row.company.fixed_premises),
    Column("revenue_over_20m", _maybe(FLAG), _("年营业收入 2000 万元以上"), lambda row: row.company.revenue_over_20m),
    Column("status", NAMED, _("经营状态"), lambda row: _choice(CompanyStatus(row.company.status))),
    Column("status_since", _maybe(DAY), _("状态起始日期"), lambda row: _day(row.company.status_since)),
    Column("founded_on", _maybe(DAY), _("成立日期"), lambda row: _day(row.company.founded_on)),
    Column("full_members", NUMBER, _("正式党员数"), lambda row: row.company.full_members),
    Column("coverage", NAMED, _("截至日的覆盖情况"), lambda row: _choice(row.state)),
    Column("covered_by", _list_of(NAMED), _("覆盖它的党组织"), lambda row: _all_named(row.covered_by)),
    Column("parks", _list_of(NAMED), _("所在园区"), lambda row: _all_named(row.parks)),
)

ACTIVITY = (
    Column("id", NUMBER, _("编号"), lambda row: row.pk),
    Column("topic", TEXT, _("议题"), lambda row: masked(row.topic)),
    Column("held_on", DAY, _("活动日期"), lambda row: _day(row.held_on)),
    Column("organization", NAMED, _("主办党组织"), lambda row: _named(row.organization)),
    Column("types", _list_of(CODED), _("计入类型"), lambda row: [_code(type) for type in row.types.all()]),
    Column("theme", _maybe(CODED), _("主题"), lambda row: _code(row.theme)),
    Column("park", _maybe(NAMED), pgettext_lazy("活动", "园区"), lambda row: _named(row.park)),
    Column("place", TEXT, _("地点"), lambda row: masked(row.place)),
    Column("station", TEXT, _("党群服务站"), lambda row: masked(str(row.station or ""))),
    Column("present", _maybe(NUMBER), _("实到人数"), lambda row: row.present),
    Column("expected", _maybe(NUMBER), _("应到人数"), lambda row: row.expected),
    Column("state", NAMED, _("状态"), lambda row: _choice(ActivityState(row.state))),
    Column("filed_at", _maybe(MOMENT), _("首次提交时间"), lambda row: _moment(row.filed_at)),
    Column("reviewed_at", _maybe(MOMENT), _("审核时间"), lambda row: _moment(row.reviewed_at)),
)

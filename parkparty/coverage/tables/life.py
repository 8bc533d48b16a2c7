"""Organisation life of a span made ready to be shown, with the same days of the year before beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from parkparty.coverage.figures.life import PROJECT, Life
from parkparty.coverage.tables.coverage import Lists, key_of


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number, and the list behind it; empty where there is none, as of people who are only counted."""

    value: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What an indicator says of a span: the figure, and the two numbers that it is made of, if it is."""

    figure: str = ""
    over: Number | None = None
    under: Number | None = None


@dataclass(frozen=True, slots=True)
class LifeRow:
    """One indicator: what it is called, how it is worked out, and what it says of each span, the asked one first."""

    label: str
    definition: str
    told: list[Told]


@dataclass(frozen=True, slots=True)
class Span:
    """What was found of a span of days: its first day, the lists of its last, its life and its companies."""

    since: dt.date
    lists: Lists
    life: Life
    companies: int

    def activities(self, **more: str) -> str:
        """The address of its activities."""
        return self.lists.activities(self.since, **more)

    def founded(self) -> str:
        """The address of the organisations founded."""
        asked = {"founded": self.since.isoformat(), "as_of": self.lists.as_of.isoformat()}
        return reverse("organizations:list", query=key_of(self.lists.node) | asked)


def life_rows(spans: Sequence[Span]) -> list[LifeRow]:
    """The indicators, one row each."""
    return [
        LifeRow(
            _("活动（次）"),
            _("只计已审核通过的活动，按活动日期；几个党组织联办的只计一次。"),
            [Told(over=Number(one.life.held, one.activities())) for one in spans],
        ),
        LifeRow(
            _("到会率"),
            _("实到人次除以应到人次，只算两个数都填了的活动；有列席的可以超过 100%。"),
            [_attendance(one.life) for one in spans],
        ),
        LifeRow(
            _("共建活动占比"),
            _("有共建企业参加，或由几个党组织联办的活动，占全部活动的比例。"),
            [
                Told(
                    str(one.life.shared),
                    Number(one.life.together, one.activities(together="on")),
                    Number(one.life.held, one.activities()),
                )
                for one in spans
            ],
        ),
        LifeRow(
            _("每家企业平均活动（次）"),
            _("活动次数除以截至最后一天、这一口径的企业数。"),
            [
                Told(
                    one.life.for_each_of(one.companies),
                    Number(one.life.held, one.activities()),
                    Number(one.companies, one.lists.companies()),
                )
                for one in spans
            ],
        ),
        LifeRow(
            _("合作项目（项）"),
            _("计入“合作项目”类型的活动，一次算一项。"),
            [Told(over=Number(one.life.projects, one.activities(type=PROJECT))) for one in spans],
        ),
        LifeRow(
            _("新成立党组织（个）"),
            _("在这些日期内批准成立、到最后一天没有撤销的党组织。"),
            [Told(over=Number(one.life.founded, one.founded())) for one in spans],
        ),
        LifeRow(
            _("报送用时（天）"),
            _("从活动日期到首次提交的天数，各次相加再除以活动次数；当天提交算 0 天。"),
            [Told(one.life.days_to_report) for one in spans],
        ),
    ]


def _attendance(life: Life) -> Told:
    return Told(str(life.attendance), Number(life.came), Number(life.due))

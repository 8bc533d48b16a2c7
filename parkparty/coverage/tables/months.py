"""Activities by month made ready to be drawn: all together, and type by type on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from parkparty.core.dates import Period
from parkparty.coverage.figures import Point
from parkparty.coverage.tables.coverage import Lists
from parkparty.coverage.tables.scales import Cell, Columns, columns_of


@dataclass(frozen=True, slots=True)
class TypeMonths:
    """The months of one activity type, with the list of all of them."""

    name: str
    chart: Columns
    number: int
    address: str


def month_cells(point: Point, months: Sequence[tuple[Period, int]], type: str = "") -> list[Cell]:
    """A cell for each month up to the day of ``point``; ``type`` is the code of the type counted."""
    ever, of_type = _lists(point).activities_ever(), f"&type={quote_plus(type)}" if type else ""
    return [
        Cell(
            name=period.name,
            label=str(period.since.month),
            number=number,
            address=f"{ever}&since={period.since}&until={min(period.last_day, point.as_of)}{of_type}",
        )
        for period, number in months
    ]


def type_months(
    point: Point, months: Sequence[Period], counted: Mapping[str, list[int]], names: Mapping[str, str]
) -> list[TypeMonths]:
    """A small chart for each type that was held, in the order of ``names``, all with the same scale."""
    largest = max((number for numbers in counted.values() for number in numbers), default=0)
    return [
        TypeMonths(
            name=name,
            chart=columns_of(month_cells(point, list(zip(months, counted[code], strict=True)), code), largest),
            number=sum(counted[code]),
            address=_lists(point).activities(months[0].since, type=code),
        )
        for code, name in names.items()
        if code in counted
    ]


def _lists(point: Point) -> Lists:
    return Lists(point.node, point.as_of, point.denominator)

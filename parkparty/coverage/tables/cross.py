"""A table of two dimensions made ready to be drawn: every cell with its share of the row and its list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from parkparty.companies.querysets import UNSTATED
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.core.templatetags.parkparty import drawer, thousands
from parkparty.coverage.choices import Dimension
from parkparty.coverage.figures import Point
from parkparty.coverage.figures.cross import CrossTable, names_of
from parkparty.coverage.figures.crossed import Key
from parkparty.coverage.tables.coverage import Lists
from parkparty.places.filters import name_of


@dataclass(frozen=True, slots=True)
class CrossCell:
    """A number of companies, its share of its row, and its list."""

    number: int
    share: Rate
    address: str

    @property
    def drawn(self) -> SafeString:
        """The cell of the table: as nodes of a template, the cells take most of the page."""
        share = SHARE(str(self.share)) if self.number else ""
        return CELL(self.address, thousands(self.number), share)


CELL = drawer('<td class="number"><a href="{}">{}</a>{}</td>')
SHARE = drawer(' <span class="share">{}</span>')


@dataclass(frozen=True, slots=True)
class CrossHead:
    """What a row or a column stands for, with its total."""

    label: str
    total: CrossCell


@dataclass(frozen=True, slots=True)
class CrossRow:
    """One row of the table."""

    head: CrossHead
    cells: list[CrossCell]


def cross_rows(
    table: CrossTable, point: Point, rows: Dimension, columns: Dimension, scope: Scope
) -> tuple[list[CrossHead], list[CrossRow]]:
    """The heads of the columns and the rows, each number with the list whose length it is."""
    lists = Lists(point.node, point.as_of, point.denominator, point.cut)
    of_all = lists.companies()
    row_names, column_names = names_of(rows, table.rows, scope), names_of(columns, table.columns, scope)
    asked = [(key, _asked(columns, key, column_names)) for key in table.columns]
    heads = [
        CrossHead(_label(columns, key, column_names), CrossCell(number, Rate(number, table.total), address))
        for key, across in asked
        for number, address in [(table.column_totals[key], _narrowed(of_all, lists, {}, across))]
    ]
    found = []
    for key in table.rows:
        here, whole = _asked(rows, key, row_names), table.row_totals[key]
        total = CrossCell(whole, Rate(whole, whole), _narrowed(of_all, lists, {}, here))
        cells = [
            CrossCell(number, Rate(number, whole), _narrowed(total.address, lists, here, across))
            for column, across in asked
            for number in [table.cells.get((key, column), 0)]
        ]
        found.append(CrossRow(CrossHead(_label(rows, key, row_names), total), cells))
    return heads, found


def _narrowed(address: str, lists: Lists, here: dict[str, str], across: dict[str, str]) -> str:
    """``address``, the list of what stands ``here``, cut further to what stands ``across``."""
    if across.keys() & (lists.state.keys() | here.keys()):
        return lists.companies(**here | across)
    return f"{address}&{urlencode(across)}"


def _label(dimension: Dimension, key: Key, names: dict[Key, Any]) -> str:
    if key is None:
        return _("没有") if dimension == Dimension.ORGANIZATION else _("未填")
    return str(names.get(key, key))


def _asked(dimension: Dimension, key: Key, names: dict[Key, Any]) -> dict[str, str]:
    """The filter of the list of companies that leaves those of one row or column."""
    if dimension in (Dimension.PARK, Dimension.AREA):
        return {"place": name_of(names[key])}
    name = "branch" if dimension == Dimension.ORGANIZATION else str(dimension)
    if not key or key == "0":
        return {name: UNSTATED}
    return {name: names[key].code if dimension == Dimension.ORGANIZATION else key}

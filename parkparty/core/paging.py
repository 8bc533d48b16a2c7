"""Pages of a long list without counting it: each page begins where the last one ended.

A cursor is the order key of a row, written as JSON into the address. What does not read as one gives the first page.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Count, Q, Window

M = TypeVar("M", bound=models.Model)

ROWS = 25
"""Of a list that is read, not worked through."""

COUNTED_TO, BOUNDED_TO = 1000, 10_000
"""How far a list is counted that nothing bounds, and one that a place or an organisation bounds; beyond, the page says
"more than": nobody waits until a city is counted.
"""


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[M]):
    """Rows in their order, and the cursors before the first and after the last (None at an end).

    ``number`` is how many there are in all, where that was told along with them, or these are all: then nobody needs to
    count them.
    """

    rows: list[M]
    newer: str | None
    older: str | None
    number: int | None = None


def keyset_page(
    rows: models.QuerySet[M],
    parameters: Mapping[str, Any],
    *,
    order: tuple[str, ...],
    size: int = 50,
    as_shown: Callable[[list[Any]], Iterable[Any]] | None = None,
    is_counted: bool = False,
    bounded: Callable[[Any, int], models.QuerySet[M]] | None = None,
) -> KeysetPage[M]:
    """The page of ``rows`` that the address asks for by ``older`` or ``newer``.

    ``order`` names columns that are never null and together unique, ``-`` for falling: an index on them answers each
    page in the same time, however far down it lies. ``as_shown`` reads what a row shows, of those of the page alone,
    by their keys: PostgreSQL, planning for all rows, would first work parts of it out for all of them. A list that
    ``is_counted`` is found as a whole, and its number told with its first page: a database that walks along an index
    instead may meet the first of few rows at its end. ``bounded`` cuts rows that are in their order and begin where the
    page begins to those asked for, at least the first so many.
    """
    backwards = "newer" in parameters
    cursor = _read(rows.model, order, parameters.get("newer" if backwards else "older"))
    directed = [_reversed(name) for name in order] if backwards else list(order)
    found = rows.order_by(*directed)
    if cursor:
        found = found.filter(_after(directed, cursor))
    if bounded:
        found = bounded(found, size + 1)
    number = None
    if as_shown:
        keys: Any = found.values_list("pk", flat=True)[: size + 1]
        if is_counted and not cursor:
            number, keys = _counted(keys)
        keys = list(keys)
        shown = {row.pk: row for row in as_shown(keys)}
        page = [shown[key] for key in keys if key in shown]
    else:
        page = list(found[: size + 1])
    more, page = len(page) > size, page[:size]
    if not cursor and not more:
        number = len(page)
    if backwards:
        page.reverse()
    before, after = (more, cursor is not None) if backwards else (cursor is not None, more)
    return KeysetPage(
        page,
        newer=_write(page[0], order) if page and before else None,
        older=_write(page[-1], order) if page and after else None,
        number=number,
    )


def number_of(
    rows: models.QuerySet[M], page: KeysetPage[M] | None = None, *, up_to: int | None = COUNTED_TO
) -> int | None:
    """How many ``rows`` there are, of which ``page`` may show some; None past ``up_to``, if that is told."""
    number = page.number if page else None
    if number is None:
        number = rows.count() if up_to is None else rows.order_by()[: up_to + 1].count()
    return number if up_to is None or number <= up_to else None


def is_cursor(model: type[models.Model], order: tuple[str, ...], text: str) -> bool:
    """Whether ``text`` reads as the cursor of a list of ``model`` in this order: a program is told when it does not."""
    return _read(model, order, text) is not None


def _counted(keys: Any) -> tuple[int, list[Any]]:
    """How many rows there are before ``keys`` were cut to a page, and the keys of the page."""
    found = list(keys.annotate(number=Window(Count("pk"))).values_list("number", "pk"))
    return found[0][0] if found else 0, [key for _number, key in found]


def _reversed(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(order: list[str], cursor: list[Any]) -> Q:
    """Rows behind ``cursor``; the outer bound on the first column is what an index can seek."""
    found, equal = Q(), Q()
    for name, value in zip(order, cursor, strict=True):
        column, comparison = (name[1:], "lt") if name.startswith("-") else (name, "gt")
        found |= equal & Q(**{f"{column}__{comparison}": value})
        equal &= Q(**{column: value})
    column, comparison = (order[0][1:], "lte") if order[0].startswith("-") else (order[0], "gte")
    return Q(**{f"{column}__{comparison}": cursor[0]}) & found


def _write(row: models.Model, order: tuple[str, ...]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    # Whole moments: Django's encoder cuts them to milliseconds, and rows between two pages would be lost.
    plain = [value.isoformat() if isinstance(value, dt.date | dt.time) else value for value in values]
    return json.dumps(plain, ensure_ascii=False)


def _read(model: type[models.Model], order: tuple[str, ...], text: str | None) -> list[Any] | None:
    if not text or "\x00" in text or "\\u0000" in text:
        return None
    try:
        values = json.loads(text)
        json.dumps(values, ensure_ascii=False).encode()  # half a surrogate pair is refused here, not by the database
        if not isinstance(values, list) or len(values) != len(order) or None in values:
            return None
        return [_field(model, name.lstrip("-")).to_python(value) for name, value in zip(order, values, strict=True)]
    except (ValueError, RecursionError, ValidationError, FieldDoesNotExist):
        return None


def _field(model: type[models.Model], name: str) -> models.Field:
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    # The order is ours, not the reader's.
    assert isinstance(field, models.Field)  # nosec B101
    return field

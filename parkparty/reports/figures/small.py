"""Which numbers of a public table stay unsaid: those that are small, and those from which a small one could be told.

Numbers hang together as sums: a total and its parts, each part of one total only. A reader who knows all sums and
every published number must hold it for possible that an unsaid small number is 3 or more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

SMALL = 3
"""Numbers from 1 to below this are not published (domain 2.8); 0 points to nobody."""

_NO_LIMIT = 10**12

Sum = tuple[str, tuple[str, ...]]
"""The id of a total and of its parts."""


def unsaid(values: Mapping[str, int], sums: Sequence[Sum]) -> frozenset[str]:
    """The ids that are not published. ``sums`` form trees: no number is part of two totals."""
    small = {id for id, value in values.items() if 0 < value < SMALL}
    hidden = set(small)
    while any(highest < SMALL for id, highest in _highest(values, sums, hidden).items() if id in small):
        hidden.add(_next(values, sums, hidden))
    return frozenset(hidden)


def _next(values: Mapping[str, int], sums: Iterable[Sum], hidden: set[str]) -> str:
    """What is left out as well: the smallest part beside a hidden number, or else a total above one."""
    touched = [(total, parts) for total, parts in sums if hidden & {total, *parts}]
    beside = {part for _total, parts in touched for part in parts if values[part]} - hidden
    above = {total for total, _parts in touched} - hidden
    return min(beside or above, key=lambda id: (values[id], id))


def _highest(values: Mapping[str, int], sums: Sequence[Sum], hidden: set[str]) -> dict[str, int]:
    """The largest value that a reader must hold for possible, for each number."""
    low = {id: 0 if id in hidden else value for id, value in values.items()}
    high = {id: _NO_LIMIT if id in hidden else value for id, value in values.items()}
    before: int | None = None
    while before != (before := sum(chain(low.values(), (-value for value in high.values())))):
        for total, parts in sums:
            least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
            low[total], high[total] = max(low[total], least), min(high[total], most)
            for part in parts:
                low[part] = max(low[part], low[total] - (most - high[part]))
                high[part] = min(high[part], high[total] - (least - low[part]))
    return high

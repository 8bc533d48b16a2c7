"""Which numbers of public tables stay unsaid: those that are small, and those from which a small one could be told.

Numbers hang together as sums: a total and its parts. A reader who knows all sums and every published number must hold
it for possible that an unsaid small number is 3 or more. Where each number is part of one total only, what is worked
out here is all that can be worked out; where editions cross, each sum is followed as far as it leads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

SMALL = 3
"""Numbers from 1 to below this are not published (domain 2.8); 0 points to nobody."""

_NO_LIMIT = 10**12

Sum = tuple[str, tuple[str, ...]]
"""The id of a total and of its parts."""


def unsaid(
    values: Mapping[str, int], sums: Sequence[Sum], *, own: Collection[str] | None = None, hidden: Iterable[str] = ()
) -> frozenset[str]:
    """The ids of ``own`` (all, by default) that are not published.

    ``hidden`` are unsaid anyway, elsewhere. What is told by others already, whatever is left unsaid here, stays told.
    """
    own = set(values if own is None else own)
    left_out = {*hidden, *(id for id, value in values.items() if id in own and 0 < value < SMALL)}
    while found := told(values, sums, left_out):
        further = _next(values, sums, left_out, found, own)
        if further is None:
            break
        left_out.add(further)
    return frozenset(left_out & own)


def told(values: Mapping[str, int], sums: Sequence[Sum], hidden: Collection[str]) -> set[str]:
    """The unsaid small numbers that a reader knows to be small all the same."""
    highest = _highest(values, sums, hidden)
    return {id for id in hidden if 0 < values[id] < SMALL and highest[id] < SMALL}


def _next(
    values: Mapping[str, int], sums: Sequence[Sum], hidden: set[str], found: set[str], own: set[str]
) -> str | None:
    """What is left out as well: the smallest part beside a number that is told, or else a total above one.

    Where nothing of ``own`` is that near, it lies beside the other unsaid numbers of the same sums, and so on.
    """
    near: set[str] = set()
    above: set[str] = set()
    while near != (near := near | found):
        touched = [(total, parts) for total, parts in sums if near & {total, *parts}]
        beside = {part for _total, parts in touched for part in parts if values[part]} & own - hidden
        above = above or {total for total, _parts in touched} & own - hidden
        if beside:
            return min(beside, key=lambda id: (values[id], id))
        found = {id for total, parts in touched for id in (total, *parts) if id in hidden}
    return min(above, key=lambda id: (values[id], id), default=None)


def _highest(values: Mapping[str, int], sums: Sequence[Sum], hidden: Collection[str]) -> dict[str, int]:
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

"""What public editions tell together: a whole less its parts, a year less its quarters, one day less another."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from parkparty.core.dates import Period
from parkparty.reports.figures.small import Sum, told, unsaid

OF_A_PERIOD = ("held", "duties", "founded")
"""What was done in a period; all other numbers are of a day."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The numbers of one public edition, as they are; ``hidden`` are those that it does not say.

    ``path`` is that of its node: in one tree, a node's number is that of the nodes below it and of what is left.
    """

    name: str
    path: str
    period: Period
    as_of: dt.date
    values: Mapping[str, int]
    sums: Sequence[Sum]
    hidden: frozenset[str] = frozenset()


Inside = Callable[[Edition, Edition], bool]


@dataclass(slots=True)
class _Sums:
    """All numbers of several editions, with what they add up to across them.

    Each goes by the number of its edition and its id; what is left of a whole beside its parts by a mark between.
    """

    editions: Sequence[Edition]
    values: dict[str, int] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)

    def add(self, number: int) -> None:
        """The numbers of one edition, as they add up in it."""
        edition = self.editions[number]
        self._add(f"{number}", edition.values, edition.sums)
        self.hidden |= {f"{number}:{id}" for id in edition.hidden}

    def nest(self, numbers: Sequence[int], inside: Inside, is_meant: Callable[[str], bool], *, mark: str) -> None:
        """The sums of each of these editions: the nearest inside it, and what is left beside them."""
        for whole in numbers:
            within = [n for n in numbers if inside(self.editions[n], self.editions[whole])]
            parts = [n for n in within if not any(inside(self.editions[n], self.editions[m]) for m in within)]
            if parts:
                self._part(whole, parts, [id for id in self.editions[whole].values if is_meant(id)], f"{whole}{mark}")

    def compare(self, one: int, other: int, is_meant: Callable[[str], bool], *, is_same: bool) -> None:
        """The difference of two editions of a node; ``is_same``: they tell of the same time."""
        for id in filter(is_meant, self.editions[one].values.keys() & self.editions[other].values.keys()):
            less, more = sorted((one, other), key=lambda n: self.editions[n].values[id])
            change = f"{less}<{more}:{id}"
            by = self.editions[more].values[id] - self.editions[less].values[id]
            if is_same and not by:
                self.sums.append((f"{more}:{id}", (f"{less}:{id}",)))
                continue
            self.values[change] = by
            self.hidden.add(change)
            self.sums.append((f"{more}:{id}", (f"{less}:{id}", change)))

    def names(self, key: str) -> list[str]:
        """The editions, apart from the first, by which a number is told."""
        near = {id for total, parts in self.sums for id in (total, *parts) if key in (total, *parts)}
        numbers = {int(n) for id in near for n in re.findall(r"\d+", id.partition(":")[0])}
        return sorted({self.editions[n].name for n in numbers if n})

    def _part(self, whole: int, parts: Sequence[int], ids: Sequence[str], rest: str) -> None:
        left: dict[str, int] = {}
        for id in ids:
            known = [n for n in parts if id in self.editions[n].values]
            left[id] = self.editions[whole].values[id] - sum(self.editions[n].values[id] for n in known)
            if left[id] >= 0:  # otherwise the records changed in between, and nothing is told by subtracting
                self.sums.append((f"{whole}:{id}", (*(f"{n}:{id}" for n in known), f"{rest}:{id}")))
        left = {id: value for id, value in left.items() if value >= 0}
        sums = [(total, below) for total, below in self.editions[whole].sums if {total, *below} <= left.keys()]
        self._add(rest, left, [s for s in sums if left[s[0]] == sum(left[part] for part in s[1])])
        self.hidden |= {f"{rest}:{id}" for id in left}

    def _add(self, prefix: str, values: Mapping[str, int], sums: Sequence[Sum]) -> None:
        self.values |= {f"{prefix}:{id}": value for id, value in values.items()}
        self.sums += [(f"{prefix}:{total}", tuple(f"{prefix}:{part}" for part in parts)) for total, parts in sums]


def unsaid_beside(own: Edition, others: Sequence[Edition]) -> frozenset[str]:
    """The ids that ``own`` does not say, so that nothing small is told together with ``others``, which are out."""
    all_ = _sums([own, *others], range(1 + len(others)))
    mine = {f"0:{id}" for id in own.values}
    return frozenset(key.partition(":")[2] for key in unsaid(all_.values, all_.sums, own=mine, hidden=all_.hidden))


def told_beside(own: Edition, others: Sequence[Edition]) -> dict[str, list[str]]:
    """The ids of small numbers that ``own`` would give away, each with the names of the editions that it takes."""
    editions = [own, *others]
    before, after = _sums(editions, range(1, len(editions))), _sums(editions, range(len(editions)))
    known = told(before.values, before.sums, before.hidden)
    found = sorted(told(after.values, after.sums, after.hidden) - known)
    return {key.partition(":")[2]: after.names(key) for key in found}


def _sums(editions: Sequence[Edition], numbers: Sequence[int]) -> _Sums:
    """How those of the editions hang together that are named by their numbers, seen from the first of all."""
    own, found = editions[0], _Sums(editions)
    for n in numbers:
        found.add(n)
    same_day = _last([n for n in numbers if editions[n].as_of == own.as_of], editions)
    same_period = _last([n for n in numbers if editions[n].period == own.period], editions)
    of_node = [n for n in numbers if editions[n].path == own.path]
    found.nest(same_day, _is_below, _is_of_a_day, mark="/")
    found.nest(same_period, _is_below, _is_of_a_period, mark="/")
    found.nest(_last(of_node, editions, by_period=True), _is_within, _is_of_a_period, mark="~")
    if 0 in numbers:
        _compare(found, own, of_node[1:])
    return found


def _compare(found: _Sums, own: Edition, numbers: Sequence[int]) -> None:
    """The own edition with others of its node: of the same period or day, the last before and the first after."""
    days = {found.editions[n].as_of for n in numbers}
    before = max((day for day in days if day < own.as_of), default=None)
    after = min((day for day in days if day > own.as_of), default=None)
    for n in numbers:
        other = found.editions[n]
        if other.period == own.period:
            found.compare(0, n, _is_of_a_period, is_same=True)
        if other.as_of in (own.as_of, before, after):
            found.compare(0, n, _is_of_a_day, is_same=other.as_of == own.as_of)


def _last(numbers: Sequence[int], editions: Sequence[Edition], *, by_period: bool = False) -> list[int]:
    """One edition of each node (and period): the first in the order given, which is the own or the latest."""
    kept: dict[tuple[str, Period | None], int] = {}
    for n in numbers:
        kept.setdefault((editions[n].path, editions[n].period if by_period else None), n)
    return list(kept.values())


def _is_below(one: Edition, other: Edition) -> bool:
    return one.path != other.path and one.path.startswith(other.path)


def _is_within(one: Edition, other: Edition) -> bool:
    inner, outer = one.period, other.period
    return inner != outer and outer.since <= inner.since and inner.until <= outer.until


def _is_of_a_period(id: str) -> bool:
    return id.partition(".")[0] in OF_A_PERIOD


def _is_of_a_day(id: str) -> bool:
    return not _is_of_a_period(id)

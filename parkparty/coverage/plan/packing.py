"""Joint branches out of small units: as many companies as possible, in as few branches as possible.

Units have 0, 1 or 2 full members; those with three found a branch of their own (R01). How many branches so many units
can form has a closed form, so the search only ever takes a branch that keeps a best plan within reach. See
docs/decisions/0007-gap-planner.md for the proof.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

MIN_FULL = 3
"""R01, R02: a branch takes three full members, alone or together."""

Sizes = tuple[int, int, int]
"""How many units have no, one and two full members."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A company as the planner sees it. ``park`` and ``building`` are keys of places; 0 is not known."""

    key: int
    full: int
    park: int = 0
    building: int = 0
    industry: str = ""


class Near(StrEnum):
    """What the units of a joint branch have in common, the nearest first."""

    BUILDING = "building"
    PARK = "park"
    INDUSTRY = "industry"


@dataclass(frozen=True, slots=True)
class Group:
    """The units of one proposed joint branch."""

    units: tuple[Unit, ...]
    near: Near

    @property
    def full(self) -> int:
        """The full members of all units together."""
        return sum(unit.full for unit in self.units)


def most_joined(sizes: Sizes, max_units: int) -> tuple[int, int]:
    """The most units that joint branches can cover, and the fewest branches that cover so many.

    ``k`` branches need ``3k`` full members, and ``2k`` units that have any, as no unit has three; pairing ones with
    twos first reaches both limits. ``n`` units take at least ``n / max_units`` branches.
    """
    empty, ones, twos = sizes
    branches = min((ones + 2 * twos) // MIN_FULL, (ones + twos) // 2)
    covered = min(empty + ones + twos, max_units * branches)
    return covered, -(-covered // max_units)


def pack(units: Iterable[Unit], max_units: int) -> list[Group]:
    """Joint branches for ``units`` (each below three full members): by building, then park, then industry.

    Within each park the number of companies covered is the greatest and the number of branches the least possible for
    it. What is left over in the parks is then joined across them, industry by industry, by the same rule. The same
    units give the same plan in whatever order they come.

    Raises:
        ValueError: when a unit has three full members, or branches may not have three units.
    """
    left = sorted(units, key=lambda unit: (unit.industry, unit.building, unit.key))
    if max_units < MIN_FULL or any(not 0 <= unit.full < MIN_FULL for unit in left):
        raise ValueError("units must have fewer than three full members, and branches room for three units")
    found: list[Group] = []
    for park in sorted({unit.park for unit in left}):
        found += _pack_pool([unit for unit in left if unit.park == park], max_units, Near.PARK)
    taken = {unit.key for group in found for unit in group.units}
    by_industry: dict[str, list[Unit]] = defaultdict(list)
    for unit in left:
        if unit.key not in taken and unit.industry:
            by_industry[unit.industry].append(unit)
    for industry in sorted(by_industry):
        found += _pack_pool(by_industry[industry], max_units, Near.INDUSTRY)
    return found


def _pack_pool(pool: list[Unit], max_units: int, near: Near) -> Iterator[Group]:
    """A best plan for one pool: first groups within one building that do not spoil it, then any."""
    left = list(pool)
    for building in sorted({unit.building for unit in pool if unit.building}):
        while group := _take([unit for unit in left if unit.building == building], left, max_units):
            left = _without(left, group)
            yield Group(tuple(group), Near.BUILDING)
    while group := _take(left, left, max_units):
        left = _without(left, group)
        yield Group(tuple(group), near)


def _without(left: list[Unit], group: list[Unit]) -> list[Unit]:
    taken = {unit.key for unit in group}
    return [unit for unit in left if unit.key not in taken]


def _take(some: list[Unit], left: list[Unit], max_units: int) -> list[Unit]:
    """The largest group out of ``some`` after which a best plan for ``left`` is still within reach; empty when none."""
    all_left = _sizes(left)
    best, there = most_joined(all_left, max_units), all_left if some is left else _sizes(some)
    for size in _mixes(there, max_units):
        rest = (all_left[0] - size[0], all_left[1] - size[1], all_left[2] - size[2])
        covered, branches = most_joined(rest, max_units)
        if (covered + sum(size), branches + 1) == best:
            return [unit for full in range(MIN_FULL) for unit in [u for u in some if u.full == full][: size[full]]]
    return []


def _mixes(there: Sizes, max_units: int) -> list[Sizes]:
    """Every make-up of one joint branch out of ``there``: the largest first, of these the one with fewest members."""
    ranges = [range(min(number, max_units) + 1) for number in there]
    mixes = [(a, b, c) for a, b, c in product(*ranges) if a + b + c <= max_units and b + 2 * c >= MIN_FULL]
    return sorted(mixes, key=lambda mix: (-sum(mix), mix[1] + 2 * mix[2], mix))


def _sizes(units: Iterable[Unit]) -> Sizes:
    counts = Counter(unit.full for unit in units)
    return counts[0], counts[1], counts[2]

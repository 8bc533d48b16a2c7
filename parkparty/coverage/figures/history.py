"""How each company was covered, and where it counted, from day to day: what the kept totals of coverage are made of.

As a value and as text; ``figures.from_facts`` works it out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from parkparty.companies.choices import CoverageState, Denominator
from parkparty.core import paths

COLUMNS = (*CoverageState.values, "effective")

Total = tuple[str, str, str, str]
"""Path, denominator, day (ISO) and column of a kept total."""


class Standing(NamedTuple):
    """What holds of a company for a time: the paths that it counts under, by whom it is counted, how covered.

    ``sits`` are its parks, ``on_site`` those of them where it really is, ``tied`` the organisations it is tied to.
    """

    sits: tuple[str, ...] = ()
    on_site: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    counted_as: tuple[str, ...] = ()
    state: str = CoverageState.NONE.value
    effective: bool = False

    def is_in(self, path: str) -> bool:
        """Whether the company sits under ``path``, or is tied to an organisation there, a branch aside."""
        return any(leaf.startswith(path) for leaf in self.sits + self.tied)

    def counts_in(self, path: str, denominator: Denominator) -> bool:
        """Whether ``denominator`` counts the company among those under ``path``."""
        return denominator in self.counted_as and any(leaf.startswith(path) for leaf in self.leaves(denominator))

    def leaves(self, denominator: Denominator) -> tuple[str, ...]:
        """Where the company counts if ``denominator`` counts it; all above these count it, too."""
        if not denominator.is_on_site:
            return self.sits + self.tied
        return self.on_site + self.tied if self.on_site else ()


NOT_YET = Standing()
"""What holds before anything is known."""

Turn = tuple[str, Standing, Standing]
"""A day (ISO), what held until then, and what holds from then on."""


@lru_cache(maxsize=20_000)
def cells_of(standing: Standing) -> frozenset[tuple[str, str, str]]:
    """The cells that count a company: path, denominator and column."""
    columns = [standing.state, *["effective"] * standing.effective]
    found: set[tuple[str, str, str]] = set()
    for name in standing.counted_as:
        leaves = standing.leaves(Denominator(name))
        above = {path for leaf in leaves for path in paths.ancestors(leaf, include_self=True)}
        found |= {(path, name, column) for path in above for column in columns}
    return frozenset(found)


def totals_of(turns: Mapping[Turn, int]) -> Counter[Total]:
    """What ``turns``, each taken by so many companies, add to the totals: cells that begin to count, less those that
    cease to.
    """
    found: Counter[Total] = Counter()
    for (day, before, after), number in turns.items():
        was, now = cells_of(before), cells_of(after)
        for path, name, column in now - was:
            found[path, name, day, column] += number
        for path, name, column in was - now:
            found[path, name, day, column] -= number
    return found


class Step(NamedTuple):
    """What holds of a company from ``day`` (ISO) on."""

    day: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class History:
    """The steps of one company, the earliest first."""

    steps: tuple[Step, ...]

    def on(self, day: str) -> Standing:
        """What held on ``day`` (ISO)."""
        return next((step.standing for step in reversed(self.steps) if step.day <= day), NOT_YET)

    def turns(self) -> Iterator[Turn]:
        """Every change that the company went through; alike for all that went through the same."""
        before = NOT_YET
        for day, standing in self.steps:
            yield day, before, standing
            before = standing

    def as_text(self) -> str:
        """The steps as text, each list of paths or of denominators written once."""
        lists: dict[tuple[str, ...], int] = {}
        rows = [
            [day, *(lists.setdefault(part, len(lists)) for part in parts), state, int(effective)]
            for day, (*parts, state, effective) in self.steps
        ]
        return json.dumps([list(lists), rows], separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> History:
        """What ``as_text`` wrote."""
        lists, rows = json.loads(text)
        return cls(tuple(Step(row[0], _standing_of(lists, row)) for row in rows))


def standings_on(text: str, days: Sequence[str]) -> list[Standing]:
    """What held on each of ``days`` (ISO) by a history as text.

    A step is read where it is first met: many companies stand alike, and reading each of all takes as long as asking.
    """
    lists, _between, rows = text.removesuffix("]]]").partition(']],[["')
    steps = rows.split('],["')
    found = []
    for day in days:
        last = ""
        for step in steps:
            if step[:DAY] > day:
                break
            last = step
        found.append(_standing_in(lists, last[DAY + 2 :]) if last else NOT_YET)
    return found


DAY = len("2017-07-16")


@lru_cache(maxsize=20_000)
def _standing_in(lists: str, step: str) -> Standing:
    """What holds by a ``step`` without its day, and the ``lists`` before it, as ``standings_on`` cuts them."""
    return _standing_of(json.loads(f"{lists[1:]}]]"), ["", *json.loads(f"[{step}]")])


def _standing_of(lists: list[list[str]], row: list[Any]) -> Standing:
    _day, sits, on_site, tied, counted_as, state, effective = row
    found = tuple(lists[sits]), tuple(lists[on_site]), tuple(lists[tied]), tuple(lists[counted_as])
    return Standing(*found, state, bool(effective))

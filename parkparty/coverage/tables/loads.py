"""The dot plot of branches made ready to be drawn: a row for each, with its dot and the line of its rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parkparty.coverage.figures.loads import BranchLoad
from parkparty.coverage.tables.scales import across

ROOM = 1.1
"""How much wider the scale is than the largest number, so that no dot is cut."""


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A branch: where its dot and the line of its rule lie; no line where no rule was in force."""

    load: BranchLoad
    x: str
    limit_x: str


def load_rows(found: Sequence[BranchLoad]) -> list[LoadRow]:
    """A row for each of ``found``, all on one scale from 0."""
    numbers = [number for load in found for number in (load.number, load.limit or 0)]
    whole = ROOM * max(numbers, default=1)
    return [
        LoadRow(load, across(load.number, whole), "" if load.limit is None else across(load.limit, whole))
        for load in found
    ]

"""Targets made ready to be drawn: a bar for the rate, a line for the target, a mark for last year."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.core.rates import Rate
from parkparty.coverage.figures import Node
from parkparty.coverage.figures.targets import Progress
from parkparty.coverage.tables.coverage import Lists

UNCOVERED_OF = {
    CoverageChoice.ORGANIZATION: CoverageChoice.UNCOVERED,
    CoverageChoice.OWN: CoverageChoice.NOT_OWN,
    CoverageChoice.WORK: CoverageChoice.NONE,
}
"""Whom a rate does not count yet: where the missing companies are to be found."""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target beside what is reached; widths and positions in per cent of the bar."""

    progress: Progress
    width: str
    last_year_x: str
    target_x: str
    numerator_address: str
    denominator_address: str
    open_address: str


def target_rows(found: list[Progress], node: Node, day: dt.date) -> list[TargetRow]:
    """A row for each of ``found``, each number with its list."""
    return [_row(progress, Lists(node, day, Denominator(progress.target.denominator))) for progress in found]


def _row(progress: Progress, lists: Lists) -> TargetRow:
    counted = CoverageChoice(progress.target.rate)
    return TargetRow(
        progress=progress,
        width=_part(progress.now),
        last_year_x=_part(progress.last_year),
        target_x=f"{progress.target.percent}%",
        numerator_address=lists.companies(counted),
        denominator_address=lists.companies(),
        open_address=lists.companies(UNCOVERED_OF[counted]),
    )


def _part(rate: Rate) -> str:
    return f"{rate.percent}%" if rate.denominator else "0%"

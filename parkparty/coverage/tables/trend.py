"""The trend made ready to be drawn: points of the rate, and the denominator as bars under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parkparty.core.rates import Rate
from parkparty.coverage.figures.frozen import coverage_in
from parkparty.coverage.models import CoverageSnapshot
from parkparty.coverage.tables.frozen import kept_list
from parkparty.coverage.tables.scales import across, middle_of

TOP, HEIGHT = 24, 120
"""Where 100 % lies and how far below it 0 %, in pixels."""

BARS_TOP, BARS_HEIGHT = 168, 48
"""Where the largest denominator begins, and its height."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One snapshot: its rate, and where point and bar lie (per cent of the width, pixels from the top)."""

    snapshot: CoverageSnapshot
    rate: Rate
    x: str
    left: str
    y: int
    bar_y: int
    bar_height: int
    before_x: str
    before_y: int

    @property
    def covered_address(self) -> str:
        """The list of the covered companies as it was frozen."""
        return kept_list(self.snapshot, "organization")

    @property
    def companies_address(self) -> str:
        """The list of the companies counted as it was frozen."""
        return kept_list(self.snapshot, "companies")

    @property
    def has_rate(self) -> bool:
        """Whether there was anything to divide by."""
        return self.rate.denominator > 0

    @property
    def label_y(self) -> int:
        """The base line of the number over the point."""
        return self.y - 9


def trend_points(snapshots: Sequence[CoverageSnapshot]) -> list[TrendPoint]:
    """The points in the order of their days, each knowing the one before it (none: ``before_x`` is empty)."""
    rates = [coverage_in(snapshot).organization_rate for snapshot in snapshots]
    largest = max((rate.denominator for rate in rates), default=0) or 1
    points: list[TrendPoint] = []
    for number, (snapshot, rate) in enumerate(zip(snapshots, rates, strict=True)):
        bar = round(BARS_HEIGHT * rate.denominator / largest)
        before = points[-1] if points and points[-1].has_rate and rate.denominator else None
        points.append(
            TrendPoint(
                snapshot=snapshot,
                rate=rate,
                x=middle_of(number, len(rates)),
                left=across(number + 0.3, len(rates)),
                y=TOP + HEIGHT - round(HEIGHT * rate.numerator / (rate.denominator or 1)),
                bar_y=BARS_TOP + BARS_HEIGHT - bar,
                bar_height=bar,
                before_x=before.x if before else "",
                before_y=before.y if before else 0,
            )
        )
    return points

"""The waterfall made ready to be drawn, each step with the lists behind it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from parkparty.core.rates import signed
from parkparty.coverage.figures.changes import Comparison, Step, Waterfall
from parkparty.coverage.tables.coverage import key_of
from parkparty.coverage.tables.scales import across

ROW = 36
"""Pixels from one bar to the next."""

FROM_ZERO = 5
"""The axis begins at zero unless all running totals lie in the upper part: the span less than 1/5 of the largest."""


@dataclass(frozen=True, slots=True)
class WaterfallBar:
    """One bar: where it lies (per cent of the width; pixels from the top) and what stands beside it."""

    label: str
    number: str
    x: str
    width: str
    y: int
    kind: str
    address: str

    @property
    def text_y(self) -> int:
        """The base line of the words."""
        return self.y + 19


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as a row of the table."""

    step: Step
    covered_address: str
    companies_address: str

    @property
    def covered(self) -> str:
        """The change of the numerator with its sign."""
        return signed(self.step.covered)

    @property
    def companies(self) -> str:
        """The change of the denominator with its sign."""
        return signed(self.step.companies)


def step_rows(found: Waterfall, comparison: Comparison) -> list[StepRow]:
    """The steps that concern a company; without any, none."""
    return [
        StepRow(step, _address(comparison, step, covered=True), _address(comparison, step, covered=False))
        for step in found.steps
        if step.concerned
    ]


def waterfall_bars(found: Waterfall, comparison: Comparison, start: str, end: str) -> tuple[list[WaterfallBar], bool]:
    """The bars of the numerator from ``start`` to ``end``, and whether the axis begins at zero."""
    total, spans = found.start.numerator, []
    for step in found.steps:
        if step.covered:
            spans.append((step, total, total + step.covered))
            total += step.covered
    ends = [found.start.numerator, found.end.numerator, *(end for _step, _start, end in spans)]
    low, high = min(ends), max(*ends, 1)
    base = 0 if (high - low) * FROM_ZERO >= high else max(0, low - (high - low) - 1)

    def bar(row: int, label: str, number: str, begin: int, until: int, kind: str, address: str) -> WaterfallBar:
        left, right = sorted((begin, until))
        x, width = across(left - base, high - base), across(right - left, high - base)
        return WaterfallBar(label, number, x, width, row * ROW + 4, kind, address)

    bars = [bar(0, start, f"{found.start.numerator:,}", base, found.start.numerator, "total", "")]
    for row, (step, begin, until) in enumerate(spans, 1):
        kind = "gain" if step.covered > 0 else "loss"
        address = _address(comparison, step, covered=True)
        bars.append(bar(row, str(step.cause.label), signed(step.covered), begin, until, kind, address))
    bars.append(bar(len(bars), end, f"{found.end.numerator:,}", base, found.end.numerator, "total", ""))
    return bars, base == 0


def asked_of(comparison: Comparison) -> dict[str, str]:
    """The comparison as an address names it."""
    return {
        **key_of(comparison.node),
        "since": comparison.since.isoformat(),
        "until": comparison.until.isoformat(),
        "denominator": str(comparison.denominator),
        "then": str(comparison.then),
    }


def _address(comparison: Comparison, step: Step, *, covered: bool) -> str:
    asked = {"list": str(step.cause), **asked_of(comparison), **({"covered": "1"} if covered else {})}
    return reverse("coverage:companies", query=asked)

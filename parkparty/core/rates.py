"""Rates that never lose their numerator: exact integers, rounded half up only when shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NO_RATE = "—"
SMALL_CELL = 5
"""Below this denominator a percentage says more than is known; people are shown ``3/4`` instead."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``numerator`` of ``denominator`` things. Rates are re-summed with ``sum_of``, never averaged."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> str:
        """Percent with one decimal, half up, such as ``75.9``; ``—`` when there is nothing to divide by."""
        return tenths(1000 * self.numerator, self.denominator)

    @property
    def is_small(self) -> bool:
        """Whether the denominator is too small for a percentage to be honest."""
        return 0 < self.denominator < SMALL_CELL

    def __str__(self) -> str:
        if self.is_small:
            return f"{self.numerator}/{self.denominator}"
        return self.percent if self.denominator == 0 else f"{self.percent}%"

    @classmethod
    def sum_of(cls, rates: Iterable[Rate]) -> Rate:
        """The rate of the whole from the rates of its parts: sum of numerators over sum of denominators."""
        parts = list(rates)
        return cls(sum(p.numerator for p in parts), sum(p.denominator for p in parts))


def tenths(numerator_in_tenths: int, denominator: int) -> str:
    """``numerator_in_tenths / denominator`` rounded half up to an integer and written with one decimal.

    Both are non-negative integers, so no float can tip a half. ``0/0`` and ``n/0`` give ``—``.
    """
    if denominator == 0:
        return NO_RATE
    whole, decimal = divmod((2 * numerator_in_tenths + denominator) // (2 * denominator), 10)
    return f"{whole}.{decimal}"


def mean_of(total: int, count: int) -> str:
    """``total / count`` with one decimal, half up, such as companies per joint branch; ``—`` for none."""
    return tenths(10 * total, count)


def signed(number: int) -> str:
    """``+3``, ``−3`` with a real minus sign, ``0``."""
    return f"+{number:,}" if number > 0 else f"−{-number:,}" if number < 0 else "0"

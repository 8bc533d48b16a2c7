"""Dues of one month by the brackets of a rule. Nothing is kept: the software holds nobody's income or dues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from parkparty.rules.models import Rule

FEN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Bracket:
    """Incomes over ``over`` and up to ``up_to`` (yuan; None: no end) pay ``per_mille`` of the whole income.

    ``examples`` are the incomes at its two ends with what is due on each.
    """

    over: int
    up_to: int | None
    per_mille: int
    examples: tuple[tuple[Decimal, Decimal], ...]

    @property
    def percent(self) -> str:
        """The rate as people write it: ``0.5%``."""
        return f"{Decimal(self.per_mille) / 10:f}%"


def dues(rule: Rule, income: Decimal) -> Decimal:
    """What is due on ``income`` (yuan a month), to the fen, half up.

    The bracket that holds the income decides for the whole of it (2008 rule, 2): 3000.01 yuan pay 30.00, not 15.00.
    """
    per_mille: int = next(rate for up_to, rate in rule.parameters["per_mille"] if up_to is None or income <= up_to)
    return (income * per_mille / 1000).quantize(FEN, ROUND_HALF_UP)


def brackets(rule: Rule) -> Iterator[Bracket]:
    """The brackets of ``rule``, the lowest first."""
    over = 0
    for up_to, per_mille in rule.parameters["per_mille"]:
        ends = ([over + FEN] if over else []) + ([Decimal(up_to)] if up_to else [])
        yield Bracket(over, up_to, per_mille, tuple((income, dues(rule, income)) for income in ends))
        over = up_to

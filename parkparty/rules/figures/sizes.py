"""The size class of a company by the limits of its industry. Nothing is kept: the software holds no exact revenue."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from parkparty.companies.choices import SizeClass
from parkparty.rules.models import Rule

CLASSES = (SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO)


def size_class(rule: Rule, staff: int, revenue: Decimal) -> SizeClass:
    """The class of a company with ``staff`` persons and ``revenue`` (10,000 yuan a year).

    All lower limits of a class must hold, otherwise the company drops to the next: the lowest indicator decides.
    """
    measured: dict[str, Decimal | int] = {"staff": staff, "revenue": revenue}
    limits = rule.parameters["size_limits"]
    return CLASSES[max(_place(measured[name], edges) for name, edges in limits.items())]


def _place(number: Decimal | int, edges: Sequence[int]) -> int:
    return next((place for place, edge in enumerate(edges) if number >= edge), len(edges))

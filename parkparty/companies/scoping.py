"""What lists of companies find on the request beside its scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Protocol

from django.db.models import QuerySet

from parkparty.companies.choices import CoverageState, Denominator, Limits
from parkparty.companies.querysets import Cut
from parkparty.core.models import TreeNode


class LimitsByDay(Protocol):
    """The numbers by which companies count. They are rules, which live above companies and are put in place there."""

    def of(self, denominator: Denominator, day: dt.date) -> Limits:
        """Those that hold for ``denominator`` on ``day``."""
        ...


class KeptMore(Protocol):
    """Whether a list asks for many companies of a place, by what is kept of them above and put in place there."""

    def __call__(
        self,
        place: TreeNode,
        denominator: Denominator,
        day: dt.date,
        cut: Cut,
        states: Collection[CoverageState],
        than: int,
        if_any: QuerySet,
    ) -> bool | None:
        """Whether there are more ``than`` so many, and one of ``if_any``; None where only the facts tell it.

        Empty ``states`` are all of them.
        """
        ...

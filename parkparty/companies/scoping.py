"""What lists of companies find on the request beside its scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple, Protocol

from django.db.models import QuerySet

from parkparty.companies.choices import CoverageState, Denominator, Limits
from parkparty.companies.querysets import Cut
from parkparty.core.models import TreeNode
from parkparty.core.written import Written


class LimitsByDay(Protocol):
    """The numbers by which companies count. They are rules, which live above companies and are put in place there."""

    def of(self, denominator: Denominator, day: dt.date) -> Limits:
        """Those that hold for ``denominator`` on ``day``."""
        ...


class Told(NamedTuple):
    """What is told of a list of companies: whether it is long, and of one company whether it is on the list.

    Neither where only the facts tell it; not the latter of so many that each is sooner asked about.
    """

    is_long: bool | None = None
    holds: Written | None = None


class KeptList(Protocol):
    """Tells of a list of companies of a place, by what is kept of them above and put in place there."""

    def __call__(
        self,
        place: TreeNode,
        denominator: Denominator,
        day: dt.date,
        cut: Cut,
        states: Collection[CoverageState],
        than: int,
        if_any: QuerySet,
    ) -> Told:
        """A list is long that has more ``than`` so many, while there is one of ``if_any``.

        Empty ``states`` are all of them.
        """
        ...

"""What lists of companies find on the request beside its scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple, Protocol

from django.db.models import QuerySet

from parkparty.companies.choices import CoverageState, Denominator, Limits
from parkparty.companies.querysets import CompanyQuerySet, Cut
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
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


class Sought(NamedTuple):
    """The companies of a list: of which place or organisation, as what they count on which day, to what it is cut, and
    how they are covered; without ``states`` in any way.
    """

    node: TreeNode
    denominator: Denominator
    day: dt.date
    cut: Cut
    states: Collection[CoverageState] = ()


class KeptList(Protocol):
    """Tells of a list of companies of a place, by what is kept of them above and put in place there."""

    def __call__(self, sought: Sought, than: int, if_any: QuerySet) -> Told:
        """A list is long that has more ``than`` so many, while there is one of ``if_any``."""
        ...


class KeptTies(Protocol):
    """Tells of a list of companies of an organisation, by what is kept of them above and put in place there."""

    def __call__(self, sought: Sought, than: int, meant: CompanyQuerySet, scope: Scope) -> Told:
        """A list is long of which the reader sees more ``than`` so many; it may be so where this is not told.

        ``meant`` are the same companies by the facts. Who is on the list is told wherever anything is.
        """
        ...

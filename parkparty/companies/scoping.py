"""What lists of companies find on the request beside its scope."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from parkparty.companies.choices import Denominator, Limits


class LimitsByDay(Protocol):
    """The numbers by which companies count. They are rules, which live above companies and are put in place there."""

    def of(self, denominator: Denominator, day: dt.date) -> Limits:
        """Those that hold for ``denominator`` on ``day``."""
        ...

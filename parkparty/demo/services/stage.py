"""One load of the demo set: the day it is told for, its chance, and all that it has created so far."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone

FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "demo"
M = TypeVar("M", bound=models.Model)


def data(name: str) -> Any:
    """The declared part of the demo set in ``fixtures/demo/<name>.json``."""
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


@dataclass
class Stage:
    """Collects what is created. Chance is seeded: the same moment gives the same demo set."""

    now: dt.datetime
    chance: random.Random = field(default_factory=lambda: random.Random("parkparty"))  # nosec B311
    created: dict[type[models.Model], set[Any]] = field(default_factory=lambda: defaultdict(set))

    @property
    def today(self) -> dt.date:
        """The day of the load in the site's time zone."""
        return timezone.localdate(self.now)

    @property
    def counted_on(self) -> dt.date:
        """The day of the latest member counts: the last 30 June or 31 December before today."""
        if self.today > dt.date(self.today.year, 6, 30):
            return dt.date(self.today.year, 6, 30)
        return dt.date(self.today.year - 1, 12, 31)

    def add(self, rows: Iterable[M]) -> list[M]:
        """Insert rows of one model, in as few statements as the database allows."""
        added = list(rows)
        if added:
            self.keep(type(added[0])._default_manager.bulk_create(added, batch_size=1000))
        return added

    def keep(self, rows: Sequence[models.Model]) -> None:
        """Note rows that were inserted by a service."""
        for row in rows:
            self.created[type(row)].add(row.pk)

    def day_between(self, since: dt.date, until: dt.date) -> dt.date:
        """Some day, ``since <= day <= until``; ``since`` when the run is empty."""
        return since + dt.timedelta(days=self.chance.randint(0, max(0, (until - since).days)))

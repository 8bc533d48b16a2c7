"""In which months organisations met: of some, or of all in one go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from django.db import connection
from django.db.models import Aggregate, F, TextField

from parkparty.activities.choices import COUNTED_STATES
from parkparty.activities.models import ActivityHost, JointHost
from parkparty.core.written import OfKeys, RowsByKeys


class Listed(Aggregate):
    """The different whole numbers of a group, as text with commas between them: one row for many."""

    output_field = TextField()
    template = "STRING_AGG(DISTINCT CAST(%(expressions)s AS text), ',')"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(DISTINCT %(expressions)s)", **context)


Meetings = Callable[[Collection[int]], Iterable[tuple[int, str | None, str]]]
"""Of each host among the given ones, and of each type of activity: the months in which it met, with commas between."""


def meetings_of(hosts: Collection[int]) -> Iterable[tuple[int, str | None, str]]:
    """The months in which each of ``hosts`` met, read from the activities."""
    found: Iterable[tuple[int, str | None, str]] = _months(ActivityHost.objects.filter(organization__in=hosts))
    return found


def meetings_between(first: dt.date, last: dt.date) -> Meetings:
    """As ``meetings_of``, of the activities alone that were held from ``first`` to ``last``.

    Hosts do not know the day: who leads an activity and who joins are asked apart, so that no others are read.
    """
    return cast("Meetings", _between(first, last).read)


@lru_cache(maxsize=16)
def _between(first: dt.date, last: dt.date) -> RowsByKeys:
    days = (first, last)
    hosts = ActivityHost.objects.filter(OfKeys("activity__organization"), activity__held_on__range=days)
    joint = JointHost.objects.filter(OfKeys("organization"), held_on__range=days)
    return RowsByKeys(_months(hosts.filter(organization=F("activity__organization"))), _months(joint))


def _months(hosts: Any) -> Any:
    """In which months ``hosts`` met, of each host and type."""
    # The types are told apart by the reader: asked for in the query, SQLite would begin with all activities of a type.
    counted = hosts.filter(activity__state__in=COUNTED_STATES).order_by()
    month = F("activity__held_on__year") * 12 + F("activity__held_on__month") - 1
    return counted.values_list("organization", "activity__types").annotate(months=Listed(month))


@contextmanager
def meetings_at_once() -> Iterator[Meetings]:
    """As ``meetings_of``, for who asks for every host: all activities are read in one go, not host by host."""
    query, values = _months(ActivityHost.objects).query.sql_with_params()
    columns = "host bigint, type varchar(40), months text"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE coverage_meetings ({columns})")
        # Of our own query.
        cursor.execute(f"INSERT INTO coverage_meetings {query}", values)  # nosec B608
        cursor.execute("CREATE INDEX coverage_meetings_by_host ON coverage_meetings (host)")
        cursor.execute("ANALYZE coverage_meetings")

        def met(hosts: Collection[int]) -> list[tuple[int, str | None, str]]:
            if not hosts:
                return []
            places = ", ".join(["%s"] * len(hosts))
            # Places of values.
            cursor.execute(f"SELECT * FROM coverage_meetings WHERE host IN ({places})", [*hosts])  # nosec B608
            found: list[tuple[int, str | None, str]] = cursor.fetchall()
            return found

        yield met
        cursor.execute("DROP TABLE coverage_meetings")

"""Companies of which the facts may say something else than what is kept of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from django.db import connection
from django.db.models import F

from parkparty.core import paths
from parkparty.coverage.models import FoldCount

MARKS_READ = 50_000
"""More marked companies than this, and a reader works coverage out from the facts."""

NODES_ASKED = 8
"""More nodes than this, and marked companies are not told apart by them."""

PREFIXES = ", ".join(f"SUBSTR(host.path, 1, {length})" for length in range(5, 55, 5))

OF_ACTIVITIES = """
SELECT link.company_id FROM (
    SELECT DISTINCT up.id FROM (
        SELECT organization_id FROM {marks} mark
        UNION
        SELECT hosts.organization_id FROM {marks} mark
        JOIN activities_activity held ON held.organization_id = mark.organization_id
            AND held.held_on >= mark.month AND held.held_on < {month_later}
        JOIN activities_activityhost hosts ON hosts.activity_id = held.id
    ) met {host} {up}
) covering {link}
WHERE (SELECT EXISTS (SELECT 1 FROM coverage_activitymark))
"""
"""Companies that an organisation covers whose meetings, or those below it, were marked: are they still effective?"""

FOLLOWED = {
    "host": ("organizations_organization", "host.id = met.organization_id"),
    "up": ("organizations_organization", f"up.path IN ({PREFIXES})"),
    "link": ("companies_coveragelink", "link.organization_id = covering.id AND link.kind IN ('own', 'joint')"),
}
ONE_BY_ONE = {
    "sqlite": "CROSS JOIN {table} {name} ON {condition}",
    "postgresql": "JOIN LATERAL (SELECT {name}.* FROM {table} {name} WHERE {condition} OFFSET 0) {name} ON TRUE",
}
"""Of marks, which come and go, PostgreSQL expects thousands, and would read whole tables for the few that stand."""

OF_NODES: tuple[tuple[str, str, Callable[[str], Sequence[str]]], ...] = (
    (
        "coverage_companyhistory kept WHERE kept.company_id = marked.company_id",
        "kept.text LIKE %s",
        lambda path: [f'%"{path}%'],
    ),
    *(
        (
            f"{table} fact JOIN {place} place ON place.id = fact.{key} WHERE fact.company_id = marked.company_id",
            "place.path >= %s AND place.path < %s",
            paths.run,
        )
        for table, place, key in (
            ("companies_tenancy", "places_park", "park_id"),
            ("companies_coveragelink", "organizations_organization", "organization_id"),
            ("companies_membership", "organizations_organization", "organization_id"),
        )
    ),
)
"""What makes a company one of a node: what is kept of it, a tenancy, a link, a membership; with the values to ask."""

ANY_MARKED = (
    "SELECT EXISTS (SELECT 1 FROM coverage_companymark WHERE company_id IS NOT NULL) "
    "OR EXISTS (SELECT 1 FROM coverage_activitymark)"
)
NONE_MARKED = "SELECT company_id FROM coverage_companymark WHERE 1 = 0"

MONTH_LATER = {"sqlite": "date(mark.month, '+1 month')", "postgresql": "mark.month + INTERVAL '1 month'"}


class Waiting(Exception):
    """More companies changed since the last fold than a page goes through: it says that they are being counted."""


def companies_of_activities(last: int | None = None) -> str:
    """The query for the companies that marked activities concern, all marks or those up to the key ``last``."""
    # Names of our own table and columns.
    some = f"(SELECT organization_id, month FROM coverage_activitymark WHERE id <= {last})"  # nosec B608
    marks = "coverage_activitymark" if last is None else some
    one_by_one = ONE_BY_ONE[connection.vendor]
    followed = {
        name: one_by_one.format(name=name, table=table, condition=condition)
        for name, (table, condition) in FOLLOWED.items()
    }
    return OF_ACTIVITIES.format(marks=marks, month_later=MONTH_LATER[connection.vendor], **followed)


def version() -> tuple[int, ...]:
    """What differs after anything was committed that figures rest on, or that stands beside them. One query.

    Between two folds marks only grow more; a fold is counted.
    """
    # Names of our own tables and columns.
    marks = ", ".join(f"(SELECT COUNT(*) FROM coverage_{kind}mark)" for kind in ("company", "activity"))  # nosec B608
    with connection.cursor() as cursor:
        # Names of our own tables.
        cursor.execute(f"SELECT (SELECT number FROM coverage_foldcount), {marks}")  # nosec B608
        found: tuple[int, ...] = cursor.fetchone()
    return found


def holds(*kept: str) -> bool:
    """Whether what is ``kept``, columns of ``FoldCount``, holds what was folded."""
    return FoldCount.objects.filter(**dict.fromkeys(kept, F("number"))).exists()


def marked_companies(most: int) -> set[int] | None:
    """The keys of companies of which the facts may say something else than what is kept; None if more than ``most``."""
    with connection.cursor() as cursor:
        cursor.execute(first_marked(most))
        found = {key for (key,) in cursor.fetchall()}
    return None if len(found) > most else found


def first_marked(most: int) -> str:
    """The query for companies that are marked, one more of them than a reader goes through."""
    return f"{all_marked()} LIMIT {most + 1}"


def marked_in(nodes: Collection[str]) -> tuple[str, list[str]]:
    """The query, with its values, for marked companies of one of ``nodes``, by what is kept of them or by the facts.

    One more of them than a reader goes through; of many nodes, all that are marked. Mostly nothing is marked, which is
    asked beforehand: PostgreSQL takes longer to plan the whole query than to answer all that it is part of. Marks
    committed in between come with changes that no total holds yet, so that the totals read then are those from before.
    """
    if not is_any_marked():
        return NONE_MARKED, []
    if len(nodes) > NODES_ASKED:
        return first_marked(MARKS_READ), []
    asked: list[str] = []
    values: list[str] = []
    for fact, is_there, given in OF_NODES:
        # A limit keeps the database from finding all companies of a node, of which few are marked. Names of our tables.
        one = f"(SELECT 1 FROM {fact} AND {is_there} LIMIT 1) IS NOT NULL"  # nosec B608
        asked += [one for _node in nodes]
        values += [value for node in nodes for value in given(node)]
    # Names of our own tables and columns.
    rows = f"SELECT company_id FROM ({all_marked()}) marked WHERE {' OR '.join(asked)} LIMIT {MARKS_READ + 1}"  # nosec B608
    return rows, values


def is_any_marked() -> bool:
    """Whether the facts may say something else than what is kept, of any company. One query."""
    with connection.cursor() as cursor:
        cursor.execute(ANY_MARKED)
        return bool(cursor.fetchone()[0])


def all_marked() -> str:
    """The query for all companies that are marked."""
    marked = "SELECT company_id FROM coverage_companymark WHERE company_id IS NOT NULL"
    return f"{marked} UNION {companies_of_activities()}"

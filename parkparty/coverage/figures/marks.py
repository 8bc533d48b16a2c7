"""Companies of which the facts may say something else than what is kept of them."""

from __future__ import annotations

from django.db import connection

MARKS_READ = 10_000
"""More marked companies than this, and a reader works coverage out from the facts."""

PREFIXES = ", ".join(f"SUBSTR(host.path, 1, {length})" for length in range(5, 55, 5))

OF_ACTIVITIES = """
SELECT link.company_id FROM (
    SELECT organization_id FROM {marks} mark
    UNION
    SELECT hosts.organization_id FROM {marks} mark
    JOIN activities_activity held ON held.organization_id = mark.organization_id
        AND held.held_on >= mark.month AND held.held_on < {month_later}
    JOIN activities_activityhost hosts ON hosts.activity_id = held.id
) met
JOIN organizations_organization host ON host.id = met.organization_id
JOIN organizations_organization up ON up.path IN ({prefixes})
JOIN companies_coveragelink link ON link.organization_id = up.id AND link.kind IN ('own', 'joint')
WHERE (SELECT EXISTS (SELECT 1 FROM coverage_activitymark))
"""
"""Companies that an organisation covers whose meetings, or those below it, were marked: are they still effective?"""

MONTH_LATER = {"sqlite": "date(mark.month, '+1 month')", "postgresql": "mark.month + INTERVAL '1 month'"}


def companies_of_activities(last: int | None = None) -> str:
    """The query for the companies that marked activities concern, all marks or those up to the key ``last``."""
    # Names of our own table and columns.
    some = f"(SELECT organization_id, month FROM coverage_activitymark WHERE id <= {last})"  # nosec B608
    marks = "coverage_activitymark" if last is None else some
    return OF_ACTIVITIES.format(marks=marks, month_later=MONTH_LATER[connection.vendor], prefixes=PREFIXES)


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


def marked_companies(most: int) -> set[int] | None:
    """The keys of companies of which the facts may say something else than what is kept; None if more than ``most``."""
    with connection.cursor() as cursor:
        cursor.execute(first_marked(most))
        found = {key for (key,) in cursor.fetchall()}
    return None if len(found) > most else found


def first_marked(most: int = MARKS_READ) -> str:
    """The query for companies that are marked, one more of them than a reader goes through."""
    return f"{all_marked()} LIMIT {most + 1}"


def all_marked() -> str:
    """The query for all companies that are marked."""
    marked = "SELECT company_id FROM coverage_companymark WHERE company_id IS NOT NULL"
    return f"{marked} UNION {companies_of_activities()}"

"""The golden list of the domain page (3.3), number 11: when terms end, when the letter is due, how late at the most."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.management import call_command

from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.rules.figures import term_of

ON = dt.date(2026, 11, 21)
BRANCH, COMMITTEE = OrganizationType.INDEPENDENT_BRANCH, OrganizationType.COMMITTEE


@pytest.mark.parametrize(
    ("type", "elected", "remind", "due", "latest"),
    [
        (BRANCH, dt.date(2023, 5, 20), dt.date(2025, 11, 20), dt.date(2026, 5, 20), dt.date(2027, 5, 20)),
        (COMMITTEE, dt.date(2022, 2, 28), dt.date(2026, 8, 28), dt.date(2027, 2, 28), dt.date(2028, 2, 28)),
        (BRANCH, dt.date(2021, 8, 31), dt.date(2024, 2, 29), dt.date(2024, 8, 31), dt.date(2025, 8, 31)),
        (BRANCH, dt.date(2022, 8, 31), dt.date(2025, 2, 28), dt.date(2025, 8, 31), dt.date(2026, 8, 31)),
    ],
)
def test_11_terms_are_counted_in_calendar_months(
    db: None, type: str, elected: dt.date, remind: dt.date, due: dt.date, latest: dt.date
) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    term = term_of(Organization(type=type, term_since=elected), ON)
    assert term
    assert (term.remind_on, term.due_on, term.latest_on) == (remind, due, latest)
    assert (term.is_overdue(due - dt.timedelta(days=1)), term.is_overdue(due)) == (False, True)

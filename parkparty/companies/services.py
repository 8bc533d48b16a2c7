"""Writing what is learned of companies."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.companies.models import Visit


@transaction.atomic
def log_visit(visit: Visit, *, by: User) -> Visit:
    """Keep a visit to a company; its history tells who logged it.

    Raises:
        ValidationError: when the organisation's visit of that day is logged already.
    """
    visit.full_clean()
    visit.save()
    changes = {
        "visited_on": [None, visit.visited_on.isoformat()],
        "organization": [None, str(visit.organization)],
        "reason": [None, visit.reason],
    }
    record(gettext_noop("登记走访"), visit.company, by=by, changes=changes)
    return visit

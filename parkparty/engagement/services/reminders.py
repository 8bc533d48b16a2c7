"""Reminding of duties: by date and by hand, each once, to who holds the post and to the office's chat robot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_noop

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.services import difference, record, snapshot
from parkparty.engagement.choices import DAYS_BEFORE, ReminderKind
from parkparty.engagement.figures import Owed
from parkparty.engagement.models import Reminder
from parkparty.engagement.services.robots import queue_for_robots
from parkparty.notices.choices import NoticeKind
from parkparty.notices.services import tell
from parkparty.organizations.models import Organization
from parkparty.rules.figures import Duty, duties


def send_reminders(on: dt.date) -> int:
    """Remind secretaries of what falls due in 7 days or tomorrow, or fell due 3 days ago; returns how many duties.

    Run again on the same day, it sends what is new and repeats nothing.
    """
    count = 0
    for kind, days_before in DAYS_BEFORE.items():
        due_on = on + dt.timedelta(days=days_before)
        if (due_on + dt.timedelta(days=1)).day != 1:
            continue  # every period ends with a month
        owing = duties(Organization.objects.active(), min(on, due_on))
        open_duties = [duty for duty in owing if duty.is_open and duty.due_on == due_on]
        reminded = [duty for duty in open_duties if _remind(duty, kind, on=on)]
        queue_for_robots(kind, reminded)
        count += len(reminded)
    return count


def urge(owed: Iterable[Owed], *, by: User, on: dt.date) -> tuple[list[Owed], list[Owed]]:
    """Urge each duty that was not urged within the cool-down; gives those urged and those left alone."""
    sent: list[Owed] = []
    left: list[Owed] = []
    for one in owed:
        is_sent = one.again_on is None and _remind(one.duty, ReminderKind.URGED, on=on, by=by, times=one.times + 1)
        (sent if is_sent else left).append(one)
    queue_for_robots(ReminderKind.URGED, [one.duty for one in sent])
    return sent, left


@transaction.atomic
def _remind(duty: Duty, kind: ReminderKind, *, on: dt.date, by: User | None = None, times: int = 0) -> bool:
    """Log a reminder and tell the secretaries; False when the same was sent on that day, or nobody holds the post."""
    grants = Grant.objects.writing_for(duty.organization.path, on).select_related("user")
    secretaries = {grant.user for grant in grants if grant.organization_id == duty.organization.pk}
    if not secretaries:
        return False
    facts = {"organization": duty.organization, "rule": duty.rule, "period_since": duty.period.since}
    reminder, is_new = Reminder.objects.get_or_create(**facts, kind=kind, on=on, defaults={"by": by})
    if not is_new:
        return False
    asked = {"organization": duty.organization.code, "type": duty.rule.activity_type_id}
    values = {
        "organization": duty.organization,
        "duty": duty.rule.activity_type,
        "period": lazy(lambda: duty.period_name, str)(),  # told to each in their own language
        "due_on": duty.due_on,
    }
    is_urged = kind == ReminderKind.URGED
    tell(
        secretaries,
        NoticeKind.URGED if is_urged else NoticeKind.DUE,
        about=f"engagement.reminder:{reminder.pk}",
        address=f"{reverse('activities:new')}?{urlencode(asked)}",
        values=values | ({"by": by, "times": times} if is_urged else {}),
    )
    if is_urged:
        record(gettext_noop("催办"), reminder, by=by, changes=difference({}, snapshot(reminder, ["rule"])))
    return True

"""Reports that are sent regularly, to each recipient cut to what they may see at that moment.

What is sent is a notice, by mail as well, and a file in the recipient's own download centre: a file in a mailbox would
outlive both its time and the right to see it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.dates import Period, half_of, month_of, period_before, quarter_of, year_of
from parkparty.coverage.figures import Node, top_organizations, top_places
from parkparty.notices.choices import NoticeKind
from parkparty.notices.services import tell
from parkparty.organizations.models import Organization
from parkparty.reports.choices import SENT_WITHOUT_CLOSING, Every, FileFormat, JobState, PeriodState, ReportKind
from parkparty.reports.models import Closing, FileJob, Mailing
from parkparty.reports.services.making import kinds_of, of_period

PERIODS = {Every.MONTH: month_of, Every.QUARTER: quarter_of, Every.HALF: half_of, Every.YEAR: year_of}
PARTS = 20
"""Subtrees of one recipient that get a file each."""


def reach_in(node: Node, user: User) -> list[Node]:
    """What ``user`` may see of ``node`` today: all of it, or where their own subtrees begin below it; often nothing."""
    scope = scope_of(user).with_roles(ROLES_FOR[Action.VIEW_REPORT])
    if isinstance(node, Organization):
        return [node] if scope.covers("organizations", node.path) else _below(node, top_organizations(scope, PARTS))
    return [node] if scope.covers("places", node.path) else _below(node, top_places(scope, PARTS))


def _below(node: Node, found: Iterable[Node]) -> list[Node]:
    return [each for each in found if each.path.startswith(node.path)]


@transaction.atomic
def start_mailing(
    node: Node, *, kind: ReportKind, format: FileFormat, every: Every, recipients: Sequence[User], by: User
) -> Mailing:
    """Send a report after every period from now on.

    Raises:
        ValidationError: ``node`` has no such report, or somebody may see none of it.
    """
    if kind not in kinds_of(node):
        raise ValidationError(_("%(node)s没有可以定期报送的这种报告，换一种。") % {"node": node})
    blind = [str(user) for user in recipients if not reach_in(node, user)]
    if blind:
        raise ValidationError(
            _("这些账号看不到%(node)s的报告：%(names)s，先由管理员授权，或不选。")
            % {"node": node, "names": _("、").join(blind)}
        )
    named = {str(node._meta.model_name): node}
    mailing = Mailing.objects.create(**named, kind=kind, format=format, every=every, made_by=by)
    mailing.recipients.set(recipients)
    changes = {"recipients": [None, [user.username for user in recipients]]}
    record(gettext_noop("设置定期报送"), mailing, by=by, changes=changes)
    return mailing


@transaction.atomic
def stop_mailing(mailing: Mailing, *, by: User) -> None:
    """Send no more of it."""
    stopped = Mailing.objects.running().filter(pk=mailing.pk).update(stopped_at=timezone.now())
    if stopped:
        record(gettext_noop("停止定期报送"), mailing, by=by)


def send_due(day: dt.date) -> list[int]:
    """Ask for the files that are due on ``day``; gives the keys of all that wait to be written, each sent only once."""
    for mailing in Mailing.objects.running().order_by("pk"):
        _send(mailing.pk, day)
    waiting = FileJob.objects.filter(mailing__isnull=False, state=JobState.WAITING)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _send(key: int, day: dt.date) -> None:
    mailing = Mailing.objects.select_for_update().get(pk=key)
    period = period_before(PERIODS[Every(mailing.every)](day))
    if mailing.stopped_at or not _is_due(mailing, period, day):
        return
    asked = {"kind": mailing.kind, "format": mailing.format, "mailing": mailing}
    parts = [(user, node) for user in mailing.recipients.order_by("pk") for node in reach_in(mailing.node, user)]
    for user, node in parts:
        FileJob.objects.create(**of_period(node, period), **asked, asked_by=user)
    Mailing.objects.filter(pk=key).update(sent_until=period.until)
    sent = [f"{user.username} {node}" for user, node in parts]
    record(gettext_noop("寄送定期报告"), mailing, by=None, changes={"sent": [None, sent]}, reason=period.name)


def _is_due(mailing: Mailing, period: Period, day: dt.date) -> bool:
    """Whether ``period`` ended since the mailing was set up, is not sent, and is closed or long enough over."""
    if period.until <= timezone.localdate(mailing.made_at) or mailing.sent_until == period.until:
        return False
    closed = Closing.objects.of(mailing.node).in_period(period).exclude(state=PeriodState.OPEN)
    return day >= period.until + dt.timedelta(days=SENT_WITHOUT_CLOSING) or closed.exists()


def may_still_see(job: FileJob) -> bool:
    """Whether the recipient of a file may see what it tells of now, when it is about to be written."""
    return job.node in reach_in(job.node, job.asked_by)


def tell_recipient(job: FileJob) -> None:
    """Say that the file waits in the download centre."""
    values = {"file": job, "until": timezone.localdate(job.expires_at).isoformat()}
    about = f"{job._meta.label_lower}:{job.pk}"
    tell([job.asked_by], NoticeKind.REPORT, about=about, address=reverse("reports:downloads"), values=values)

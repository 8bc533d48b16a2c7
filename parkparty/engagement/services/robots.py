"""Chat robots of offices: what they are to say is queued with the reminder, and delivered by a worker, with tries."""

from __future__ import annotations

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.core.paths import ancestors
from parkparty.engagement.choices import LONGEST_MESSAGE, ReminderKind
from parkparty.engagement.models import Robot, RobotMessage
from parkparty.engagement.rules import check_robot_address, robot_fault, robot_payload
from parkparty.engagement.services.wire import Undelivered, post_json
from parkparty.notices.services import is_quiet
from parkparty.rules.figures import Duty
from parkparty.signin.rules import unseal

logger = logging.getLogger(__name__)


def queue_for_robots(kind: ReminderKind, duties: Iterable[Duty]) -> list[RobotMessage]:
    """Queue one message for each robot that stands nearest above some of ``duties``; none where no robot is on."""
    robots = {
        robot.organization.path: robot for robot in Robot.objects.filter(is_on=True).select_related("organization")
    }
    lines: dict[str, list[str]] = defaultdict(list)
    for duty in duties:
        above = [path for path in ancestors(duty.organization.path, include_self=True) if path in robots]
        if above:
            lines[above[-1]].append(_line(duty))
    messages = [RobotMessage(robot=robots[path], text=_text(kind, said)) for path, said in lines.items()]
    return RobotMessage.objects.bulk_create(messages)


def waiting_messages(now: dt.datetime) -> list[int]:
    """The keys of messages to deliver now; none at night and on free days."""
    return [] if is_quiet(now) else list(RobotMessage.objects.to_send(now).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def deliver(key: int, *, now: dt.datetime | None = None) -> bool:
    """Deliver one message, unless that is no longer due. What fails is on its row, and tried again by the next run.

    The row is locked meanwhile: two workers never say the same twice.
    """
    now = now or timezone.now()
    rows = RobotMessage.objects.select_for_update(of=("self",)).select_related("robot")
    message = None if is_quiet(now) else rows.filter(pk__in=RobotMessage.objects.to_send(now), pk=key).first()
    if message is None:
        return False
    message.tries += 1
    message.fault = _send(message.robot, message.text)[:200]
    message.sent_at = None if message.fault else now
    message.save(update_fields=["tries", "fault", "sent_at"])
    if message.fault:
        logger.warning("a robot's message %s did not arrive: %s", message.pk, message.fault)
    return not message.fault


def _send(robot: Robot, text: str) -> str:
    """Why the message did not arrive, or nothing. The address is looked at again: rules change."""
    address = unseal(robot.sealed_address)
    try:
        check_robot_address(address, robot.kind, settings.ROBOT_GATEWAYS)
        return robot_fault(robot.kind, post_json(address, robot_payload(robot.kind, text)))
    except ValidationError as refused:
        return "".join(refused.messages)
    except Undelivered as fault:
        return str(fault)


def _line(duty: Duty) -> str:
    facts = {
        "organization": duty.organization,
        "duty": duty.rule.activity_type,
        "period": duty.period_name,
        "due_on": duty.due_on,
    }
    return _("%(organization)s：%(duty)s（%(period)s），截止 %(due_on)s") % facts


def _text(kind: ReminderKind, lines: list[str]) -> str:
    """As many lines as fit, and how many more there are."""
    text = _("园区党建 · %(kind)s：%(count)d 项还没有上报") % {"kind": kind.label, "count": len(lines)}
    for number, line in enumerate(lines):
        if len(f"{text}\n{line}".encode()) > LONGEST_MESSAGE:
            return text + "\n" + _("另有 %(count)d 项，登录查看。") % {"count": len(lines) - number}
        text = f"{text}\n{line}"
    return text

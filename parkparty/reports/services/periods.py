"""Closing a period, freezing it for good, and opening it again."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.access.permissions import Action
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.audit.services import difference, record, snapshot
from parkparty.core.dates import Period, today
from parkparty.coverage.figures import Node
from parkparty.reports.choices import PeriodState, ReportKind
from parkparty.reports.figures.closing import not_closed_below
from parkparty.reports.models import Closing
from parkparty.reports.permissions import holds
from parkparty.reports.services.making import kinds_of, make_report, of_period

GAPS_NAMED = 20


@transaction.atomic
def close_period(node: Node, period: Period, *, with_gaps: bool, by: User) -> Closing:
    """Close a period that is over: later entries still count, and are marked as late.

    Raises:
        ValidationError: the period still runs or is closed; or units below have not closed and ``with_gaps`` is not
            said, with their names.
    """
    if period.until > today():
        raise ValidationError(_("报告期 %(day)s 才结束，结束后再截止。") % {"day": period.last_day})
    closing, _is_new = Closing.objects.select_for_update().get_or_create(**of_period(node, period))
    if closing.state != PeriodState.OPEN:
        raise ValidationError(_("这个报告期已经截止。"))
    gaps = not_closed_below(node, period)
    if gaps and not with_gaps:
        names = _("、").join(gaps[:GAPS_NAMED])
        raise ValidationError(
            _("还有 %(number)d 个下级没有截止：%(names)s。等它们截止，或勾选“带缺口截止”。")
            % {"number": len(gaps), "names": names}
        )
    return _move(closing, PeriodState.CLOSED, _("截止报告期"), by=by, closed_at=timezone.now(), gaps=gaps)


@transaction.atomic
def ask_to_freeze(closing: Closing, *, by: User) -> Closing:
    """Begin to freeze a closed period, which takes minutes where much is listed; the caller enqueues the task.

    Raises:
        ValidationError: the period is not closed, frozen already, or about to be.
    """
    closing = Closing.objects.select_for_update().get(pk=closing.pk)
    _check_closed(closing)
    if closing.is_freezing:
        raise ValidationError(_("这个报告期正在冻结，完成后这里显示“已冻结”。"))
    closing.freezing_since = timezone.now()
    closing.save(update_fields=["freezing_since"])
    return closing


def freeze_asked(key: int, by: int) -> None:
    """Freeze the period that was asked for.

    One that was opened or frozen meanwhile is left alone, and so is one whose reports ``by`` may no longer make.
    """
    closing = Closing.objects.select_related("area", "park", "organization").get(pk=key)
    user = User.objects.get(pk=by)
    try:
        if closing.state == PeriodState.CLOSED and holds(scope_of(user), closing.node, Action.MAKE_REPORT):
            freeze_period(closing, by=user)
    finally:
        Closing.objects.filter(pk=key).update(freezing_since=None)


def _check_closed(closing: Closing) -> None:
    if closing.state != PeriodState.CLOSED:
        raise ValidationError(_("只有已截止、还没有冻结的报告期可以冻结。"))


@transaction.atomic
def freeze_period(closing: Closing, *, by: User) -> Closing:
    """Freeze a closed period: its reports of all kinds are generated once more and never change again.

    Raises:
        ValidationError: the period is not closed, or frozen already.
    """
    closing = Closing.objects.select_for_update().get(pk=closing.pk)
    _check_closed(closing)
    made = {kind: make_report(closing.node, closing.period, by=by, kind=kind)[0] for kind in kinds_of(closing.node)}
    version = made[ReportKind.COVERAGE]
    return _move(closing, PeriodState.FROZEN, _("冻结报告期"), by=by, version=version)


@transaction.atomic
def reopen_period(closing: Closing, *, reason: str, by: User) -> Closing:
    """Open a closed or frozen period again. What was frozen stays as a version; the reason goes into the trail.

    Raises:
        ValidationError: no reason, or the period is open.
    """
    closing = Closing.objects.select_for_update().get(pk=closing.pk)
    if not reason.strip():
        raise ValidationError(_("写明重新打开的原因。"))
    if closing.state == PeriodState.OPEN:
        raise ValidationError(_("这个报告期没有截止。"))
    fields: dict[str, Any] = {"version": None, "closed_at": None, "gaps": []}
    return _move(closing, PeriodState.OPEN, _("重新打开报告期"), by=by, reason=reason.strip(), **fields)


def _move(closing: Closing, state: PeriodState, action: str, *, by: User, reason: str = "", **fields: Any) -> Closing:
    """Write a new state with what belongs to it, and the trail."""
    before = snapshot(closing, ("state", "version", "gaps"))
    closing.state, closing.freezing_since = state, None
    for name, value in fields.items():
        setattr(closing, name, value)
    closing.save()
    changes = difference(before, snapshot(closing, ("state", "version", "gaps")))
    record(action, closing, by=by, changes=changes, reason=reason)
    return closing

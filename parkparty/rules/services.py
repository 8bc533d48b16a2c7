"""Writes of local rules: a row beside the general one, never a change of it, each with an audit entry."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.rules.models import Rule

RECORDED = ("name", "source", "parameters", "every", "min_full_members", "is_active", "since", "until")


@transaction.atomic
def set_local_rule(rule: Rule, *, by: User) -> Rule:
    """Write a new local rule; the one that stood in its place until then ends on the day on which it begins.

    Figures of earlier days keep the earlier row.

    Raises:
        ValidationError: when it does not hold together, or begins before the one that it would end.
    """
    general = Rule.objects.select_for_update().get(pk=rule.overrides_id)
    beside = Rule.objects.filter(overrides=general)
    former = beside.filter(organization=rule.organization, until__isnull=True).first()
    if former and former.since >= rule.since:
        raise ValidationError(
            {"since": _("%(day)s 起已有这个范围的地方规则，施行日期晚于这一天。") % {"day": former.since}}
        )
    rule.code = f"{general.code}.{beside.count() + 1}"
    rule.set_by, rule.set_at = by, timezone.now()
    rule.full_clean(exclude=["overrides", "organization", "set_by"])
    if former:
        former.until = rule.since
        former.save(update_fields=["until"])
    rule.save(force_insert=True)
    changes = {name: [None, _plain(getattr(rule, name))] for name in RECORDED}
    changes["organization"] = [None, str(rule.organization)]
    record(gettext_noop("设置地方规则"), rule, by=by, changes=changes)
    return rule


@transaction.atomic
def end_local_rule(rule: Rule, *, on: dt.date, by: User) -> Rule:
    """End a local rule on ``on``, the first day on which the general one holds again.

    Raises:
        ValidationError: when it has ended, or has not begun before ``on``.
    """
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    if rule.until is not None or on <= rule.since:
        raise ValidationError(_("这条地方规则已经终止，或者当天才开始施行。"))
    rule.until = on
    rule.save(update_fields=["until"])
    record(gettext_noop("终止地方规则"), rule, by=by, changes={"until": [None, on.isoformat()]})
    return rule


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value

"""Writes of coverage: figures are frozen, and never changed afterwards; targets are set and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.companies.choices import Denominator
from parkparty.coverage.choices import TargetRate
from parkparty.coverage.figures import Node
from parkparty.coverage.figures.frozen import Shared, freeze
from parkparty.coverage.models import CoverageSnapshot, CoverageTarget


@transaction.atomic
def take_snapshot(
    node: Node, *, as_of: dt.date, denominator: Denominator, by: User | None, common: Shared | None = None
) -> tuple[CoverageSnapshot, bool]:
    """Freeze the figures of ``node``; gives the snapshot and whether it is new. ``common`` as ``frozen.freeze``.

    When the last one of the same day and denominator has the same bytes, that one is given: nothing was corrected.
    The hash goes into the audit trail as well, where whoever can write this table cannot change it.
    """
    now = freeze(node, as_of=as_of, denominator=denominator, common=common)
    taken = CoverageSnapshot.objects.of(node).filter(as_of=as_of, denominator=denominator).order_by("-id").first()
    if taken and taken.sha256 == now.sha256:
        return taken, False
    snapshot = CoverageSnapshot.objects.create(
        as_of=as_of,
        denominator=denominator,
        figures=now.figures,
        companies=now.companies,
        list_hash=now.list_hash,
        sha256=now.sha256,
        **{str(node._meta.model_name): node},
    )
    record(gettext_noop("保存覆盖快照"), snapshot, by=by, changes={"sha256": [None, snapshot.sha256]})
    return snapshot, True


@transaction.atomic
def set_target(
    node: Node, *, year: int, rate: TargetRate, denominator: Denominator, tenths: int | None, by: User | None
) -> CoverageTarget | None:
    """Set the target of ``node`` for a year, in tenths of a per cent; None takes it back."""
    key: dict[str, Any] = {str(node._meta.model_name): node, "year": year, "rate": rate, "denominator": denominator}
    standing = CoverageTarget.objects.select_for_update(of=("self",)).filter(**key).first()
    before = standing.percent if standing else None
    if tenths is None:
        if standing:
            record(gettext_noop("取消覆盖目标"), standing, by=by, changes={"percent": [before, None]})
            standing.delete()
        return None
    target, _is_new = CoverageTarget.objects.update_or_create(**key, defaults={"tenths": tenths})
    if target.percent != before:
        record(gettext_noop("设定覆盖目标"), target, by=by, changes={"percent": [before, target.percent]})
    return target

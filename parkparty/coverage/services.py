"""Writes of coverage: figures are frozen, and never changed afterwards."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.companies.choices import Denominator
from parkparty.coverage.figures import Node
from parkparty.coverage.figures.frozen import freeze
from parkparty.coverage.models import CoverageSnapshot


@transaction.atomic
def take_snapshot(
    node: Node, *, as_of: dt.date, denominator: Denominator, by: User | None
) -> tuple[CoverageSnapshot, bool]:
    """Freeze the figures of ``node``; gives the snapshot and whether it is new.

    When the last one of the same day and denominator has the same bytes, that one is given: nothing was corrected.
    The hash goes into the audit trail as well, where whoever can write this table cannot change it.
    """
    now = freeze(node, as_of=as_of, denominator=denominator)
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
    record(_("保存覆盖快照"), snapshot, by=by, changes={"sha256": [None, snapshot.sha256]})
    return snapshot, True

"""Are we improving: rates over frozen snapshots only, so that a point once shown never moves."""

from __future__ import annotations

from parkparty.companies.choices import Denominator
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import Node
from parkparty.coverage.models import CoverageSnapshot

POINTS = 8
READ = 50
"""Snapshots looked at to find ``POINTS`` days: a day may have been taken again after corrections."""


def trend(node: Node, denominator: Denominator, scope: Scope) -> list[CoverageSnapshot]:
    """The last ``POINTS`` days with a snapshot, the earliest first; of a day the one taken last. In one query."""
    rows = CoverageSnapshot.objects.within(scope).of(node).filter(denominator=denominator).defer("companies")
    found: dict[object, CoverageSnapshot] = {}
    for snapshot in rows.order_by("-as_of", "-pk")[:READ]:
        found.setdefault(snapshot.as_of, snapshot)
    return list(found.values())[:POINTS][::-1]

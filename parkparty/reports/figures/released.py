"""The public editions that are out already, as far as another can be held against them."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q

from parkparty.core import paths
from parkparty.core.dates import Period
from parkparty.coverage.figures import Node
from parkparty.reports.choices import CellKind, ReleaseState, ReportKind
from parkparty.reports.figures.public import public_figures
from parkparty.reports.figures.together import Edition
from parkparty.reports.models import ReportVersion


def coverage_behind(public: ReportVersion) -> ReportVersion:
    """The report of coverage that a public edition was written from."""
    rows = ReportVersion.objects.of(public.node).in_period(public.period).filter(kind=ReportKind.COVERAGE)
    return rows.filter(pk__lt=public.pk).latest("pk")


def edition_of(public: ReportVersion) -> Edition:
    """A public edition with its numbers, those that it does not say among them."""
    values, sums = public_figures(coverage_behind(public).report)
    shown = {id for id, cell in public.report.cells.items() if cell.kind != CellKind.TEXT}
    name, hidden = str(public), frozenset(values.keys() - shown)
    return Edition(name, public.node.path, public.period, public.as_of, values, sums, hidden)


def released_around(node: Node, period: Period, as_of: dt.date) -> list[Edition]:
    """What is out of the same period or day in the tree of ``node``, and of ``node`` of any period, the latest first.

    The tree begins with the highest node above that has an edition out.
    """
    rows = ReportVersion.objects.filter(kind=ReportKind.PUBLIC, release__state=ReleaseState.RELEASED)
    same = rows.filter(Q(as_of=as_of) | Q(since=period.since, until=period.until))
    kinds = ("organization",) if node._meta.model_name == "organization" else ("area", "park")
    above = paths.ancestors(node.path, include_self=True)
    tops = [same.filter(**{f"{kind}__path__in": above}).values_list(f"{kind}__path", flat=True) for kind in kinds]
    top = min((path for found in tops for path in found), key=len, default=node.path)
    in_tree = Q()
    for kind in kinds:
        in_tree |= paths.under(f"{kind}__path", top)
    keys = [*same.filter(in_tree).values_list("pk", flat=True), *rows.of(node).values_list("pk", flat=True)]
    found = rows.filter(pk__in=keys).select_related(*kinds).order_by("-pk")
    return [edition_of(public) for public in found]

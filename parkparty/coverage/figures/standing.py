"""Branches that stand, and what joint ones list, from totals that are kept: exact whether or not all is folded in.

Of the organisations marked since, what the totals hold is taken off, and what the facts say is put on. For a reader who
does not see all of an organisation, as who reaches it by its place, what the totals hold of the hidden ones below it is
taken off as well. Of a branch that is counted, and of a place for who does not see all of it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import astuple
from typing import Any

from django.db.models import Exists, Q, Sum, Value
from django.db.models.functions import Coalesce

from parkparty.companies.choices import ORGANISATION_LINKS, CompanyStatus
from parkparty.companies.models import CoverageLink
from parkparty.core import paths
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import Load, Node, load_from, load_of, load_rows, standing_in
from parkparty.coverage.figures.from_facts import Run, holds_on
from parkparty.coverage.models import LoadCell, LoadMark, LoadTotal
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationType
from parkparty.organizations.models import Organization, OrganizationSpan, is_whole
from parkparty.organizations.querysets import reached

COLUMNS = ("branches", "joint_branches", "listed")


def load_at(node: Node, as_of: dt.date, scope: Scope) -> Load:
    """The branches of ``node`` on ``as_of`` and what its joint branches carry, as ``load_of``.

    In one query, in two while something changed since the last fold, or where some are hidden.
    """
    hidden, sees_all = Organization.objects.none(), is_whole(node, scope)
    if node.is_branch if isinstance(node, Organization) else not sees_all:
        return load_of(node, as_of, scope)
    if isinstance(node, Organization) and not sees_all:
        hidden = Organization.objects.under(node).exclude(reached(scope)).order_by()
    totals = _summed(LoadTotal.objects.filter(path=node.path), KEPT, as_of)
    told = totals.annotate(changed=Exists(LoadMark.objects.order_by()), hides=Exists(hidden))
    for _key, *numbers, is_changed, hides in told:
        if not (is_changed or hides):
            return Load(*numbers)
    marked = LoadMark.objects.order_by().values("organization_id")
    changed = Q(organization_id__in=marked) | Q(organization_id__in=hidden.values("pk"))
    cells = LoadCell.objects.filter(_counted_under(node), changed)
    live = load_rows(standing_in(node, as_of, scope).filter(pk__in=marked), as_of)
    others = [_summed(cells, HELD, as_of), *(rows.annotate(more=Value(0), rest=Value(0)) for rows in live)]
    found = {key: row for key, *row in totals.union(*others, all=True)}
    kept, held = found.pop(KEPT, NOTHING), found.pop(HELD, NOTHING)
    now = astuple(load_from({key: row[0] for key, row in found.items()}))
    return Load(*(had - was + has for had, was, has in zip(kept, held, now, strict=True)))


KEPT, HELD = "kept", "held"
"""Beside the types of branches in the one query: what the totals hold, and what they hold of the marked ones."""

NOTHING = (0, 0, 0)


def _summed(rows: Any, key: str, as_of: dt.date) -> Any:
    """The sum of ``rows`` up to a day, under a ``key``."""
    of_key = rows.filter(day__lte=as_of).order_by().annotate(key=Value(key)).values_list("key")
    return of_key.annotate(**{f"{column}_then": Coalesce(Sum(column), 0) for column in COLUMNS})


def _counted_under(node: Node) -> Q:
    if isinstance(node, Organization):
        return paths.under("path", node.path)
    return paths.under("park_path", node.path) | paths.under("area_path", node.path)


def load_cells(organizations: Collection[int]) -> list[LoadCell]:
    """What each of ``organizations`` adds, and when, read over all days at once; in three queries."""
    spans: dict[int, list[tuple[Run, str]]] = defaultdict(list)
    rows = OrganizationSpan.objects.filter(organization__in=organizations, type__in=BRANCH_TYPES)
    for pk, since, until, type in rows.values_list("organization", "since", "until", "type"):
        spans[pk].append(((since, until), type))
    listed = _listed([pk for pk, held in spans.items() if any(type == JOINT for _run, type in held)])
    stood: Any = Organization.objects.filter(pk__in=spans, approved_on__isnull=False)
    cells: list[LoadCell] = []
    for pk, since, until, *places in stood.values_list("pk", "approved_on", "dissolved_on", *PLACES):
        path, type, park, area = places
        where = {"path": path[: -paths.STEP] if type in BRANCH_TYPES else path, "park_path": park or ""}
        for day, load in _steps((since, until), spans[pk], listed[pk]):
            numbers = dict(zip(COLUMNS, load, strict=True))
            cells.append(LoadCell(organization_id=pk, day=day, **where, area_path=area or "", **numbers))
    return cells


PLACES = ("path", "type", "park__path", "area__path")
JOINT = OrganizationType.JOINT_BRANCH


def _listed(organizations: Collection[int]) -> dict[int, list[tuple[Run, int]]]:
    """Which companies each of ``organizations`` covers, and when: until the link ends, or the company is gone."""
    found: dict[int, list[tuple[Run, int]]] = defaultdict(list)
    links = CoverageLink.objects.filter(organization__in=organizations, kind__in=ORGANISATION_LINKS)
    asked = ("organization", "company", "since", "until", "company__status", "company__status_since")
    for pk, company, since, until, status, status_since in links.values_list(*asked):
        gone = status_since if status == CompanyStatus.DEREGISTERED else None
        ends = min((day for day in (until, gone) if day is not None), default=None)
        found[pk].append(((since, ends), company))
    return found


def _steps(
    stood: Run, spans: list[tuple[Run, str]], listed: list[tuple[Run, int]]
) -> Iterator[tuple[dt.date, list[int]]]:
    """By how much what an organisation that ``stood`` for a time adds changes, day by day."""
    runs = [stood, *(run for run, _type in spans), *(run for run, _company in listed)]
    before = [0, 0, 0]
    for day in sorted({day for run in runs for day in run if day is not None}):
        types = {type for run, type in spans if holds_on(run, day)} if holds_on(stood, day) else set()
        companies = {company for run, company in listed if holds_on(run, day)} if JOINT in types else set()
        now = [len(types), int(JOINT in types), len(companies)]
        if now != before:
            yield day, [new - old for new, old in zip(now, before, strict=True)]
        before = now

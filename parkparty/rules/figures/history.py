"""The dated facts of a whole subtree, read once in four queries, from which any day's state is told without another."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from parkparty.companies.choices import ORGANISATION_LINKS, CompanyStatus
from parkparty.companies.models import CompanyMemberCount, CoverageLink
from parkparty.core import paths
from parkparty.organizations.choices import BRANCH_TYPES
from parkparty.organizations.models import MemberCount, Organization, OrganizationSpan
from parkparty.rules.choices import RuleKind
from parkparty.rules.figures.hints import Facts

Counts = list[tuple[dt.date, int, int]]


class History:
    """Organisations at and below one node (by today's tree), with what they were and had on each day."""

    def __init__(self, node: Organization | None, kind: str) -> None:
        """All organisations without a ``node``.

        ``kind`` of rule that is to be judged: what it does not look at is not read, and stays empty.
        """
        top = node.path if node else ""
        below = paths.under("organization__path", top)
        self.organizations = list(Organization.objects.filter(paths.under("path", top)).order_by("path"))
        self.spans: dict[int, list[OrganizationSpan]] = defaultdict(list)
        self.counts: dict[int, Counts] = defaultdict(list)
        self.links: dict[int, list[CoverageLink]] = defaultdict(list)
        self.units: dict[int, Counts] = defaultdict(list)
        for span in OrganizationSpan.objects.filter(below).select_related("parent").order_by("since"):
            self.spans[span.organization_id].append(span)
        if kind in (RuleKind.SIZE, RuleKind.PERIODIC_ACTIVITY):
            self._read_counts(below)
        if kind in (RuleKind.SIZE, RuleKind.SET_UP):
            self._read_links(below, with_members=kind == RuleKind.SET_UP)

    def _read_counts(self, below: Q) -> None:
        numbers = MemberCount.objects.filter(below).order_by("as_of")
        for key, as_of, full, probationary in numbers.values_list("organization", "as_of", "full", "probationary"):
            self.counts[key].append((as_of, full, probationary))

    def _read_links(self, below: Q, *, with_members: bool) -> None:
        links = CoverageLink.objects.filter(below, kind__in=ORGANISATION_LINKS).order_by("since", "pk")
        for link in links.select_related("company"):
            self.links[link.organization_id or 0].append(link)
        if with_members:
            covered = links.order_by().values("company")
            members = CompanyMemberCount.objects.filter(company__in=covered).order_by("as_of")
            for key, as_of, full in members.values_list("company", "as_of", "full"):
                self.units[key].append((as_of, full, 0))

    def facts_on(self, day: dt.date) -> Iterator[tuple[Organization, Facts]]:
        """Each organisation that stood, or was being prepared, on ``day``, with its facts of then."""
        for organization in self.organizations:
            is_preparing = _is_preparing(organization, day)
            if is_preparing or _stands(organization, day):
                yield organization, self._facts(organization, day, is_preparing)

    def branches_on(self, day: dt.date) -> Iterator[Any]:
        """The branches of ``day`` with ``full_members``, as ``duties_of`` takes them."""
        for organization in self.organizations:
            if _stands(organization, day) and self._type(organization, day) in BRANCH_TYPES:
                branch: Any = organization
                branch.full_members = _last(self.counts[organization.pk], day)[0]
                yield branch

    def _type(self, organization: Organization, day: dt.date) -> str:
        spans = self.spans[organization.pk]
        return next((span.type for span in spans if span.holds_on(day)), organization.type)

    def _facts(self, organization: Organization, day: dt.date, is_preparing: bool) -> Facts:
        full, probationary = _last(self.counts[organization.pk], day)
        covered = {link.company_id for link in self.links[organization.pk] if _covers(link, day)}
        began = organization.term_since if organization.term_since and organization.term_since <= day else None
        return Facts(
            type=self._type(organization, day),
            path=organization.path,
            full=full,
            probationary=probationary,
            full_by_unit=tuple(_last(self.units[company], day)[0] for company in sorted(covered)),
            units=len(covered),
            is_preparing=is_preparing,
            applied_on=organization.applied_on,
            term_since=began,
            term_until=organization.term_until if began else None,
        )


def _last(counts: Counts, day: dt.date) -> tuple[int, int]:
    """Full and probationary members of the last count on or before ``day``; none when there is no count."""
    return next(((full, more) for as_of, full, more in reversed(counts) if as_of <= day), (0, 0))


def _stands(organization: Organization, day: dt.date) -> bool:
    began, ended = organization.approved_on, organization.dissolved_on
    return began is not None and began <= day and (ended is None or day < ended)


def _is_preparing(organization: Organization, day: dt.date) -> bool:
    applied, approved, ended = organization.applied_on, organization.approved_on, organization.dissolved_on
    waits = applied is not None and applied <= day and (approved is None or day < approved)
    return waits and (ended is None or day < ended)


def _covers(link: CoverageLink, day: dt.date) -> bool:
    left_on = link.company.status_since if link.company.status == CompanyStatus.DEREGISTERED else None
    return link.holds_on(day) and (left_on is None or day < left_on)

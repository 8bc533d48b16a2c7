"""Reads of companies, where they sit, and what covers them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from parkparty.companies.choices import CompanyStatus, LinkKind, StaffBand, TenancyKind
from parkparty.core import paths
from parkparty.core.models import DatedQuerySet, rows_of, valid_on
from parkparty.core.text import fold, half_width
from parkparty.organizations.choices import OWN_TYPES, OrganizationType
from parkparty.organizations.querysets import active_on, reached

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode
    from parkparty.core.scope import Scope


class TenancyQuerySet(DatedQuerySet):
    """Tenancies of companies in parks."""

    def within(self, scope: Scope) -> Self:
        """Tenancies in the reader's place subtrees."""
        return self.filter(scope.q("places", "park__path"))

    def located_in(self, place: TreeNode) -> Self:
        """Tenancies in ``place``: a park with its bases, or an area with its parks."""
        return self.filter(paths.under("park__path", place.path))


class LinkQuerySet(DatedQuerySet):
    """Dated facts that tie a company to an organisation: coverage links and memberships."""

    def within(self, scope: Scope) -> Self:
        """Links of organisations or of companies' parks that the reader reaches."""
        there = rows_of(self.model, "company__tenancies").filter(
            scope.q("places", "park__path"), company=OuterRef("company")
        )
        return self.filter(reached(scope, "organization__") | Q(Exists(there)))


class CompanyMemberCountQuerySet(models.QuerySet):
    """Member counts of companies."""

    def within(self, scope: Scope) -> Self:
        """Counts of companies that the reader sees."""
        return self.filter(company__in=rows_of(self.model, "company").within(scope).values("pk"))


class CompanyQuerySet(models.QuerySet):
    """Member companies, each counted once however many tenancies and links it has."""

    def _related(self, name: str) -> DatedQuerySet:
        """The rows of the reverse relation ``name`` that belong to the outer company."""
        rows: DatedQuerySet = rows_of(self.model, name).filter(company=OuterRef("pk"))
        return rows

    def within(self, scope: Scope) -> Self:
        """Companies with a tenancy in the reader's places, or tied to the reader's organisations."""
        here = self._related("tenancies").filter(scope.q("places", "park__path"))
        found = Q(Exists(here))
        if scope.paths("organizations"):
            ours = scope.q("organizations", "organization__path")
            found |= Q(Exists(self._related("links").filter(ours)))
            found |= Q(Exists(self._related("memberships").filter(ours)))
        return self.filter(found)

    def located_in(self, place: TreeNode, day: dt.date, *, on_site_only: bool = False) -> Self:
        """Companies with a tenancy in ``place`` on ``day``."""
        tenancies = self._related("tenancies").filter(paths.under("park__path", place.path)).valid_on(day)
        if on_site_only:
            tenancies = tenancies.filter(kind=TenancyKind.ON_SITE)
        return self.filter(Exists(tenancies))

    def tied_to(self, organization: TreeNode, day: dt.date) -> Self:
        """Companies that are members of, or covered by, ``organization`` or anything below it on ``day``."""
        ours = paths.under("organization__path", organization.path)
        return self.filter(
            Exists(self._related("links").filter(ours).valid_on(day))
            | Exists(self._related("memberships").filter(ours).valid_on(day))
        )

    def registered_on(self, day: dt.date) -> Self:
        """Not deregistered by ``day``: the day itself is the first on which it no longer counts."""
        return self.exclude(status=CompanyStatus.DEREGISTERED, status_since__lte=day)

    def operating_on(self, day: dt.date) -> Self:
        """存续 on ``day``: never left that status, or left it only later."""
        return self.filter(Q(status=CompanyStatus.OPERATING) | Q(status_since__gt=day))

    def on_site_on(self, day: dt.date) -> Self:
        """With an on-site tenancy somewhere on ``day``."""
        return self.filter(Exists(self._related("tenancies").filter(kind=TenancyKind.ON_SITE).valid_on(day)))

    def above_designated_size(self, min_staff: int = 100) -> Self:
        """规上: yearly revenue of 20 million yuan and more, or ``min_staff`` staff (local rule)."""
        return self.filter(Q(revenue_over_20m=True) | Q(staff_band__gte=min_staff))

    def with_fixed_premises_and_staff(self, min_staff: int = StaffBand.FROM_10) -> Self:
        """The two of 三有 beside operating: fixed premises and ``min_staff`` staff."""
        return self.filter(fixed_premises=True, staff_band__gte=min_staff)

    def with_full_members(self, day: dt.date) -> Self:
        """Adds ``full_members``: the last count on or before ``day``, 0 when none."""
        last = self._related("member_counts").filter(as_of__lte=day).order_by("-as_of")
        return self.annotate(full_members=Coalesce(Subquery(last.values("full")[:1]), 0))

    def with_coverage(self, day: dt.date) -> Self:
        """Adds ``has_own``, ``has_joint`` and ``has_work`` as they were on ``day`` (domain 2.7).

        The organisation must have been approved and not dissolved, and must have had the fitting type *then*:
        an industry committee or a joint group covers nobody.
        """
        links = self._related("links").filter(valid_on(day))
        spans = rows_of(self.model, "links__organization__spans")
        then = spans.filter(organization=OuterRef("organization")).valid_on(day)
        alive = links.filter(active_on(day, "organization__"))
        own = alive.filter(Exists(then.filter(type__in=OWN_TYPES)), kind=LinkKind.OWN)
        joint = alive.filter(Exists(then.filter(type=OrganizationType.JOINT_BRANCH)), kind=LinkKind.JOINT)
        work = links.exclude(kind__in=(LinkKind.OWN, LinkKind.JOINT))
        return self.annotate(has_own=Exists(own), has_joint=Exists(joint), has_work=Exists(work))

    def matching(self, text: str) -> Self:
        """Companies whose name holds ``text``, whatever its width, case and spacing, or whose credit code starts so."""
        return self.filter(Q(folded_name__contains=fold(text)) | Q(uscc__startswith=half_width(text).upper()))

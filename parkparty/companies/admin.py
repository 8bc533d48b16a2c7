"""Data pages of companies. A company is kept by who keeps the place it sits in, a link by the organisation it names."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest

from parkparty.access.admin.pages import CodeTablePages, DataPages, Rows
from parkparty.access.admin.site import site
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Industry, Membership, Tenancy, Visit
from parkparty.core.dates import today
from parkparty.core.models import valid_on
from parkparty.core.scope import Scope
from parkparty.core.text import clean
from parkparty.organizations.querysets import reached

OF_COMPANY = ("company__folded_name", "company__uscc__startswith")


def sits_with(scope: Scope, company: str) -> Exists:
    """Whether the company that the outer row names as ``company`` has a tenancy in the places of ``scope`` today."""
    return Exists(Tenancy.objects.within(scope).filter(valid_on(today()), company=OuterRef(company)))


@admin.register(Industry, site=site)
class IndustryPages(CodeTablePages):
    """Industry classes, found by code or name."""


class TenancyRows(Rows):
    model = Tenancy
    autocomplete_fields = ("park", "building")


@admin.register(Company, site=site)
class CompanyPages(DataPages):
    """Companies are deregistered on a date, not deleted: earlier figures keep them."""

    deletable = False
    inlines = (TenancyRows,)
    list_display = ("name", "uscc", "industry", "staff_band", "status", "status_since")
    list_select_related = ("industry",)
    list_filter = ("status", "staff_band", "size", "fixed_premises", "revenue_over_20m")
    search_fields = ("folded_name", "uscc__startswith")
    autocomplete_fields = ("industry",)

    def editable(self, request: HttpRequest) -> models.QuerySet:
        return super().editable(request).filter(sits_with(self.scope(request), "pk"))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[models.QuerySet, bool]:
        term = clean(search_term)
        return (queryset.matching(term) if term else queryset), False


@admin.register(Tenancy, site=site)
class TenancyPages(DataPages):
    fixed = ("company",)
    list_display = ("company", "park", "building", "kind", "since", "until")
    list_select_related = ("company", "park", "building")
    list_filter = ("kind", "park", "since", "until")
    search_fields = OF_COMPANY
    autocomplete_fields = ("company", "park", "building")


class OfOrganizationAndCompanyPages(DataPages):
    """What ties a company to an organisation: seen from both sides, written by the organisation's."""

    fixed = ("company",)
    list_select_related = ("company", "organization")
    search_fields = (*OF_COMPANY, "organization__name")
    autocomplete_fields = ("company", "organization")

    def editable(self, request: HttpRequest) -> models.QuerySet:
        scope = self.scope(request)
        unnamed = Q(organization__isnull=True) & Q(sits_with(scope, "company"))
        return super().editable(request).filter(reached(scope, "organization__") | unnamed)


@admin.register(CoverageLink, site=site)
class CoverageLinkPages(OfOrganizationAndCompanyPages):
    list_display = ("company", "kind", "organization", "since", "until")
    list_filter = ("kind", "since", "until")


@admin.register(Membership, site=site)
class MembershipPages(OfOrganizationAndCompanyPages):
    list_display = ("company", "organization", "since", "until")
    list_filter = ("since", "until")


@admin.register(CompanyMemberCount, site=site)
class CompanyMemberCountPages(DataPages):
    fixed = ("company",)
    list_display = ("company", "as_of", "full", "probationary")
    list_select_related = ("company",)
    list_filter = ("as_of",)
    search_fields = OF_COMPANY
    autocomplete_fields = ("company",)

    def editable(self, request: HttpRequest) -> models.QuerySet:
        return super().editable(request).filter(sits_with(self.scope(request), "company"))


@admin.register(Visit, site=site)
class VisitPages(OfOrganizationAndCompanyPages):
    """Visits that were logged wrongly are mended here."""

    list_display = ("company", "visited_on", "organization", "reason")
    list_filter = ("reason", "visited_on")

"""Pages of companies."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import pgettext

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.companies.figures import shown_companies, state_of
from parkparty.companies.filters import CompanyFilterForm
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership
from parkparty.companies.tables import company_table
from parkparty.core.dates import today
from parkparty.core.paging import ROWS, keyset_page, number_of


@requires(Action.VIEW_COMPANY)
def company_list(request: ScopedRequest) -> HttpResponse:
    """Companies in reach, cut by the filters in the address. Every coverage figure opens here."""
    form = CompanyFilterForm(request.GET, scope=request.scope, limits=request.limits)
    form.offer_places()
    rows, is_long = form.found(request.kept_list, request.kept_ties)
    page = keyset_page(
        rows,
        request.GET,
        order=("name", "pk"),
        size=ROWS,
        as_shown=lambda keys: shown_companies(keys, form.day),
        is_counted=form.node is not None and not is_long,
    )
    context = {
        "form": form,
        "page": page,
        "table": company_table(page.rows, request.scope, form.day),
        "number": None if is_long else number_of(rows, page, up_to=form.counted_to),
        "counted_to": form.long_past if is_long else form.counted_to,
        "day": form.day,
    }
    return render(request, "companies/list.html", context)


@requires(Action.VIEW_COMPANY)
def company_detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """A company: its facts, where it sits, what covers it and since when, its member counts."""
    scope = request.scope
    company: Any = scoped_or_404(Company.objects.within(scope).select_related("industry"), pk=pk)
    links = CoverageLink.objects.within(scope).filter(company=company)
    context = {
        "company": company,
        "crumbs": [(pgettext("复数", "企业"), reverse("companies:list"))],
        "state": state_of(company, today()),
        "tenancies": company.tenancies.shown_to(scope).select_related("park", "building"),
        "links": links.opening_for(scope).order_by("-since"),
        "memberships": Membership.objects.within(scope).filter(company=company).opening_for(scope).order_by("-since"),
        "counts": CompanyMemberCount.objects.within(scope).filter(company=company).order_by("-as_of")[:5],
    }
    return render(request, "companies/detail.html", context)

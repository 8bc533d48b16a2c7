"""Pages of companies."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.audit.choices import Kind
from parkparty.audit.services import record_read
from parkparty.companies import services
from parkparty.companies.figures import shown_companies, shown_in_order, state_of
from parkparty.companies.filters import CompanyFilterForm
from parkparty.companies.forms import VisitForm
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership, Visit
from parkparty.companies.tables import company_file, company_table
from parkparty.core.dates import today
from parkparty.core.http import query_without
from parkparty.core.paging import ROWS, keyset_page, number_of
from parkparty.core.sheets import MAX_ROWS, kind_named

VISITS_SHOWN = 10


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
        "table": company_table(page.rows, request.scope, form.day, asks_why=form.asks_why),
        "query": query_without(request.GET, "older", "newer"),
        "number": None if is_long else number_of(rows, page, up_to=form.counted_to),
        "counted_to": form.long_past if is_long else form.counted_to,
        "day": form.day,
    }
    return render(request, "companies/list.html", context)


@require_GET
@requires(Action.VIEW_COMPANY)
def export(request: ScopedRequest) -> HttpResponse:
    """The list as it is seen, all its pages, as a file; who took it away is on record."""
    form = CompanyFilterForm(request.GET, scope=request.scope, limits=request.limits)
    rows, _is_long = form.found(request.kept_list, request.kept_ties)
    keys = list(rows.order_by("name", "pk").values_list("pk", flat=True)[: MAX_ROWS + 1])
    if not form.is_valid() or len(keys) > MAX_ROWS:
        messages.error(request, _("超过 %(limit)d 家或筛选条件有误，缩小范围后再导出。") % {"limit": MAX_ROWS})
        return redirect(reverse("companies:list", query=request.GET))
    kind = kind_named(request.GET.get("format"))
    details = {"rows": len(keys), "format": kind} | {name: request.GET.get(name) for name in form.fields}
    record_read(gettext_noop("导出企业"), by=request.user, details=details, kind=Kind.EXPORT)
    shown = shown_in_order(keys, form.day)
    return company_file(kind, shown, request.scope, form.day, asks_why=form.asks_why)


@requires(Action.VIEW_COMPANY)
def company_detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """A company: its facts, where it sits, what covers it and since when, its member counts, who visited it."""
    return _page(request, pk)


@require_POST
@requires(Action.LOG_VISIT)
def log_visit(request: ScopedRequest, pk: int) -> HttpResponse:
    """Keep a visit that somebody made for an organisation of the writer."""
    scope = request.scope.with_roles(ROLES_FOR[Action.LOG_VISIT])
    company = scoped_or_404(Company.objects.within(scope), pk=pk)
    form = VisitForm(request.POST, scope=scope)
    if form.is_valid():
        try:
            services.log_visit(form.visit(company), by=request.user)
        except ValidationError as fault:
            form.add_error(None, ValidationError(fault.messages))
        else:
            messages.success(request, _("走访已登记。"))
            return redirect("companies:detail", pk)
    return _page(request, pk, form)


def _page(request: ScopedRequest, pk: int, form: VisitForm | None = None) -> HttpResponse:
    """The page of a company, with the form as it was typed if something is wrong with it."""
    scope = request.scope
    company: Any = scoped_or_404(Company.objects.within(scope).select_related("industry"), pk=pk)
    links = CoverageLink.objects.within(scope).filter(company=company)
    visiting = scope.with_roles(ROLES_FOR[Action.LOG_VISIT])
    may_visit = visiting == scope or Company.objects.within(visiting).filter(pk=pk).exists()
    context = {
        "company": company,
        "crumbs": [(pgettext("复数", "企业"), reverse("companies:list"))],
        "state": state_of(company, today()),
        "tenancies": company.tenancies.shown_to(scope).select_related("park", "building"),
        "links": links.opening_for(scope).order_by("-since"),
        "memberships": Membership.objects.within(scope).filter(company=company).opening_for(scope).order_by("-since"),
        "counts": CompanyMemberCount.objects.within(scope).filter(company=company).order_by("-as_of")[:5],
        "visits": Visit.objects.within(scope).filter(company=company).opening_for(scope)[:VISITS_SHOWN],
        "form": form or (VisitForm(scope=visiting) if may_visit else None),
    }
    return render(request, "companies/detail.html", context, status=400 if form else 200)

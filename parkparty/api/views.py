"""The addresses of the interface, the description of it for programs, and the page that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.api import documents
from parkparty.api.columns import FIGURE, Figure, told
from parkparty.api.filters import (
    ACTIVITIES,
    COMPANIES,
    FIGURES_PARAMETERS,
    ORGANIZATIONS,
    PAGING,
    RESOURCES,
    ROWS,
    FiguresForm,
    PageForm,
    Resource,
    day_faults,
    fields_of,
)
from parkparty.api.scoping import (
    Answer,
    ApiRequest,
    Fault,
    Problem,
    bad_parameters,
    is_ours,
    known_parameters,
    reads,
    refusal,
)
from parkparty.companies.choices import Denominator
from parkparty.core import http
from parkparty.core.dates import today
from parkparty.core.paging import keyset_page
from parkparty.core.scope import Scope
from parkparty.coverage.figures import (
    Below,
    CompanyCoverage,
    Node,
    Point,
    coverage_at,
    nodes_below,
    parts_below,
    top_organizations,
    top_places,
)
from parkparty.rules.figures import limits_of

TOPS = 50
NODES = ("place", "organization", "branch")
"""Parameters that name a record: one that is not there, or not in reach, is not found."""


@reads
def figures(request: ApiRequest) -> Answer:
    """The coverage of a node, of what lies directly below it, or, of none, of where the key's reach begins."""
    asked = known_parameters(request, FIGURES_PARAMETERS)
    form = FiguresForm(asked, scope=request.scope)
    _check(asked, form)
    chosen, scope = form.cleaned_data, request.scope
    day, denominator = chosen["as_of"] or today(), Denominator(chosen["denominator"] or Denominator.OPERATING)
    node: Node | None = chosen["place"] or chosen["organization"]
    if node and chosen["below"]:
        below = nodes_below(node, day, scope)
        parts = parts_below(Point(node, denominator, day), below, scope)
        in_order = sorted(below, key=lambda key: below[key].path)
        found: list[tuple[Node | Below, CompanyCoverage]] = [
            (below[key], parts.get(key, CompanyCoverage())) for key in in_order
        ]
    else:
        nodes: list[Node] = [node] if node else [*top_places(scope, TOPS), *top_organizations(scope, TOPS)]
        points = [Point(node, denominator, day) for node in nodes]
        found = list(zip(nodes, coverage_at(points, scope), strict=True))
    definition = denominator.definition(limits_of(denominator, day))
    data = [told(Figure(node, day, denominator, coverage, definition), FIGURE) for node, coverage in found]
    return Answer({"data": data}, len(data))


@reads
def organizations(request: ApiRequest) -> Answer:
    """Organisations in reach, in the order of the party tree."""
    return _page(request, ORGANIZATIONS)


@reads
def organization(request: ApiRequest, code: str) -> Answer:
    """One organisation, as it is today."""
    return _one(request, ORGANIZATIONS, code)


@reads
def companies(request: ApiRequest) -> Answer:
    """Companies in reach, by name."""
    return _page(request, COMPANIES)


@reads
def company(request: ApiRequest, pk: str) -> Answer:
    """One company, as it is today."""
    return _one(request, COMPANIES, pk)


@reads
def activities(request: ApiRequest) -> Answer:
    """Activities in reach, the last held first; without drafts, which only their writers see."""
    return _page(request, ACTIVITIES)


@reads
def activity(request: ApiRequest, pk: str) -> Answer:
    """One activity."""
    return _one(request, ACTIVITIES, pk)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 for the whole site: to programs as the interface refuses everything, to people as a page."""
    if not is_ours(request):
        return http.not_found(request, exception)
    return refusal(request, Problem(404, _("没有这个地址，可用的地址见 openapi.json。")))


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503, for the whole site: to programs as the interface refuses everything, to people as a page."""
    page = http.server_error(request)
    if not is_ours(request):
        return page
    detail = _("服务器出错，没有给出数据。稍后再试；还不行时，把编号告诉管理员。")
    problem = Problem(page.status_code, detail)
    problem.headers = {name: page[name] for name in ("Retry-After",) if name in page}
    return refusal(request, problem)


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs. It tells nothing but what the code of the site tells."""
    return JsonResponse(
        documents.openapi(RESOURCES, _figure_fields()), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )


@requires(Action.USE_API)
def docs(request: ScopedRequest) -> HttpResponse:
    """The page that explains the interface to people."""
    lists = [
        {
            "address": reverse(f"api:{resource.name}"),
            "title": resource.title,
            "parameters": [(name, field.label, documents.values_of(field)) for name, field in resource.fields],
            "columns": resource.columns,
            "key": "id" if resource.key == "pk" else resource.key,
        }
        for resource in RESOURCES
    ]
    context = {
        "site": settings.SITE_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}",
        "figure_parameters": [(name, field.label, documents.values_of(field)) for name, field in _figure_fields()],
        "figure_columns": FIGURE,
        "lists": lists,
        "limit": settings.API_REQUESTS_A_MINUTE,
    }
    return render(request, "api/docs.html", context)


def _figure_fields() -> list[tuple[str, forms.Field]]:
    return list(fields_of(FiguresForm(scope=Scope()), FIGURES_PARAMETERS))


def _page(request: ApiRequest, resource: Resource) -> Answer:
    asked = known_parameters(request, (*resource.parameters, *PAGING))
    form, page_form = resource.form(asked, scope=request.scope), PageForm(asked, resource=resource)
    _check(asked, form, page_form)
    rows: Any = resource.dressed(form.unbounded(), form.day)
    wanted = page_form.cleaned_data
    cursor = {"older": wanted["cursor"]} if wanted["cursor"] else {}
    page = keyset_page(rows, cursor, order=resource.order, size=wanted["limit"] or ROWS, bounded=form.bounded)
    data = [told(row, resource.columns) for row in resource.listed(page.rows, request.scope, form.day)]
    return Answer({"data": data, "next": _next(request, asked, page.older)}, len(data))


def _one(request: ApiRequest, resource: Resource, key: str) -> Answer:
    known_parameters(request, ())
    day = today()
    found = scoped_or_404(resource.dressed(resource.within(request.scope), day), **{resource.key: key})
    (row,) = resource.listed([found], request.scope, day)
    return Answer(told(row, resource.columns), 1)


def _next(request: ApiRequest, asked: Mapping[str, str], cursor: str | None) -> str | None:
    """The address of the next page, with the same filters."""
    if cursor is None:
        return None
    query = QueryDict(mutable=True)
    query.update({**asked, "cursor": cursor})
    return f"{request.path}?{query.urlencode()}"


def _check(asked: Mapping[str, str], *read: forms.Form) -> None:
    """Refuse what the forms could not read."""
    faults = {name: fault for form in read for name, fault in day_faults(form, asked)}
    for form in read:
        for name, messages in form.errors.items():
            faults.setdefault("" if name == NON_FIELD_ERRORS else name, " ".join(map(str, messages)))
    if faults and all(name in NODES for name in faults):
        raise Problem(404, " ".join(faults.values()), faults=[Fault(*fault) for fault in faults.items()])
    if faults:
        raise bad_parameters([Fault(*fault) for fault in faults.items()])

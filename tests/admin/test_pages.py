"""Every page of the data site, for every model: it opens, it is cheap, and it tells nothing from elsewhere."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.contrib.admin.utils import get_fields_from_path
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parkparty.access.admin.site import site
from parkparty.access.permissions import Action
from parkparty.accounts.models import User
from tests.admin.conftest import ELSEWHERE, Stock, address_of

MAX_QUERIES = 20
OURS = [model for app in apps.get_app_configs() if app.name.startswith("parkparty.") for model in app.get_models()]
NOT_SHOWN = {
    "activities.ActivityAttachment",
    "activities.CalendarFeed",
    "activities.JointHost",
    "activities.Leader",
    "activities.LeaderMark",
    "activities.ListChoice",
    "activities.SavedView",
    "audit.AuditSeal",
    "coverage.ActivityCell",
    "coverage.ActivityMark",
    "coverage.ActivityTotal",
    "coverage.CoverageSnapshot",
    "coverage.CoverageTarget",
    "coverage.CompanyHistory",
    "coverage.CompanySpell",
    "coverage.CompanyMark",
    "coverage.CoverageSum",
    "coverage.CoverageTotal",
    "coverage.FoldCount",
    "coverage.LoadCell",
    "coverage.LoadMark",
    "coverage.LoadTotal",
    "coverage.SpellCount",
    "coverage.TypeTotal",
    "founding.FoundingCase",
    "notices.MailChoice",
    "notices.Notice",
    "reports.Closing",
    "reports.FileJob",
    "reports.Layout",
    "reports.ListPart",
    "reports.Mailing",
    "reports.Release",
    "reports.Measures",
    "reports.ReportVersion",
    "rosters.HeaderAlias",
    "rosters.RosterRepair",
    "rosters.RosterWrite",
    "signin.ApiToken",
    "signin.Attempt",
    "signin.Authenticator",
    "signin.IdentityLink",
    "signin.Invitation",
    "signin.LoginSession",
    "signin.RecoveryCode",
}
"""Secrets, hashes and the chain of the trail: who could look at them could use them. Then what is somebody's own: an
inbox, a view of a list, the column titles of an office, what an import wrote over; frozen figures and reports, which
nobody changes; kept counts, which the database writes; and what only its own pages may do, step by step."""
PAGES = sorted(site._registry.values(), key=lambda pages: pages.opts.label)
BY_MODEL = [pytest.param(pages, id=pages.opts.label) for pages in PAGES]
SHARED = [pages.model for pages in PAGES if not hasattr(pages.model._default_manager.all(), "within")]
ODD_QUERIES = ["q=%00", "q=" + "x" * 3000, "o=99.-x", "p=-1", "p=9999", "e=1", "_facets=1", "pk__in=x"]
RELATIONS = [
    pytest.param(pages, field.name, id=f"{pages.opts.label}.{field.name}")
    for pages in PAGES
    for field in (*pages.opts.fields, *pages.opts.many_to_many)
    if field.related_model in site._registry
]


@pytest.fixture
def reader_of(
    district_administrator: User, auditor: User, client_of: Callable[[User], Client]
) -> Callable[[Any], Client]:
    """Who may open the pages of a model: auditors the trail, administrators everything else."""
    clients = {False: client_of(district_administrator), True: client_of(auditor)}
    return lambda pages: clients[pages.action == Action.READ_AUDIT]


def addresses(pages: Any, row: models.Model) -> Iterator[str]:
    """The list plain, searched, filtered and sorted; the form of a new row; the row's own form; its removal."""
    listed = address_of("changelist", pages.model)
    yield listed
    yield f"{listed}?q={quote('自家')}"
    for name in pages.list_filter:
        field = get_fields_from_path(pages.model, name)[-1]
        choices = [choice for choice, _label in field.flatchoices] or (["1"] if field.is_relation else [])
        yield from (f"{listed}?{name}__exact={choice}" for choice in choices[:2])
    yield from (f"{listed}?o={column}" for column in range(1, len(pages.list_display) + 1))
    yield address_of("add", pages.model)
    yield address_of("change", pages.model, row.pk)
    yield address_of("delete", pages.model, row.pk)


def test_every_model_has_its_pages() -> None:
    assert {model._meta.label for model in OURS} - NOT_SHOWN == {pages.opts.label for pages in PAGES}


@pytest.mark.parametrize("pages", [case for case in BY_MODEL if case.values[0].inlines])
def test_rows_below_a_form_ask_for_the_same_right_as_the_form(pages: Any) -> None:
    assert {site.get_model_admin(rows.model).action for rows in pages.inlines} == {pages.action}


def test_only_tables_without_a_place_are_shared() -> None:
    tables = {"ActivityTheme", "ActivityType", "DemoRecord", "FormationMode", "Industry", "ActivityHost"}
    assert {model.__name__ for model in SHARED} == tables


@pytest.mark.parametrize("pages", BY_MODEL)
def test_pages_are_cheap_and_tell_nothing_from_elsewhere(
    pages: Any, reader_of: Callable, here: Stock, shared: Stock, elsewhere: Stock
) -> None:
    client = reader_of(pages)
    for address in addresses(pages, (here.rows | shared.rows)[pages.model]):
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        may_be_closed = address.endswith(("/add/", "/delete/"))
        assert response.status_code in ({200, 403} if may_be_closed else {200}), address
        assert ELSEWHERE not in response.content.decode(), address
        assert len(queries) <= MAX_QUERIES, "\n".join(query["sql"] for query in queries)


@pytest.mark.parametrize("pages", [case for case in BY_MODEL if case.values[0].model not in SHARED])
def test_a_row_elsewhere_does_not_exist(pages: Any, reader_of: Callable, here: Stock, elsewhere: Stock) -> None:
    client = reader_of(pages)
    row = elsewhere.rows[pages.model]
    for page in ("change", "delete", "history"):
        there, nowhere = (address_of(page, pages.model, pk) for pk in (row.pk, 10**9))
        read, written = client.get(there).status_code, client.post(there, {"post": "yes"}).status_code
        assert (read, written) == (client.get(nowhere).status_code, client.post(nowhere, {"post": "yes"}).status_code)
        assert {read, written} <= {403, 404}
    assert pages.model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize(("pages", "field"), RELATIONS)
def test_search_boxes_offer_nothing_from_elsewhere(
    pages: Any, field: str, reader_of: Callable, here: Stock, elsewhere: Stock
) -> None:
    parameters = {"app_label": pages.opts.app_label, "model_name": pages.opts.model_name, "field_name": field}
    for term in ("", ELSEWHERE, "a\x01"):
        response = reader_of(pages).get(reverse("admin:autocomplete"), parameters | {"term": term})
        assert response.status_code in {200, 403}
        assert ELSEWHERE not in response.content.decode()


def test_a_search_box_finds_what_is_in_reach(reader_of: Callable, here: Stock, client_of: Callable) -> None:
    parameters = {"app_label": "companies", "model_name": "tenancy", "field_name": "company", "term": "自 家"}
    response = reader_of(site._registry[type(here.rows[User])]).get(reverse("admin:autocomplete"), parameters)
    assert [found["text"] for found in response.json()["results"]] == ["自家公司"]


@pytest.mark.parametrize("pages", BY_MODEL)
@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "x" * 3000, "o=99.-x", "p=-1", "p=9999", "e=1", "_facets=1", "pk__in=x"]
)
def test_odd_addresses_never_fail(pages: Any, query: str, reader_of: Callable) -> None:
    assert reader_of(pages).get(f"{address_of('changelist', pages.model)}?{query}").status_code < 500


def test_filters_cannot_feel_for_hidden_values(reader_of: Callable, here: Stock) -> None:
    for lookup in ("officers__phone__startswith=0", "grants__user__password__startswith=a", "parent__name__contains=a"):
        pages = site._registry[type(here.rows[User])]
        answer = reader_of(pages).get(f"{reverse('admin:organizations_organization_changelist')}?{lookup}")
        assert answer.status_code in {302, 400}

"""Every address × method × role × where the record stands: nobody reads or changes what is not theirs.

The addresses come from the resolver, who may do what from the tables of the code, and what is whose from ``world``.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.accounts.models import User
from parkparty.activities.models import Activity, ActivityAttachment, ActivityPhoto, SavedView
from parkparty.companies.models import Company
from parkparty.coverage.models import CoverageSnapshot
from parkparty.founding.models import FoundingCase
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Building, Park, ServiceStation, StatedFigure
from parkparty.reports.models import Closing, FileJob, Layout, Mailing, ReportVersion
from parkparty.rosters.models import RosterBatch
from parkparty.rules.models import Rule
from parkparty.signin.models import ApiToken, LoginSession
from scripts.access import Route, routes
from tests.security.world import FOREIGN, THEIRS, Relation, SecurityWorld, foreign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

ONLY = os.environ.get("MATRIX_ONLY", "")
ROUTES = [route for route in routes() if ONLY in f".{route.view.__module__}.{route.view.__name__}."]
"""All of them; scripts/mutate_guards.py narrows them to the module or the view that it damaged."""

NO_RECORD = ("admin:app_list", "admin:None", "_history")
"""Of the data pages: lists by app, old addresses that only send on, and histories, which are closed to all."""

CLOSED = ("_add", "admin:autocomplete")
"""Of the data pages: rows that are made elsewhere are not added there, and a search must name its field."""

METHODS = ("get", "post", "head", "put", "patch", "delete", "options", "trace")
ROLES = [*Role, "stranger"]

OBJECTS: dict[str, tuple[type[Model], str]] = {
    "access:history": (Activity, "pk"),
    "accounts": (User, "pk"),
    "accounts:session_end": (LoginSession, "pk"),
    "accounts:token_revoke": (ApiToken, "pk"),
    "activities": (Activity, "pk"),
    "activities:photo": (ActivityPhoto, "pk"),
    "activities:view": (SavedView, "pk"),
    "activities:view_delete": (SavedView, "pk"),
    "activities:view_first": (SavedView, "pk"),
    "activities:thumbnail": (ActivityPhoto, "pk"),
    "activities:drop_photo": (ActivityPhoto, "pk"),
    "activities:attachment": (ActivityAttachment, "pk"),
    "activities:drop_attachment": (ActivityAttachment, "pk"),
    "api:activity": (Activity, "pk"),
    "api:company": (Company, "pk"),
    "api:organization": (Organization, "code"),
    "companies": (Company, "pk"),
    "coverage:area": (Area, "code"),
    "coverage:area_plan": (Area, "code"),
    "coverage:organization": (Organization, "code"),
    "coverage:park": (Park, "key"),
    "engagement:handover": (User, "pk"),
    "founding": (FoundingCase, "pk"),
    "coverage:snapshot": (CoverageSnapshot, "pk"),
    "coverage:snapshot_companies": (CoverageSnapshot, "pk"),
    "coverage:snapshot_file": (CoverageSnapshot, "pk"),
    "coverage:park_plan": (Park, "key"),
    "organizations": (Organization, "code"),
    "reports": (ReportVersion, "pk"),
    "reports:download": (FileJob, "pk"),
    "reports:freeze": (Closing, "pk"),
    "reports:layout_retire": (Layout, "pk"),
    "reports:layout_try": (Layout, "pk"),
    "reports:layout_use": (Layout, "pk"),
    "reports:mailing_stop": (Mailing, "pk"),
    "reports:reopen": (Closing, "pk"),
    "rosters": (RosterBatch, "pk"),
    "stations": (ServiceStation, "pk"),
    "rules": (Rule, "code"),
}
"""What the argument of an address names, by the address's name or its app's. An address not found here is red."""

PLACES = (Area, Park, Building, ServiceStation, StatedFigure, CoverageSnapshot, ReportVersion, Closing, Layout, Mailing)
"""Secretaries hold organisations only, and reach no place through them."""

NOBODYS = (ApiToken, LoginSession, RosterBatch, SavedView, FileJob)
"""Each belongs to its user alone, whatever role others hold."""


def object_of(route: Route) -> tuple[type[Model], str]:
    """The model and the column that the argument of ``route`` names."""
    pages = getattr(route.view, "model_admin", None)
    if pages is not None:
        return pages.model, "pk"
    return OBJECTS.get(route.name) or OBJECTS[route.name.split(":")[0]]


def is_shared(route: Route) -> bool:
    """Whether the rows are code tables and rules, which every administrator reads."""
    model = object_of(route)[0]
    return not hasattr(model, "within") and not hasattr(model._default_manager.all(), "within")


def opens(route: Route, role: str) -> bool:
    """Whether the tables open ``route`` to ``role``, somewhere."""
    return not route.actions or any(role in ROLES_FOR[Action(action)] for action in route.actions)


def address(route: Route, value: Any = "missing") -> str:
    """The address of ``route`` with ``value`` for its argument."""
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route.pattern).replace("^", "").replace("$", "").replace("\\Z", "")
    plain = plain.replace("<str:label>", Activity._meta.label_lower)
    return "/" + re.sub(r"<[^>]*>", str(value), plain)


def methods(route: Route) -> tuple[str, ...]:
    """All methods; of the data pages, which are Django's own, the two that they know."""
    return METHODS[:2] if route.name.startswith("admin:") else METHODS


def value_of(route: Route, world: SecurityWorld, relation: Relation) -> Any:
    """The argument of ``route`` for the record of a neighbourhood; one that nothing has for MISSING."""
    model, column = object_of(route)
    if relation == Relation.MISSING:
        return "missing" if column != "pk" else 987654321
    row = world[relation].rows.get(model)
    return None if row is None else getattr(row, column)


def names_a_record(route: Route) -> bool:
    """Whether the argument of ``route`` is the key of a record that belongs to somebody."""
    return route.takes_object and not route.is_open and not route.name.endswith(NO_RECORD)


def addresses(world: SecurityWorld) -> Iterator[tuple[Route, str]]:
    """Every address of the site, with a record of one's own where it names one."""
    for route in ROUTES:
        value = value_of(route, world, Relation.OWN) if names_a_record(route) else "missing"
        if value is not None:
            yield route, address(route, value)


def whole(response: Any) -> str:
    """All bytes of an answer as text: headers, body, and the parts of a workbook."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    found = [str(response.headers), body.decode("utf-8", "replace")]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            found += [package.read(name).decode("utf-8", "replace") for name in package.namelist()]
    return "\n".join(found)


def told(response: Any) -> str:
    """What an answer tells: its status and text, without what differs from any request to the next."""
    text = response.content.decode("utf-8", "replace").replace(response.request["PATH_INFO"], "")
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"|<p class="print-foot">.*?</p>', "", text)
    return f"{response.status_code} {text.replace(response.headers.get('X-Request-ID', '-'), '')}"


def fingerprint() -> dict[str, Any]:
    """How many rows every table holds, and the state of the activities; sessions and read logs left out."""
    left_out = ("sessions.session", "signin.loginsession", "audit.auditentry", "audit.auditseal")
    counts = {
        m._meta.label: m._default_manager.count() for m in apps.get_models() if m._meta.label_lower not in left_out
    }
    return counts | {"states": list(Activity.objects.order_by("pk").values_list("pk", "state", "version"))}


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("role", ROLES)
def test_R078_a_foreign_record_is_answered_like_one_that_does_not_exist(
    role: str, security_world: SecurityWorld, sign_in: Any, tried: Counter[str]
) -> None:
    before, leaks = fingerprint(), []
    for route in filter(names_a_record, ROUTES):
        if is_shared(route):
            continue
        client, missing = sign_in(role), address(route, value_of(route, security_world, Relation.MISSING))
        values = {relation: value_of(route, security_world, relation) for relation in FOREIGN}
        for method in methods(route):
            expected = told(getattr(client, method)(missing))
            for relation, value in values.items():
                if value is None:
                    continue
                answer = getattr(client, method)(address(route, value))
                tried["foreign records"] += 1
                if told(answer) != expected or answer.status_code not in (403, 404, 405):
                    leaks.append((route.name, method, relation, answer.status_code, expected[:3]))
    assert leaks == []
    assert fingerprint() == before


@pytest.mark.parametrize("role", ROLES)
def test_R077_ones_own_records_open_to_the_roles_of_the_table_and_to_no_other(
    role: str, security_world: SecurityWorld, sign_in: Any, tried: Counter[str]
) -> None:
    wrong = []
    for route in filter(names_a_record, ROUTES):
        client, model = sign_in(role), object_of(route)[0]
        for relation in THEIRS:
            value = value_of(route, security_world, relation)
            if value is None or model in NOBODYS or (role == Role.SECRETARY and model in PLACES):
                continue
            for method in ("get", "post"):
                with undone():
                    answer = getattr(client, method)(address(route, value))
                tried["own records"] += 1
                status, leaks = answer.status_code, foreign_in(whole(answer))
                good = status not in (404, 500) if opens(route, role) else status in (403, 405)
                if leaks or not good:
                    wrong.append((route.name, method, relation, status, leaks))
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_R077_pages_open_to_the_roles_of_the_table_and_to_no_other(
    role: str, security_world: SecurityWorld, sign_in: Any, tried: Counter[str]
) -> None:
    wrong = []
    for route in ROUTES:
        if route.takes_object or route.is_open:
            continue
        client = sign_in(role)
        for method in methods(route):
            with undone():
                answer = getattr(client, method)(address(route))
            tried["pages"] += 1
            status, leaks = answer.status_code, foreign_in(whole(answer))
            if opens(route, role):
                good = status < 500 and (status not in (403, 404) or method != "get" or route.name.endswith(CLOSED))
            else:
                good = status in (403, 405)
            if leaks or not good:
                wrong.append((route.name, method, status, leaks))
    assert wrong == []


def without_token(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Stands for the page that tells of a missing token, with a status that no other refusal has."""
    return HttpResponse(status=418)


def test_R040_nothing_is_written_without_the_token_of_a_form(security_world: SecurityWorld, settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = f"{__name__}.without_token"
    before, passed = fingerprint(), []
    for role, user in security_world.users.items():
        client = Client(enforce_csrf_checks=True)
        client.force_login(user)
        for route, path in addresses(security_world):
            # What asks for no token of a form is for reading, and takes no post at all.
            refused = 405 if getattr(route.view, "csrf_exempt", False) else 418
            if client.post(path).status_code != refused:
                passed.append((role, route.name))
    assert passed == []
    assert fingerprint() == before


def test_visitors_reach_the_login_and_nothing_else(security_world: SecurityWorld, tried: Counter[str]) -> None:
    before, open_to_visitors = fingerprint(), set()
    for route, path in addresses(security_world):
        for method in methods(route):
            answer = getattr(Client(), method)(path)
            tried["visitors"] += 1
            to_login = answer.status_code == 302 and answer.url.startswith(reverse("accounts:login"))
            if not to_login and answer.status_code not in (401, 405):
                open_to_visitors.add(route.name)
    assert open_to_visitors - {route.name for route in ROUTES if route.is_open} == set()
    assert fingerprint() == before

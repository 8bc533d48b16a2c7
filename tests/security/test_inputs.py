"""R006, R008, R012, R019, R024: whatever stands in an address or a form, the answer is a page and never a fault."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from parkparty.access.choices import Role
from tests.admin.forms import FormReader
from tests.security.test_canaries import Doors
from tests.security.test_matrix import Route, addresses, opens, undone
from tests.security.world import SecurityWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

ODD = {
    "NUL": "a%00b",
    "lone surrogate": "%ED%A0%80",
    "no UTF-8": "%FF%FE",
    "negative": "-1",
    "beyond 63 bits": "9223372036854775808",
    "endless": "9" * 400,
    "beyond a float": "1e309",
    "NaN": "NaN",
    "full width": quote("１２３"),
    "SQL": quote("' OR 1=1 --"),
    "twice encoded": "%252527",
    "regular expression": quote("(a+)+$" + "a" * 500),
    "header": quote("x\r\nBcc: y@example.com"),
}
"""What is sent, as it stands in the bytes of a request."""

ADDRESSES = ("q", "place", "organization", "as_of", "denominator", "coverage", "after", "before", "o", "p")
"""Parameters that are tried on every page, whether it knows them or not."""

FORM = "application/x-www-form-urlencoded"


def reader_of(route: Route) -> str | None:
    """A role that the tables let in."""
    roles = (Role.ADMINISTRATOR, Role.SECRETARY, Role.REVIEWER, Role.AUDITOR)
    return next((role for role in roles if opens(route, role)), None)


def pages(world: SecurityWorld, clients: dict[str, Client], *, of_admin: bool = False) -> list[tuple[str, Client, str]]:
    """Each address that opens to somebody: with a client of theirs, and its page."""
    found = []
    for route, address in addresses(world):
        role = reader_of(route)
        if role and (of_admin == route.name.startswith("admin:")):
            response = clients[role].get(address)
            html = response.content.decode("utf-8", "replace") if not response.streaming else ""
            found.append((address, clients[role], html if response.status_code == 200 else ""))
    return found


@pytest.fixture
def clients(security_world: SecurityWorld, sign_in: Any) -> dict[str, Client]:
    return {role: sign_in(role) for role in Role}


@pytest.mark.parametrize("kind", ODD)
def test_R012_R019_no_address_fails(kind: str, security_world: SecurityWorld, clients: dict[str, Client]) -> None:
    failed = []
    for address, client, html in pages(security_world, clients):
        doors = Doors()
        doors.feed(html)
        own = {name for _action, fields in doors.forms for name in fields}
        query = "&".join(f"{name}={ODD[kind]}" for name in sorted(own | set(ADDRESSES)))
        asked = [query, *(f"{name}={ODD[kind]}" for name in sorted(own))]
        failed += [f"{address}?{one}" for one in asked if client.get(f"{address}?{one}").status_code >= 500]
    assert failed == []


def failing(page: tuple[str, Client, str], kind: str, *, singly: bool) -> list[str]:
    """The fields of the form on ``page`` that make a fault when ``kind`` stands in them: all at once, or one by one."""
    address, client, html = page
    reader, failed = FormReader(), []
    reader.feed(html)
    names = sorted(name for name in reader.values if name and name != "csrfmiddlewaretoken")
    for name in ["", *(names if singly else [])]:
        body = "&".join(
            f"{each}={ODD[kind] if each == name or not name else quote(reader.values[each][-1])}" for each in names
        )
        with undone():
            if client.post(address, body, content_type=FORM).status_code >= 500:
                failed.append(f"{address} {name}")
    return failed


@pytest.mark.parametrize("kind", ODD)
def test_R012_R019_R024_no_form_fails(kind: str, security_world: SecurityWorld, clients: dict[str, Client]) -> None:
    found = pages(security_world, clients)
    assert [fault for page in found if "<form" in page[2] for fault in failing(page, kind, singly=True)] == []


@pytest.mark.parametrize("kind", ["NUL", "lone surrogate", "beyond 63 bits", "full width"])
def test_R012_R019_no_form_of_the_data_pages_fails(
    kind: str, security_world: SecurityWorld, clients: dict[str, Client]
) -> None:
    found = [page for page in pages(security_world, clients, of_admin=True) if page[0].endswith(("/add/", "/change/"))]
    assert len(found) > 30
    assert [fault for page in found for fault in failing(page, kind, singly=False)] == []


def test_R012_too_many_fields_and_too_long_texts_are_refused(security_world: SecurityWorld, sign_in: Any) -> None:
    client = sign_in(Role.SECRETARY)
    assert (
        client.post("/activities/new/", "&".join(f"x{n}=1" for n in range(1500)), content_type=FORM).status_code == 400
    )
    assert client.post("/activities/new/", f"summary={'x' * 6_000_000}", content_type=FORM).status_code in (400, 413)
    assert client.post("/activities/new/", {"topic": "x" * 1_000_000, "summary": "x" * 1_000_000}).status_code == 200
    assert client.post("/activities/new/", "{", content_type="application/json").status_code < 500
    assert client.post("/activities/new/", "x", content_type="multipart/form-data; boundary=").status_code < 500

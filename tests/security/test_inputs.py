"""R008, R012, R019, R024: whatever stands in an address or a form, the answer is a page and never a fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from django.forms import ChoiceField, Form
from django.test import Client

from parkparty.access.choices import Role
from tests.admin.forms import FormReader
from tests.security.test_canaries import Doors
from tests.security.test_matrix import Route, addresses, opens, undone
from tests.security.world import SecurityWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

ODD = {
    "NUL": "a%00b",
    "no UTF-8": "%FF%ED%A0%80",
    "negative": "-1",
    "beyond 63 bits": "9223372036854775808",
    "endless": "9" * 5000,
    "NaN": "NaN",
    "full width": quote("１２３"),
    "regular expression": quote("(a+)+$" + "a" * 500),
}
"""What is sent, as it stands in the bytes of a request."""

SINGLY = ("NUL", "endless")
"""What is also sent in each field by itself, between good ones: a form may stop at the first fault."""

ADDRESSES = ("q", "place", "organization", "as_of", "denominator", "coverage", "after", "before", "o", "p")
"""Parameters that are tried on every page, whether it knows them or not."""

FORM = "application/x-www-form-urlencoded"
Page = tuple[str, Client, str]


def reader_of(route: Route) -> str | None:
    """A role that the tables let in."""
    roles = (Role.ADMINISTRATOR, Role.SECRETARY, Role.REVIEWER, Role.AUDITOR)
    return next((role for role in roles if opens(route, role)), None)


def pages(world: SecurityWorld, sign_in: Callable[[str], Client], *, of_admin: bool = False) -> Iterator[Page]:
    """Each address that opens to somebody: with a client of theirs, and its page."""
    for route, address in addresses(world):
        role = reader_of(route)
        if role and of_admin == route.name.startswith("admin:"):
            response = sign_in(role).get(address)
            is_page = response.status_code == 200 and not response.streaming
            yield address, sign_in(role), response.content.decode("utf-8", "replace") if is_page else ""


def names_in(html: str) -> list[str]:
    """The fields of the forms of a page."""
    reader = FormReader()
    reader.feed(html)
    return sorted(name for name in reader.values if name and name != "csrfmiddlewaretoken")


def failing(page: Page, names: list[str], kind: str) -> list[str]:
    """Whether the form of ``page`` makes a fault when ``kind`` stands in all of ``names``, or in one of them."""
    address, client, html = page
    reader, failed = FormReader(), []
    reader.feed(html)
    for one in ["", *(names if kind in SINGLY else [])]:
        typed = {name: quote(reader.values[name][-1]) if one and name != one else ODD[kind] for name in names}
        with undone():
            body = "&".join(f"{name}={value}" for name, value in typed.items())
            if client.post(address, body, content_type=FORM).status_code >= 500:
                failed.append(f"{address} {one or 'all'}={kind}")
    return failed


def test_R012_R019_no_address_fails(security_world: SecurityWorld, sign_in: Any) -> None:
    failed = []
    for address, client, html in pages(security_world, sign_in):
        doors = Doors()
        doors.feed(html)
        names = {name for _action, fields in doors.forms for name in fields} | set(ADDRESSES)
        for kind, value in ODD.items():
            query = "&".join(f"{name}={value}" for name in sorted(names))
            failed += [(address, kind)] if client.get(f"{address}?{query}").status_code >= 500 else []
    assert failed == []


def test_R093_no_form_that_reads_asks_for_a_secret(security_world: SecurityWorld, sign_in: Any) -> None:
    """What stands in an address is kept by browsers, proxies and logs: no password, code or telephone number does."""
    asked = set()
    for _address, _client, html in pages(security_world, sign_in):
        doors = Doors()
        doors.feed(html)
        asked |= {name for _action, fields in doors.forms for name in fields}
    assert {"q", "actor"} <= asked
    assert not [name for name in asked if re.search("password|phone|email|code|token|secret|number", name)]


@pytest.mark.parametrize("kind", ODD)
def test_R012_R019_R024_no_form_fails(kind: str, security_world: SecurityWorld, sign_in: Any) -> None:
    found = [page for page in pages(security_world, sign_in) if "<form" in page[2]]
    assert [fault for page in found for fault in failing(page, names_in(page[2]), kind)] == []


@pytest.mark.parametrize("kind", ["NUL", "beyond 63 bits", "endless", "full width", "negative", "regular expression"])
def test_R012_R019_R024_no_form_of_the_data_pages_fails(kind: str, security_world: SecurityWorld, sign_in: Any) -> None:
    """The keys of what is chosen included: they are looked up when the form comes back."""
    found, failed = 0, []
    for address, client, html in pages(security_world, sign_in, of_admin=True):
        if address.endswith(("/add/", "/change/")) and html:
            found += 1
            names = names_in(html)
            with undone():
                body = "&".join(f"{name}={ODD[kind]}" for name in names if "_FORMS" not in name)
                management = "".join(f"&{name}=1" for name in names if "TOTAL_FORMS" in name)
                management += "".join(f"&{name}=0" for name in names if "_FORMS" in name and "TOTAL" not in name)
                status = client.post(address, body + management, content_type=FORM).status_code
            query = "&".join(f"{name}={ODD[kind]}" for name in names)
            failed += [address] if status >= 500 or client.get(f"{address}?{query}").status_code >= 500 else []
    assert found > 30
    assert failed == []


def test_R012_too_many_fields_and_too_long_texts_are_refused(security_world: SecurityWorld, sign_in: Any) -> None:
    client, page = sign_in(Role.SECRETARY), "/activities/new/"
    assert client.post(page, "&".join(f"x{n}=1" for n in range(1500)), content_type=FORM).status_code == 400
    assert client.post(page, f"summary={'x' * 6_000_000}", content_type=FORM).status_code in (400, 413)
    assert client.post(page, "{", content_type="application/json").status_code < 500
    assert client.post(page, "x", content_type="multipart/form-data; boundary=").status_code < 500
    answer = client.post(page, {"topic": "x" * 1_000_000, "summary": "x" * 1_000_000})
    assert {"topic", "summary"} <= set(answer.context["form"].errors)


def subclasses(form: type[Form]) -> Iterator[type[Form]]:
    for below in form.__subclasses__():
        yield below
        yield from subclasses(below)


def test_R024_no_field_with_choices_takes_another() -> None:
    ours = [form for form in subclasses(Form) if form.__module__.startswith("parkparty.")]
    fields = [field for form in ours for field in form.base_fields.values() if isinstance(field, ChoiceField)]
    assert len(fields) > 5
    assert [field for field in fields if hasattr(field, "choices") and field.valid_value("nothing of the kind")] == []

"""R024: what a form cannot take is said on its page, and all that was typed stands there as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from parkparty.access.choices import Role
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company
from tests.conftest import make_company
from tests.security.test_matrix import addresses, opens, undone
from tests.security.world import Relation, SecurityWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

TYPED = ("text", "number", "date", "month", "email", "tel", "textarea")

ODD = {
    "empty": "",
    "too long": "长" * 5000,
    "endless": "9" * 5000,
    "NUL": "甲\0乙",
    "no day": "2026-02-30",
    "the first day": "0001-01-01",
    "the last day": "9999-12-31",
    "negative": "-1",
    "words": "十二",
}
TAKEN_BY_NOBODY = ("too long", "endless", "NUL")

NOT_KEPT = {"notice"}
"""A notice that fills the form: it may hold anything, and nothing of it is written."""


@dataclass
class PostedForm:
    """A form of a page that sends: its address, and the type and value of what is typed, and what else it sends."""

    action: str
    types: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        return ("".join(letter for letter in self.action if not letter.isdigit()), *sorted(self.typed))


class PostedForms(HTMLParser):
    """The forms of a page that send, and whether the page says of any field that it is wrong."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[PostedForm] = []
        self.form: PostedForm | None = None
        self.select = self.textarea = ""
        self.says_what_is_wrong = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text" if tag == "input" else tag)
        self.says_what_is_wrong |= given.get("aria-invalid") == "true"
        if tag == "form":
            sends = given.get("method", "get").lower() == "post"
            self.form = PostedForm(given.get("action", "")) if sends else None
            self.found += [self.form] if self.form else []
        elif self.form and tag == "option" and self.select and "selected" in given:
            self.form.others.setdefault(self.select, []).append(given.get("value", ""))
        elif self.form and name and not given.keys() & {"disabled", "readonly", "hidden"}:
            self._control(self.form, name, kind, given)

    def _control(self, form: PostedForm, name: str, kind: str, given: dict[str, str]) -> None:
        self.select = name if kind == "select" else ""
        self.textarea = name if kind == "textarea" else ""
        if kind in TYPED:
            form.types[name], form.typed[name] = kind, given.get("value", "")
        elif kind in ("hidden", "checkbox", "radio") and (kind == "hidden" or "checked" in given):
            form.others.setdefault(name, []).append(given.get("value", "on"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag in ("select", "textarea"):
            self.select = self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.form and self.textarea:
            self.form.typed[self.textarea] += data


def sent_forms(world: SecurityWorld, sign_in: Any) -> Iterator[tuple[Client, PostedForm]]:
    """Each form in which something is typed, once, with a client to whom it stands open."""
    park = world[Relation.OWN].park
    free: Company = make_company(99, park, name="还没有覆盖的企业")
    pages = [(route.name, role, address) for route, address in addresses(world) for role in Role if opens(route, role)]
    pages.append(("", Role.ADMINISTRATOR, f"/founding/new/?place=park:{park.key}&company={free.pk}"))
    known = set()
    for name, role, address in pages:
        if name.startswith("admin:"):
            continue
        client = sign_in(role)
        page = client.get(address)
        if page.status_code == 200 and page.headers["Content-Type"].startswith("text/html"):
            for form in PostedForms(page.content.decode()).found:
                form.action = form.action or address
                if form.typed and form.key not in known:
                    known.add(form.key)
                    yield client, form


def fault_in(client: Client, form: PostedForm, name: str, kind: str) -> str:
    """What is wrong with the answer where ``kind`` stands in the field ``name``, if anything."""
    empty = (key for key, value in form.typed.items() if not value.strip() and form.types[key] in ("text", "textarea"))
    sent = {**form.others, **form.typed, **dict.fromkeys(empty, "甲乙"), name: ODD[kind]}
    with undone():
        before = AuditEntry.objects.count()
        answer = client.post(form.action, sent)
        is_taken = AuditEntry.objects.count() > before
        page = PostedForms(answer.content.decode())
    if answer.status_code == 302:
        is_odd = kind in TAKEN_BY_NOBODY or (form.types[name] in ("number", "date") and kind != "empty")
        return "taken" if is_taken and is_odd else ""
    again = next((other for other in page.found if name in other.typed), None)
    if answer.status_code not in (200, 400) or is_taken or again is None:
        return f"{answer.status_code}, not the form"
    if not page.says_what_is_wrong:
        return "nothing is said"
    typed = {key: value for key, value in sent.items() if key in form.typed}
    lost = [key for key, value in typed.items() if again.typed.get(key, "").strip("\n") != value.strip("\n")]
    return f"lost {lost}" if lost else ""


@pytest.mark.parametrize("kind", ODD)
def test_R024_what_is_wrong_is_said_and_nothing_typed_is_lost(
    kind: str, security_world: SecurityWorld, sign_in: Any
) -> None:
    number, faults = 0, []
    for client, form in sent_forms(security_world, sign_in):
        for name in form.typed.keys() - NOT_KEPT:
            number += 1
            fault = fault_in(client, form, name, kind)
            faults += [f"{form.action} {name}: {fault}"] if fault else []
    assert number > 20
    assert faults == []

"""As each role, over every link and form from the first page on: no byte tells of a foreign neighbourhood (R083).

Nor, to whom contacts are closed, of a contact (R079); and no text that was typed is part of a page (R003, R014, R017).
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.access.admin.site import site
from parkparty.access.choices import Role
from parkparty.access.permissions import HISTORIES, ROLES_FOR, Action
from parkparty.activities.models import Activity
from parkparty.rosters.models import RosterBatch
from tests.security.test_matrix import ROLES, ROUTES, whole
from tests.security.world import (
    FOREIGN,
    HOSTILE,
    THEIRS,
    Relation,
    SecurityWorld,
    canary,
    contact,
    foreign_in,
    text_of,
    upload_roster,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

STARTS = ("/", "/admin/", "/accounts/security/", "/feedback/")
TERMS = ("CANARY", "park-", "user-", "")
"""What is typed into every search box: the beginning of all that is hidden, and nothing."""

SORTING = re.compile(r"[?&](o|after|before|p|e|_changelist_filters)=")
"""Sorting and turning pages show the same rows in another order; following them all would never end."""


class Doors(HTMLParser):
    """The links of a page, and its forms that read, each with what can be chosen and typed.

    ``planted`` tells whether an element or an attribute of the page came out of a text.
    """

    def __init__(self) -> None:
        super().__init__()
        self.planted = False
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self.fields: dict[str, list[str]] | None = None
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        self.planted |= tag == "plant" or "plant" in given
        if tag in ("a", "link", "img", "script"):
            self.links += [given[key] for key in ("href", "src") if given.get(key)]
        elif tag == "form":
            self.fields = {} if given.get("method", "get").lower() == "get" else None
            if self.fields is not None:
                self.forms.append((given.get("action", ""), self.fields))
        elif self.fields is not None and name:
            self._field(tag, name, given, self.fields)
        elif tag == "option" and self.fields is not None and self.select:
            self.fields[self.select].append(given.get("value", ""))

    def _field(self, tag: str, name: str, given: dict[str, str], fields: dict[str, list[str]]) -> None:
        self.select = name if tag == "select" else ""
        fields.setdefault(name, [])
        if tag == "input":
            typed = given.get("type", "text") in ("text", "search")
            fields[name] += [given.get("value", ""), *TERMS] if typed else [given.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.fields, self.select = None, ""

    def addresses(self, here: str) -> Iterator[str]:
        """Where the page leads: its links, and its forms with each value of each field, one at a time."""
        yield from (urljoin(here, link) for link in self.links)
        for action, fields in self.forms:
            plain = {name: values[0] if values else "" for name, values in fields.items()}
            for name, values in fields.items():
                for value in values:
                    yield f"{urljoin(here, action).partition('?')[0]}?{urlencode(plain | {name: value})}"


def leads_on(address: str, here: str) -> bool:
    """Whether the crawl follows: on this site, not a file of the look, and not the same filter upon a filter."""
    parts = urlsplit(address)
    if parts.netloc or parts.scheme not in ("", "http") or address.startswith("/static/"):
        return False
    if "month=" in parts.query and urlsplit(here).query:
        return False  # from month to month there is no end
    return not SORTING.search(address) and not (parts.query and urlsplit(here).query and "&" in parts.query)


def crawl(client: Client, *starts: str) -> dict[str, str]:
    """Every address that can be reached from ``starts``, with all that it answered."""
    seen, waiting = set(starts), deque(starts)
    answers: dict[str, str] = {}
    while waiting:
        here = waiting.popleft()
        response = client.get(here)
        assert response.status_code < 500, here
        answers[here] = whole(response)
        doors = Doors()
        if response.headers.get("Content-Type", "").startswith("text/html"):
            doors.feed(answers[here])
        elif response.headers.get("Location"):
            doors.links.append(response.headers["Location"])
        for address in doors.addresses(here):
            plain = address.partition("#")[0].removeprefix("http://testserver")
            if plain not in seen and leads_on(plain, here):
                seen.add(plain)
                waiting.append(plain)
    return answers


def leaks_in(answers: dict[str, str], *also: str) -> list[tuple[str, str]]:
    """Where something foreign, or one of the tokens ``also``, was told."""
    return [(address, token) for address, text in answers.items() for token in foreign_in(text, *also)]


def planted_in(text: str) -> bool:
    """Whether a text became part of the page, a formula of a template or a format."""
    doors = Doors()
    doors.feed(text if "<html" in text else "")
    return doors.planted


@pytest.mark.parametrize("role", ROLES)
def test_R003_R014_R017_R079_R083_no_link_search_or_filter_leads_to_a_foreign_byte_or_runs_a_text(
    role: str, security_world: SecurityWorld, sign_in: Callable[[str], Client], tried: Counter[str]
) -> None:
    own = security_world[Relation.OWN]
    upload_roster(security_world.users[role], own.park, text_of("own"))
    histories = [
        reverse("access:history", args=[label, row.pk])
        for label in HISTORIES
        for model, row in own.rows.items()
        if model._meta.label_lower == label
    ]
    answers = crawl(sign_in(role), *STARTS, "/rosters/template/", *histories)
    tried["crawled addresses"] += len(answers)
    told_contacts = role in ROLES_FOR[Action.VIEW_CONTACT]
    assert leaks_in(answers, *(() if told_contacts else map(contact, THEIRS))) == []
    assert any(contact("own") in text for text in answers.values()) == told_contacts
    assert not [address for address, text in answers.items() if planted_in(text)]
    assert any(HOSTILE in html.unescape(text) for text in answers.values()) == (role != "stranger")
    reads = role not in ("stranger", Role.AUDITOR)
    assert any(canary("own") in text for text in answers.values()) == (role != "stranger")
    assert not reads or sum(canary("child") in text for text in answers.values()) > 3
    assert len(answers) > (30 if reads else 4), sorted(answers)


@pytest.mark.parametrize("role", ROLES)
def test_R083_a_foreign_key_in_the_address_finds_nothing(
    role: str, security_world: SecurityWorld, sign_in: Callable[[str], Client], tried: Counter[str]
) -> None:
    client, answers = sign_in(role), {}
    pages = [f"/{route.pattern}" for route in ROUTES if not route.takes_object and not route.name.startswith("admin:")]
    for relation in FOREIGN:
        there = security_world[relation]
        for name, value in (
            ("place", f"park:{there.park.key}"),
            ("place", f"area:{there.area.code}"),
            ("organization", there.organization.code),
            ("company", f"{there.rows[Activity].pk}"),
        ):
            for page in pages:
                address = f"{page}?{urlencode({name: value})}"
                answers[address] = whole(client.get(address))
    tried["foreign keys in addresses"] += len(answers)
    assert leaks_in(answers) == []


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_R083_search_boxes_and_lookups_of_the_data_pages_offer_nothing_foreign(
    role: str, security_world: SecurityWorld, sign_in: Callable[[str], Client], tried: Counter[str]
) -> None:
    client, answers = sign_in(role), {}
    for pages in site._registry.values():
        listed = reverse(f"admin:{pages.opts.app_label}_{pages.opts.model_name}_changelist")
        for field in (field for field in pages.opts.get_fields() if field.is_relation and field.concrete):
            asked = {"app_label": pages.opts.app_label, "model_name": pages.opts.model_name, "field_name": field.name}
            for term in ("", "CANARY"):
                address = f"{reverse('admin:autocomplete')}?{urlencode(asked | {'term': term})}"
                answers[address] = whole(client.get(address))
            for relation in FOREIGN:
                row = security_world[relation].rows.get(field.related_model)
                for lookup in ("", "__exact", "__id__exact", "__isnull"):
                    address = f"{listed}?{field.name}{lookup}={row.pk if row else 1}"
                    answers[address] = whole(client.get(address))
    tried["lookups"] += len(answers)
    assert leaks_in(answers) == []


def test_R083_a_leak_would_be_seen(security_world: SecurityWorld, sign_in: Callable[[str], Client]) -> None:
    batch = RosterBatch.objects.get(uploaded_by__username="user-sibling")
    batch.uploaded_by = security_world.users[Role.ADMINISTRATOR]
    batch.save()
    answer = whole(sign_in(Role.ADMINISTRATOR).get("/rosters/"))
    assert leaks_in({"/rosters/": answer}) == [("/rosters/", canary("sibling"))]

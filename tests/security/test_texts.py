"""R002–R018: what people type is shown as typed, everywhere, and is never run by a page, a sheet or a letter."""

from __future__ import annotations

import html
import io
import zipfile
from typing import Any

import pytest
from django.apps import apps
from django.core.mail import BadHeaderError
from django.db import models
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.places.models import Park
from parkparty.rosters.documents import write_template
from parkparty.signin.services import invitations
from tests.security.test_canaries import leads_on
from tests.security.world import Relation, SecurityWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

FORMULAS = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "＝1+1",
    '=HYPERLINK("http://x")',
    "http://example.com",
    "=cmd|'/c x'!A1",
)


def test_R002_what_is_stored_is_what_was_typed(security_world: SecurityWorld, sign_in: Any) -> None:
    client = sign_in(Role.ADMINISTRATOR)
    typed = "甲<b>&\"'{{7*7}}%2527 公司"
    area, park = security_world[Relation.OWN].area, security_world[Relation.OWN].park
    client.post(reverse("admin:places_building_add"), {"name": typed, "park": park.pk, "area": area.pk, "_save": ""})
    assert park.buildings.filter(name=typed).exists()


def test_R004_no_field_keeps_an_address_and_no_link_runs_a_script(security_world: SecurityWorld) -> None:
    fields = [field for model in apps.get_models() for field in model._meta.local_fields]
    ours = [field for field in fields if field.model.__module__.startswith("parkparty.")]
    assert not [str(field) for field in ours if isinstance(field, models.URLField)]
    for word in ("javascript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example", "https:evil.example"):
        answer = Client().get(reverse("accounts:login"), {"next": word})
        assert f'href="{word}' not in answer.content.decode()
        assert not leads_on("https://evil.example/", "/")


def test_R009_names_never_become_formulas_or_links_in_a_workbook() -> None:
    with zipfile.ZipFile(io.BytesIO(write_template({"companies": [{"name": name} for name in FORMULAS]}, {}))) as book:
        parts = {name: book.read(name).decode() for name in book.namelist() if name.endswith((".xml", ".rels"))}
    sheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/")]
    assert not any("<f>" in text or "<hyperlink" in text for text in sheets)
    assert not any("http://example.com" in text for name, text in parts.items() if name.endswith(".rels"))
    assert all(html.escape(name.strip(), quote=False) in parts["xl/sharedStrings.xml"] for name in FORMULAS)


def test_R009_the_template_of_a_park_named_like_a_formula(security_world: SecurityWorld, sign_in: Any) -> None:
    Park.objects.filter(pk=security_world[Relation.OWN].park.pk).update(name="=1+1")
    body = sign_in(Role.ADMINISTRATOR).get(reverse("rosters:template")).content
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        assert "=1+1" in book.read("xl/sharedStrings.xml").decode()
    assert not any("<f>" in sheet for sheet in sheets)


@pytest.mark.parametrize("planted", ["甲\r\nBcc: x@example.com", "甲\nSubject: x", "甲\x0bX: y"])
def test_R018_no_name_or_address_writes_a_header_of_a_letter(
    planted: str, security_world: SecurityWorld, mailoutbox: list[Any], settings: Any
) -> None:
    settings.MAIL_IS_SET = True
    user = User.objects.create_user("invited", display_name=planted, email="a@example.com")
    link = invitations.issue_link(user, by=None, site="https://dj.example.cn")
    invitations.mail_links([link])
    message = mailoutbox[0].message()
    assert message.get_all("To") == ["a@example.com"]
    assert {name.lower() for name in message} & {"bcc", "cc", "x"} == set()
    assert "\n" not in message["Subject"]
    user.email = "a@example.com\nBcc: x@example.com"
    with pytest.raises(BadHeaderError):
        invitations.mail_links([link])


def test_R018_an_address_with_a_line_break_is_never_kept(security_world: SecurityWorld, sign_in: Any) -> None:
    client, node = sign_in(Role.ADMINISTRATOR), security_world[Relation.OWN].organization.code
    for email in ("a@example.com\nBcc: b@example.com", "a@example.com%0ABcc:b@example.com"):
        client.post(reverse("accounts:invite"), {"people": f"newcomer,某人,{email},书记,{node}"})
        assert not User.objects.filter(username="newcomer").exists()


def test_R006_what_looks_like_sql_is_searched_for_as_text(security_world: SecurityWorld, sign_in: Any) -> None:
    client: Client = sign_in(Role.ADMINISTRATOR)

    def found(text: str) -> int:
        return len(client.get("/companies/", {"q": text}).context["page"].rows)

    assert found("CANARY") == 2
    for text in (
        "' OR '1'='1",
        "CANARY%' --",
        "C%Y",
        "CAN_RY",
        "CANARY' OR 1=1--",
        '" OR ""="',
        "CANARY'; DROP TABLE x",
    ):
        assert found(text) == 0, text
    assert Company.objects.count() == 5

"""Requirements whose proof stands nowhere else: R001, R008, R023, R046, R055, R084, R128."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities.models import Activity
from parkparty.companies.models import Company
from parkparty.organizations.models import Officer
from tests.admin.forms import submit
from tests.security.test_repository import CODE
from tests.security.test_tampering import record
from tests.security.world import Relation, SecurityWorld, contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def test_R001_what_comes_is_decoded_once_and_compared_in_one_spelling(
    security_world: SecurityWorld, sign_in: Any
) -> None:
    client, own = sign_in(Role.ADMINISTRATOR), security_world[Relation.OWN]
    page = reverse("admin:places_building_add")
    form = "application/x-www-form-urlencoded"
    client.post(page, f"name=%252541&_save=&park={own.park.pk}", content_type=form)
    assert own.park.buildings.filter(name="%2541").exists()
    assert [row.name for row in client.get("/companies/?q=%2541").context["page"].rows] == []
    before = User.objects.count()
    for name in ("READER-viewer", "ｒｅａｄｅｒ－viewer", " reader-viewer "):
        client.post(reverse("accounts:invite"), {"people": f"{name},某人,,书记,{own.organization.code}"})
    assert User.objects.count() == before


def test_R008_what_looks_like_a_pattern_is_searched_for_as_text(security_world: SecurityWorld, sign_in: Any) -> None:
    own, client = security_world[Relation.OWN], sign_in(Role.ADMINISTRATOR)
    named = Company.objects.get(pk=own.rows[Company].pk)
    named.name = "(a+)+$试验公司"
    named.save()
    for text, found in {"(a+)+$": [named.pk], "(a+)+$" + "a" * 54: [], ".*.*.*": [], "[a-z]+": [], "\\w": []}.items():
        answer = client.get("/companies/", {"q": text})
        assert [row.pk for row in answer.context["page"].rows] == found, text


def fields() -> Iterator[models.Field]:
    for model in apps.get_models():
        if model.__module__.startswith("parkparty."):
            yield from (
                field for field in model._meta.local_concrete_fields if field.editable and not field.auto_created
            )


def test_R023_every_field_states_its_limits() -> None:
    """The rules stand on the models, once; forms and the data pages show and ask what stands there."""
    texts = [field for field in fields() if type(field) in (models.CharField, models.SlugField, models.EmailField)]
    assert len(texts) > 30
    assert [str(field) for field in texts if not (field.max_length or field.choices)] == []
    numbers = [field for field in fields() if isinstance(field, models.IntegerField) and not field.primary_key]
    assert [str(field) for field in numbers if not field.validators] == []


def test_R055_a_known_bad_file_is_kept_by_nobody(
    security_world: SecurityWorld, sign_in: Any, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path  # what others upload meanwhile is not counted
    before = Activity.objects.count()
    photo = SimpleUploadedFile("x.jpg", EICAR, "image/jpeg")
    page = sign_in(Role.SECRETARY).post(reverse("activities:new"), record(security_world, photos=[photo]))
    assert (page.status_code, "photos" in page.context["form"].errors) == (200, True)
    answer = sign_in(Role.ADMINISTRATOR).post(
        reverse("rosters:upload"), {"file": SimpleUploadedFile("名单.csv", EICAR)}, follow=True
    )
    assert b"EICAR" not in answer.content or b"<pre" not in answer.content
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in (".csv", "")]
    assert (Activity.objects.count(), kept) == (before, [])


HASHES = {"sha256", "sha512", "blake2b", "scrypt", "_Hash"}
SEALING = {"cryptography.fernet"}
"""Fernet: AES in CBC mode with an HMAC over all of it, encrypt-then-MAC."""

KNOWN = {"parkparty/signin/rules.py": {"sha1"}}
"""TOTP is HMAC-SHA-1 (RFC 6238): what authenticators compute. SHA-1 under HMAC is not broken."""


def test_R084_only_vetted_algorithms_are_used() -> None:
    wrong = []
    for path in CODE:
        name = str(path.relative_to(settings.BASE_DIR))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "hashlib":
                wrong += [(name, node.attr)] if node.attr not in HASHES | KNOWN.get(name, set()) else []
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("cryptography", "Crypto"):
                wrong += [(name, node.module)] if node.module not in SEALING else []
            if isinstance(node, ast.Import) and any(alias.name == "random" for alias in node.names):
                wrong += [] if "/demo/" in name else [(name, "random")]
    assert wrong == []


def test_R128_a_persons_data_are_read_put_right_and_taken_away_everywhere(
    security_world: SecurityWorld, sign_in: Any
) -> None:
    officer, client = security_world[Relation.OWN].rows[Officer], sign_in(Role.ADMINISTRATOR)
    page = reverse("admin:organizations_officer_change", args=[officer.pk])
    assert contact("own") in client.get(page).content.decode()
    assert submit(client, page, name="更正后", phone="021-55556666").status_code == 302
    assert (told("更正后"), told(contact("own"))) == (["organizations_officer"], [])
    assert submit(client, page, until="2026-11-01").status_code == 302
    assert told("更正后") + told("021-55556666") == []


def told(word: str) -> list[str]:
    """The tables in which ``word`` stands, in whatever column."""
    found = []
    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM " + connection.ops.quote_name(model._meta.db_table))
            if any(word in str(value) for row in cursor.fetchall() for value in row):
                found.append(model._meta.db_table)
    return found


GOOD = b"GET /accounts/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
SMUGGLED = {
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n",
    "chunks disguised": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "no number": b"Content-Length: +5\r\n\r\nhello",
    "space before colon": b"Content-Length : 5\r\n\r\nhello",
    "chunks that are none": b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The web server with the settings that are shipped for it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    own = {"PORT": str(port), "DATABASE_URL": f"sqlite:///{folder / 'x.sqlite3'}", "WEB_CONCURRENCY": "1", "DEBUG": "1"}
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "parkparty.wsgi"]
    with subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout
        assert "127.0.0.1" in process.stdout.readline()
        yield port
        process.terminate()


def answer_to(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", SMUGGLED)
def test_R046_a_request_of_two_meanings_is_refused_and_the_next_is_answered(kind: str, server: int) -> None:
    head = b"POST /accounts/login/ HTTP/1.1\r\nHost: localhost\r\n"
    answer = answer_to(server, head + SMUGGLED[kind])
    statuses = re.findall(rb"HTTP/1.1 (\d{3})", answer)
    assert statuses
    assert set(statuses) <= {b"400", b"403", b"501"}, "what follows the head is no request of its own"
    assert answer_to(server, GOOD).split(b" ")[1] == b"200"

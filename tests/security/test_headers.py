"""R033–R045, R090, R094: what every answer tells the browser, errors and the data pages included."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import settings as site
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse

from parkparty.access.choices import Role
from tests.security.test_matrix import ROLES, ROUTES, addresses, fingerprint
from tests.security.world import SecurityWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault of the site")


urlpatterns = [path("broken/", broken), path("", include("parkparty.urls"))]
handler400 = "parkparty.core.http.bad_request"
handler403 = "parkparty.core.http.forbidden"
handler404 = "parkparty.core.http.not_found"
handler500 = "parkparty.core.http.server_error"


def faults_of(response: Any) -> list[str]:
    """Which of the rules for every answer this one breaks."""
    policy, faults = response.headers.get("Content-Security-Policy", ""), []
    directives = {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}
    if directives.get("default-src") != ["'self'"] or "unsafe-inline" in policy or "unsafe-eval" in policy:
        faults.append("script policy")
    faults += [name for name in ("object-src", "base-uri", "frame-ancestors") if directives.get(name) != ["'none'"]]
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    faults += [name for name, value in expected.items() if response.headers.get(name) != value]
    faults += [name for name in response.headers if name.startswith("Access-Control-")]
    if response.content and not re.match(
        r"""(text/(html|javascript|calendar); charset="?utf-8"?$|application/(json|problem\+json|vnd\..*sheet)$)""",
        response.headers.get("Content-Type", ""),
    ):
        faults.append(f"Content-Type {response.headers.get('Content-Type')}")
    return faults


@pytest.fixture
def anyone(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False, headers={"Origin": "https://evil.example"})


@pytest.mark.parametrize("role", [*ROLES, "visitor"])
def test_R037_R038_R039_R040_R043_R094_every_answer_of_every_address_and_reading_changes_nothing(
    role: str, security_world: SecurityWorld
) -> None:
    client, wrong = Client(raise_request_exception=False, headers={"Origin": "https://evil.example"}), []
    before = fingerprint()
    if role != "visitor":
        client.force_login(security_world.users[role])
    for route, address in addresses(security_world):
        response = client.get(address)
        was_sent = response.headers.get("Content-Type") in ("image/jpeg", "application/octet-stream")
        found = faults_of(response) if not was_sent else []
        found += ["a fault"] if response.status_code >= 500 else []
        wrong += [(route.name, response.status_code, found)] if found else []
        signed_in = role != "visitor" and not route.is_open
        if signed_in and "no-store" not in response.headers.get("Cache-Control", ""):
            wrong.append((route.name, response.status_code, ["kept in a cache"]))
    assert wrong == []
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("get", "/nothing/", 404),
        ("get", "/broken/", 500),
        ("get", "/companies/?after=%00", 302),
        ("trace", "/accounts/login/", 405),
        ("get", "/text-size/", 405),
        ("post", "/accounts/logout/", 302),
    ],
)
def test_R038_R039_errors_carry_the_same(anyone: Client, method: str, address: str, status: int) -> None:
    response = getattr(anyone, method)(address)
    assert response.status_code == status
    assert faults_of(response) == []


def test_R039_a_refused_form_carries_the_same(anyone: Client) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("accounts:login"), {"username": "x"})
    assert (response.status_code, faults_of(response)) == (403, [])


def test_R097_signing_out_asks_the_browser_to_forget(sign_in: Any) -> None:
    response = sign_in(Role.SECRETARY).post(reverse("accounts:logout"))
    assert response["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(
    ("name", "kind"), [("photo", "image/jpeg"), ("thumbnail", "image/jpeg"), ("attachment", "application/octet-stream")]
)
def test_R033_R041_what_users_sent_is_never_a_page(
    name: str, kind: str, security_world: SecurityWorld, sign_in: Any
) -> None:
    files = [address for route, address in addresses(security_world) if route.name == f"activities:{name}"]
    response = sign_in(Role.SECRETARY).get(files[0])
    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response.headers.get("Content-Disposition", "").startswith("attachment") == (name == "attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, "visitor"])
@pytest.mark.parametrize(
    "address",
    [
        *("/.git/HEAD", "/.git/config", "/.env", "/.ci/run", "/media/", "/media/photos/", "/var/", "/static/"),
        *("/metrics", "/metrics/", "/api/", "/api/schema", "/admin/doc/", "/server-status", "/debug/", "/__debug__/"),
        *("/static/../parkparty/settings.py", "/static/%2e%2e/parkparty/settings.py", "/static/..%2f..%2fetc/passwd"),
        *("/manage.py", "/parkparty/settings.py", "/docs/", "/swagger/", "/phpinfo.php", "/admin/jsi18n/../../.env"),
    ],
)
def test_R090_nothing_of_the_inside_is_served(address: str, role: str, security_world: SecurityWorld) -> None:
    client = Client(raise_request_exception=False)
    if role != "visitor":
        client.force_login(security_world.users[role])
    assert client.get(address).status_code in (302, 404)
    assert b"SECRET_KEY" not in client.get(address).content


def test_R090_trace_is_refused_everywhere(security_world: SecurityWorld, sign_in: Any) -> None:
    client, answered = sign_in(Role.ADMINISTRATOR), []
    for route, address in addresses(security_world):
        response = client.trace(address, headers={"X-Told": "back"})
        if response.status_code != 405 or b"X-Told" in response.content:
            answered.append(route.name)
    assert answered == []
    assert site.DEBUG is False


def test_R045_what_a_sender_says_of_itself_is_not_believed(security_world: SecurityWorld) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "1",
        "X-Forwarded-For": "203.0.113.9",
        "X-Real-IP": "203.0.113.9",
        "Forwarded": "for=203.0.113.9;host=evil.example;proto=https",
    }
    plain, spoofed = Client().get("/companies/"), Client().get("/companies/", headers=forged)
    assert (plain.status_code, plain.url) == (spoofed.status_code, spoofed.url)
    assert not spoofed.wsgi_request.is_secure()
    assert "evil.example" not in Client().get(reverse("accounts:login"), headers=forged).content.decode()
    assert Client(raise_request_exception=False).get("/", headers={"Host": "evil.example"}).status_code == 400


def test_R106_an_address_with_line_breaks_is_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    logging.disable(logging.NOTSET)
    with caplog.at_level(logging.WARNING):
        Client(raise_request_exception=False).get("/nothing%0a2026-11-21 INFO forged%1b[31m/")
    assert caplog.records
    assert not any("\n" in record.getMessage() or "\x1b" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https:evil.example",
        "/\\evil.example",
        "\t//evil.example",
        "http:///evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "%09//evil.example",
        "///evil.example",
    ],
)
def test_R042_no_next_leads_to_another_site(address: str, security_world: SecurityWorld) -> None:
    client = Client()
    client.force_login(security_world.users["stranger"])
    for name, data in (("text_size", {"size": "125"}), ("set_language", {"language": "en"}), ("accounts:login", {})):
        answer = client.post(reverse(name), {"next": address, **data})
        assert answer.status_code in (200, 204, 302)
        target = answer.headers.get("Location", "/")
        assert urlsplit(urljoin("http://testserver/x/", target.replace("\\", "/").strip())).netloc == "testserver", name
    shown = Client().get(reverse("accounts:login"), {"next": address}).content.decode()
    assert f'value="{address}"' not in shown or address.startswith("%09")  # as it stands a path of this site
    assert f'href="{address}"' not in shown


KEEPING = {"activity-local.js", "review-keys.js"}
"""Scripts that keep something in the browser: what is being typed, until it is sent. Signing out clears it."""


def scripts() -> Iterator[Path]:
    yield from sorted((Path(site.BASE_DIR) / "static" / "js").rglob("*.js"))


def test_R034_R097_our_scripts_write_text_and_keep_nothing() -> None:
    writing = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc")
    keeping = re.compile(r"localStorage|sessionStorage|indexedDB|document\.cookie")
    texts = {file.name: file.read_text(encoding="utf-8") for file in scripts()}
    assert [name for name, text in texts.items() if writing.search(text)] == []
    assert {name for name, text in texts.items() if keeping.search(text)} == KEEPING


def test_R095_pages_load_from_their_own_site_only() -> None:
    templates = sorted((Path(site.BASE_DIR) / "templates").rglob("*.html"))
    files = [*templates, *scripts(), *(Path(site.BASE_DIR) / "static" / "css").rglob("*.css")]
    outside = re.compile(r"""(src|href|action|url\(|@import|from)\s*[=(]?\s*["']?(https?:)?//""")
    assert len(templates) > 50
    assert not [file.name for file in files if outside.search(file.read_text(encoding="utf-8"))]
    assert len(ROUTES) > 50

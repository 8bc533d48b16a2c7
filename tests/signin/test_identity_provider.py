"""Signing in by a city's identity provider, against one that runs inside the test and signs with a key of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from jwt.algorithms import RSAAlgorithm

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.signin.models import IdentityLink
from tests.signin.conftest import code_now, is_signed_in

KEY, STRANGE_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
CLIENT = "parkparty-test"


class Provider(ThreadingHTTPServer):
    """The least that OpenID Connect asks of a provider; ``claims`` and ``token`` may be bent by a test."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.claims: dict[str, Any] = {"sub": "u-1", "email": "member@example.cn", "email_verified": True}
        self.token: Callable[[dict[str, Any]], str] = signed
        self.down = False
        self.nonce = self.challenge = ""

    def sees(self, address: str) -> dict[str, str]:
        """The browser arrives with this address; returns what it carries."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.nonce, self.challenge = query["nonce"], query["code_challenge"]
        return query

    def answer(self, path: str, form: dict[str, list[str]]) -> dict[str, Any]:
        if path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            return {"issuer": self.issuer} | {name: f"{self.issuer}/{end}" for name, end in names.items()}
        if path == "/keys":
            return {"keys": [json.loads(RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k1", "use": "sig"}]}
        verifier = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        assert base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == self.challenge
        assert form["client_secret"] == ["hush"]
        now = int(time.time())
        standard = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": self.nonce}
        return {"id_token": self.token(standard | self.claims)}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self, body: bytes = b"") -> None:
        provider: Any = self.server
        if provider.down:
            self.send_error(503)
            return
        answer = json.dumps(provider.answer(self.path, parse_qs(body.decode()))).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(answer)

    def do_POST(self) -> None:
        self.do_GET(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def signed(claims: dict[str, Any]) -> str:
    return jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "k1"})


@pytest.fixture
def provider(settings) -> Iterator[Provider]:
    cache.clear()
    server = Provider()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = server.issuer, CLIENT, "hush"
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def invited(member: User) -> User:
    member.email = "member@example.cn"
    member.save()
    return member


def come_back(client: Client, provider: Provider, **changed: str) -> Any:
    """Go to the provider and return with a code."""
    asked = client.get(reverse("accounts:oidc"), {"next": "/accounts/security/"})
    query = provider.sees(asked.url)
    assert query["redirect_uri"] == "http://testserver/accounts/oidc/callback/"
    return client.get(reverse("accounts:oidc_callback"), {"code": "c", "state": query["state"]} | changed)


def test_it_is_off_until_a_provider_is_set(client: Client, db) -> None:
    assert "统一身份" not in client.get(reverse("accounts:login")).content.decode()
    assert client.get(reverse("accounts:oidc")).status_code == 404
    assert client.get(reverse("accounts:oidc_callback"), {"code": "c", "state": "s"}).status_code == 404


def test_a_known_person_comes_in_and_is_remembered_by_identifier(
    client: Client, provider: Provider, invited: User
) -> None:
    assert "用统一身份登录" in client.get(reverse("accounts:login")).content.decode()
    assert come_back(client, provider).url == "/accounts/security/"
    assert is_signed_in(client)
    assert IdentityLink.objects.get().subject == "u-1"
    assert AuditEntry.objects.get(action="登录").reason == "统一身份"
    provider.claims["email"] = "renamed@example.cn"
    again = Client()
    come_back(again, provider)
    assert again.session["_auth_user_id"] == str(invited.pk)


def test_nobody_is_created(client: Client, provider: Provider, member: User) -> None:
    page = come_back(client, provider)
    assert "还没有账号" in client.get(page.url).content.decode()
    assert not is_signed_in(client)
    assert User.objects.count() == 1
    assert AuditEntry.objects.get().action == "统一身份登录失败"


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": ""},
        {"email": "other@example.cn"},
        {"email": ["member@example.cn"]},
    ],
)
def test_only_a_verified_address_counts(
    client: Client, provider: Provider, invited: User, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    come_back(client, provider)
    assert not is_signed_in(client)
    assert not IdentityLink.objects.exists()


def test_another_person_with_the_same_address_does_not_take_the_account(
    client: Client, provider: Provider, invited: User
) -> None:
    come_back(Client(), provider)
    provider.claims["sub"] = "u-2"
    come_back(client, provider)
    assert not is_signed_in(client)


def test_an_address_of_two_accounts_opens_neither(
    client: Client, provider: Provider, invited: User, make_user: Callable[..., User]
) -> None:
    make_user("twin", email="MEMBER@example.cn")
    come_back(client, provider)
    assert not is_signed_in(client)


def test_disabled_accounts_and_superusers_stay_out(client: Client, provider: Provider, invited: User) -> None:
    come_back(Client(), provider)
    User.objects.update(is_active=False)
    come_back(client, provider)
    assert not is_signed_in(client)
    IdentityLink.objects.all().delete()
    User.objects.update(is_active=True, is_superuser=True)
    come_back(client, provider)
    assert not is_signed_in(client)


def test_a_site_may_match_login_names_instead(client: Client, provider: Provider, member: User, settings) -> None:
    settings.OIDC_CLAIM = "preferred_username"
    provider.claims = {"sub": "u-1", "preferred_username": "member"}
    come_back(client, provider)
    assert is_signed_in(client)


def test_R065_the_second_factor_is_asked_for_all_the_same(
    client: Client, provider: Provider, invited: User, phone_of
) -> None:
    secret = phone_of(invited)
    assert come_back(client, provider).url == reverse("accounts:second_factor")
    assert not is_signed_in(client)
    assert client.post(reverse("accounts:second_factor"), {"code": code_now(secret)}).url == "/accounts/security/"
    assert is_signed_in(client)


@pytest.mark.parametrize(
    "bent",
    [
        lambda claims: signed(claims | {"nonce": "other"}),
        lambda claims: signed(claims | {"aud": "another-client"}),
        lambda claims: signed(claims | {"iss": "https://evil.example"}),
        lambda claims: signed(claims | {"exp": int(time.time()) - 600}),
        lambda claims: signed(claims | {"azp": "another-client"}),
        lambda claims: signed({name: value for name, value in claims.items() if name != "sub"}),
        lambda claims: jwt.encode(claims, STRANGE_KEY, algorithm="RS256", headers={"kid": "k1"}),
        lambda claims: jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "unknown"}),
        lambda claims: jwt.encode(claims, "", algorithm="none", headers={"kid": "k1"}),
        lambda claims: jwt.encode(
            claims, "secret-of-thirty-two-characters!!", algorithm="HS256", headers={"kid": "k1"}
        ),
        lambda claims: "nonsense",
    ],
    ids=["nonce", "aud", "iss", "expired", "azp", "sub", "forged", "unknown-key", "unsigned", "symmetric", "nonsense"],
)
def test_an_answer_that_cannot_be_trusted_signs_nobody_in(
    client: Client, provider: Provider, invited: User, bent: Callable[[dict[str, Any]], str]
) -> None:
    provider.token = bent
    page = come_back(client, provider)
    assert page.url == reverse("accounts:login")
    assert "没有完成登录" in client.get(page.url).content.decode()
    assert not is_signed_in(client)
    assert AuditEntry.objects.get().action == "统一身份登录失败"


@pytest.mark.parametrize("changed", [{"state": "forged"}, {"state": ""}, {"code": ""}])
def test_an_answer_to_another_question_is_refused(
    client: Client, provider: Provider, invited: User, changed: dict[str, str]
) -> None:
    come_back(client, provider, **changed)
    assert not is_signed_in(client)


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(
    client: Client, provider: Provider, invited: User
) -> None:
    query = provider.sees(client.get(reverse("accounts:oidc")).url)
    answer = {"code": "c", "state": query["state"]}
    assert Client().get(reverse("accounts:oidc_callback"), answer).status_code == 404
    assert client.get(reverse("accounts:oidc_callback"), answer).status_code == 302
    assert client.get(reverse("accounts:oidc_callback"), answer).status_code == 404


@pytest.mark.django_db
def test_a_provider_that_is_down_is_told_as_such(client: Client, provider: Provider) -> None:
    provider.down = True
    page = client.get(reverse("accounts:oidc"))
    assert "统一身份平台没有完成登录" in client.get(page.url).content.decode()


@pytest.mark.django_db
def test_a_provider_without_encryption_is_not_asked(client: Client, settings) -> None:
    cache.clear()
    settings.OIDC_ISSUER = "http://login.example.cn"
    assert client.get(reverse("accounts:oidc")).url == reverse("accounts:login")


def test_next_never_leads_to_another_site(client: Client, provider: Provider, invited: User) -> None:
    asked = client.get(reverse("accounts:oidc"), {"next": "//evil.example"})
    query = provider.sees(asked.url)
    answer = client.get(reverse("accounts:oidc_callback"), {"code": "c", "state": query["state"]})
    assert answer.url == reverse("home")

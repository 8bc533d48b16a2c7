"""Signing in by a city's identity provider (OpenID Connect, authorisation code with PKCE); off without OIDC_ISSUER.

It finds users, it never makes them: at first by a claim that the provider vouches for, then by its own identifier.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jwt
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.choices import Outcome
from parkparty.audit.services import record
from parkparty.signin.models import IdentityLink

ALGORITHMS = ["RS256", "PS256", "ES256"]
_SECONDS = 10
_LONGEST = 512 * 1024


class ProviderFault(Exception):
    """The identity provider did not answer, or its answer cannot be trusted; the message is for the log and trail."""


def authorisation(callback: str) -> tuple[str, dict[str, str]]:
    """The provider's address to send the browser to, and what the session must remember until it comes back.

    Raises:
        ProviderFault: when the provider does not answer.
    """
    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": callback,
        "scope": settings.OIDC_SCOPE,
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{_provider()['authorization_endpoint']}?{urlencode(query)}", kept


def claims_of(code: str, state: str, kept: dict[str, str], callback: str) -> dict[str, Any]:
    """What the provider says of who came back, after every check of OpenID Connect Core 3.1.3.7.

    Raises:
        ProviderFault: naming the check that failed.
    """
    if not code or not constant_time_compare(state, kept.get("state", "")):
        raise ProviderFault("state")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": callback,
        "client_id": settings.OIDC_CLIENT_ID,
        "client_secret": settings.OIDC_CLIENT_SECRET,
        "code_verifier": kept["verifier"],
    }
    answer = _ask(_provider()["token_endpoint"], urlencode(form).encode())
    claims = _verified(str(answer.get("id_token", "")))
    if not constant_time_compare(str(claims.get("nonce", "")), kept["nonce"]):
        raise ProviderFault("nonce")
    return claims


@transaction.atomic
def user_for(claims: dict[str, Any]) -> User | None:
    """The active user whom ``claims`` stand for; None, with a row on the trail, when there is none."""
    subject = str(claims["sub"])
    link = IdentityLink.objects.filter(issuer=settings.OIDC_ISSUER, subject=subject).select_related("user").first()
    user = link.user if link else _first_time(claims)
    if user is None or not user.is_active:
        record(gettext_noop("统一身份登录失败"), user, by=None, reason="没有对应的用户", outcome=Outcome.REFUSED)
        return None
    if link is None:
        IdentityLink.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=subject)
        record(gettext_noop("关联统一身份"), user, by=user)
    return user


def _first_time(claims: dict[str, Any]) -> User | None:
    """The one user that the claim names and that no other person of the provider is linked to."""
    value = str(claims.get(settings.OIDC_CLAIM, "") or "")
    by_mail = settings.OIDC_CLAIM == "email"
    if not value or (by_mail and claims.get("email_verified") is not True):
        return None
    users = User.objects.filter(**({"email__iexact": value} if by_mail else {"username": value}), is_superuser=False)
    free = list(users.exclude(identity_links__issuer=settings.OIDC_ISSUER)[:2])
    return free[0] if len(free) == 1 else None


def _verified(token: str) -> dict[str, Any]:
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        keys = [k for k in jwt.PyJWKSet.from_dict(_ask(_provider()["jwks_uri"])).keys if key_id in (None, k.key_id)]
        if len(keys) != 1:
            raise ProviderFault("key")
        claims: dict[str, Any] = jwt.decode(
            token,
            keys[0],
            algorithms=ALGORITHMS,
            audience=settings.OIDC_CLIENT_ID,
            issuer=settings.OIDC_ISSUER,
            leeway=60,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
    except jwt.PyJWTError as fault:
        raise ProviderFault(f"token: {fault}") from fault
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise ProviderFault("azp")
    return claims


def _provider() -> dict[str, Any]:
    """The provider's own description of itself, kept for an hour."""
    key = "oidc:" + hashlib.sha256(settings.OIDC_ISSUER.encode()).hexdigest()
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = _ask(settings.OIDC_ISSUER.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != settings.OIDC_ISSUER:
            raise ProviderFault("issuer")
        missing = {"authorization_endpoint", "token_endpoint", "jwks_uri"} - found.keys()
        if missing:
            raise ProviderFault(f"missing: {sorted(missing)}")
        cache.set(key, found, 3600)
    return found


def _ask(address: str, form: bytes | None = None) -> dict[str, Any]:
    if not address.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
        raise ProviderFault("not https")
    # Only the addresses that were let through above.
    request = Request(address, data=form, headers={"Accept": "application/json"})
    try:
        with urlopen(request, timeout=_SECONDS) as response:  # nosec B310
            answer = json.loads(response.read(_LONGEST))
    except (URLError, OSError, ValueError) as fault:
        raise ProviderFault(f"{address}: {fault}") from fault
    if not isinstance(answer, dict):
        raise ProviderFault(f"{address}: no object")
    return answer

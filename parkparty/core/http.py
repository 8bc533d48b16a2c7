"""Pages that belong to no app: the footer's, and errors in the user's words with the request id that the log knows."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

TEXT_SIZES = ("100", "125", "150")
"""Per cent of the normal size of letters."""

_ANY_KEY = "909090909"
"""Stands for a key in the address of a page."""

_UNQUOTED = "!$&'()*+,;=~:@"
"""Letters of a key that an address has as they are (RFC 3986)."""

_A_YEAR = 365 * 24 * 60 * 60


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with the sentence that the refusal carries."""
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: the same for what does not exist and for what lies outside the reader's scope."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when the database did not answer. Rendered without the request, so that nothing else can fail.

    Django calls this while the exception is still being handled, wherever it came from: a view, or the middleware that
    saves the session after it.
    """
    status = 503 if isinstance(sys.exception(), OperationalError | InterfaceError) else 500
    page = render_to_string(f"{status}.html", {"request_id": getattr(request, "id", "")})
    return HttpResponse(page, status=status, headers={"Retry-After": "30"} if status == 503 else None)


def csrf_failure(request: HttpRequest, reason: str = "", **kwargs: Any) -> HttpResponse:
    """403 for a form whose page is too old."""
    return render(request, "403_csrf.html", status=403)


def feedback(request: HttpRequest) -> HttpResponse:
    """Where complaints and suggestions go; open to visitors as well."""
    return render(request, "core/feedback.html", {"contact": settings.FEEDBACK_CONTACT})


def client_address(request: HttpRequest) -> str:
    """The address that the request came from, as far as it can be known; nothing when it came by a socket file.

    ``X-Forwarded-For`` is written by whoever sends it. Only the last ``TRUSTED_PROXY_COUNT`` of its addresses were
    added by our own proxies; the one that the first of them saw is the client.
    """
    seen = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    trusted = settings.TRUSTED_PROXY_COUNT
    candidates = [hops[-trusted], seen] if 0 < trusted <= len(hops) else [seen]
    for candidate in candidates:
        with suppress(ValueError):
            address = ipaddress.ip_address(candidate.partition("%")[0])
            return str(getattr(address, "ipv4_mapped", None) or address)
    return ""


def local_address(request: HttpRequest, address: str) -> str:
    """``address`` when it lies on this site, otherwise nothing: who wrote the link does not choose what comes next."""
    safe = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if safe else ""


def query_without(parameters: Mapping[str, Any], *names: str) -> str:
    """The query of an address without some of its ``parameters``: where taking a filter away leads."""
    left = QueryDict(mutable=True)
    left.update(parameters)
    for name in names:
        left.pop(name, None)
    return f"?{left.urlencode()}"


def addresses(name: str) -> Callable[[object], str]:
    """From a key to the address of its page ``name``, which is looked up once: a list leads to many."""
    before, after = reverse(name, args=[_ANY_KEY]).split(_ANY_KEY)
    return lambda key: f"{before}{quote(str(key), safe=_UNQUOTED)}{after}"


def text_size(request: HttpRequest) -> str:
    """The reader's choice of ``TEXT_SIZES``."""
    size = request.COOKIES.get("text_size", "")
    return size if size in TEXT_SIZES else TEXT_SIZES[0]


@require_POST
def choose_text_size(request: HttpRequest) -> HttpResponse:
    """Keep the chosen size of letters in a cookie and go back."""
    response = HttpResponseRedirect(local_address(request, request.POST.get("next", "")) or "/")
    if request.POST.get("size") in TEXT_SIZES:
        response.set_cookie(
            "text_size",
            request.POST["size"],
            max_age=_A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response

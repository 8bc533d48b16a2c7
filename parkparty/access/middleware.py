"""Puts ``request.scope`` in place, worked out once, on first use."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from parkparty.access.services import scope_of
from parkparty.core.scope import Scope


class ScopeMiddleware:
    """After authentication: what the signed-in user reaches; nothing for a visitor."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: scope_of(request.user) if request.user.is_authenticated else Scope()
        )
        return self.get_response(request)

"""Puts ``request.limits`` in place, read on first use."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parkparty.rules.figures import LimitBook


class LimitsMiddleware:
    """Lists of companies count by rules, which live above companies: they find them on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.limits = LimitBook()  # type: ignore[attr-defined]
        return self.get_response(request)

"""Puts ``request.kept_list`` and ``request.kept_ties`` in place."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parkparty.coverage.figures.listed import kept_list, kept_ties


class KeptListMiddleware:
    """What is kept of companies lives above them: their lists find it on the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.kept_list = kept_list  # type: ignore[attr-defined]
        request.kept_ties = kept_ties  # type: ignore[attr-defined]
        return self.get_response(request)

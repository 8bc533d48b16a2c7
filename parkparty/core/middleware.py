"""One id a request, shown on error pages and written beside every log line and audit row, and where it came from."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from parkparty.core.http import client_address

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")
current_address: ContextVar[str] = ContextVar("current_address", default="")


class RequestIdMiddleware:
    """Gives ``request.id`` and the response header ``X-Request-ID``; never trusts one sent from outside."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex[:12]  # type: ignore[attr-defined]
        token = current_request_id.set(request.id)  # type: ignore[attr-defined]
        address = current_address.set(client_address(request))
        try:
            response = self.get_response(request)
        finally:
            current_address.reset(address)
            current_request_id.reset(token)
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class KnownMethodsMiddleware:
    """Refuses what no page of ours is asked with: TRACE, and the methods that a view would take for a GET."""

    methods = ("GET", "HEAD", "POST")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in self.methods:
            return HttpResponseNotAllowed(self.methods)
        return self.get_response(request)

"""What programs are told that ask to write with a method that no page of the site knows."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from parkparty.api.scoping import is_ours, only_read, refusal
from parkparty.core.middleware import KnownMethodsMiddleware


class OnlyReadMiddleware:
    """Refuses PUT, PATCH, DELETE and the like below the interface as it refuses everything, not with an empty page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_ours(request) and request.method not in KnownMethodsMiddleware.methods:
            return refusal(request, only_read())
        return self.get_response(request)

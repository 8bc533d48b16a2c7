"""docs/access.md is what the code does, and an address without its place in the tables is found."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from scripts import access
from tests.security.test_matrix import names_a_record, object_of


def unguarded(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """A view that asks for nothing."""
    return HttpResponse()


urlpatterns = [path("new/<int:pk>/", unguarded, name="unguarded"), path("", include("parkparty.urls"))]


@pytest.fixture
def with_another_route(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    return


def test_R076_the_page_says_what_the_code_does() -> None:
    assert access.PAGE.read_text(encoding="utf-8") == access.page(), "make access"


def test_R077_an_address_without_a_row_turns_the_page_and_the_matrix_red(with_another_route: None) -> None:
    assert access.PAGE.read_text(encoding="utf-8") != access.page()
    added = next(route for route in access.routes() if route.name == "unguarded")
    assert names_a_record(added)
    with pytest.raises(KeyError):
        object_of(added)

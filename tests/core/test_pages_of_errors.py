"""What goes wrong is told in Chinese, with the request id, and never by a page that fails itself."""

import re
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path, reverse

from parkparty.accounts.models import User

FAULTS = {
    "bad": SuspiciousOperation("details"),
    "refused": PermissionDenied("由上级党组织办理。"),
    "refused-without-reason": PermissionDenied(),
    "gone": Http404(),
    "broken": RuntimeError("details"),
    "no-database": OperationalError("details"),
    "lost-database": InterfaceError("details"),
}


def fail(request: HttpRequest, fault: str) -> HttpResponse:
    raise FAULTS[fault]


def closed_database(request: HttpRequest) -> HttpResponse:
    """As when the server went away: the next question to the database finds nobody."""

    def refuse(*args: object) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(refuse):
        return HttpResponse(str(User.objects.count()))


urlpatterns = [
    path("fail/<slug:fault>/", fail),
    path("closed/", closed_database),
    path("", include("parkparty.urls")),
]
handler400 = "parkparty.core.http.bad_request"
handler403 = "parkparty.core.http.forbidden"
handler404 = "parkparty.core.http.not_found"
handler500 = "parkparty.core.http.server_error"


@pytest.fixture
def visitor(settings) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "status", "sentence"),
    [
        ("bad", 400, "没有做任何改动"),
        ("refused", 403, "由上级党组织办理。"),
        ("refused-without-reason", 403, "由上级管理员授权"),
        ("gone", 404, "不在当前账号的范围内"),
        ("broken", 500, "系统出了故障"),
        ("no-database", 503, "数据库暂时没有应答"),
        ("lost-database", 503, "数据库暂时没有应答"),
    ],
)
def test_each_error_says_what_happened_and_its_request_id(
    visitor: Client, fault: str, status: int, sentence: str
) -> None:
    response = visitor.get(f"/fail/{fault}/")
    page = response.content.decode()
    assert response.status_code == status
    assert sentence in page
    assert f"<code>{response['X-Request-ID']}</code>" in page
    assert re.fullmatch(r"[0-9a-f]{12}", response["X-Request-ID"])
    assert "details" not in page
    assert "<h1>" in page
    assert 'lang="zh-hans"' in page


@pytest.mark.parametrize("fault", ["broken", "no-database"])
def test_the_last_pages_ask_no_database(visitor: Client, fault: str, django_assert_num_queries: Callable) -> None:
    # Without the django_db mark any question to the database would fail this test.
    assert visitor.get(f"/fail/{fault}/").status_code in {500, 503}


def test_a_database_that_went_away_is_told_as_such(visitor: Client, stranger: User) -> None:
    visitor.force_login(stranger)
    response = visitor.get("/closed/")
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "系统暂时不能使用" in response.content.decode()


def test_a_request_id_sent_from_outside_is_not_believed(visitor: Client, db) -> None:
    response = visitor.get("/fail/gone/", headers={"X-Request-ID": "forged"})
    assert response["X-Request-ID"] != "forged"


@pytest.mark.django_db
def test_a_stale_form_keeps_the_reader_calm() -> None:
    page = Client(enforce_csrf_checks=True).post(reverse("accounts:login"), {"username": "x"})
    text = page.content.decode()
    assert page.status_code == 403
    assert f"<code>{page['X-Request-ID']}</code>" in text
    assert "还在浏览器里" in text
    assert "复制" in text
    assert "重新载入" in text


def test_a_host_that_is_not_ours_is_refused_before_anybody_is_known(client: Client, db) -> None:
    response = client.get(reverse("feedback"), headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "求助时附上这个编号" in response.content.decode()

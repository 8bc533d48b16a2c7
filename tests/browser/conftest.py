"""Pages in Debian's Chromium, as a phone and as a desk see them; a fault that only the browser sees fails the test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from parkparty.accounts.models import User

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
CODES = ("activity_types", "activity_themes", "rules")
ANSWERED = ("net::ERR_INTERNET_DISCONNECTED", "409 (Conflict)", "422 (Unprocessable", "400 (Bad Request)")
"""What the browser says when the test takes the network away, and of answers that our modules read and tell."""

DESKTOP = {"viewport": {"width": 1280, "height": 800}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(__file__.removesuffix("conftest.py")):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium 未安装：sudo apt-get install chromium fonts-noto-cjk")
    arguments = [
        "--no-sandbox",  # as root, as in CI, Chromium starts no other way
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def phone_page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    with _watched_page(chromium, live_server.url, **PHONE) as page:
        yield page


@pytest.fixture
def desktop_page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    with _watched_page(chromium, live_server.url, **DESKTOP) as page:
        yield page


@pytest.fixture
def code_rows(transactional_db: None) -> None:
    """The code tables that logging needs."""
    call_command("loaddata", *(f"fixtures/codes/{name}.json" for name in CODES), verbosity=0)


@pytest.fixture
def sign_in(live_server: Any, client_of: Callable[[User], Client]) -> Callable[[Page, User], None]:
    """Hands a signed-in session to a page."""

    def enter(page: Page, user: User) -> None:
        cookie = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])

    return enter


@contextmanager
def _watched_page(browser: Browser, origin: str, **device: Any) -> Iterator[Page]:
    """Open a page whose console errors (CSP violations among them), script errors and outside requests are faults."""
    faults: list[str] = []

    def note_console(message: Any) -> None:
        if message.type == "error" and not any(text in message.text for text in ANSWERED):
            faults.append(f"console: {message.text} {message.location['url']}")

    def note_request(request: Any) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob"} and f"{url.scheme}://{url.netloc}" != origin:
            faults.append(f"outside request: {request.url}")

    context = browser.new_context(base_url=origin, locale="zh-CN", timezone_id="Asia/Shanghai", **device)
    context.clock.set_fixed_time(timezone.now())  # scripts tell the same day as the server
    context.on("console", note_console)
    context.on("weberror", lambda error: faults.append(f"script: {error.error}"))
    context.on("request", note_request)
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not faults, "\n".join(faults)

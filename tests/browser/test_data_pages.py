"""The data pages in a browser: their scripts run under the strict policy, and a company is entered by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from tests.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Page, client: Client, live_server: Any) -> None:
    """Carry the session of a signed-in client over to the browser."""
    cookies = [{"name": name, "value": cookie.value, "url": live_server.url} for name, cookie in client.cookies.items()]
    page.context.add_cookies(cookies)


def test_an_administrator_enters_a_company(
    desktop_page: Page, live_server: Any, world: World, administrator: User, client_of: Callable[[User], Client]
) -> None:
    page = desktop_page
    sign_in(page, client_of(administrator), live_server)
    page.goto("/admin/")
    page.locator(".model-company").get_by_role("link", name="增加").click()
    page.get_by_label("企业名称").fill("新来公司")
    page.locator(".field-park .select2-selection").click()
    page.locator(".select2-search__field").fill("创智")
    page.locator(".select2-results__option", has_text="创智园").click()
    page.locator(".field-since").get_by_role("link", name="今天").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("新来公司")
    assert Company.objects.get().tenancies.get().park == world.kic


@pytest.mark.parametrize("path", ["places/park/", "companies/company/", "access/grant/add/", "accounts/user/add/"])
def test_a_phone_shows_the_pages_without_scrolling_sideways(
    phone_page: Page, live_server: Any, administrator: User, client_of: Callable[[User], Client], path: str
) -> None:
    sign_in(phone_page, client_of(administrator), live_server)
    phone_page.goto(f"/admin/{path}")
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 360

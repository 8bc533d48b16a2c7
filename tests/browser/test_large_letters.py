"""The letters for older eyes on a phone: all of a page is there, nothing beside it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from parkparty.accounts.models import User
from tests.conftest import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("code_rows")]
SignIn = Callable[[Page, User], None]


@pytest.mark.parametrize("language", ["简体中文", "English"])
def test_the_largest_letters_fit_a_phone(
    phone_page: Page, sign_in: SignIn, world: World, secretary: User, language: str
) -> None:
    sign_in(phone_page, secretary)
    phone_page.goto("/")
    phone_page.get_by_role("button", name="特大字").click()
    phone_page.get_by_role("button", name=language).click()
    for path in ("/", "/rules/duties/", "/coverage/dashboard/", "/coverage/cross/", "/organizations/KIC-J1/checkup/"):
        phone_page.goto(path)
        assert phone_page.evaluate("document.documentElement.dataset.text") == "150"
        assert phone_page.evaluate("document.documentElement.scrollWidth") <= 360, path
        expect(phone_page.locator(".user-menu > summary")).to_be_in_viewport(ratio=1)

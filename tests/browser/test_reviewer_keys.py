"""J3: thirty regular records, one key each; and the keys stay out of the way where one types.

The thirty take longer than other tests: each is a whole page, as the reviewer meets it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.core.dates import today
from tests.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 30


@pytest.fixture
def desk(
    desktop_page: Page,
    live_server: Any,
    client_of: Callable[[User], Client],
    world: World,
    secretary: User,
    reviewer: User,
    make_activity: Callable[..., Activity],
) -> Page:
    """The reviewer's page, with thirty regular records waiting."""
    plain = {"state": ActivityState.SUBMITTED, "summary": "字" * 30, "held_on": today()}
    for number in range(NUMBER):
        make_activity(world.joint_branch, secretary, topic=f"议题{number:02d}", **plain)
    cookie = client_of(reviewer).cookies[settings.SESSION_COOKIE_NAME].value
    desktop_page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return desktop_page


def test_thirty_records_one_key_each(desk: Page) -> None:
    desk.goto("/activities/queue/")
    desk.get_by_role("link", name="议题00").click()
    for number in range(NUMBER):
        expect(desk.get_by_role("heading", level=1)).to_contain_text(f"议题{number:02d}")
        desk.keyboard.press("a")
    expect(desk.get_by_text("没有待审核的记录。")).to_be_visible()
    assert Activity.objects.filter(state=ActivityState.APPROVED).count() == NUMBER


def test_from_the_queue_a_row_is_approved_by_its_key(desk: Page) -> None:
    desk.goto("/activities/queue/")
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    desk.keyboard.press("a")
    expect(desk.get_by_role("status")).to_contain_text("已通过 1 条")
    assert Activity.objects.get(state=ActivityState.APPROVED).topic == "议题01"


def test_keys_are_letters_while_one_types_and_can_be_switched_off(desk: Page) -> None:
    desk.goto(f"/activities/{Activity.objects.earliest('id').pk}/")
    desk.keyboard.press("c")
    desk.keyboard.type("ajk")
    expect(desk.get_by_label("退回原因", exact=True)).to_have_value("ajk")
    desk.get_by_role("button", name="使用快捷键").click()
    desk.keyboard.press("a")
    desk.reload()
    desk.keyboard.press("a")
    desk.get_by_role("button", name="使用快捷键").click()
    assert not Activity.objects.filter(state=ActivityState.APPROVED).exists()
    desk.locator("h1").click()
    desk.keyboard.press("a")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("议题01")

"""The secretary's phone and the official's desk: from this month's duty to an approved record."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.core.dates import today
from tests.conftest import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("code_rows")]


def photo() -> dict[str, Any]:
    written = io.BytesIO()
    Image.new("RGB", (1200, 900), "green").save(written, "JPEG")
    return {"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def fill_in(page: Page, yesterday: dt.date) -> None:
    """Check what the form starts with, and type the rest."""
    expect(page.get_by_label("主题党日")).to_be_checked()
    expect(page.get_by_label("应到人数")).to_have_value("9")
    page.get_by_role("button", name="昨天").click()
    expect(page.get_by_label("活动日期")).to_have_value(yesterday.isoformat())
    page.get_by_text("党课", exact=True).click()
    page.get_by_label("议题").fill("参观红色教育基地")
    page.get_by_label("实到人数").fill("8")
    page.get_by_label("照片").set_input_files([photo()])
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_from_the_duty_to_the_approved_record(
    phone_page: Page,
    desktop_page: Page,
    sign_in: Callable[[Page, User], None],
    world: World,
    secretary: User,
    reviewer: User,
    count_members: Any,
) -> None:
    count_members(world.joint_branch, 9)
    sign_in(phone_page, secretary)
    phone_page.goto("/")
    duty = phone_page.get_by_role("listitem").filter(has_text="主题党日")
    expect(duty).to_contain_text("未报")
    duty.get_by_role("link", name="填报").click()

    yesterday = today() - dt.timedelta(days=1)
    fill_in(phone_page, yesterday)
    phone_page.get_by_role("button", name="提交审核").click()
    expect(phone_page.get_by_role("status")).to_contain_text("已提交“参观红色教育基地”，等待审核。")
    activity = Activity.objects.get()
    assert {kind.pk for kind in activity.types.all()} == {"theme_day", "party_lecture"}
    assert (activity.held_on, activity.photos.count()) == (yesterday, 1)

    sign_in(desktop_page, reviewer)
    coverage_page = f"/coverage/parks/{world.kic.key}/?as_of={yesterday.isoformat()}"
    desktop_page.goto(coverage_page)
    expect(desktop_page.get_by_text("本月已通过的活动 0 次")).to_be_visible()
    desktop_page.goto("/activities/queue/")
    desktop_page.get_by_role("link", name="参观红色教育基地").click()
    expect(desktop_page.get_by_role("img", name="第 1 张照片")).to_be_visible()
    desktop_page.get_by_role("button", name="通过", exact=True).click()
    expect(desktop_page.get_by_role("status")).to_contain_text("已通过“参观红色教育基地”。")
    expect(desktop_page.get_by_text("没有待审核的记录。")).to_be_visible()

    desktop_page.goto(coverage_page)
    desktop_page.get_by_role("link", name="1 次").click()
    expect(desktop_page.get_by_role("link", name="参观红色教育基地")).to_be_visible()

    phone_page.goto(f"/activities/{activity.pk}/")
    expect(phone_page.get_by_role("heading", level=1)).to_contain_text("已通过")


def test_a_returned_record_is_mended_in_place(
    phone_page: Page,
    sign_in: Callable[[Page, User], None],
    world: World,
    secretary: User,
    make_activity: Callable[..., Activity],
) -> None:
    activity = make_activity(
        world.joint_branch, secretary, state=ActivityState.RETURNED, return_reason="补上参加人数", held_on=today()
    )
    sign_in(phone_page, secretary)
    phone_page.goto(f"/activities/{activity.pk}/")
    expect(phone_page.get_by_text("补上参加人数")).to_be_visible()
    phone_page.get_by_role("link", name="修改", exact=True).click()
    phone_page.get_by_label("实到人数").fill("8")
    phone_page.get_by_role("button", name="提交审核").click()
    expect(phone_page.get_by_role("heading", level=1)).to_contain_text("待审核")

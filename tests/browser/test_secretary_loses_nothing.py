"""A phone loses the network, the session ends, a page is closed: no character typed is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from tests.conftest import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("code_rows")]
PASSWORD = "correct-horse-battery-staple"
WORDS = "二十人围坐讨论了园区停车难，逐条记下，下周回复。" * 8


@pytest.fixture
def form(phone_page: Page, sign_in: Callable[[Page, User], None], secretary: User, world: World) -> Iterator[Page]:
    """The form of a new record, its clock in our hands."""
    secretary.set_password(PASSWORD)
    secretary.save()
    phone_page.clock.install()
    sign_in(phone_page, secretary)
    phone_page.goto("/activities/new/?type=theme_day")
    return phone_page


def status(page: Page) -> Locator:
    return page.locator("[data-draft-status]")


def type_all(page: Page) -> None:
    page.get_by_label("议题").fill("听取企业意见")
    page.get_by_label("实到人数").fill("20")
    page.get_by_label("内容摘要").fill(WORDS)


def kept_here(page: Page) -> int:
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('parkparty.')).length")


def test_saves_by_itself_and_goes_on_at_the_desk(form: Page, desktop_page: Page, sign_in: Any, secretary: User) -> None:
    type_all(form)
    assert kept_here(form) == 1
    form.clock.fast_forward(6000)
    expect(status(form)).to_contain_text("已保存")
    activity = Activity.objects.get()
    assert (activity.topic, activity.summary, activity.present) == ("听取企业意见", WORDS, 20)
    assert form.url.endswith(f"/activities/{activity.pk}/edit/")
    assert kept_here(form) == 0
    sign_in(desktop_page, secretary)
    desktop_page.goto(f"/activities/{activity.pk}/edit/")
    expect(desktop_page.get_by_label("内容摘要")).to_have_value(WORDS)


def test_one_press_submits_what_has_saved_itself(form: Page) -> None:
    type_all(form)
    form.clock.fast_forward(6000)
    expect(status(form)).to_contain_text("已保存")
    form.get_by_role("button", name="提交审核").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("待审核", timeout=60_000)


def test_saves_when_the_page_is_left(form: Page) -> None:
    type_all(form)
    with form.expect_request("**/activities/draft/") as sending:
        form.get_by_role("link", name="园区党建").click()
    assert sending.value.method == "POST"
    expect(form.get_by_role("heading", level=1)).to_have_text("首页")
    expect(form.get_by_role("status").get_by_role("link", name="听取企业意见")).to_be_visible()
    assert Activity.objects.get().summary == WORDS


def test_the_network_goes_and_comes_back(form: Page) -> None:
    form.context.set_offline(True)
    type_all(form)
    form.get_by_role("button", name="提交审核").click()
    expect(status(form)).to_contain_text("没有网络，已存在这台设备上")
    assert not Activity.objects.exists()
    form.context.set_offline(False)
    expect(form.get_by_role("heading", level=1)).to_contain_text("待审核")
    activity = Activity.objects.get()
    assert (activity.state, activity.summary) == (ActivityState.SUBMITTED, WORDS)
    assert kept_here(form) == 0


def test_the_page_is_closed_without_a_network_and_sent_from_the_next_one(form: Page) -> None:
    form.context.set_offline(True)
    type_all(form)
    form.clock.fast_forward(6000)
    expect(status(form)).to_contain_text("没有网络")
    later = form.context.new_page()
    form.close()
    later.context.set_offline(False)
    later.goto("/activities/")
    expect(later.get_by_role("status").get_by_role("link", name="听取企业意见")).to_be_visible()
    assert Activity.objects.get().summary == WORDS
    assert kept_here(later) == 0


def test_the_session_ends_in_the_middle(form: Page, secretary: User) -> None:
    type_all(form)
    Session.objects.all().delete()
    form.get_by_role("button", name="提交审核").click()
    dialog = form.get_by_role("dialog", name="登录已结束，填写的内容都还在")
    dialog.get_by_label("用户名").fill(secretary.username)
    dialog.get_by_label("密码").fill("not-the-password")
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(dialog.get_by_text("错误：有内容需要改正")).to_be_visible()
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("待审核")
    activity = Activity.objects.get()
    assert (activity.author, activity.topic, activity.summary) == (secretary, "听取企业意见", WORDS)


def test_another_user_who_signs_in_sees_none_of_it(form: Page, other_secretary: User) -> None:
    other_secretary.set_password(PASSWORD)
    other_secretary.save()
    type_all(form)
    Session.objects.all().delete()
    form.get_by_role("button", name="提交审核").click()
    dialog = form.get_by_role("dialog")
    dialog.get_by_label("用户名").fill(other_secretary.username)
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(form.get_by_role("heading", level=1)).to_have_text("首页")
    assert "听取企业意见" not in form.content()
    form.goto("/activities/new/")
    expect(form.get_by_label("议题")).to_have_value("")
    assert not Activity.objects.exists()


def test_signing_out_takes_the_copy_off_the_device(form: Page) -> None:
    form.route("**/activities/draft/", lambda route: route.fulfill(status=204, body=""))
    type_all(form)
    assert kept_here(form) == 1
    form.locator(".user-menu summary").click()
    form.get_by_role("button", name="退出登录").click()
    expect(form.get_by_role("heading", level=1)).to_have_text("登录")
    assert kept_here(form) == 0


def test_two_tabs_never_overwrite_each_other(form: Page) -> None:
    type_all(form)
    form.clock.fast_forward(6000)
    expect(status(form)).to_contain_text("已保存")
    second = form.context.new_page()
    second.goto(form.url)
    second.get_by_label("议题").fill("第二个标签页")
    second.get_by_role("button", name="保存草稿").click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("第二个标签页")
    form.get_by_label("议题").fill("第一个标签页")
    form.clock.fast_forward(6000)
    expect(status(form)).to_contain_text("可以对照两份内容")
    form.get_by_role("button", name="保存草稿").click()
    expect(form.get_by_role("row", name="议题")).to_contain_text("第二个标签页")
    expect(form.get_by_label("议题")).to_have_value("第一个标签页")
    assert Activity.objects.get().topic == "第二个标签页"


def test_a_pasted_notice_fills_the_form_that_goes_on_saving_itself(form: Page) -> None:
    type_all(form)
    form.clock.fast_forward(6000)
    expect(status(form)).to_contain_text("已保存")
    form.get_by_text("粘贴群里的通知，自动填写").click()
    form.get_by_label("通知原文").fill("主题：走访企业\n地点：二楼服务站\n联系人 13800138000")
    form.get_by_role("button", name="填入表单").click()
    expect(form.get_by_label("议题")).to_have_value("走访企业")
    expect(form.get_by_label("内容摘要")).to_have_value(WORDS)
    assert "13800138000" not in form.evaluate("JSON.stringify(localStorage)")
    form.get_by_label("实到人数").fill("19")
    form.clock.fast_forward(6000)
    expect(status(form)).to_contain_text("已保存")
    activity = Activity.objects.get()
    assert (activity.topic, activity.place, activity.present) == ("走访企业", "二楼服务站", 19)

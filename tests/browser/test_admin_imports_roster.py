"""The administrator's job: the roster as offices send it is refused with every reason, its mended copy goes in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.companies.models import Industry
from parkparty.core.codes import uscc_from_body
from tests.conftest import LONG_AGO, World

pytestmark = pytest.mark.django_db(transaction=True)

SAMPLES = settings.BASE_DIR / "fixtures" / "rosters"


@pytest.fixture
def as_administrator(world: World, administrator: User, desktop_page: Page, live_server: Any) -> Page:
    """The administrator's browser; the park and its committee are called as in the sample rosters."""
    world.kic.name = "创智天地"
    world.kic.save()
    world.kic_committee.name = "创智天地园区综合党委"
    world.kic_committee.save()
    for code in ("6513", "6520", "6431", "6429", "6532", "6450", "6540", "6572", "6440", "6512"):
        Industry.objects.get_or_create(code=code, defaults={"name": code})
    client = Client()
    client.force_login(administrator)
    session = client.cookies["sessionid"].value
    desktop_page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    assert Grant.objects.filter(user=administrator, role=Role.ADMINISTRATOR, since=LONG_AGO).count() == 2
    return desktop_page


def upload(page: Page, name: str) -> None:
    page.goto("/rosters/")
    page.get_by_role("link", name="上传名册").first.click()
    page.get_by_label("名册文件").set_input_files(SAMPLES / name)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_messy_roster_then_the_mended_one(as_administrator: Page) -> None:
    page = as_administrator
    upload(page, "messy.xlsx")
    expect(page.get_by_role("link", name=re.compile("^11"))).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("row", name=re.compile("名单!C7"))).to_contain_text("末几位丢失")
    page.get_by_role("link", name=re.compile("文件内重复")).click()
    expect(page.locator("#rows .stack > tbody > tr")).to_have_count(1)

    page.get_by_label("导入说明").fill("年底摸底")
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("有 11 行有问题").first).to_be_visible()
    expect(page.get_by_label("导入说明")).to_have_value("年底摸底")

    page.get_by_role("link", name="上传改正后的文件").first.click()
    page.get_by_label("改正后的文件").set_input_files(SAMPLES / "messy_fixed.xlsx")
    page.get_by_role("button", name="上传并重新检查").click()
    expect(page.get_by_text("将新增 12 家、更新 0 家，不会删除任何记录。")).to_be_visible()
    page.get_by_label("导入说明").fill("年底摸底")
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible()

    page.get_by_role("link", name=re.compile("查看创智天地")).click()
    expect(page.get_by_role("link", name="晨曦数据（示例）有限公司")).to_be_visible()


def test_cells_are_mended_with_the_keyboard_alone(as_administrator: Page) -> None:
    page = as_administrator
    upload(page, "messy.xlsx")
    cells = page.locator("[data-roster-cell]")
    cells.first.focus()
    before = cells.first.input_value()
    page.keyboard.type("改错了")
    page.keyboard.press("Escape")
    expect(cells.first).to_have_value(before)
    page.keyboard.press("Enter")
    expect(cells.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(cells.first).to_be_focused()
    number = page.locator("#rows .stack > tbody > tr").count()
    page.keyboard.type(uscc_from_body("91", "310110", "DEM00777"))
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("button", name=re.compile("撤回页面上的改正（1 处）"))).to_be_visible()
    assert page.locator("#rows .stack > tbody > tr").count() == number - 1

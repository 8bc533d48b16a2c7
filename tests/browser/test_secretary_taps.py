"""How much a secretary's phone asks for: taps and fields counted by the page itself, as the finger meets it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.core.dates import today
from tests.conftest import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("code_rows")]

COUNT = """
  const add = (what, name) => {
    const seen = JSON.parse(sessionStorage.getItem(what) ?? "[]");
    sessionStorage.setItem(what, JSON.stringify([...seen, name]));
  };
  addEventListener("pointerup", (event) => add("taps", event.target.textContent.trim().slice(0, 20)), true);
  addEventListener("change", (event) => add("fields", event.target.name), true);
"""


@pytest.fixture
def phone(phone_page: Page, sign_in: Callable[[Page, User], None], secretary: User, world: World) -> Page:
    phone_page.add_init_script(COUNT)
    sign_in(phone_page, secretary)
    return phone_page


def counted(page: Page, what: str) -> list[str]:
    return page.evaluate(f"JSON.parse(sessionStorage.getItem('{what}') ?? '[]')")


def write(page: Page, field: Locator, text: str) -> None:
    """As a finger does: tap the field, then type."""
    field.tap()
    page.keyboard.insert_text(text)


def test_J1_a_meeting_is_logged_in_nine_taps_and_six_fields(phone: Page, world: World, count_members: Any) -> None:
    count_members(world.joint_branch, 9)
    phone.goto("/")
    duty = phone.get_by_role("listitem").filter(has_text="主题党日")
    duty.get_by_role("link", name="填报").tap()
    phone.get_by_role("button", name="昨天").tap()
    phone.get_by_text("党课", exact=True).tap()
    write(phone, phone.get_by_label("议题"), "参观红色教育基地")
    write(phone, phone.get_by_label("实到人数"), "8")
    write(phone, phone.get_by_label("内容摘要"), "八名党员参观展馆，现场交流。")
    with phone.expect_file_chooser() as chooser:
        phone.get_by_label("照片").tap()
    written = io.BytesIO()
    Image.new("RGB", (1200, 900), "green").save(written, "JPEG")
    chooser.value.set_files([{"name": "1.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}])
    phone.get_by_role("button", name="提交审核").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("待审核", timeout=60_000)
    taps, fields = counted(phone, "taps"), set(counted(phone, "fields"))
    assert len(taps) <= 9, taps
    assert len(fields) <= 6, fields
    activity = Activity.objects.get()
    assert (activity.present, activity.photos.count(), activity.types.count()) == (8, 1, 2)


def test_J2_a_returned_record_is_mended_in_three_taps(
    phone: Page, world: World, secretary: User, make_activity: Any
) -> None:
    make_activity(
        world.joint_branch, secretary, state=ActivityState.RETURNED, return_reason="补上参加人数", held_on=today()
    )
    phone.goto("/")
    phone.get_by_role("link", name="继续填写").tap()
    expect(phone.get_by_text("补上参加人数")).to_be_visible()
    write(phone, phone.get_by_label("实到人数"), "8")
    phone.get_by_role("button", name="提交审核").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("待审核", timeout=60_000)
    taps = counted(phone, "taps")
    assert 0 < len(taps) <= 3, taps
    assert Activity.objects.get().present == 8

"""Photos leave the phone as soon as they are chosen; one that fails is tried again alone, and none is lost."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityAttachment, ActivityPhoto
from tests.conftest import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("code_rows")]
SHRUNK = """async (bytes) => {
  const { shrunk } = await import("/static/js/activity-shrink.js");
  return [...new Uint8Array(await (await shrunk(new Blob([new Uint8Array(bytes)]))).arrayBuffer())];
}"""
SLOW = 60_000
"""Each photo is decoded in a process of its own; on a busy machine that takes its time."""

PASSWORD = "correct-horse-battery-staple"


def photo(colour: str = "green", size: tuple[int, int] = (2400, 1200)) -> dict[str, Any]:
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "某品牌手机"
    Image.new("RGB", size, colour).save(written, "JPEG", exif=exif)
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


@pytest.fixture
def form(settings: Any, tmp_path: Path, world: World, secretary: User, phone_page: Page, sign_in: Any) -> Page:
    """The page comes after the folder, so that it is closed before: it may still be fetching its photos at the end."""
    settings.MEDIA_ROOT = tmp_path / "media"
    secretary.set_password(PASSWORD)
    secretary.save()
    sign_in(phone_page, secretary)
    phone_page.goto("/activities/new/?type=theme_day")
    phone_page.get_by_label("议题").fill("听取企业意见")
    return phone_page


def choose(page: Page, *photos: dict[str, Any]) -> None:
    page.get_by_label("照片", exact=True).set_input_files(list(photos))


def tiles(page: Page) -> Locator:
    return page.locator("[data-files=photos] li")


def test_small_and_bare_before_it_leaves_the_phone(form: Page) -> None:
    whole = photo()["buffer"]
    sent = bytes(form.evaluate(SHRUNK, list(whole)))
    assert b"Exif" in whole
    assert b"Exif" not in sent
    with Image.open(io.BytesIO(sent)) as image:
        assert image.size == (1600, 800)
    assert bytes(form.evaluate(SHRUNK, list(b"no picture"))) == b"no picture"


def test_kept_at_once_and_taken_away_again(form: Page, tmp_path: Path) -> None:
    choose(form, photo("green"), photo("blue"))
    shown = form.get_by_role("img", name="刚上传的照片")
    expect(shown).to_have_count(2, timeout=SLOW)
    expect(shown.first).not_to_have_js_property("naturalWidth", 0, timeout=SLOW)  # before it is taken away
    activity = Activity.objects.get()
    assert (activity.state, activity.photos.count()) == (ActivityState.DRAFT, 2)
    tiles(form).first.get_by_role("button", name="去掉").click()
    expect(tiles(form)).to_have_count(1)
    kept = ActivityPhoto.objects.get()
    files = sorted(path.relative_to(tmp_path / "media").as_posix() for path in tmp_path.rglob("*.jpg"))
    assert files == sorted([kept.file.name, kept.thumbnail.name])
    form.get_by_role("button", name="提交审核").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("待审核", timeout=SLOW)
    assert activity.photos.get() == kept


def test_an_attachment_goes_as_it_is_and_can_be_taken_away(form: Page) -> None:
    form.get_by_text("更多：地点、附件").click()
    document = {"name": "总结.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    form.get_by_label("附件", exact=True).set_input_files([document])
    expect(form.get_by_role("link", name="总结.pdf")).to_be_visible(timeout=SLOW)
    assert ActivityAttachment.objects.get().size == len(document["buffer"])
    form.locator("[data-files=attachments]").get_by_role("button", name="去掉").click()
    expect(form.get_by_role("link", name="总结.pdf")).to_have_count(0, timeout=SLOW)
    assert not ActivityAttachment.objects.exists()


def test_one_that_fails_is_tried_again_alone(form: Page) -> None:
    choose(form, photo("green"), {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}, photo("red"))
    expect(form.get_by_role("img", name="刚上传的照片")).to_have_count(2, timeout=SLOW)
    bad = tiles(form).nth(1)
    expect(bad).to_contain_text("不是 JPEG、PNG、WebP 或 HEIC 图片")
    form.get_by_role("button", name="提交审核").click()
    expect(form.get_by_text("有文件没有传成")).to_be_visible()
    with form.expect_response("**/files/"):
        bad.get_by_role("button", name="重试").click()
    bad.get_by_role("button", name="去掉").click()
    form.get_by_role("button", name="提交审核").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("待审核", timeout=SLOW)
    assert ActivityPhoto.objects.count() == 2


def test_waits_for_the_network_and_goes_on_by_itself(form: Page) -> None:
    form.context.set_offline(True)
    choose(form, photo())
    expect(tiles(form)).to_contain_text("没有网络，恢复后自动重传。")
    form.get_by_role("button", name="提交审核").click()
    form.context.set_offline(False)
    expect(form.get_by_role("heading", level=1)).to_contain_text("待审核", timeout=SLOW)
    assert Activity.objects.get().photos.count() == 1


def test_the_session_ends_while_a_photo_is_chosen(form: Page, secretary: User) -> None:
    choose(form, photo("green"))
    expect(form.get_by_role("img", name="刚上传的照片")).to_have_count(1, timeout=SLOW)
    Session.objects.all().delete()
    choose(form, photo("blue"))
    dialog = form.get_by_role("dialog", name="登录已结束，填写的内容都还在")
    dialog.get_by_label("用户名").fill(secretary.username)
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录", exact=True).click()
    expect(form.get_by_role("img", name="刚上传的照片")).to_have_count(2, timeout=SLOW)
    form.get_by_role("button", name="提交审核").click()
    expect(form.get_by_role("heading", level=1)).to_contain_text("待审核", timeout=SLOW)
    assert Activity.objects.get().photos.count() == 2


def test_nine_and_no_more_and_the_same_one_once(form: Page) -> None:
    choose(form, *(photo(f"#0000{shade}0", (40, 30)) for shade in "0123456789"))
    expect(form.get_by_text("最多 9 张照片，多出的没有上传。")).to_be_visible()
    expect(form.get_by_role("img", name="刚上传的照片")).to_have_count(9, timeout=SLOW)
    tiles(form).last.get_by_role("button", name="去掉").click()
    expect(tiles(form)).to_have_count(8)
    choose(form, photo("#000000", (40, 30)))
    expect(form.locator("[data-state=sending]")).to_have_count(0, timeout=SLOW)
    expect(tiles(form)).to_have_count(8)
    assert ActivityPhoto.objects.count() == 8
    assert re.search(r"/activities/\d+/edit/$", form.url)

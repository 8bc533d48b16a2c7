"""The frame around every page: what each reader finds in it, and what it never carries."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from tests.access.test_menu import links_of
from tests.conftest import World

TEMPLATES = Path(site.BASE_DIR) / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))


def test_a_visitor_finds_where_to_complain_and_no_menu(client: Client, db) -> None:
    page = client.get(reverse("feedback")).content.decode()
    assert "投诉建议" in page
    assert "系统管理员" in page
    assert not links_of(page)
    assert "退出登录" not in page


def test_the_published_contact_replaces_the_general_advice(client: Client, db, settings) -> None:
    settings.FEEDBACK_CONTACT = "园区党委办公室\n<b>021-00000000</b>"
    page = client.get(reverse("feedback")).content.decode()
    assert "园区党委办公室<br>&lt;b&gt;021-00000000&lt;/b&gt;" in page
    assert "由管理员转交" not in page


def test_the_frame_warns_of_secrets_and_shows_the_demo(client: Client, db, settings) -> None:
    page = client.get(reverse("feedback")).content.decode()
    assert "本系统为非涉密系统，严禁录入、存储涉密信息" in page
    assert "演示数据" not in page
    settings.DEMO = True
    assert "演示数据" in client.get(reverse("feedback")).content.decode()


def test_the_browser_is_told_to_run_nothing_written_into_a_page(client: Client, db) -> None:
    response = client.get(reverse("accounts:login"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "object-src 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "unsafe" not in policy


def test_larger_letters_are_kept_and_only_known_sizes(client: Client, db) -> None:
    back = reverse("feedback")
    assert client.post(reverse("text_size"), {"size": "150", "next": back}).url == back
    assert 'data-text="150"' in client.get(back).content.decode()
    client.post(reverse("text_size"), {"size": '9"onload="x'})
    assert 'data-text="150"' in client.get(back).content.decode()
    client.cookies["text_size"] = "nonsense"
    assert 'data-text="100"' in client.get(back).content.decode()


def test_choosing_letters_never_leads_to_another_site(client: Client, db) -> None:
    assert client.post(reverse("text_size"), {"size": "125", "next": "//evil.example"}).url == "/"
    assert client.get(reverse("text_size")).status_code == 405


STANDS_ALONE = TEMPLATES / "reports" / "file.html"
"""A report that is downloaded as one file: it brings its own style, and no page of the site shows it."""


@pytest.mark.parametrize("template", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_keep_to_the_house_rules(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 120
    assert not re.search(r"\bstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", text)
    assert "<style" not in text or template == STANDS_ALONE
    assert "|safe" not in text
    assert not re.search("(?<![申邀])请(?!求)|抱歉|无效|非法", text)
    if re.search(r"\|crispy|{% crispy ", text) and not template.name.startswith("_"):
        assert "_errors.html" in text, "the errors of the form are told by _errors.html"


@pytest.mark.parametrize("address", ["/companies/", "/organizations/", "/activities/", "/coverage/parks/kic/"])
def test_the_label_of_a_filter_belongs_to_its_field(
    world: World, viewer: User, client_of: Callable, address: str
) -> None:
    page = client_of(viewer).get(address).content.decode()
    labels, ids = re.findall(r'<label [^>]*for="([^"]+)"', page), re.findall(r' id="([^"]+)"', page)
    assert labels
    assert set(labels) <= set(ids)
    assert len(ids) == len(set(ids))

"""The demo in English: code tables and rules go by their English names, and what people wrote stays as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import CharField, TextField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from parkparty.access.choices import Role
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities.models import Activity, ActivityTheme, ActivityType
from parkparty.companies.models import Industry
from parkparty.core.dates import today
from parkparty.organizations.models import FormationMode
from parkparty.rules.forms import LocalRuleForm
from parkparty.rules.models import Rule
from tests.demo.conftest import Site

pytestmark = pytest.mark.usefixtures("demo")

ClientOf = Callable[[User], Client]

NAMED = (ActivityTheme, ActivityType, FormationMode, Industry, Rule)

SHOWN = re.compile(r'>([^<]+)<|(?:aria-label|title|placeholder|data-label|alt)="([^"]*)"')
"""What a page says: its text, and what it tells readers of the screen. What stands in a field is what was typed."""

CHINESE = re.compile("[\u4e00-\u9fff]")

SOFTWARE = "65 Software and information technology services"

AS_KEPT = "/audit/"
"""The trail, where names stand as they were."""

MOST = 100
"""Pages that a role is led over."""


@pytest.fixture(autouse=True)
def chinese_again() -> Iterator[None]:
    """A page leaves its language to what runs after it in the same thread."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="module")
def given(loaded: Site, django_db_blocker: Any) -> re.Pattern[str]:
    """All that people gave names to or wrote, the longest first: it is shown as it is."""
    found: set[str] = set()
    with django_db_blocker.unblock():
        for model in set(apps.get_models()) - set(NAMED):
            columns = [f.attname for f in model._meta.concrete_fields if isinstance(f, CharField | TextField)]
            for row in model._base_manager.values_list(*columns) if columns else ():
                found.update(text for text in row if isinstance(text, str) and CHINESE.search(text))
        found.update(Rule.objects.values_list("source", flat=True))
        found -= {name for model in NAMED for name in model.objects.values_list("name", flat=True)}
    return re.compile("|".join(map(re.escape, sorted(found, key=len, reverse=True))))


def shown(answer: Any) -> set[str]:
    """What a page says, but for what its fields hold."""
    page = answer.content.decode()
    page = re.sub(r"<script.*?</script>|<textarea.*?</textarea>|<!--.*?-->", "", page, flags=re.S)
    return {html.unescape(text or told).strip() for text, told in SHOWN.findall(page)}


def pages(client: Client) -> Iterator[tuple[str, Any]]:
    """Pages that the reader is led to, with their addresses: one of each path first, then one of each choice on it."""
    ahead, asked = ["/"], set[str]()
    seen: set[str] = set()
    while ahead and len(seen) < MOST:
        ahead.sort(key=lambda address: kind_of(address.partition("?")[0]) in seen)
        address = ahead.pop(0)
        path = address.partition("?")[0]
        if kind_of(address) in seen:
            continue
        seen |= {kind_of(address), kind_of(path)}
        answer = client.get(address, follow=True)
        if answer.get("Content-Type", "").startswith("text/html") and not path.startswith(AS_KEPT):
            page = answer.content.decode()
            yield address, answer
            links = {html.unescape(link) for link in re.findall(r'href="([/?][^"#]*)', page)} - asked
            asked |= links
            ahead += sorted(path + link if link.startswith("?") else link for link in links)


def kind_of(address: str) -> str:
    """Addresses that differ only in the record, day or choice they name are of one kind."""
    path, _, query = address.partition("?")
    return re.sub(r"\d+|DEMO-[\w-]+", "…", path) + "?" + ",".join(sorted(set(re.findall(r"(\w+)=", query))))


def read_by(client_of: ClientOf, role: str, language: str) -> Client:
    client = client_of(User.objects.get(username=f"demo-{role}"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


@pytest.mark.sqlite
@pytest.mark.parametrize("role", Role.values)
def test_no_name_of_a_code_table_or_a_rule_is_chinese(role: str, given: re.Pattern[str], client_of: ClientOf) -> None:
    names = [name for model in NAMED for name in model.objects.values_list("name", flat=True)]
    ours = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))))
    found = [
        f"{address}: {text}"
        for address, answer in pages(read_by(client_of, role, "en"))
        for text in shown(answer)
        if ours.search(text) and ours.search(given.sub("…", text))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("role", "address", "chinese", "english"),
    [
        ("secretary", "/activities/new/", "主题党日", "Theme party day"),
        ("secretary", "/activities/new/", "党建+服务", "Party building + services"),
        ("viewer", "/activities/?type=theme_day", "主题党日", "Theme party day"),
        ("viewer", "/activities/calendar/?type=salon&month=2040-01", "产业沙龙", "Industry salon"),
        ("viewer", "/coverage/months/?place=park:kic", "主题党日", "Theme party day"),
        ("viewer", "/coverage/cross/?place=park:kic&rows=industry", "65 软件和信息技术服务业", SOFTWARE),
        (
            "viewer",
            "/coverage/cross/?place=park:kic&rows=coverage&columns=industry",
            "65 软件和信息技术服务业",
            SOFTWARE,
        ),
        ("viewer", "/companies/?place=park:kic&industry=65", "65 软件和信息技术服务业", SOFTWARE),
        ("viewer", "/companies/?place=park:kic", "互联网安全服务", "Internet security services"),
        ("viewer", "/rules/duties/?place=park:kic", "主题党日", "Theme party day"),
        ("viewer", "/rules/duties/?place=park:kic&months=R34", "主题党日", "Theme party day"),
        ("viewer", "/rules/", "主题党日每月相对固定 1 天", "The theme party day is on 1 relatively fixed day a month"),
        (
            "viewer",
            "/rules/R34/",
            "主题党日每月相对固定 1 天",
            "The theme party day is on 1 relatively fixed day a month",
        ),
        ("viewer", "/rules/sizes/", "软件和信息技术服务业", "Software and information technology services"),
        ("viewer", "/rules/dues/", "离退休党员", "Retired members: pension up to 5,000 yuan 0.5%"),
        ("administrator", "/admin/activities/activitytype/", "主题党日", "Theme party day"),
        ("administrator", "/admin/rules/rule/?q=theme+party", "主题党日每月", "The theme party day is on 1"),
        ("administrator", "/admin/rules/rule/?q=主题党日", "主题党日每月", "The theme party day is on 1"),
        (
            "administrator",
            "/admin/companies/industry/?q=Software+and",
            "软件和信息技术服务业",
            "Software and information",
        ),
    ],
)
def test_a_page_calls_it_as_its_reader_does(
    role: str, address: str, chinese: str, english: str, client_of: ClientOf
) -> None:
    said = {language: shown(read_by(client_of, role, language).get(address)) for language in ("zh-hans", "en")}
    for language, there, not_there in (("zh-hans", chinese, english), ("en", english, chinese)):
        assert any(there in text for text in said[language]), (language, there)
        assert not any(text.startswith(not_there) for text in said[language]), (language, not_there)


def test_a_list_calls_themes_as_its_reader_does(client_of: ClientOf) -> None:
    Activity.objects.update(theme=ActivityTheme.objects.get(name="党建+文化"))
    cache.clear()
    for language, theme in (("zh-hans", "党建+文化"), ("en", "Party building + culture")):
        said = shown(read_by(client_of, "viewer", language).get("/activities/?columns=types,theme"))
        assert {"党建+文化", "Party building + culture"}.intersection(said) == {theme}


@pytest.mark.parametrize(
    "address", ["/activities/?type=theme_day", "/rules/duties/?place=park:kic", "/coverage/months/?place=park:kic"]
)
def test_what_has_no_english_name_goes_by_its_chinese_one(address: str, client_of: ClientOf) -> None:
    ActivityType.objects.filter(code="theme_day").update(name_en="")
    cache.clear()
    said = shown(read_by(client_of, "viewer", "en").get(address))
    assert any("主题党日" in text for text in said)
    assert any("Branch assembly" in text for text in said)


@pytest.mark.parametrize(
    "address",
    [
        "/activities/?columns=types,theme,organization",
        "/activities/new/",
        "/coverage/cross/?place=park:kic&rows=industry",
        "/companies/?place=park:kic",
        "/rules/duties/?place=park:kic",
    ],
)
def test_no_language_asks_more_of_the_database(address: str, client_of: ClientOf) -> None:
    Activity.objects.update(theme="culture")
    asked = []
    for language in ("zh-hans", "en"):
        client = read_by(client_of, "secretary" if "new" in address else "viewer", language)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 14


def test_an_administrator_writes_both_names(client_of: ClientOf) -> None:
    page = client_of(User.objects.get(username="demo-administrator"))
    form = page.get("/admin/activities/activitytype/theme_day/change/").content.decode()
    assert "英文名称" in form
    assert "留空时显示中文名称" in form
    assert form.index("英文名称") > form.index("主题党日")


def test_a_local_rule_keeps_the_english_name_only_with_the_wording() -> None:
    general = Rule.objects.get(code="R03")
    scope = scope_of(User.objects.get(username="demo-administrator"))
    typed = {
        "organization": "DEMO-KIC",
        "source": "区委通知",
        "since": today().isoformat(),
        "is_active": "on",
        "more_than": "4",
    }
    for name, english in ((general.name, general.name_en), ("联合党支部覆盖单位不超过 4 个", "")):
        form = LocalRuleForm(typed | {"name": name}, general=general, scope=scope)
        assert form.is_valid(), form.errors
        assert form.rule().name_en == english

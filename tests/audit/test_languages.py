"""An act is kept in Chinese, whatever language its writer reads, and told in the language of its reader."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from parkparty.accounts.models import User
from parkparty.activities.choices import Step
from parkparty.activities.models import Activity, ActivityType
from parkparty.activities.services.trail import facts_of
from parkparty.audit.check import verify
from parkparty.audit.models import AuditEntry
from parkparty.audit.services import record, seal_all
from tests.conftest import World

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def chinese_again() -> Iterator[None]:
    """A page leaves its language to what runs after it in the same thread."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


def in_english(client: Client) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def last() -> AuditEntry:
    return AuditEntry.objects.order_by("-id")[0]


def test_the_writers_language_leaves_no_trace(
    administrator: User, secretary: User, world: World, client_of: ClientOf, make_activity: Callable[..., Activity]
) -> None:
    typed = {"name": "一号楼", "park": world.kic.pk, "_save": ""}
    assert in_english(client_of(administrator)).post(reverse("admin:places_building_add"), typed).status_code == 302
    assert last().action == "新建楼宇"
    draft = make_activity(world.joint_branch, secretary)
    in_english(client_of(secretary)).post(reverse("activities:submit", args=[draft.pk]), {"version": draft.version})
    assert last().action == "提交审核"


def test_a_record_is_told_by_chinese_names_whoever_saves_it(
    secretary: User, world: World, make_activity: Callable[..., Activity], theme_day: ActivityType
) -> None:
    ActivityType.objects.filter(pk=theme_day.pk).update(name_en="Theme party day")
    draft = make_activity(world.joint_branch, secretary)
    told = facts_of(draft)
    assert told["types"] == ["主题党日"]
    with translation.override("en"):
        assert facts_of(draft) == told


def test_it_is_told_in_the_readers_language(secretary: User, world: World) -> None:
    with translation.override("en"):
        entry = record("修改活动", world.kic_committee, by=None)
        assert entry.act != "修改活动"
        assert entry.actor_in_words == translation.gettext("命令行") != "命令行"
    assert (entry.act, entry.actor_in_words, entry.actor_name) == ("修改活动", "命令行", "命令行")
    added = record("新建%(what)s", world.kic_committee, by=secretary)
    assert (added.action, added.act) == ("新建党组织", "新建党组织")
    with translation.override("en"):
        assert added.act == translation.gettext("新建%(what)s") % {"what": added.object_kind}
        assert "新建" not in added.act


def test_what_was_kept_in_another_language_stays_readable_and_in_the_chain(auditor: User, client_of: ClientOf) -> None:
    old = AuditEntry.objects.create(actor=auditor, actor_name=str(auditor), action="Edit an activity")
    record("修改活动", None, by=auditor)
    seal_all()
    assert verify().faults == []
    assert old.act == "Edit an activity"
    assert "Edit an activity" in client_of(auditor).get(reverse("access:trail")).content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_trail_is_searched_by_the_words_that_it_shows(
    language: str, auditor: User, world: World, client_of: ClientOf
) -> None:
    entries = [record("修改活动", world.kic, by=auditor), record("新建%(what)s", world.kic, by=auditor)]
    client = client_of(auditor)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    for entry in entries:
        with translation.override(language):
            word = entry.act.partition(" ")[0]
        found = client.get(reverse("access:trail"), {"action": word}).context["page"].rows
        assert entry.pk in [row.pk for row in found]


def test_no_act_is_translated_before_it_is_kept() -> None:
    """Neither by ``_`` nor as a label: ``record`` takes the sentence as it stands in the code."""
    translated = []
    for path in sorted((Path(settings.BASE_DIR) / "parkparty").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("record", "record_read") and node.args:
                inner: list[Any] = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.Call)]
                if any(getattr(call.func, "id", "") != "gettext_noop" for call in inner):
                    translated.append(f"{path.name}:{node.lineno}")
    assert translated == []
    assert Step.SUBMIT.label == "提交审核"

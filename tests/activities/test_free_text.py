"""A number in free text that looks like a person's is warned of; kept on its writer's word, it leaves only masked."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from openpyxl import load_workbook

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState as S
from parkparty.activities.models import Activity
from parkparty.audit.models import AuditEntry
from parkparty.notices.models import Notice
from tests.conftest import World

NEW = "/activities/new/"
MOBILE, MASKED = "13800138000", "138****8000"
CARD = "4111111111111111"
IDENTITY = "11010519491231002X"


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


@pytest.mark.parametrize(("field", "number"), [("topic", MOBILE), ("summary", CARD), ("place", MOBILE)])
def test_the_writer_is_warned_at_the_field_and_nothing_is_lost(
    field: str, number: str, desk: Client, typed: Any
) -> None:
    page = desk.post(NEW, typed(**{field: f"设备 {number}"})).content.decode()
    assert not Activity.objects.exists()
    assert f"设备 {number}" in page
    assert 'name="keep_numbers"' in page
    assert "不是个人号码的，勾选" in page
    assert 'name="keep_numbers"' not in desk.get(NEW).content.decode()


def test_the_writers_word_keeps_it_and_the_trail_knows_of_it_but_not_the_number(desk: Client, typed: Any) -> None:
    answer = desk.post(NEW, typed(topic=f"设备 {MOBILE}", place=f"编号 {CARD}", keep_numbers="on", submit=""))
    assert answer.status_code == 302
    activity = Activity.objects.get()
    assert (activity.topic, activity.place) == (f"设备 {MOBILE}", f"编号 {CARD}")
    kept = AuditEntry.objects.get(action="保留像个人号码的文字")
    assert kept.changes_in_words == ["所在栏目：议题、地点"]
    assert not [row for row in AuditEntry.objects.all() if MOBILE in str(vars(row)) or CARD in str(vars(row))]
    assert MASKED in str(AuditEntry.objects.get(action="新建活动").changes)


def test_a_number_with_the_check_digit_of_an_identity_is_refused_whatever_its_writer_says(
    desk: Client, typed: Any
) -> None:
    page = desk.post(NEW, typed(summary=f"身份证 {IDENTITY}", keep_numbers="on")).content.decode()
    assert not Activity.objects.exists()
    assert "其中有证件号码（110***********002X）" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_it_leaves_in_files_only_masked(kind: str, desk: Client, typed: Any) -> None:
    desk.post(NEW, typed(topic=f"设备 {MOBILE}", place=f"编号 {CARD}", keep_numbers="on"))
    chosen = "&".join(f"columns={name}" for name in ("held_on", "place"))
    body = desk.get(f"/activities/export/?format={kind}&{chosen}").content
    rows = load_workbook(io.BytesIO(body)).active.values if kind == "xlsx" else [[body.decode("utf-8-sig")]]
    text = str(list(rows))
    assert MASKED in text
    assert MOBILE not in text
    assert CARD not in text


def test_a_reason_for_returning_is_told_masked(
    client_of: Callable[[User], Client], reviewer: User, world: World, in_state: Any
) -> None:
    activity, desk = in_state(S.SUBMITTED, world.joint_branch), client_of(reviewer)
    typed = {"version": 1, "reason": f"设备 {MOBILE} 是哪一台"}
    page = desk.post(f"/activities/{activity.pk}/return/", typed).content.decode()
    assert 'name="keep_numbers"' in page
    desk.post(f"/activities/{activity.pk}/return/", typed | {"keep_numbers": "on"})
    activity.refresh_from_db()
    assert (activity.state, MOBILE in activity.return_reason) == (S.RETURNED, True)
    assert AuditEntry.objects.get(action="保留像个人号码的文字").changes_in_words == ["所在栏目：退回原因"]
    told = [*AuditEntry.objects.all(), *Notice.objects.all(), *mail.outbox]
    assert not [row for row in told if MOBILE in str(vars(row))]

"""Paper: one record, an empty sheet, the ledger of a month; and what every page keeps and leaves out when printed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from tests.conftest import World

S = ActivityState


@pytest.fixture
def desk(client_of: Any, reviewer: User) -> Client:
    client: Client = client_of(reviewer)
    return client


def words(client: Client, address: str) -> str:
    text = client.get(address).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


class TestSheets:
    def test_a_record_is_on_its_sheet_and_another_units_is_not_there(
        self, desk: Client, world: World, in_state: Any
    ) -> None:
        fields = {"topic": "学习<b>", "place": "三楼", "expected": 12, "present": 0, "summary": "第一行\n第二行"}
        activity = in_state(S.APPROVED, world.joint_branch, **fields)
        text = words(desk, f"/activities/{activity.pk}/sheet/")
        for word in (
            "创智园联合支部",
            "主题党日",
            "2026-11-02",
            "三楼",
            " 12 ",
            " 0 ",
            "学习&lt;b&gt;",
            "第二行",
            "已通过",
        ):
            assert word in text, word
        foreign = in_state(S.APPROVED, world.putuo_committee)
        assert desk.get(f"/activities/{foreign.pk}/sheet/").status_code == 404
        assert f'href="/activities/{activity.pk}/sheet/"' in desk.get(f"/activities/{activity.pk}/").content.decode()

    def test_an_empty_one_names_what_was_asked_for_and_nothing_foreign(self, desk: Client) -> None:
        text = words(desk, "/activities/sheet/?type=theme_day&organization=KIC-J1")
        assert "计入类型 主题党日" in text
        assert "主办党组织 创智园联合支部" in text
        for query in ("organization=PT", "type=x", "type=%00", ""):
            assert "普陀" not in words(desk, f"/activities/sheet/?{query}")


class TestLedger:
    def test_a_month_line_by_line_with_its_totals(
        self, desk: Client, world: World, in_state: Any, django_assert_max_num_queries: Any
    ) -> None:
        for day, expected in (("2026-11-30", 5), ("2026-11-01", 1200), ("2026-12-01", 7), ("2026-10-31", 7)):
            in_state(S.APPROVED, world.joint_branch, topic=f"题{day}", held_on=day, expected=expected, present=3)
        in_state(S.SUBMITTED, world.joint_branch, topic="未审")
        with django_assert_max_num_queries(10):
            text = words(desk, "/activities/ledger/?month=2026-11&state=counted")
        assert text.index("题2026-11-01") < text.index("题2026-11-30")
        assert "共 2 次，应到 1,205 人次，实到 6 人次" in text
        assert not [word for word in ("题2026-12-01", "题2026-10-31", "未审") if word in text]

    def test_an_empty_month_and_one_that_does_not_read_say_so(self, desk: Client) -> None:
        for month in ("1999-01", "x"):
            assert "这个月没有符合条件的活动" in words(desk, f"/activities/ledger/?month={month}")


def test_every_page_says_on_paper_who_printed_it_when(desk: Client, client: Client) -> None:
    assert re.search(
        r"打印人：五角场街道审核员 · 数据与打印时间：\d{4}-\d\d-\d\d \d\d:\d\d", words(desk, "/companies/")
    )
    assert "打印人" not in words(client, "/accounts/login/")

"""What spares typing: the last record, a pasted notice; and what warns of writing the same meeting down twice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.figures import similar_to
from parkparty.activities.models import Activity, ActivityHost, ActivityTheme, ActivityType
from parkparty.activities.rules import read_notice
from tests.activities.test_form import value_of
from tests.conftest import LONG_AGO, World, make_company

NEW = "/activities/new/"
TYPES = {"branch_assembly": "支部党员大会", "party_lecture": "党课", "theme_day": "主题党日", "volunteer": "志愿服务"}
SATURDAY = dt.date(2026, 11, 21)


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


class TestAsLastTime:
    @pytest.fixture
    def last(self, in_state: Any, world: World, secretary: User) -> Activity:
        Grant.objects.create(user=secretary, role=Role.VIEWER, organization=world.kic_committee, since=LONG_AGO)
        Grant.objects.create(user=secretary, role=Role.VIEWER, park=world.kic, since=LONG_AGO)
        theme = ActivityTheme.objects.get(pk="service")
        last = in_state(ActivityState.APPROVED, world.joint_branch, topic="走访企业", theme=theme, summary="上次的摘要")
        ActivityHost.objects.create(activity=last, organization=world.own_branch)
        last.companies.add(make_company(1, world.kic))
        return last

    def test_a_new_form_offers_it(self, desk: Client, last: Activity) -> None:
        assert f"organization=KIC-J1&amp;like={last.pk}" in desk.get(NEW).content.decode()
        assert f"type=theme_day&amp;like={last.pk}" in desk.get(NEW, {"type": "theme_day"}).content.decode()
        assert "按上次填写" not in desk.get(NEW, {"type": "salon"}).content.decode()

    def test_what_stays_the_same_is_filled_in(self, desk: Client, last: Activity, world: World) -> None:
        page = desk.get(NEW, {"like": last.pk, "type": "salon"})
        text = page.content.decode()
        assert value_of(page, "topic") == "走访企业"
        for name, key in (
            ("types", "theme_day"),
            ("types", "salon"),
            ("theme", "service"),
            ("partners", world.own_branch.pk),
            ("companies", last.companies.get().pk),
        ):
            assert re.search(rf'name="{name}" value="{key}"[^>]*checked', text), name
        assert "上次的摘要" not in text
        assert value_of(page, "held_on") != last.held_on.isoformat()

    def test_not_from_a_record_of_others(
        self, desk: Client, in_state: Any, world: World, other_secretary: User
    ) -> None:
        theirs = in_state(ActivityState.APPROVED, world.neighbour_branch, author=other_secretary, topic="别人的议题")
        page = desk.get(NEW, {"like": theirs.pk})
        assert "别人的议题" not in page.content.decode()

    @pytest.mark.parametrize("like", ["x", "\x00", "9" * 30, "-1"])
    def test_a_key_that_does_not_read_gives_the_plain_form(self, desk: Client, last: Activity, like: str) -> None:
        assert value_of(desk.get(NEW, {"like": like}), "topic") == ""


class TestNotice:
    @pytest.mark.parametrize(
        ("text", "day"),
        [
            ("时间：2026年11月18日（周三）14:00", "2026-11-18"),
            ("时间：１１月１８日下午两点", "2026-11-18"),
            ("定于 2026-11-18 14:00", "2026-11-18"),
            ("11.18 下午", "2026-11-18"),
            ("1月5日召开", "2027-01-05"),
            ("12月30日", "2026-12-30"),
            ("今晚七点", "2026-11-21"),
            ("昨天的活动", "2026-11-20"),
            ("本周五下午", "2026-11-20"),
            ("下周一上午", "2026-11-23"),
            ("周日", "2026-11-22"),
            ("2026年2月30日", None),
            ("联系电话 021-12345678", None),
            ("没有日子", None),
        ],
    )
    def test_the_day(self, text: str, day: str | None) -> None:
        found = read_notice(text, TYPES, SATURDAY).held_on
        assert (found.isoformat() if found else None) == day

    @pytest.mark.parametrize(
        ("text", "place"),
        [
            ("【通知】\n地点：创智天地 3 号楼 201 会议室\n自带笔", "创智天地 3 号楼 201 会议室"),
            ("集合地点:地铁五角场站1号口，准时", "地铁五角场站1号口"),
            ("周五在二楼党群服务站召开支部大会", "二楼党群服务站"),
            ("明天开会", ""),
        ],
    )
    def test_the_place(self, text: str, place: str) -> None:
        assert read_notice(text, TYPES, SATURDAY).place == place

    def test_the_types_by_the_names_people_use(self) -> None:
        text = "关于召开11月党员大会的通知：会上讲党课，会后志愿者集合"
        notice = read_notice(text, TYPES, SATURDAY)
        assert notice.types == ["branch_assembly", "party_lecture", "volunteer"]
        assert notice.topic == "11月党员大会"

    def test_a_long_text_is_read_in_no_time_and_no_further(self) -> None:
        assert read_notice("在" * 4000 + "关于" * 4000, TYPES, SATURDAY).place == ""

    def test_fills_the_form_for_its_writer_to_check_and_keeps_nothing(self, desk: Client, typed: Any) -> None:
        notice = "【主题党日】主题：走访结对企业\n时间：11月18日 14:00\n地点：党群服务站\n联系人 13800138000"
        sent = typed(types=["salon"], topic="", held_on="", summary="先写的摘要", read="1", notice=notice)
        page = desk.post(NEW, sent)
        text = page.content.decode()
        assert (value_of(page, "topic"), value_of(page, "place")) == ("走访结对企业", "党群服务站")
        assert value_of(page, "held_on").endswith("-11-18")
        assert re.search(r'value="theme_day"[^>]*checked', text)
        assert re.search(r'value="salon"[^>]*checked', text)
        assert "先写的摘要" in text
        assert "已从通知填入：活动日期、地点、议题、计入类型。" in text
        assert "有内容需要改正" not in text
        assert value_of(page, "key") == sent["key"]
        assert not Activity.objects.exists()

    def test_a_notice_in_chinese_is_read_for_who_reads_english(self, desk: Client, typed: Any) -> None:
        ActivityType.objects.filter(code="party_lecture").update(name_en="Party lecture")
        desk.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        page = desk.post(NEW, typed(types=["salon"], read="1", notice="11月18日讲党课")).content.decode()
        assert re.search(r'value="party_lecture"[^>]*checked', page)
        assert "Party lecture" in page

    def test_says_so_when_nothing_was_found(self, desk: Client, typed: Any) -> None:
        page = desk.post(NEW, typed(read="1", notice="大家好"))
        assert "没有从通知里认出" in page.content.decode()
        assert value_of(page, "topic") == "学习交流"


class TestSimilar:
    def test_is_shown_and_does_not_stand_in_the_way(
        self, desk: Client, typed: Any, in_state: Any, world: World
    ) -> None:
        there = in_state(ActivityState.APPROVED, world.joint_branch, topic="已经报过的")
        told = desk.post("/activities/draft/", typed()).json()
        assert told["similar"] == [["已经报过的", f"/activities/{there.pk}/"]]
        assert "已经报过的" in desk.get(told["address"]).content.decode()
        page = desk.post(NEW, typed(submit="1"), follow=True)
        assert "同一天已有相似的记录“已经报过的”，核对是否重复。" in page.content.decode()
        assert Activity.objects.filter(state=ActivityState.SUBMITTED).count() == 1

    @pytest.mark.parametrize("fields", [{"held_on": "2026-11-03"}, {"types": ["salon"]}])
    def test_another_day_or_type_is_another_meeting(
        self, desk: Client, typed: Any, in_state: Any, world: World, fields: Any
    ) -> None:
        in_state(ActivityState.APPROVED, world.joint_branch)
        assert desk.post("/activities/draft/", typed(**fields)).json()["similar"] == []

    def test_nothing_of_others_is_told(
        self, desk: Client, typed: Any, in_state: Any, world: World, other_secretary: User
    ) -> None:
        in_state(ActivityState.APPROVED, world.neighbour_branch, author=other_secretary)
        assert desk.post("/activities/draft/", typed()).json()["similar"] == []

    def test_only_what_the_asker_reaches(
        self, in_state: Any, world: World, secretary: User, other_secretary: User, scope_of_user: Any
    ) -> None:
        there, here = (in_state(ActivityState.APPROVED, world.joint_branch) for _ in range(2))
        assert similar_to(here, scope_of_user(secretary)) == [there]
        assert similar_to(here, scope_of_user(other_secretary)) == []

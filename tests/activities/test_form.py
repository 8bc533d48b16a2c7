"""Logging an activity: what the form starts with, what it keeps, what it asks for, and never losing a word."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import today
from parkparty.organizations.services import dissolve
from tests.conftest import LONG_AGO, World, cover, make_company

NEW = "/activities/new/"


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


def value_of(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


class TestNew:
    def test_starts_with_today_the_last_place_and_the_last_member_count(
        self, desk: Client, world: World, count_members: Any, in_state: Any
    ) -> None:
        count_members(world.joint_branch, 11, probationary=2)
        in_state(ActivityState.DRAFT, world.joint_branch, place="二楼会议室", topic="党课学习")
        page = desk.get(NEW)
        assert value_of(page, "held_on") == today().isoformat()
        assert value_of(page, "expected") == "13"
        assert value_of(page, "place") == "二楼会议室"
        assert '<option value="党课学习">' in page.content.decode()

    def test_takes_organisation_type_and_day_from_the_address(self, desk: Client, world: World) -> None:
        page = desk.get(NEW, {"organization": "KIC-J1", "type": "party_lecture", "held_on": "2026-11-05"})
        assert value_of(page, "held_on") == "2026-11-05"
        assert re.search(r'value="party_lecture"[^>]*checked', page.content.decode())

    @pytest.mark.parametrize(
        "address", [{"organization": "NB-J1"}, {"held_on": "2026-13-45"}, {"type": "\x00"}, {"organization": "\x00"}]
    )
    def test_an_address_that_does_not_read_gives_the_plain_form(self, desk: Client, address: dict[str, str]) -> None:
        page = desk.get(NEW, address)
        assert page.status_code == 200
        assert value_of(page, "organization") == "KIC-J1"

    def test_one_of_several_organisations_is_chosen(self, desk: Client, world: World, secretary: User) -> None:
        Grant.objects.create(user=secretary, role=Role.SECRETARY, organization=world.own_branch, since=LONG_AGO)
        page = desk.get(NEW, {"organization": "KIC-O1"}).content.decode()
        assert '<option value="KIC-O1" selected>' in page
        assert '<option value="KIC-J1">' in page

    def test_a_secretary_of_a_dissolved_branch_is_told_why_there_is_no_form(self, desk: Client, world: World) -> None:
        dissolve(world.joint_branch, on=today(), by=None)
        assert "没有可以填报的党组织" in desk.get(NEW).content.decode()


class TestSave:
    def test_a_draft_needs_little_and_tells_what_is_next(self, desk: Client, typed: Any, secretary: User) -> None:
        page = desk.post(NEW, typed(topic="", types=[], expected="", present=""), follow=True)
        activity = Activity.objects.get()
        assert (activity.state, activity.author, activity.expected) == (ActivityState.DRAFT, secretary, None)
        assert page.redirect_chain[0][0] == f"/activities/{activity.pk}/"
        assert "已保存" in page.content.decode()

    def test_submitting_reports_it_with_all_its_types(self, desk: Client, typed: Any, world: World) -> None:
        desk.post(NEW, typed(types=["theme_day", "party_lecture"], theme="service", submit="1"))
        activity = Activity.objects.get()
        assert activity.state == ActivityState.SUBMITTED
        assert activity.filed_at is not None
        assert {kind.pk for kind in activity.types.all()} == {"theme_day", "party_lecture"}
        assert list(activity.hosts.all()) == [world.joint_branch]
        assert activity.park == world.kic
        trail = AuditEntry.objects.about("activities.activity", activity.pk).order_by("id")
        assert [entry.action for entry in trail] == ["新建活动", "提交审核"]

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"types": []}, "至少选择一个计入类型"),
            ({"topic": " \u200b "}, "填写议题"),
        ],
    )
    def test_what_is_not_ready_is_kept_as_a_draft_and_the_missing_is_named(
        self, desk: Client, typed: Any, fields: dict[str, Any], fault: str
    ) -> None:
        page = desk.post(NEW, typed(submit="1", summary="三个字以上的摘要", **fields))
        activity = Activity.objects.get()
        assert activity.state == ActivityState.DRAFT
        text = page.content.decode()
        assert fault in text
        assert "已存为草稿，还没有提交" in text
        assert "三个字以上的摘要" in text
        assert f'action="/activities/{activity.pk}/edit/"' in text
        assert value_of(page, "version") == str(activity.version)

    @pytest.mark.parametrize(
        ("name", "value", "fault"),
        [
            ("held_on", "", "填写活动日期。"),
            ("held_on", "2026-02-30", "日期按 2026-11-21 的样子填写"),
            ("held_on", "1026-11-02", "批准成立，核对活动日期"),
            ("held_on", "2099-01-01", "活动日期在一年以后"),
            ("present", "-1", "0"),
            ("present", "1e309", "只填整数"),
            ("present", "99999999999999999999", "9999"),
            ("topic", "题" * 101, "100"),
            ("topic", "甲\x00乙", "含有看不见的空字符（NUL）"),
            ("summary", "联系人电话 13800138000", "138****8000"),
            ("theme", "none", "从列表中重新选一个"),
            ("types", ["theme_day", "nothing"], "nothing"),
            ("key", "not-a-uuid", "UUID"),
            ("version", "x", "整数"),
            ("organization", "NB-J1", "从列表中重新选一个"),
            ("partners", ["99999999999999999999999"], "99999999999999999999999"),
            ("companies", ["x"], "x"),
            ("companies", ["１"], "１"),
            ("station", "99999999999999999999999", "从列表中重新选一个"),
            ("dropped_photos", ["1"], "1"),
            ("partners_text", "长" * 61, "60"),
        ],
    )
    def test_a_value_that_does_not_read_is_named_and_nothing_is_lost(
        self, desk: Client, typed: Any, name: str, value: Any, fault: str
    ) -> None:
        fields = {"summary": "写了很久的摘要", "place": "一楼大厅", name: value}
        page = desk.post(NEW, typed(submit="1", **fields))
        text = page.content.decode()
        assert page.status_code == 200
        assert "有内容需要改正" in text
        assert fault in text[text.index("有内容需要改正") :]
        assert "一楼大厅" in text
        assert not Activity.objects.exists()

    def test_full_width_digits_are_digits(self, desk: Client, typed: Any) -> None:
        desk.post(NEW, typed(present="１２"))
        assert Activity.objects.get().present == 12

    def test_more_present_than_expected_is_a_question(self, desk: Client, typed: Any) -> None:
        page = desk.post(NEW, typed(expected="5", present="8", submit="1"), follow=True)
        assert Activity.objects.get().state == ActivityState.SUBMITTED
        assert "实到 8 人多于应到 5 人：有人列席就不用改。" in page.content.decode()


class TestTwice:
    def test_the_same_press_twice_is_one_record(self, desk: Client, typed: Any) -> None:
        sent = typed(submit="1")
        first, second = desk.post(NEW, sent), desk.post(NEW, sent)
        activity = Activity.objects.get()
        assert first.url == second.url == f"/activities/{activity.pk}/"
        assert activity.state == ActivityState.SUBMITTED

    def test_saved_then_submitted_from_the_same_page_is_one_record_submitted(self, desk: Client, typed: Any) -> None:
        sent = typed()
        desk.post(NEW, sent)
        desk.post(NEW, sent | {"submit": "1"})
        assert Activity.objects.get().state == ActivityState.SUBMITTED

    def test_the_same_page_with_other_words_shows_both_and_saves_when_asked_again(
        self, desk: Client, typed: Any
    ) -> None:
        sent = typed()
        desk.post(NEW, sent)
        page = desk.post(NEW, sent | {"topic": "改过的议题"})
        text = page.content.decode()
        activity = Activity.objects.get()
        assert page.status_code == 409
        assert "学习交流" in text
        assert value_of(page, "topic") == "改过的议题"
        assert activity.topic == "学习交流"
        again = sent | {"topic": "改过的议题", "version": value_of(page, "version")}
        desk.post(f"/activities/{activity.pk}/edit/", again)
        activity.refresh_from_db()
        assert activity.topic == "改过的议题"

    def test_a_key_taken_by_somebody_else_makes_a_record_of_its_own(
        self, desk: Client, typed: Any, world: World, other_secretary: User, in_state: Any
    ) -> None:
        theirs = in_state(ActivityState.DRAFT, world.neighbour_branch, author=other_secretary, topic="别人的草稿")
        sent = typed(key=str(theirs.key))
        page = desk.post(NEW, sent)
        assert page.status_code == 409
        assert "别人的草稿" not in page.content.decode()
        desk.post(NEW, sent | {"key": value_of(page, "key")})
        assert Activity.objects.filter(organization=world.joint_branch).count() == 1


class TestEdit:
    def test_shows_what_is_stored_and_saves_what_is_typed(
        self, desk: Client, typed: Any, world: World, in_state: Any
    ) -> None:
        activity = in_state(ActivityState.DRAFT, world.joint_branch, summary="原来的摘要", present=7)
        page = desk.get(f"/activities/{activity.pk}/edit/")
        assert "原来的摘要" in page.content.decode()
        assert value_of(page, "present") == "7"
        assert re.search(r'value="theme_day"[^>]*checked', page.content.decode())
        sent = typed(key=value_of(page, "key"), version=value_of(page, "version"), types=["salon"], topic="改后的")
        desk.post(f"/activities/{activity.pk}/edit/", sent)
        activity.refresh_from_db()
        assert (activity.topic, [kind.pk for kind in activity.types.all()]) == ("改后的", ["salon"])

    def test_two_tabs_never_overwrite_each_other(self, desk: Client, typed: Any, world: World, in_state: Any) -> None:
        activity = in_state(ActivityState.DRAFT, world.joint_branch)
        address, key = f"/activities/{activity.pk}/edit/", str(activity.key)
        desk.post(address, typed(key=key, version="1", topic="第一个标签页"))
        page = desk.post(address, typed(key=key, version="1", topic="第二个标签页", summary="第二个标签页的摘要"))
        text = page.content.decode()
        assert page.status_code == 409
        assert "第一个标签页" in text
        assert "第二个标签页的摘要" in text
        activity.refresh_from_db()
        assert activity.topic == "第一个标签页"

    def test_what_was_typed_outlives_a_submission_in_another_tab(
        self, desk: Client, typed: Any, world: World, in_state: Any
    ) -> None:
        activity = in_state(ActivityState.SUBMITTED, world.joint_branch, version=2)
        sent = typed(key=str(activity.key), version="1", summary="晚了一步的摘要")
        page = desk.post(f"/activities/{activity.pk}/edit/", sent)
        assert page.status_code == 409
        assert "这条记录现在待审核，不能再修改" in page.content.decode()
        assert "晚了一步的摘要" in page.content.decode()
        assert 'name="submit"' not in page.content.decode()

    def test_a_returned_record_shows_the_reason_and_is_sent_again(
        self, desk: Client, typed: Any, world: World, in_state: Any
    ) -> None:
        activity = in_state(ActivityState.RETURNED, world.joint_branch, return_reason="补上主题")
        assert "补上主题" in desk.get(f"/activities/{activity.pk}/edit/").content.decode()
        filed = activity.filed_at
        desk.post(f"/activities/{activity.pk}/edit/", typed(key=str(activity.key), version="1", submit="1"))
        activity.refresh_from_db()
        assert (activity.state, activity.filed_at) == (ActivityState.SUBMITTED, filed)

    def test_a_type_no_longer_offered_stays_with_the_record_that_has_it(
        self, desk: Client, typed: Any, world: World, in_state: Any
    ) -> None:
        activity = in_state(ActivityState.DRAFT, world.joint_branch)
        activity.types.model.objects.filter(pk="theme_day").update(is_active=False)
        assert 'value="theme_day"' in desk.get(f"/activities/{activity.pk}/edit/").content.decode()
        assert 'value="theme_day"' not in desk.get(NEW).content.decode()


class TestMore:
    def test_names_are_looked_for_without_losing_the_draft(self, desk: Client, typed: Any, world: World) -> None:
        for number in range(1, 13):
            cover(make_company(number, name=f"创智{number:02d}企业"), world.joint_branch)
        first = desk.get(NEW).content.decode()
        assert "创智10企业" in first
        assert "创智11企业" not in first
        page = desk.post(NEW, typed(find="1", companies_text="智12", summary="写到一半"), follow=True)
        text = page.content.decode()
        assert "创智12企业" in text
        assert "创智01企业" not in text
        assert "写到一半" in text
        assert '<details class="fold" id="more" open>' in text

    def test_companies_and_joint_hosts_are_kept_also_when_another_search_hides_them(
        self, desk: Client, typed: Any, world: World, secretary: User
    ) -> None:
        Grant.objects.create(user=secretary, role=Role.SECRETARY, organization=world.own_branch, since=LONG_AGO)
        company = make_company(1, name="共建企业一")
        cover(company, world.joint_branch)
        desk.post(NEW, typed(companies=[company.pk], partners=[world.own_branch.pk]))
        activity = Activity.objects.get()
        assert set(activity.hosts.all()) == {world.joint_branch, world.own_branch}
        page = desk.get(f"/activities/{activity.pk}/edit/", {"companies_text": "没有", "partners_text": "没有"})
        for name, pk in (("companies", company.pk), ("partners", world.own_branch.pk)):
            assert re.search(rf'name="{name}" value="{pk}"[^>]*checked', page.content.decode())

    def test_nobody_beside_the_scope_is_offered_or_accepted(self, desk: Client, typed: Any, world: World) -> None:
        company = make_company(2, world.tiandi, name="天地园企业")
        text = desk.get(NEW).content.decode()
        assert "天地园企业" not in text
        assert "甲公司支部" not in text
        assert 'name="partners"' not in text
        desk.post(NEW, typed(companies=[company.pk]))
        desk.post(NEW, typed(partners=[world.own_branch.pk]))
        assert not Activity.objects.exists()

    def test_a_joint_host_named_by_another_stays_when_the_record_is_edited(
        self, desk: Client, typed: Any, world: World, in_state: Any
    ) -> None:
        activity = in_state(ActivityState.DRAFT, world.joint_branch)
        ActivityHost.objects.create(activity=activity, organization=world.neighbour_branch)
        page = desk.get(f"/activities/{activity.pk}/edit/").content.decode()
        assert re.search(rf'name="partners" value="{world.neighbour_branch.pk}"[^>]*checked', page)
        sent = typed(key=str(activity.key), version="1", partners=[world.neighbour_branch.pk])
        desk.post(f"/activities/{activity.pk}/edit/", sent)
        assert set(activity.hosts.all()) == {world.joint_branch, world.neighbour_branch}

"""The month on one page, and the secret address that a calendar program reads: what its owner may see now, no more."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, CalendarFeed
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import today
from parkparty.core.ics import Event, as_calendar
from tests.conftest import World

S = ActivityState
MONTH = "/activities/calendar/"


def cell(text: str, day: str) -> str:
    """The day's cell of the table."""
    (found,) = [td for td in re.findall(r"<td.*?</td>", text, re.S) if f'datetime="{day}"' in td]
    return found


class TestMonth:
    @pytest.fixture
    def desk(self, client_of: Any, reviewer: User) -> Client:
        client: Client = client_of(reviewer)
        return client

    def test_each_stands_on_its_day_and_only_what_is_in_reach(self, desk: Client, world: World, in_state: Any) -> None:
        in_state(S.APPROVED, world.joint_branch, topic="月初", held_on="2026-11-01")
        in_state(S.SUBMITTED, world.joint_branch, topic="月底", held_on="2026-11-30")
        in_state(S.APPROVED, world.joint_branch, topic="下个月", held_on="2026-12-01")
        in_state(S.APPROVED, world.putuo_committee, topic="外区", held_on="2026-11-01")
        text = desk.get(f"{MONTH}?month=2026-11").content.decode()
        assert "月初" in cell(text, "2026-11-01")
        assert "待审核" in cell(text, "2026-11-30")
        assert "下个月" not in text
        assert "外区" not in text
        assert "?month=2026-10" in text
        assert "?month=2026-12" in text

    def test_a_full_day_shows_the_first_and_leads_to_all_with_the_filters_kept(
        self, desk: Client, world: World, in_state: Any, django_assert_max_num_queries: Any
    ) -> None:
        for number in range(7):
            in_state(S.APPROVED, world.joint_branch, topic=f"第{number}条")
            in_state(S.SUBMITTED, world.joint_branch, topic="别的状态")
        with django_assert_max_num_queries(10):
            text = desk.get(f"{MONTH}?month=2026-11&state=approved").content.decode()
        day = cell(text, "2026-11-02")
        assert [f"第{number}条" in day for number in range(7)] == [True] * 4 + [False] * 3
        assert "11-02 共 7 条" in day
        address = re.search(r'href="(/activities/\?[^"]+)"', day)
        assert address
        listed = desk.get(address[1].replace("&amp;", "&")).content.decode()
        assert listed.count(">第") == 7
        assert "别的状态" not in listed

    def test_days_off_are_named_and_worked_weekends_too(self, desk: Client) -> None:
        text = desk.get(f"{MONTH}?month=2026-10").content.decode()
        assert "国庆节" in cell(text, "2026-10-05")
        assert "上班" in cell(text, "2026-10-10")
        assert "上班" not in cell(text, "2026-10-17")

    @pytest.mark.parametrize("month", ["x", "2026-13", "", "1000-01", "2999-12", "\x00"])
    def test_any_month_gives_a_page(self, desk: Client, month: str) -> None:
        assert desk.get(MONTH, {"month": month}).status_code == 200

    @pytest.mark.parametrize(("month", "is_told"), [("2026-10", False), ("2027-10", True), ("1999-10", True)])
    def test_a_year_whose_holidays_are_not_known_says_how_it_counts(
        self, desk: Client, month: str, is_told: bool
    ) -> None:
        text = desk.get(f"{MONTH}?month={month}").content.decode()
        assert (f"{month[:4]} 年的放假安排还没有收录，这里按周一至周五上班" in text) == is_told

    def test_what_lies_ahead_is_announced_to_those_who_write_it(
        self, desk: Client, world: World, in_state: Any, client_of: Any, secretary: User
    ) -> None:
        in_state(S.DRAFT, world.joint_branch, topic="下次党课", held_on="2999-12-02")
        address = f"{MONTH}?month=2999-12"
        assert "预告" in cell(client_of(secretary).get(address).content.decode(), "2999-12-02")
        assert "下次党课" not in desk.get(address).content.decode()


class TestFeed:
    @pytest.fixture
    def address(self, client_of: Any, secretary: User) -> str:
        page = client_of(secretary).post(f"{MONTH}feed/").content.decode()
        found = re.search(r'value="http://testserver([^"]+\.ics)"', page)
        assert found
        return found[1]

    @pytest.fixture
    def held(self, world: World, in_state: Any) -> Activity:
        activity: Activity = in_state(
            S.APPROVED, world.joint_branch, topic="与张三谈心", summary="谈话内容", place="三楼", held_on=today()
        )
        return activity

    def read(self, address: str, **headers: str) -> Any:
        return Client().get(address, headers=headers)

    def test_it_tells_who_meets_when_without_a_session_and_without_a_word_of_the_text(
        self, address: str, held: Activity
    ) -> None:
        answer = self.read(address)
        text = answer.content.decode().replace("\r\n ", "")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert "SUMMARY:主题党日 · 创智园联合支部（已通过）\r\n" in text
        assert f"DTSTART;VALUE=DATE:{today():%Y%m%d}\r\n" in text
        assert f"URL:http://testserver/activities/{held.pk}/\r\n" in text
        assert not [word for word in ("张三", "谈话", "三楼", "书记") if word in text]
        assert not answer.cookies

    def test_nothing_new_is_not_sent_again(self, address: str, held: Activity) -> None:
        etag = self.read(address)["ETag"]
        assert self.read(address, if_none_match=etag).status_code == 304
        held.types.clear()
        assert self.read(address, if_none_match=etag).status_code == 200

    def test_rights_are_asked_for_anew_each_time(
        self, address: str, held: Activity, world: World, secretary: User
    ) -> None:
        Grant.objects.filter(user=secretary).update(organization=world.neighbour_branch)
        assert f"/activities/{held.pk}/" not in self.read(address).content.decode()
        Grant.objects.filter(user=secretary).update(until=today())
        assert self.read(address).status_code == 404
        Grant.objects.filter(user=secretary).update(until=None, organization=world.joint_branch)
        assert self.read(address).status_code == 200
        User.objects.filter(pk=secretary.pk).update(is_active=False)
        assert self.read(address).status_code == 404

    def test_a_new_address_ends_the_old_and_either_can_be_ended(
        self, address: str, client_of: Any, secretary: User, reviewer: User
    ) -> None:
        client = client_of(secretary)
        assert "停用日历订阅" in client.get(MONTH).content.decode()
        assert "停用日历订阅" not in client_of(reviewer).get(MONTH).content.decode()
        client.post(f"{MONTH}feed/")
        assert self.read(address).status_code == 404
        client.post(f"{MONTH}feed/end/")
        assert not CalendarFeed.objects.exists()
        actions = AuditEntry.objects.filter(actor=secretary).order_by("id").values_list("action", flat=True)
        assert list(actions) == ["开通日历订阅", "开通日历订阅", "停用日历订阅"]

    def test_the_secret_is_long_and_stands_nowhere_in_the_data(self, address: str) -> None:
        token = address.rpartition("/")[2].removesuffix(".ics")
        assert len(token) >= 43
        assert token not in str(CalendarFeed.objects.values()) + str(AuditEntry.objects.values())
        assert self.read(f"{MONTH}{token[:-1]}.ics").status_code == 404

    def test_few_queries(self, address: str, world: World, in_state: Any, django_assert_max_num_queries: Any) -> None:
        for _number in range(30):
            in_state(S.APPROVED, world.joint_branch, held_on=today())
        with django_assert_max_num_queries(6):
            assert self.read(address).content.count(b"BEGIN:VEVENT") == 30


def test_long_and_special_lines_are_folded_and_escaped_as_the_format_asks() -> None:
    title = "甲；乙;丙,丁\\戊\n己" + "长" * 60
    event = Event("1@x", dt.date(2026, 12, 31), title, dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC))
    lines = as_calendar("日历", [event]).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    text = b"\r\n".join(lines).decode().replace("\r\n ", "")
    assert "SUMMARY:甲；乙\\;丙\\,丁\\\\戊\\n己" + "长" * 60 in text
    assert "DTEND;VALUE=DATE:20270101" in text
    assert [line.decode() for line in lines]  # no piece cuts a letter in two

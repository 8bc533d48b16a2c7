"""The list, one record and the queue: who sees what, filters in the address, history in words, few queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.places.models import ServiceStation
from tests.activities.conftest import picture
from tests.conftest import LONG_AGO, World, cover, make_company

LIST, BUDGET = "/activities/", 12


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


class TestWhoSeesWhat:
    @pytest.mark.parametrize(
        ("person", "seen"),
        [
            ("secretary", {"草稿在此", "已交在此"}),
            ("other_secretary", {"邻里在此"}),
            ("reviewer", {"已交在此", "邻里在此"}),
            ("administrator", {"已交在此"}),
            ("district_administrator", {"已交在此", "邻里在此"}),
            ("viewer", {"已交在此", "邻里在此"}),
        ],
    )
    def test_in_the_list_and_by_address(
        self, person: str, seen: set[str], request: Any, world: World, in_state: Any, client_of: Any
    ) -> None:
        records = [
            in_state(ActivityState.DRAFT, world.joint_branch, topic="草稿在此"),
            in_state(ActivityState.SUBMITTED, world.joint_branch, topic="已交在此"),
            in_state(ActivityState.SUBMITTED, world.neighbour_branch, topic="邻里在此"),
            in_state(ActivityState.SUBMITTED, world.putuo_committee, topic="外区在此"),
        ]
        client = client_of(request.getfixturevalue(person))
        text = client.get(LIST).content.decode()
        assert {record.topic for record in records if record.topic in text} == seen
        for record in records:
            found = client.get(f"/activities/{record.pk}/").status_code
            assert (record.topic, found) == (record.topic, 200 if record.topic in seen else 404)

    @pytest.mark.parametrize("person", ["auditor", "stranger"])
    @pytest.mark.parametrize("address", [LIST, "/activities/queue/", "/activities/new/", "/activities/1/"])
    def test_without_a_role_for_it_the_reason_is_told(
        self, person: str, address: str, request: Any, client_of: Any
    ) -> None:
        page = client_of(request.getfixturevalue(person)).get(address)
        assert page.status_code == 403
        assert "由上级管理员授权" in page.content.decode()

    @pytest.mark.parametrize("address", [LIST, "/activities/queue/", "/activities/new/", "/activities/1/"])
    def test_visitors_are_asked_to_sign_in(self, address: str, db: None) -> None:
        assert Client().get(address).url.startswith("/accounts/login/")

    def test_a_joint_host_sees_it_and_may_not_change_it(
        self, world: World, in_state: Any, client_of: Any, other_secretary: User
    ) -> None:
        activity = in_state(ActivityState.RETURNED, world.joint_branch)
        ActivityHost.objects.create(activity=activity, organization=world.neighbour_branch)
        client = client_of(other_secretary)
        page = client.get(f"/activities/{activity.pk}/").content.decode()
        assert "邻里园联合支部" in page
        assert f"/activities/{activity.pk}/edit/" not in page
        assert client.get(f"/activities/{activity.pk}/edit/").status_code == 403


class TestFilters:
    @pytest.fixture(autouse=True)
    def records(self, world: World, in_state: Any) -> None:
        lecture = ActivityType.objects.get(pk="party_lecture")
        in_state(ActivityState.DRAFT, world.joint_branch, topic="甲", held_on=dt.date(2026, 10, 1))
        in_state(ActivityState.RETURNED, world.joint_branch, topic="乙", held_on=dt.date(2026, 10, 31))
        third = in_state(ActivityState.SUBMITTED, world.own_branch, topic="丙", held_on=dt.date(2026, 11, 1))
        third.types.add(lecture)

    @pytest.fixture
    def park_secretary(self, secretary: User, world: World) -> User:
        Grant.objects.create(user=secretary, role=Role.SECRETARY, organization=world.kic_committee, since=LONG_AGO)
        return secretary

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, "丙乙甲"),
            ({"state": "returned"}, "乙"),
            ({"type": "party_lecture"}, "丙"),
            ({"type": "theme_day"}, "丙乙甲"),
            ({"since": "2026-10-31"}, "丙乙"),
            ({"until": "2026-10-31"}, "乙甲"),
            ({"since": "2026-10-31", "until": "2026-10-31"}, "乙"),
            ({"organization": "KIC-O1"}, "丙"),
            ({"organization": "KIC"}, "丙乙甲"),
            ({"own": "1", "state": "draft"}, "甲"),
        ],
    )
    def test_the_address_decides(self, asked: dict[str, str], found: str, client_of: Any, park_secretary: User) -> None:
        page = client_of(park_secretary).get(LIST, asked)
        assert "".join(record.topic for record in page.context["page"].rows) == found

    def test_a_park_holds_what_its_organisations_lead(self, client_of: Any, reviewer: User) -> None:
        page = client_of(reviewer).get(LIST, {"place": "park:kic"})
        assert "".join(record.topic for record in page.context["page"].rows) == "丙乙"
        assert not client_of(reviewer).get(LIST, {"place": "park:neighbour"}).context["page"].rows

    @pytest.mark.parametrize(
        "asked",
        [
            {"since": "2026-02-30"},
            {"since": "2026-11-02", "until": "2026-11-01"},
            {"state": "x"},
            {"type": "\x00"},
            {"organization": "NB-J1"},
            {"organization": "\x00"},
            {"place": "park:tiandi"},
            {"place": "'"},
        ],
    )
    def test_what_does_not_read_is_said_and_shows_nothing(
        self, asked: dict[str, str], client_of: Any, park_secretary: User
    ) -> None:
        page = client_of(park_secretary).get(LIST, asked)
        assert page.status_code == 200
        assert not page.context["page"].rows
        assert "有内容需要改正" in page.content.decode()

    @pytest.mark.parametrize(
        "asked", [{"older": "x"}, {"older": "[]"}, {"newer": '["2026-11-01", 99999999999999999999]'}]
    )
    def test_a_cursor_that_does_not_read_is_no_fault(self, asked: dict[str, str], desk: Client) -> None:
        assert desk.get(LIST, asked).status_code == 200

    def test_long_lists_come_page_by_page_without_a_hole(self, desk: Client, world: World, in_state: Any) -> None:
        for number in range(65):
            in_state(ActivityState.DRAFT, world.joint_branch, topic=f"第{number}条")
        seen: list[int] = []
        asked: dict[str, str] | None = {}
        while asked is not None:
            page = desk.get(LIST, asked).context["page"]
            seen += [record.pk for record in page.rows]
            asked = {"older": page.older} if page.older else None
        assert len(seen) == len(set(seen)) == 67


def test_history_is_told_in_words_newest_first(desk: Client, typed: Any, client_of: Any, reviewer: User) -> None:
    desk.post("/activities/new/", typed(submit="1"))
    activity = Activity.objects.get()
    fields = {"version": activity.version, "reason": "补上主题"}
    client_of(reviewer).post(f"/activities/{activity.pk}/return/", fields)
    text = desk.get(f"/activities/{activity.pk}/").content.decode()
    text = text[text.index("经过") :]
    assert text.index("退回修改") < text.index("状态：待审核 → 已退回") < text.index("原因：补上主题")
    assert text.index("原因：补上主题") < text.index("状态：草稿 → 待审核") < text.index("新建活动")


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "{{ 7|add:7 }}", "“引”'\"&"])
def test_words_are_shown_as_they_were_typed(desk: Client, typed: Any, words: str) -> None:
    desk.post("/activities/new/", typed(topic=words, summary=words, place=words))
    activity = Activity.objects.get()
    assert (activity.topic, activity.summary, activity.place) == (words, words, words)
    for address in (f"/activities/{activity.pk}/", f"/activities/{activity.pk}/edit/", LIST):
        assert escape(words) in desk.get(address).content.decode()


class TestFewQueries:
    @pytest.fixture(autouse=True)
    def plenty(self, world: World, in_state: Any, typed: Any, desk: Client, secretary: User) -> None:
        Grant.objects.create(user=secretary, role=Role.SECRETARY, organization=world.kic_committee, since=LONG_AGO)
        ServiceStation.objects.create(park=world.kic, name="驿站")
        companies = [make_company(number, world.kic) for number in range(12)]
        for company in companies:
            cover(company, world.joint_branch)
        for number in range(8):
            desk.post(
                "/activities/new/",
                typed(
                    types=["theme_day", "salon"],
                    theme="service",
                    companies=[company.pk for company in companies[:3]],
                    partners=[world.own_branch.pk],
                    photos=[picture(), picture(colour="blue")],
                    **({"submit": "1"} if number % 2 else {}),
                ),
            )

    @pytest.mark.parametrize("address", [LIST, "/activities/?state=draft&type=salon&organization=KIC&place=park:kic"])
    def test_list(self, desk: Client, address: str, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(BUDGET):
            assert desk.get(address).status_code == 200

    def test_form(self, desk: Client, django_assert_max_num_queries: Any) -> None:
        draft = Activity.objects.filter(state=ActivityState.DRAFT).first()
        assert draft is not None
        for address in ("/activities/new/", f"/activities/{draft.pk}/edit/"):
            with django_assert_max_num_queries(BUDGET):
                assert desk.get(address).status_code == 200

    def test_record_and_queue(self, client_of: Any, reviewer: User, django_assert_max_num_queries: Any) -> None:
        waiting = Activity.objects.filter(state=ActivityState.SUBMITTED).first()
        assert waiting is not None
        client = client_of(reviewer)
        for address in (f"/activities/{waiting.pk}/", "/activities/queue/"):
            with django_assert_max_num_queries(BUDGET):
                assert client.get(address).status_code == 200

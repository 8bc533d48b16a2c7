"""Drafts that save themselves: kept as far as they read, never over another's words, told by the trail in one row."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.audit.models import AuditEntry
from tests.conftest import LONG_AGO, World

DRAFT, NEW = "/activities/draft/", "/activities/new/"


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


@pytest.fixture
def sent(typed: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """The first words of a form that has sent nothing yet."""
    return typed(sitting=str(uuid.uuid4()), turn="1", topic="学习")


def next_turn(sent: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return sent | {"turn": str(int(sent["turn"]) + 1)} | fields


class TestKeeps:
    def test_the_first_words_become_a_draft_and_the_next_change_it(self, desk: Client, sent: Any) -> None:
        first = desk.post(DRAFT, sent)
        activity = Activity.objects.get()
        told = first.json()
        assert (first.status_code, activity.state, activity.topic) == (200, ActivityState.DRAFT, "学习")
        assert told["address"] == f"/activities/{activity.pk}/edit/"
        assert told["message"].startswith("已保存 ")
        desk.post(DRAFT, next_turn(sent, version=told["version"], topic="学习交流", types=["salon"]))
        activity.refresh_from_db()
        assert (activity.topic, [kind.pk for kind in activity.types.all()]) == ("学习交流", ["salon"])

    def test_another_device_goes_on_with_it(self, desk: Client, client_of: Any, secretary: User, sent: Any) -> None:
        desk.post(DRAFT, next_turn(sent, summary="手机上写的摘要"))
        page = client_of(secretary).get(f"/activities/{Activity.objects.get().pk}/edit/")
        assert "手机上写的摘要" in page.content.decode()

    def test_nobody_else_sees_it(self, desk: Client, client_of: Any, other_secretary: User, sent: Any) -> None:
        desk.post(DRAFT, sent)
        stranger = client_of(other_secretary)
        assert stranger.get(f"/activities/{Activity.objects.get().pk}/edit/").status_code == 404
        answer = stranger.post(DRAFT, next_turn(sent, organization="NB-J1", version="1", topic="改写"))
        assert answer.status_code == 409
        assert Activity.objects.get().topic == "学习"

    def test_the_rest_is_kept_when_something_does_not_read(self, desk: Client, sent: Any) -> None:
        version = desk.post(DRAFT, sent).json()["version"]
        worse = next_turn(sent, version=version, present="-1", summary="电话 13800138000", place="二楼")
        told = desk.post(DRAFT, worse).json()
        activity = Activity.objects.get()
        assert set(told["left_out"]) == {"present", "summary"}
        assert "138****8000" in told["left_out"]["summary"]
        assert (activity.present, activity.summary, activity.place) == (10, "", "二楼")

    @pytest.mark.parametrize("fields", [{"held_on": ""}, {"organization": "NB-J1"}, {"key": "x"}, {"version": "-1"}])
    def test_what_cannot_be_a_draft_is_answered_and_not_kept(self, desk: Client, sent: Any, fields: Any) -> None:
        answer = desk.post(DRAFT, sent | fields)
        assert answer.status_code == 422
        assert set(answer.json()["left_out"]) == set(fields)
        assert not Activity.objects.exists()

    def test_a_visitor_is_sent_to_the_login_and_nothing_is_written(self, world: World, sent: Any) -> None:
        answer = Client().post(DRAFT, sent)
        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")
        assert not Activity.objects.exists()


class TestGoesOn:
    def test_when_the_answer_was_lost_on_the_way(self, desk: Client, sent: Any) -> None:
        desk.post(DRAFT, sent)
        answer = desk.post(DRAFT, next_turn(sent, topic="写完了"))
        assert answer.status_code == 200
        assert Activity.objects.get().topic == "写完了"

    def test_when_the_button_is_pressed_after_a_lost_answer(self, desk: Client, sent: Any) -> None:
        desk.post(DRAFT, sent)
        desk.post(NEW, next_turn(sent, topic="写完了", submit="1"))
        activity = Activity.objects.get()
        assert (activity.topic, activity.state) == ("写完了", ActivityState.SUBMITTED)

    def test_an_older_turn_that_arrives_late_changes_nothing(self, desk: Client, sent: Any) -> None:
        desk.post(DRAFT, next_turn(sent, topic="后写的"))
        assert desk.post(DRAFT, sent).status_code == 409
        assert desk.post(DRAFT, next_turn(sent, topic="后写的")).status_code == 200
        assert Activity.objects.get().topic == "后写的"

    def test_not_over_what_another_opened_form_wrote(self, desk: Client, sent: Any) -> None:
        version = desk.post(DRAFT, sent).json()["version"]
        other = next_turn(sent, version=version, sitting=str(uuid.uuid4()), topic="另一个标签页")
        desk.post(DRAFT, other)
        answer = desk.post(DRAFT, next_turn(sent, version=version, topic="这个标签页"))
        assert answer.status_code == 409
        assert "对照" in answer.json()["message"]
        assert Activity.objects.get().topic == "另一个标签页"

    def test_not_after_it_was_submitted_elsewhere(self, desk: Client, sent: Any) -> None:
        version = desk.post(DRAFT, sent).json()["version"]
        activity = Activity.objects.get()
        desk.post(f"/activities/{activity.pk}/submit/", {"version": version})
        answer = desk.post(DRAFT, next_turn(sent, version=version, topic="晚了一步"))
        assert answer.status_code == 409
        activity.refresh_from_db()
        assert activity.topic == "学习"

    def test_not_as_a_new_record_when_it_was_deleted_elsewhere(self, desk: Client, sent: Any) -> None:
        version = desk.post(DRAFT, sent).json()["version"]
        desk.post(f"/activities/{Activity.objects.get().pk}/delete/", {"version": version})
        answer = desk.post(DRAFT, next_turn(sent, version=version))
        assert answer.status_code == 409
        assert not Activity.objects.exists()


class TestTrail:
    def test_many_savings_are_one_row_when_it_is_reported(self, desk: Client, sent: Any) -> None:
        for topic in ("学习交", "学习交流", "学习交流会"):
            desk.post(DRAFT, sent := next_turn(sent, topic=topic))
        activity = Activity.objects.get()
        desk.post(f"/activities/{activity.pk}/submit/", {"version": activity.version})
        trail = AuditEntry.objects.about("activities.activity", activity.pk).order_by("id")
        assert [entry.action for entry in trail] == ["新建活动", "修改活动", "提交审核"]
        assert trail[1].changes == {"topic": ["学习交", "学习交流会"]}

    def test_each_writer_answers_for_their_own_words(
        self, desk: Client, client_of: Any, make_user: Any, world: World, sent: Any
    ) -> None:
        desk.post(DRAFT, sent)
        desk.post(DRAFT, next_turn(sent, topic="书记写的"))
        activity = Activity.objects.get()
        deputy = make_user("deputy", Role.SECRETARY, world.joint_branch)
        theirs = next_turn(sent, version=activity.version, sitting=str(uuid.uuid4()), topic="副书记写的")
        client_of(deputy).post(DRAFT, theirs)
        trail = AuditEntry.objects.about("activities.activity", activity.pk).order_by("id")
        assert [(entry.actor, entry.changes["topic"]) for entry in trail][1:] == [
            (activity.author, ["学习", "书记写的"]),
            (deputy, ["书记写的", "副书记写的"]),
        ]

    def test_a_returned_record_tells_every_change(self, desk: Client, in_state: Any, world: World, sent: Any) -> None:
        activity = in_state(ActivityState.RETURNED, world.joint_branch)
        desk.post(DRAFT, sent | {"key": str(activity.key), "version": "1", "topic": "改过的"})
        trail = AuditEntry.objects.about("activities.activity", activity.pk)
        assert [entry.changes["topic"] for entry in trail] == [["学习交流", "改过的"]]


def at_once(client: Callable[[], Client], address: str, sent: dict[str, Any], times: int = 50) -> list[int]:
    """The answers to as many posts of the same form, let go in one moment."""
    desks, barrier, answers = [client() for _ in range(times)], threading.Barrier(times), []

    def press(desk: Client) -> None:
        barrier.wait()
        try:
            answers.append(desk.post(address, sent).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_F57_fifty_posts_with_one_key_at_once_are_one_record(
    world: World, secretary: User, client_of: Any, sent: Any
) -> None:
    """Both addresses in one test: twice fifty connections are more than the server gives."""
    submitted, saved = sent | {"submit": "1"}, sent | {"key": str(uuid.uuid4())}
    assert at_once(lambda: client_of(secretary), NEW, submitted) == [302] * 50
    assert at_once(lambda: client_of(secretary), DRAFT, saved) == [200] * 50
    states = dict(Activity.objects.values_list("key", "state"))
    assert {str(key): state for key, state in states.items()} == {sent["key"]: "submitted", saved["key"]: "draft"}
    assert AuditEntry.objects.filter(action="新建活动").count() == 2
    assert AuditEntry.objects.filter(action="提交审核").count() == 1


def test_a_page_with_drafts_asks_for_one_branch_or_several(desk: Client, world: World, secretary: User) -> None:
    Grant.objects.create(user=secretary, role=Role.SECRETARY, organization=world.own_branch, since=LONG_AGO)
    assert 'data-draft="/activities/draft/"' in desk.get(NEW).content.decode()

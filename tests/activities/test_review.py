"""The reviewer's desk: two parts of the queue, approving many, anchored reasons, the difference, locks, closing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities import figures
from parkparty.activities.check import is_late
from parkparty.activities.choices import LEASE_SECONDS, ActivityState
from parkparty.activities.models import Activity
from parkparty.activities.views import answers, review
from parkparty.audit.models import AuditEntry
from parkparty.notices.choices import NoticeKind
from parkparty.notices.models import Notice
from tests.activities.conftest import picture
from tests.conftest import World

S = ActivityState
LONG = "学习了中央文件精神，交流了各自岗位上的做法，商定下个月到园区企业走访，并分了工。"
QUEUE = "/activities/queue/"


@pytest.fixture
def desk(client_of: Callable[[User], Client], reviewer: User) -> Client:
    return client_of(reviewer)


@pytest.fixture
def phone(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


@pytest.fixture
def sent(phone: Client, typed: Any) -> Callable[..., Activity]:
    """A record as the secretary's form sends it."""

    def send(**fields: Any) -> Activity:
        values = typed(submit="1", **{"summary": LONG, "held_on": timezone.localdate().isoformat(), **fields})
        assert phone.post("/activities/new/", values).status_code == 302
        return Activity.objects.get(key=values["key"])

    return send


class TestFlags:
    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"present": "5", "expected": "11"}, "到会不足一半：应到 11 人，实到 5 人。"),
            ({"summary": "学习"}, "内容摘要只有 2 个字。"),
            ({"held_on": "2026-01-05"}, "补报：2026-01-05 的活动"),
        ],
    )
    def test_each_is_told_in_a_sentence_and_stands_apart(
        self, desk: Client, sent: Any, fields: dict[str, str], sentence: str
    ) -> None:
        activity = sent(topic="要细看", **fields)
        sent(topic="平常")
        text = desk.get(QUEUE).content.decode()
        assert text.index("要细看") < text.index(sentence) < text.index("平常")
        assert sentence in desk.get(f"/activities/{activity.pk}/").content.decode()
        assert "平常" not in desk.get(f"{QUEUE}?show=flagged").content.decode()
        assert "要细看" not in desk.get(f"{QUEUE}?show=regular").content.decode()

    @pytest.mark.parametrize("fields", [{"present": "6", "expected": "12"}, {"summary": "字" * 30}, {"present": ""}])
    def test_what_is_just_enough_is_regular(self, sent: Any, fields: dict[str, str]) -> None:
        assert sent(**fields).flags == ""

    def test_a_photo_used_twice_is_found(self, sent: Any) -> None:
        assert sent(photos=[picture(colour="green")]).flags == ""
        assert sent(photos=[picture(colour="blue")]).flags == ""
        assert sent(photos=[picture(colour="green")]).flags == "same_photo"

    def test_late_begins_a_week_after_the_month(self, world: World, in_state: Any) -> None:
        days = {(15, 59): False, (16, 0): True}
        for (hour, minute), late in days.items():
            moment = dt.datetime(2026, 12, 7, hour, minute, tzinfo=dt.UTC)
            assert is_late(in_state(S.SUBMITTED, world.joint_branch, filed_at=moment)) == late

    def test_an_unknown_part_shows_the_whole_queue_and_an_empty_part_says_so(self, desk: Client, sent: Any) -> None:
        sent(topic="平常")
        assert "平常" in desk.get(f"{QUEUE}?show=x").content.decode()
        assert "这一类没有待审核的记录" in desk.get(f"{QUEUE}?show=flagged").content.decode()

    def test_parts_and_all_are_counted_and_not_past_the_cap(
        self, desk: Client, sent: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for topic, fields in {"甲": {}, "乙": {}, "丙": {"summary": "短"}}.items():
            sent(topic=topic, **fields)
        for rows in (2, 1):
            monkeypatch.setattr(review, "ROWS", rows)
            for cap, told in {3: ("共 3 条", "需关注 1", "常规 2"), 1: ("共 1+ 条", "需关注 1", "常规 1+")}.items():
                monkeypatch.setattr(figures, "COUNT_CAP", cap)
                for part in ("", "?show=flagged", "?show=regular"):
                    text = desk.get(QUEUE + part).content.decode()
                    assert all(words in text for words in told)

    def test_what_a_page_shows_as_a_whole_is_not_counted(
        self, desk: Client, sent: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
    ) -> None:
        sent(), sent(), sent(summary="短")
        desk.get(QUEUE)
        with django_assert_num_queries(7):
            desk.get(QUEUE)
        monkeypatch.setattr(review, "ROWS", 1)
        with django_assert_num_queries(8):
            desk.get(QUEUE)


class TestMany:
    def approve(self, desk: Client, *ticked: str) -> str:
        return desk.post(f"{QUEUE}approve/", {"record": ticked}, follow=True).content.decode()

    def test_the_regular_are_approved_and_the_others_are_named(self, desk: Client, sent: Any) -> None:
        good, flagged, stale = sent(topic="甲"), sent(topic="乙", summary="短"), sent(topic="丙")
        text = self.approve(desk, f"{good.pk}:{good.version}", f"{flagged.pk}:{flagged.version}", f"{stale.pk}:1")
        assert "已通过 1 条" in text
        assert "没有通过“乙”：需关注：摘要很短。" in text
        assert "没有通过“丙”：页面打开之后有改动" in text
        states = dict(Activity.objects.values_list("topic", "state"))
        assert states == {"甲": S.APPROVED, "乙": S.SUBMITTED, "丙": S.SUBMITTED}

    def test_what_is_not_theirs_or_does_not_read_is_left_alone(
        self, desk: Client, world: World, in_state: Any, reviewer: User
    ) -> None:
        own = in_state(S.SUBMITTED, world.joint_branch, author=reviewer, summary=LONG)
        foreign = in_state(S.SUBMITTED, world.putuo_committee, summary=LONG)
        text = self.approve(desk, f"{own.pk}:1", f"{foreign.pk}:1", "x", "1:", "9" * 40 + ":1", "\x00:1")
        assert "自己填报的记录由其他审核员审核" in text
        assert not Activity.objects.filter(state=S.APPROVED).exists()
        assert "没有选中记录" in self.approve(desk)


class TestReturn:
    def give_back(self, desk: Client, activity: Activity, **fields: Any) -> None:
        page = {"version": activity.version, **fields}
        assert desk.post(f"/activities/{activity.pk}/return/", page).status_code == 302
        activity.refresh_from_db()

    def test_each_reason_leads_the_author_to_its_field(self, desk: Client, phone: Client, sent: Any) -> None:
        activity = sent()
        self.give_back(desk, activity, phrases=["day", "double"], reason="写上会议室", field="place")
        assert activity.return_reason == "核对活动日期；与另一条记录重复；写上会议室"
        text = phone.get(f"/activities/{activity.pk}/").content.decode()
        for field in ("held_on", "place"):
            assert f'href="/activities/{activity.pk}/edit/#div_id_{field}"' in text
        text = phone.get(f"/activities/{activity.pk}/edit/").content.decode()
        assert 'id="div_id_held_on"' in text
        assert "退回意见：写上会议室" in text

    def test_after_mending_the_reviewer_sees_only_the_difference(
        self, desk: Client, phone: Client, sent: Any, typed: Any
    ) -> None:
        activity = sent()
        assert "退回之后的改动" not in desk.get(f"/activities/{activity.pk}/").content.decode()
        self.give_back(desk, activity, phrases=["counts"])
        fields = {"summary": LONG, "held_on": activity.held_on, "key": activity.key, "present": "9"}
        for version, present in ((activity.version, "8"), (activity.version + 1, "9")):
            phone.post(f"/activities/{activity.pk}/edit/", typed(**fields | {"version": version, "present": present}))
        assert phone.post(f"/activities/{activity.pk}/submit/", {"version": activity.version + 2}).status_code == 302
        text = desk.get(f"/activities/{activity.pk}/").content.decode()
        mended = text[text.index("退回之后的改动") : text.index("return-form")]
        assert "实到人数：10 → 9" in mended
        assert mended.count("→") == 1


class TestWithdraw:
    def test_before_it_is_opened_it_is_as_if_never_sent(self, phone: Client, sent: Any) -> None:
        activity = sent(summary="短")
        answer = phone.post(f"/activities/{activity.pk}/withdraw/", {"version": activity.version})
        assert answer.url == f"/activities/{activity.pk}/edit/"
        activity.refresh_from_db()
        assert (activity.state, activity.filed_at, activity.flags) == (S.DRAFT, None, "")

    def test_once_a_reviewer_has_opened_it_it_stays(
        self, phone: Client, desk: Client, viewer: User, sent: Any, client_of: Any
    ) -> None:
        activity = sent()
        address = f"/activities/{activity.pk}/"
        client_of(viewer).get(address)
        assert "撤回修改" in phone.get(address).content.decode()
        desk.get(address)
        assert "撤回修改" not in phone.get(address).content.decode()
        refused = phone.post(f"{address}withdraw/", {"version": activity.version})
        assert refused.status_code == 403
        assert "审核员已经打开这条记录" in refused.content.decode()

    def test_what_came_back_once_keeps_its_first_report(
        self, phone: Client, world: World, in_state: Any, reviewer: User
    ) -> None:
        judged = {"reviewed_by": reviewer, "reviewed_at": timezone.now()}
        activity = in_state(S.SUBMITTED, world.joint_branch, **judged)
        phone.post(f"/activities/{activity.pk}/withdraw/", {"version": 1})
        assert Activity.objects.get().filed_at == activity.filed_at


class TestLease:
    @pytest.fixture
    def second(self, make_user: Any, world: World, client_of: Any) -> Client:
        return client_of(make_user("second", Role.REVIEWER, world.district_committee))

    def test_others_are_told_for_two_minutes_and_may_go_on(self, desk: Client, second: Client, sent: Any) -> None:
        activity = sent()
        address = f"/activities/{activity.pk}/"
        assert "正在审核" not in desk.get(address).content.decode()
        assert "五角场街道审核员正在审核这条记录" in second.get(address).content.decode()
        assert "五角场街道审核员正在审核" in second.get(QUEUE).content.decode()
        assert "正在审核" not in desk.get(address).content.decode()
        past = timezone.now() - dt.timedelta(seconds=LEASE_SECONDS + 1)
        Activity.objects.update(opened_at=past)
        assert "正在审核" not in second.get(address).content.decode()
        assert "second正在审核" in desk.get(address).content.decode()
        assert desk.post(f"{address}approve/", {"version": activity.version}).status_code == 302

    def test_looking_changes_neither_version_nor_trail(self, desk: Client, sent: Any) -> None:
        activity, entries = sent(), AuditEntry.objects.count()
        desk.get(f"/activities/{activity.pk}/")
        opened = Activity.objects.get()
        assert opened.opened_at is not None
        assert (opened.version, opened.updated_at, AuditEntry.objects.count()) == (
            activity.version,
            activity.updated_at,
            entries,
        )


class TestUndo:
    def test_it_needs_a_reason_and_puts_the_record_back(self, desk: Client, world: World, in_state: Any) -> None:
        activity = in_state(S.APPROVED, world.joint_branch)
        page = desk.post(f"/activities/{activity.pk}/undo/", {"version": 1, "reason": " "})
        assert "写明撤销通过的原因" in page.content.decode()
        desk.post(f"/activities/{activity.pk}/undo/", {"version": 1, "reason": "日期有误"})
        activity.refresh_from_db()
        assert activity.state == S.SUBMITTED
        entry = AuditEntry.objects.latest("id")
        assert (entry.action, entry.reason) == ("撤销通过", "日期有误")


class TestUndoAtOnce:
    def press(self, desk: Client) -> str:
        return desk.post(f"{QUEUE}undo/", follow=True).content.decode()

    def test_one_press_after_approving_takes_it_back_and_nothing_twice(self, desk: Client, sent: Any) -> None:
        activity, other = sent(topic="甲"), sent(topic="乙")
        page = desk.post(f"/activities/{activity.pk}/approve/", {"version": activity.version}, follow=True)
        assert page.redirect_chain[-1][0] == f"/activities/{other.pk}/"
        assert "撤销刚才的通过" in page.content.decode()
        assert "已撤销 1 条的通过" in self.press(desk)
        assert set(Activity.objects.values_list("state", flat=True)) == {S.SUBMITTED}
        assert "没有刚刚通过的记录可以撤销" in self.press(desk)
        assert Notice.objects.unread().get().kind == NoticeKind.UNDONE

    def test_many_go_back_together_but_not_what_somebody_changed_since(self, desk: Client, sent: Any) -> None:
        records = [sent(topic=name) for name in "甲乙丙"]
        page = desk.post(f"{QUEUE}approve/", {"record": [f"{row.pk}:{row.version}" for row in records]}, follow=True)
        assert "撤销刚才通过的 3 条" in page.content.decode()
        Activity.objects.filter(topic="乙").update(version=99)
        text = self.press(desk)
        assert "没有撤销“乙”：页面打开之后有改动" in text
        assert dict(Activity.objects.values_list("topic", "state")) == {
            "甲": S.SUBMITTED,
            "乙": S.APPROVED,
            "丙": S.SUBMITTED,
        }

    def test_it_is_offered_for_minutes_and_is_nobody_elses(
        self, desk: Client, client_of: Any, sent: Any, monkeypatch: Any, viewer: User
    ) -> None:
        activity = sent()
        desk.post(f"/activities/{activity.pk}/approve/", {"version": activity.version})
        assert "撤销刚才的通过" not in client_of(viewer).get(f"/activities/{activity.pk}/").content.decode()
        monkeypatch.setattr(answers, "UNDO_SECONDS", 0)
        assert "撤销刚才的通过" not in desk.get(QUEUE).content.decode()


@pytest.mark.parametrize(("step", "state"), [("return", S.APPROVED), ("undo", S.SUBMITTED)])
def test_a_step_that_is_not_open_is_refused_even_without_a_reason(
    world: World, in_state: Any, desk: Client, step: str, state: S
) -> None:
    activity = in_state(state, world.joint_branch)
    assert desk.post(f"/activities/{activity.pk}/{step}/", {"version": 1}).status_code == 403


class TestArchive:
    def test_only_what_is_approved_and_past_is_closed(self, world: World, in_state: Any, desk: Client) -> None:
        old, new = dt.date(2026, 9, 30), dt.date(2026, 10, 1)
        closed = in_state(S.APPROVED, world.joint_branch, held_on=old)
        left = [in_state(S.APPROVED, world.joint_branch, held_on=new)]
        left += [in_state(state, world.joint_branch, held_on=old) for state in (S.DRAFT, S.SUBMITTED, S.RETURNED)]
        call_command("archive_activities", before="2026-10-01", verbosity=0)
        closed.refresh_from_db()
        assert (closed.state, AuditEntry.objects.latest("id").action) == (S.ARCHIVED, "归档")
        assert [Activity.objects.get(pk=row.pk).state for row in left] == [row.state for row in left]
        assert desk.post(f"/activities/{closed.pk}/undo/", {"version": 2, "reason": "x"}).status_code == 403
        entries = AuditEntry.objects.count()
        call_command("archive_activities", before="2026-10-01", verbosity=0)
        assert AuditEntry.objects.count() == entries

    @pytest.mark.parametrize("day", ["2026-13-01", "昨天", "9999-01-01"])
    def test_a_day_that_does_not_read_or_lies_ahead_is_refused(self, db: None, day: str) -> None:
        with pytest.raises(CommandError):
            call_command("archive_activities", before=day)

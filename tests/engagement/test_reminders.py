"""Reminders by date and by hand: the right day, once, to who holds the post, with a cool-down."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import ActivityType
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import today
from parkparty.engagement.choices import ReminderKind
from parkparty.engagement.models import Reminder
from parkparty.engagement.services.reminders import send_reminders
from parkparty.notices.choices import NoticeKind
from parkparty.notices.models import Notice
from tests.conftest import World

pytestmark = pytest.mark.usefixtures("monthly_rule")


class TestByDate:
    @pytest.mark.parametrize(
        ("day", "kind"),
        [
            ("2026-11-23", ReminderKind.WEEK_BEFORE),
            ("2026-11-29", ReminderKind.DAY_BEFORE),
            ("2026-12-03", ReminderKind.AFTER),
            ("2028-02-22", ReminderKind.WEEK_BEFORE),
            ("2026-11-22", None),
            ("2026-11-30", None),
            ("2026-12-02", None),
        ],
    )
    def test_each_on_its_day_and_only_once(self, world: World, secretary: User, day: str, kind: str | None) -> None:
        for _run in range(2):
            send_reminders(dt.date.fromisoformat(day))
        assert [reminder.kind for reminder in Reminder.objects.all()] == ([kind] if kind else [])
        notices = list(Notice.objects.all())
        assert [(notice.user, notice.kind) for notice in notices] == ([(secretary, NoticeKind.DUE)] if kind else [])

    def test_the_sentence_says_what_by_when_and_leads_to_the_filled_form(self, world: World, secretary: User) -> None:
        send_reminders(dt.date(2026, 12, 3))
        notice = Notice.objects.get()
        assert str(notice) == "创智园联合支部：主题党日（11 月）还没有上报，截止 2026-11-30。"
        assert notice.address == "/activities/new/?organization=KIC-J1&type=theme_day"

    @pytest.mark.parametrize("state", [ActivityState.SUBMITTED, ActivityState.APPROVED])
    def test_who_has_reported_is_left_alone(
        self, world: World, secretary: User, reviewer: User, make_activity: Any, state: str
    ) -> None:
        judged = {"reviewed_by": reviewer, "reviewed_at": dt.datetime(2026, 11, 4, tzinfo=dt.UTC)}
        make_activity(world.joint_branch, secretary, state=state, **judged)
        assert send_reminders(dt.date(2026, 11, 23)) == 0

    def test_a_post_that_ended_is_not_reminded(self, world: World, secretary: User) -> None:
        Grant.objects.filter(user=secretary).update(until=dt.date(2026, 11, 1))
        assert send_reminders(dt.date(2026, 11, 23)) == 0

    def test_the_command_tells_how_many(self, world: World, capsys: Any) -> None:
        call_command("send_reminders")
        assert "已提醒 0 项" in capsys.readouterr().out


class TestUrging:
    @pytest.fixture
    def desk(self, client_of: Any, reviewer: User) -> Client:
        client: Client = client_of(reviewer)
        return client

    def urge(self, desk: Client, world: World) -> str:
        page = {"duty": [f"{world.joint_branch.pk}:R34"]}
        return desk.post("/missing/urge/", page, follow=True).content.decode()

    def test_the_secretary_reads_who_urged_what_and_how_often(
        self, desk: Client, world: World, secretary: User, client_of: Any
    ) -> None:
        assert "创智园联合支部" in desk.get("/missing/").content.decode()
        assert "已催办 1 项" in self.urge(desk, world)
        text = client_of(secretary).get("/notices/").content.decode()
        assert "五角场街道审核员催办创智园联合支部：主题党日" in text
        assert "本期第 1 次" in text

    def test_each_reads_it_in_their_own_language(
        self, desk: Client, world: World, secretary: User, client_of: Any, theme_day: ActivityType
    ) -> None:
        ActivityType.objects.filter(pk=theme_day.pk).update(name_en="Theme party day")
        reader = client_of(secretary)
        for writes in ("en", "zh-hans"):
            Reminder.objects.all().delete()
            Notice.objects.all().delete()
            desk.cookies[settings.LANGUAGE_COOKIE_NAME] = writes
            self.urge(desk, world)
            month = today().month
            for reads, said in (("zh-hans", f"主题党日（{month} 月）"), ("en", "Theme party day")):
                reader.cookies[settings.LANGUAGE_COOKIE_NAME] = reads
                text = reader.get("/notices/").content.decode()
                assert said in text, (writes, reads)
                assert reads == "zh-hans" or f"{month} 月" not in text
            assert AuditEntry.objects.filter(action="催办").latest("id").changes == {"rule": [None, "R34 主题党日"]}

    def test_three_days_must_pass(self, desk: Client, world: World, secretary: User) -> None:
        self.urge(desk, world)
        assert "没有催办：创智园联合支部" in self.urge(desk, world)
        for days, number in ((2, 1), (3, 2)):
            Reminder.objects.filter(pk=Reminder.objects.earliest("id").pk).update(on=today() - dt.timedelta(days=days))
            self.urge(desk, world)
            in_period = Reminder.objects.filter(kind=ReminderKind.URGED).count()
            assert (days, in_period) == (days, number)

    def test_only_units_below_ones_own_are_seen_and_urged(
        self, world: World, secretary: User, client_of: Any, make_user: Any
    ) -> None:
        for node in (world.neighbour_committee, world.putuo_committee, world.joint_branch):
            client = client_of(make_user(f"judge-{node.code}", Role.REVIEWER, node))
            assert "创智园联合支部" not in client.get("/missing/").content.decode()
            assert "没有选中未报的活动" in self.urge(client, world)
        assert not Notice.objects.exists()

    @pytest.mark.parametrize("key", ["", ":", "x:R34", f"{'9' * 5000}:R34", "1", "\x00:R34"])
    def test_what_names_no_open_duty_urges_nobody(self, desk: Client, world: World, key: str) -> None:
        page = desk.post("/missing/urge/", {"duty": [key]}, follow=True).content.decode()
        assert "没有选中未报的活动" in page
        assert not Notice.objects.exists()

    def test_few_queries(self, desk: Client, world: World, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(12):
            desk.get("/missing/")


class TestHandover:
    def test_drafts_go_with_the_post_and_authors_stay(
        self,
        world: World,
        secretary: User,
        district_administrator: User,
        make_user: Any,
        make_activity: Any,
        client_of: Any,
    ) -> None:
        draft = make_activity(world.joint_branch, secretary, topic="没写完的")
        new = make_user("new", Role.VIEWER, world.own_branch, display_name="新书记")
        admin, phone = client_of(district_administrator), client_of(new)
        assert phone.get(f"/activities/{draft.pk}/edit/").status_code == 403
        address = f"/people/{secretary.pk}/handover/"
        assert f'href="{address}"' in admin.get(f"/accounts/people/{secretary.pk}/").content.decode()
        answer = admin.post(address, {"successor": new.pk}, follow=True)
        assert "已把创智园联合支部的书记职务交接给“新书记”" in answer.content.decode()
        assert phone.get(f"/activities/{draft.pk}/edit/").status_code == 200
        assert client_of(secretary).get(f"/activities/{draft.pk}/edit/").status_code == 403
        draft.refresh_from_db()
        assert draft.author == secretary
        assert "草稿 1 份" in str(Notice.objects.get(user=new))

    def test_a_stranger_to_the_scope_cannot_take_over(
        self, world: World, secretary: User, administrator: User, other_secretary: User, client_of: Any
    ) -> None:
        page = client_of(administrator).post(f"/people/{secretary.pk}/handover/", {"successor": other_secretary.pk})
        assert page.status_code == 200
        assert Grant.objects.filter(user=secretary, until__isnull=True).exists()
        assert client_of(administrator).get(f"/people/{other_secretary.pk}/handover/").status_code == 404

    def test_a_post_given_today_is_taken_back_whole(
        self, world: World, make_user: Any, district_administrator: User, client_of: Any
    ) -> None:
        short, new = make_user("short"), make_user("new", Role.VIEWER, world.own_branch)
        Grant.objects.create(user=short, role=Role.SECRETARY, organization=world.own_branch, since=today())
        client_of(district_administrator).post(f"/people/{short.pk}/handover/", {"successor": new.pk})
        assert not Grant.objects.filter(user=short).exists()
        assert Grant.objects.filter(user=new, role=Role.SECRETARY, organization=world.own_branch).exists()

"""What a user is told: in the inbox at once, by mail once a day and never at night; nobody reads another's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib import import_module
from smtplib import SMTPException
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.notices import services
from parkparty.notices.choices import NoticeKind
from parkparty.notices.models import Notice
from tests.conftest import World

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
MONDAY = dt.datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)


@pytest.fixture
def tell(db: None) -> Callable[..., Notice]:
    def one(user: User, record: str = "学习交流", address: str = "/activities/") -> Notice:
        values = {"record": record, "reason": "核对日期"}
        return services.tell([user], NoticeKind.RETURNED, about="x:1", address=address, values=values)[0]

    return one


class TestOfReviews:
    @pytest.fixture
    def submitted(self, world: World, secretary: User, make_activity: Any) -> Activity:
        activity: Activity = make_activity(world.joint_branch, secretary, state=ActivityState.SUBMITTED)
        return activity

    def test_the_author_is_told_of_a_return_and_led_to_the_field(
        self, submitted: Activity, reviewer: User, secretary: User, other_secretary: User, client_of: Any
    ) -> None:
        page = {"version": 1, "phrases": ["day"]}
        client_of(reviewer).post(f"/activities/{submitted.pk}/return/", page)
        notice = Notice.objects.get()
        assert (notice.user, str(notice)) == (secretary, "“学习交流”退回修改：核对活动日期")
        client = client_of(secretary)
        text = client.get("/notices/").content.decode()
        assert "“学习交流”退回修改：核对活动日期" in text
        assert "学习交流" not in client_of(other_secretary).get("/notices/").content.decode()
        answer = client.post("/notices/read/", {"notice": notice.pk})
        assert answer.url == f"/activities/{submitted.pk}/edit/#div_id_held_on"
        assert 'class="bell-count"' not in client.get("/notices/").content.decode()

    def test_sending_it_again_settles_what_was_told(
        self, submitted: Activity, reviewer: User, secretary: User, client_of: Any
    ) -> None:
        client_of(reviewer).post(f"/activities/{submitted.pk}/return/", {"version": 1, "phrases": ["day"]})
        client_of(secretary).post(f"/activities/{submitted.pk}/submit/", {"version": 2})
        assert not Notice.objects.unread().exists()

    def test_after_the_post_went_to_another_only_the_new_one_is_told(
        self, submitted: Activity, reviewer: User, secretary: User, make_user: Any, world: World, client_of: Any
    ) -> None:
        Grant.objects.filter(user=secretary).update(until=timezone.localdate())
        new = make_user("new", "secretary", world.joint_branch)
        client = client_of(reviewer)
        client.post(f"/activities/{submitted.pk}/approve/", {"version": 1})
        client.post(f"/activities/{submitted.pk}/undo/", {"version": 2, "reason": "日期有误"})
        kinds = Notice.objects.order_by("id").values_list("user", "kind")
        assert list(kinds) == [(new.pk, NoticeKind.APPROVED), (new.pk, NoticeKind.UNDONE)]


class TestInbox:
    def test_the_number_counts_what_is_unread_and_goes_when_all_is_read(
        self, tell: Any, secretary: User, other_secretary: User, client_of: Any
    ) -> None:
        tell(secretary), tell(secretary), tell(other_secretary)
        client = client_of(secretary)
        assert '<span class="bell-count">2<' in client.get("/").content.decode()
        client.post("/notices/read/")
        assert 'class="bell-count"' not in client.get("/").content.decode()
        assert Notice.objects.unread().get().user == other_secretary

    def test_no_page_asks_for_the_number(self, tell: Any, secretary: User, client_of: Any) -> None:
        tell(secretary)
        client = client_of(secretary)
        with CaptureQueriesContext(connection) as asked:
            assert '<span class="bell-count">1<' in client.get("/feedback/").content.decode()
        assert not [query for query in asked.captured_queries if "notices_notice" in query["sql"]]

    def test_the_number_follows_every_step_and_is_set_right_when_it_went_wrong(
        self, tell: Any, secretary: User, other_secretary: User
    ) -> None:
        def numbers() -> tuple[int, int]:
            return tuple(User.objects.get(pk=one.pk).unread_notices for one in (secretary, other_secretary))

        first = tell(secretary)
        tell(secretary), tell(other_secretary)
        assert numbers() == (2, 1)
        for _again in range(2):
            services.mark_read(secretary, first.pk)
            assert numbers() == (1, 1)
        services.settle("x:1", NoticeKind.RETURNED)
        assert numbers() == (0, 0)
        tell(other_secretary)
        User.objects.update(unread_notices=7)
        assert services.recount_unread() == 2
        assert numbers() == (0, 1)

    def test_an_older_site_gets_its_numbers_with_the_migration(self, tell: Any, secretary: User) -> None:
        tell(secretary), services.mark_read(secretary, tell(secretary).pk)
        User.objects.update(unread_notices=0)
        import_module("parkparty.notices.migrations.0002_count_unread").count_unread(apps, None)
        assert User.objects.get(pk=secretary.pk).unread_notices == 1

    @pytest.mark.parametrize("key", ["x", "9" * 30, "\x00", "-1"])
    def test_a_key_that_names_none_of_ones_own_leads_back(
        self, tell: Any, secretary: User, other_secretary: User, client_of: Any, key: str
    ) -> None:
        foreign = tell(other_secretary)
        for named in (key, str(foreign.pk)):
            assert client_of(secretary).post("/notices/read/", {"notice": named}).url == "/notices/"
        assert Notice.objects.unread().count() == 1

    def test_words_are_shown_as_they_are_and_an_outside_address_is_not_followed(
        self, tell: Any, secretary: User, client_of: Any
    ) -> None:
        notice = tell(secretary, record="<b>%(x)s", address="https://evil.example/")
        client = client_of(secretary)
        assert "&lt;b&gt;%(x)s" in client.get("/notices/").content.decode()
        assert client.post("/notices/read/", {"notice": notice.pk}).url == "/notices/"

    def test_few_queries(self, tell: Any, secretary: User, client_of: Any, django_assert_max_num_queries: Any) -> None:
        for _number in range(60):
            tell(secretary)
        client: Client = client_of(secretary)
        with django_assert_max_num_queries(12):
            assert "下一页" in client.get("/notices/").content.decode()


class TestMail:
    @pytest.fixture(autouse=True)
    def addressed(self, secretary: User, settings: Any) -> None:
        settings.SITE_URL = "https://park.example/"
        User.objects.filter(pk=secretary.pk).update(email="secretary@park.example")

    def test_one_mail_a_day_tells_all_that_is_unread(self, tell: Any, secretary: User) -> None:
        services.mark_read(secretary, tell(secretary, "读过的").pk)
        tell(secretary, "甲"), tell(secretary, "乙")
        assert services.send_digest(secretary.pk, now=MONDAY)
        assert not services.send_digest(secretary.pk, now=MONDAY)
        tell(secretary, "丙")
        assert not services.send_digest(secretary.pk, now=MONDAY + dt.timedelta(hours=5))
        (letter,) = mail.outbox
        assert letter.to == ["secretary@park.example"]
        assert "“甲”" in letter.body
        assert "“乙”" in letter.body
        assert "读过的" not in letter.body
        assert "https://park.example/activities/" in letter.body
        assert services.send_digest(secretary.pk, now=MONDAY + dt.timedelta(days=1))
        assert "“甲”" not in mail.outbox[1].body

    @pytest.mark.parametrize(
        ("moment", "quiet"),
        [
            (MONDAY.replace(hour=7, minute=59), True),
            (MONDAY.replace(hour=8), False),
            (MONDAY.replace(hour=19, minute=59), False),
            (MONDAY.replace(hour=20), True),
            (MONDAY - dt.timedelta(days=1), True),
            (MONDAY - dt.timedelta(days=2), True),
            (dt.datetime(2026, 10, 5, 10, tzinfo=SHANGHAI), True),  # a Monday of the National Day holidays
            (dt.datetime(2026, 10, 10, 10, tzinfo=SHANGHAI), False),  # a Saturday that is worked for them
        ],
    )
    def test_nights_and_free_days_are_quiet(self, tell: Any, secretary: User, moment: dt.datetime, quiet: bool) -> None:
        tell(secretary)
        assert services.send_digest(secretary.pk, now=moment) != quiet
        assert len(mail.outbox) == (not quiet)

    def test_it_can_be_switched_off_and_on(self, tell: Any, secretary: User, client_of: Any) -> None:
        tell(secretary)
        client = client_of(secretary)
        assert "以后不再寄邮件" in client.post("/notices/mail/", {"wants": "no"}, follow=True).content.decode()
        assert not services.send_digest(secretary.pk, now=MONDAY)
        client.post("/notices/mail/", {"wants": "yes"})
        assert services.send_digest(secretary.pk, now=MONDAY)

    def test_a_mail_that_fails_is_tried_again(
        self, tell: Any, secretary: User, settings: Any, monkeypatch: Any
    ) -> None:
        def refuse(*args: Any, **options: Any) -> int:
            raise SMTPException

        tell(secretary)
        with monkeypatch.context() as broken:
            broken.setattr(services, "send_mail", refuse)
            assert not services.send_digest(secretary.pk, now=MONDAY)
        assert services.send_digest(secretary.pk, now=MONDAY)

    def test_those_without_an_address_or_account_get_none(
        self, tell: Any, secretary: User, other_secretary: User
    ) -> None:
        tell(other_secretary), tell(secretary)
        User.objects.filter(pk=secretary.pk).update(is_active=False)
        assert services.awaiting_digest(MONDAY) == []

    def test_the_command_hands_each_mail_to_the_workers_and_forgets_what_was_read_long_ago(
        self, tell: Any, secretary: User, settings: Any, capsys: Any
    ) -> None:
        old = tell(secretary)
        Notice.objects.filter(pk=old.pk).update(read_at=timezone.now() - dt.timedelta(days=181))
        tell(secretary)
        call_command("send_digests")
        number = 0 if services.is_quiet(timezone.now()) else 1
        assert f"已排入 {number} 封邮件" in capsys.readouterr().out
        assert Notice.objects.count() == 1

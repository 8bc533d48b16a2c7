"""What auditors find in the trail, and what everybody finds in the history of a record they see."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.audit.choices import Kind, Outcome
from parkparty.audit.models import AuditEntry
from parkparty.audit.services import record
from tests.conftest import World

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User], Client]
TRAIL = "/audit/"


@pytest.fixture
def auditor(world: World, make_user: Callable[..., User]) -> User:
    """Keeps watch over both trees of the district."""
    return make_user("auditor", Role.AUDITOR, world.yangpu, world.district_committee, display_name="审计员")


def history_address(row: Any) -> str:
    return reverse("access:history", args=[row._meta.label_lower, row.pk])


def told(client: Client, **filters: str) -> list[str]:
    """The actions that the trail lists, in its order."""
    page = client.get(TRAIL, filters).context["page"]
    return [entry.action for entry in page.rows]


@pytest.fixture
def entries(secretary: User, reviewer: User, world: World) -> None:
    record("新建活动", world.joint_branch, by=secretary, changes={"state": [None, "draft"]})
    record("退回修改", world.joint_branch, by=reviewer, reason="补充内容")
    record("导出企业", None, by=reviewer, kind=Kind.EXPORT)


@pytest.mark.usefixtures("entries")
class TestTrail:
    def test_the_newest_stands_first_with_who_what_and_why(self, auditor: User, client_of: ClientOf) -> None:
        response = client_of(auditor).get(TRAIL)
        text = response.content.decode()
        assert [entry.action for entry in response.context["page"].rows] == ["导出企业", "退回修改", "新建活动"]
        for word in ("五角场街道审核员", "原因：补充内容", "创智园联合支部", "党组织", "导出"):
            assert word in text

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"actor": "审核员"}, ["导出企业", "退回修改"]),
            ({"action": "活动"}, ["新建活动"]),
            ({"object": "联合支部"}, ["退回修改", "新建活动"]),
            ({"kind": "export"}, ["导出企业"]),
            ({"actor": "审核员", "kind": "change"}, ["退回修改"]),
            ({"object": "没有这个"}, []),
        ],
    )
    def test_filters(self, auditor: User, client_of: ClientOf, filters: dict[str, str], found: list[str]) -> None:
        assert told(client_of(auditor), **filters) == found

    def test_days_are_those_of_the_site_and_both_included(
        self, auditor: User, secretary: User, client_of: ClientOf
    ) -> None:
        for day, hour in ((1, 15), (1, 16), (2, 15), (2, 16)):  # 16:00 UTC is midnight in Shanghai
            at = dt.datetime(2026, 3, day, hour, 59, tzinfo=dt.UTC)
            AuditEntry.objects.create(actor=secretary, actor_name="书记", action=f"{day}日{hour}时", at=at)
        client = client_of(auditor)
        assert told(client, since="2026-03-02", last="2026-03-02") == ["2日15时", "1日16时"]
        assert told(client, last="2026-03-01") == ["1日15时"]

    def test_a_request_is_found_by_its_number(self, auditor: User, client_of: ClientOf) -> None:
        client = client_of(auditor)
        number = client.get(TRAIL)["X-Request-ID"]
        assert told(client, request_id=number) == ["查看操作记录"]

    @pytest.mark.parametrize(
        "filters", [{"since": "2026-13-40"}, {"since": "2026-03-02", "last": "2026-03-01"}, {"actor": "\x00"}]
    )
    def test_what_cannot_be_searched_is_said_and_nothing_breaks(
        self, auditor: User, client_of: ClientOf, filters: dict[str, str]
    ) -> None:
        response = client_of(auditor).get(TRAIL, filters)
        assert response.status_code == 200
        assert "有内容需要改正" in response.content.decode()

    def test_each_look_at_the_trail_is_one_entry(self, auditor: User, client_of: ClientOf) -> None:
        client = client_of(auditor)
        client.get(TRAIL, {"actor": "审核员"})
        (read,) = AuditEntry.objects.filter(kind=Kind.READ)
        assert (read.actor, read.action, read.address) == (auditor, "查看操作记录", "127.0.0.1")
        assert read.changes_in_words == ["操作人：审核员", "条数：2"]

    def test_a_look_by_way_of_the_data_pages_is_one_entry_too(self, auditor: User, client_of: ClientOf) -> None:
        client = client_of(auditor)
        shown = AuditEntry.objects.get(action="退回修改")
        for address in ("/admin/audit/auditentry/?q=审核", f"/admin/audit/auditentry/{shown.pk}/change/"):
            assert client.get(address).status_code == 200
        reads = [entry.changes_in_words for entry in AuditEntry.objects.filter(kind=Kind.READ).order_by("id")]
        assert [len(read) for read in reads] == [1, 1]
        assert reads[1] == [f"对象：{shown.pk}"]

    def test_pages_go_on_where_the_last_ended(self, auditor: User, secretary: User, client_of: ClientOf) -> None:
        AuditEntry.objects.bulk_create(
            AuditEntry(actor=secretary, actor_name="书记", action=f"第{number}步") for number in range(70)
        )
        client = client_of(auditor)
        first = client.get(TRAIL)
        link = re.search(r'rel="next" href="([^"]+)"', first.content.decode())
        assert link
        second = client.get(TRAIL + link[1].replace("&amp;", "&"))
        actions = [entry.action for response in (first, second) for entry in response.context["page"].rows]
        assert actions[:70] == [f"第{number}步" for number in reversed(range(70))]

    def test_it_needs_few_queries(
        self, auditor: User, client_of: ClientOf, django_assert_max_num_queries: Callable[[int], Any]
    ) -> None:
        client = client_of(auditor)
        with django_assert_max_num_queries(12):
            client.get(TRAIL, {"actor": "审核员", "since": "2020-01-01"})

    def test_it_is_for_auditors(self, administrator: User, viewer: User, client_of: ClientOf) -> None:
        for user in (administrator, viewer):
            assert client_of(user).get(TRAIL).status_code == 403

    def test_what_was_refused_is_marked(self, auditor: User, secretary: User, client_of: ClientOf) -> None:
        record("登录", None, by=secretary, outcome=Outcome.REFUSED)
        assert "被拒绝" in client_of(auditor).get(TRAIL).content.decode()


class TestHistory:
    @pytest.fixture
    def activity(self, world: World, secretary: User, make_activity: Callable[..., Activity]) -> Activity:
        made = make_activity(world.joint_branch, secretary, state=ActivityState.SUBMITTED)
        record("提交审核", made, by=secretary, changes={"state": ["draft", "submitted"]})
        return made

    @pytest.mark.parametrize("reader", ["secretary", "reviewer", "administrator", "district_administrator", "viewer"])
    def test_whoever_sees_the_record_reads_its_history_in_words(
        self, request: pytest.FixtureRequest, reader: str, activity: Activity, client_of: ClientOf
    ) -> None:
        response = client_of(request.getfixturevalue(reader)).get(history_address(activity))
        assert "状态：草稿 → 待审核" in response.content.decode()
        assert not AuditEntry.objects.filter(kind=Kind.READ).exists()

    @pytest.mark.parametrize("reader", ["other_secretary"])
    def test_outside_the_scope_it_does_not_exist(
        self, request: pytest.FixtureRequest, reader: str, activity: Activity, client_of: ClientOf
    ) -> None:
        client = client_of(request.getfixturevalue(reader))
        assert client.get(history_address(activity)).status_code == 404
        assert client.get("/history/activities.activity/987654321/").status_code == 404

    def test_a_user_without_a_role_is_told_who_can_help(
        self, activity: Activity, stranger: User, client_of: ClientOf
    ) -> None:
        assert client_of(stranger).get(history_address(activity)).status_code == 403

    def test_accounts_are_for_those_who_manage_them(
        self, secretary: User, viewer: User, administrator: User, client_of: ClientOf
    ) -> None:
        record("停用账号", secretary, by=None, changes={"is_active": [True, False]})
        address = history_address(secretary)
        assert client_of(viewer).get(address).status_code == 404
        assert "是 → 否" in client_of(administrator).get(address).content.decode()

    def test_auditors_read_what_their_trail_tells_even_of_what_is_gone(
        self, activity: Activity, auditor: User, client_of: ClientOf
    ) -> None:
        address = history_address(activity)
        Activity.objects.filter(pk=activity.pk).delete()
        response = client_of(auditor).get(address)
        assert "状态：草稿 → 待审核" in response.content.decode()
        assert AuditEntry.objects.filter(kind=Kind.READ, actor=auditor).count() == 1

    def test_auditors_of_elsewhere_find_nothing(
        self, activity: Activity, world: World, make_user: Callable[..., User], client_of: ClientOf
    ) -> None:
        elsewhere = make_user("elsewhere", Role.AUDITOR, world.putuo, world.putuo_committee)
        assert client_of(elsewhere).get(history_address(activity)).status_code == 404

    @pytest.mark.parametrize("label", ["no.model", "nothing", "activities.nothing", "sessions.session", "%00.x"])
    def test_an_address_that_names_nothing_is_not_found(
        self, label: str, auditor: User, viewer: User, client_of: ClientOf
    ) -> None:
        for user in (auditor, viewer):
            assert client_of(user).get(f"/history/{label}/1/").status_code == 404

    def test_it_needs_few_queries(
        self,
        activity: Activity,
        secretary: User,
        client_of: ClientOf,
        django_assert_max_num_queries: Callable[[int], Any],
    ) -> None:
        AuditEntry.objects.bulk_create(
            AuditEntry(
                actor=secretary,
                actor_name="书记",
                action="修改活动",
                object_type="activities.activity",
                object_id=str(activity.pk),
                at=timezone.now(),
            )
            for _ in range(60)
        )
        client = client_of(secretary)
        with django_assert_max_num_queries(12):
            response = client.get(history_address(activity))
        assert len(response.context["page"].rows) == 50

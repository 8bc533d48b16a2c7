"""What an entry tells: who, from where, what in words, why, how it ended; and that no change stands without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from unittest import mock

import pytest
from django.db import DatabaseError, transaction
from django.test import RequestFactory, override_settings

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.audit.choices import Kind, Outcome
from parkparty.audit.models import AuditEntry
from parkparty.audit.services import difference, record, record_read, snapshot
from parkparty.core.middleware import RequestIdMiddleware
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization
from tests.conftest import World


def entry_made_during(request: object) -> AuditEntry:
    """Record something while ``request`` is served."""
    made = []

    def page(_request: object) -> dict[str, str]:
        made.append(record("查看", None, by=None))
        return {}

    RequestIdMiddleware(page)(request)  # type: ignore[arg-type]
    return AuditEntry.objects.get(pk=made[0].pk)


@pytest.mark.django_db
class TestWhere:
    def test_the_address_of_the_client_and_the_request_id_are_kept(self) -> None:
        entry = entry_made_during(RequestFactory().get("/", REMOTE_ADDR="198.51.100.7"))
        assert entry.address == "198.51.100.7"
        assert len(entry.request_id) == 12
        assert entry.actor_name == "未登录"

    def test_a_forwarded_address_is_not_believed_unless_a_proxy_of_ours_stands_before_us(self) -> None:
        request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9")
        assert entry_made_during(request).address == "10.0.0.1"

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "address"),
        [
            (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
            (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
            (2, "203.0.113.9", "10.0.0.1"),
            (1, "not an address", "10.0.0.1"),
            (1, "", "10.0.0.1"),
            (1, "::ffff:203.0.113.9", "203.0.113.9"),
            (1, "2001:db8::1%eth0", "2001:db8::1"),
        ],
    )
    def test_only_what_our_own_proxies_added_counts(self, proxies: int, forwarded: str, address: str) -> None:
        request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
        with override_settings(TRUSTED_PROXY_COUNT=proxies):
            assert entry_made_during(request).address == address

    def test_a_socket_file_has_no_address(self) -> None:
        assert entry_made_during(RequestFactory().get("/", REMOTE_ADDR="")).address is None

    def test_the_command_line_is_named_as_such(self) -> None:
        entry = record("重算", None, by=None)
        assert (entry.actor_name, entry.address, entry.request_id) == ("命令行", None, "")


@pytest.mark.django_db
class TestWho:
    def test_a_name_with_line_breaks_stays_one_line(self) -> None:
        user = User.objects.create_user("x", display_name="张三\r\n2026-01-01 管理员\x1b[31m 删除")
        entry = AuditEntry.objects.get(pk=record("登录\n失败", user, by=user).pk)
        assert entry.actor_name == "张三 2026-01-01 管理员 [31m 删除"
        assert entry.action == "登录 失败"
        assert len(str(entry).splitlines()) == 1

    def test_an_account_can_go_and_its_entries_stay_as_they_were(self) -> None:
        user = User.objects.create_user("gone", display_name="演示用户")
        entry = record("登录", None, by=user)
        key = user.pk
        user.delete()
        kept = AuditEntry.objects.get(pk=entry.pk)
        assert (kept.actor_id, kept.actor_name) == (key, "演示用户")

    def test_what_was_refused_says_so(self) -> None:
        assert record("登录", None, by=None, outcome=Outcome.REFUSED).get_outcome_display() == "被拒绝"


@pytest.mark.django_db
class TestWhat:
    def test_a_change_reads_as_an_official_reads_it(
        self, world: World, secretary: User, make_activity: Callable[..., Activity]
    ) -> None:
        activity = make_activity(world.joint_branch, secretary)
        fields = ("state", "held_on", "filed_at", "organization", "present")
        before = snapshot(activity, fields)
        activity.state, activity.held_on = ActivityState.SUBMITTED, dt.date(2026, 11, 5)
        activity.filed_at, activity.present = dt.datetime(2026, 11, 5, 16, 30, tzinfo=dt.UTC), 12
        activity.organization = world.own_branch
        entry = record("修改活动", activity, by=secretary, changes=difference(before, snapshot(activity, fields)))
        words = AuditEntry.objects.get(pk=entry.pk).changes_in_words
        assert "状态：草稿 → 待审核" in words
        assert any("2026-11-02 → 2026-11-05" in line for line in words)
        assert any("空 → 2026-11-06 00:30" in line for line in words), "moments in the time of the site"
        assert any("创智园联合支部 → 甲公司支部" in line for line in words)
        assert any("空 → 12" in line for line in words)
        assert entry.object_kind == "活动"

    def test_a_new_row_is_told_by_its_values(self, world: World) -> None:
        changes = {"name": [None, "创智园党委"], "dissolved_on": [None, None], "is_virtual": [None, False]}
        assert record("新建", world.kic_committee, by=None, changes=changes).changes_in_words == [
            "名称：创智园党委",
            "is_virtual：否",
        ]

    def test_a_model_that_is_no_more_does_not_break_the_trail(self) -> None:
        entry = AuditEntry.objects.create(
            actor_name="某人", action="修改", object_type="old.model", changes={"name": ["甲", "乙"]}
        )
        assert entry.object_kind == "old.model"
        assert entry.changes_in_words == ["name：甲 → 乙"]

    def test_a_sensitive_read_tells_what_was_asked_and_how_much_was_given(self, secretary: User) -> None:
        entry = record_read("导出企业", by=secretary, details={"rows": 25, "actor": ""}, kind=Kind.EXPORT)
        assert entry.kind == Kind.EXPORT
        assert entry.changes_in_words == ["条数：25"]

    def test_a_long_reason_is_kept_whole(self) -> None:
        reason = "补充活动内容。" * 200
        assert AuditEntry.objects.get(pk=record("退回", None, by=None, reason=reason).pk).reason == reason


@pytest.mark.django_db(transaction=True)
def test_a_change_whose_entry_cannot_be_written_is_taken_back(world: World) -> None:
    branch = world.joint_branch
    branch.name = "改名"
    failing = mock.patch.object(AuditEntry.objects, "create", side_effect=DatabaseError("disk full"))
    with failing, pytest.raises(DatabaseError), transaction.atomic():
        save_organization(branch, by=None)
    assert Organization.objects.get(pk=branch.pk).name == "创智园联合支部"

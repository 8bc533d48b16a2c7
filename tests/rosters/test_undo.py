"""Undoing an import: what it made goes, what it changed is as it was, and what was edited since stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CoverageLink, Tenancy
from parkparty.organizations.models import Organization
from parkparty.rosters.choices import BatchState, Kept, Setback
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches, undoing
from tests.conftest import World, cover, make_company
from tests.rosters.conftest import NEW_BRANCH, Receive, ask, facts, row
from tests.rosters.test_apply import FULL_ROW

WHY = "用错了名册"


def apply(receive: Receive, by: User, *rows: dict[str, Any]) -> RosterBatch:
    batch = batches.apply_batch(ask(receive(by, *rows), by).pk)
    assert batch.state == BatchState.APPLIED
    return batch


def undo(batch: RosterBatch, by: User) -> RosterBatch:
    return undoing.undo_batch(undoing.ask_to_undo(batch, by=by, reason=WHY).pk)


def kept(batch: RosterBatch) -> list[tuple[int, str]]:
    return list(batch.writes.order_by("number").values_list("number", "kept"))


@pytest.fixture
def busy_park(world: World, codes: None) -> World:
    """Companies that the import below changes in every way that it can."""
    cover(make_company(1, world.kic, staff_band=20), world.joint_branch)
    cover(make_company(2, world.kic, status="suspended", status_since=dt.date(2024, 1, 1)), None, LinkKind.INSTRUCTOR)
    make_company(3, world.kic, kind="registered")
    nameless = Company.objects.create(name="试验企业00004")
    Tenancy.objects.create(company=nameless, park=world.kic, since=dt.date(2020, 1, 1))
    return world


ROWS = (
    row(1, 党组织名称="甲公司支部", 覆盖起始日期="2024-03-01", 从业人数=120, 组建方式="楼宇合建", 楼宇="一期"),
    row(2, 指导员="否", 经营状态="存续", 企业名称="改了名的企业"),
    row(3, 入驻方式="实际入驻", 正式党员数=4, 预备党员数=1, 行业代码="6513"),
    row(4, 截至日期="2025-12-31"),
    row(5, **FULL_ROW),
    row(6, **NEW_BRANCH),
)


def test_everything_is_as_it_was(busy_park: World, administrator: User, receive: Receive) -> None:
    before = facts()
    batch = apply(receive, administrator, *ROWS)
    assert (batch.new, batch.changed) == (2, 4)
    assert facts() != before
    batch = undo(batch, administrator)
    assert facts() == before
    assert (batch.state, batch.undone, batch.kept, kept(batch)) == (BatchState.UNDONE, 6, 0, [])


def test_the_same_roster_can_be_imported_again(busy_park: World, administrator: User, receive: Receive) -> None:
    undo(apply(receive, administrator, *ROWS), administrator)
    again = receive(administrator, *ROWS)
    assert (again.new, again.changed, again.unchanged, again.wrong) == (2, 4, 0, 0)


def test_undoing_leaves_one_entry_with_its_reason(busy_park: World, administrator: User, receive: Receive) -> None:
    batch = apply(receive, administrator, *ROWS)
    entries = AuditEntry.objects.count()
    undo(batch, administrator)
    entry = AuditEntry.objects.order_by("pk").last()
    assert AuditEntry.objects.count() == entries + 1
    assert (entry.actor, entry.reason, entry.changes["undone"]) == (administrator, WHY, [None, 6])


class TestRowsThatStay:
    """Nothing that somebody did after the import is lost."""

    def test_a_row_edited_since_is_skipped_and_listed(
        self, busy_park: World, administrator: User, receive: Receive
    ) -> None:
        batch = apply(receive, administrator, *ROWS)
        company = Company.objects.get(name="试验企业00001")
        company.staff_band = 50
        company.save()
        batch = undo(batch, administrator)
        assert kept(batch) == [(2, Kept.EDITED)]
        assert (batch.undone, batch.kept) == (5, 1)
        company.refresh_from_db()
        assert (company.staff_band, company.links.get(until=None).organization.name) == (50, "甲公司支部")
        assert Company.objects.filter(name="试验企业00002").exists()

    def test_saving_without_a_change_is_no_edit(self, busy_park: World, administrator: User, receive: Receive) -> None:
        batch = apply(receive, administrator, *ROWS)
        Company.objects.get(name="试验企业00001").save()
        assert undo(batch, administrator).kept == 0

    def test_a_new_company_that_something_leans_on_stays(
        self, busy_park: World, administrator: User, receive: Receive
    ) -> None:
        batch = apply(receive, administrator, row(7), row(8))
        cover(Company.objects.get(name="试验企业00007"), busy_park.joint_branch)
        assert kept(undo(batch, administrator)) == [(2, Kept.NEEDED)]
        assert set(Company.objects.filter(name__in=["试验企业00007", "试验企业00008"])) == {
            Company.objects.get(name="试验企业00007")
        }

    def test_a_branch_stays_while_a_kept_row_is_covered_by_it(
        self, busy_park: World, administrator: User, receive: Receive
    ) -> None:
        batch = apply(receive, administrator, row(7, **NEW_BRANCH), row(8, 党组织名称="新联合支部"))
        link = CoverageLink.objects.get(company__name="试验企业00008")
        link.since = dt.date(2026, 1, 1)
        link.save()
        assert kept(undo(batch, administrator)) == [(2, Kept.NEEDED), (3, Kept.EDITED)]
        assert Organization.objects.filter(name="新联合支部").exists()

    def test_a_second_import_over_the_first_one_stays(
        self, busy_park: World, administrator: User, receive: Receive
    ) -> None:
        first = apply(receive, administrator, row(1, 从业人数=120), row(7))
        second = apply(receive, administrator, row(1, 从业人数=220), row(7))
        before = facts()
        assert kept(undo(first, administrator)) == [(2, Kept.EDITED)]
        undo(second, administrator)
        assert Company.objects.get(name="试验企业00001").staff_band == 100
        assert before != facts()

    def test_rows_of_a_park_that_was_taken_from_the_user_stay(
        self, busy_park: World, district_administrator: User, receive: Receive
    ) -> None:
        batch = apply(receive, district_administrator, row(7), row(8, 所属园区="邻里园"))
        Grant.objects.filter(user=district_administrator).delete()
        Grant.objects.create(
            user=district_administrator, role="administrator", since=dt.date(2020, 1, 1), park=busy_park.kic
        )
        assert kept(undo(batch, district_administrator)) == [(3, Kept.OUT_OF_REACH)]


class TestWhoMayUndoAndWhen:
    """The uploader, for thirty days, once."""

    def test_not_after_thirty_days(self, busy_park: World, administrator: User, receive: Receive) -> None:
        batch = apply(receive, administrator, row(7))
        RosterBatch.objects.update(applied_at=timezone.now() - dt.timedelta(days=30, seconds=1))
        with pytest.raises(ValidationError, match="不能撤销"):
            undo(batch, administrator)

    def test_not_twice_and_not_before(self, busy_park: World, administrator: User, receive: Receive) -> None:
        with pytest.raises(ValidationError, match="待导入"):
            undo(receive(administrator, row(7)), administrator)
        batch = undo(apply(receive, administrator, row(8)), administrator)
        with pytest.raises(ValidationError, match="已撤销"):
            undo(batch, administrator)

    def test_not_by_a_colleague(
        self, busy_park: World, administrator: User, district_administrator: User, receive: Receive
    ) -> None:
        with pytest.raises(PermissionDenied):
            undo(apply(receive, administrator, row(7)), district_administrator)

    def test_not_once_the_right_is_gone(self, busy_park: World, administrator: User, receive: Receive) -> None:
        batch = undoing.ask_to_undo(apply(receive, administrator, row(7)), by=administrator, reason=WHY)
        Grant.objects.filter(user=administrator).delete()
        before = facts()
        batch = undoing.undo_batch(batch.pk)
        assert (batch.state, batch.setback) == (BatchState.APPLIED, Setback.UNDO)
        assert facts() == before

    def test_a_dead_task_can_be_asked_again(self, busy_park: World, administrator: User, receive: Receive) -> None:
        batch = undoing.ask_to_undo(apply(receive, administrator, row(7)), by=administrator, reason=WHY)
        with pytest.raises(ValidationError):
            undoing.ask_to_undo(batch, by=administrator, reason=WHY)
        RosterBatch.objects.update(step_at=timezone.now() - dt.timedelta(hours=1))
        with pytest.raises(ValidationError):
            batches.restart_check(batch, by=administrator)
        assert undo(batch, administrator).state == BatchState.UNDONE


def test_a_fault_midway_takes_nothing_back(
    busy_park: World, administrator: User, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = undoing.ask_to_undo(apply(receive, administrator, *ROWS), by=administrator, reason=WHY)
    before = facts()
    monkeypatch.setattr(undoing, "_restore", lambda *_args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        undoing.undo_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.setback) == (BatchState.APPLIED, Setback.UNDO)
    assert facts() == before


class TestPages:
    def test_undo_from_the_page(self, busy_park: World, administrator: User, receive: Receive, client: Client) -> None:
        client.force_login(administrator)
        batch = apply(receive, administrator, row(1, 从业人数=120), row(7))
        address = reverse("rosters:undo", args=[batch.pk])
        assert "撤销本次导入" in client.get(reverse("rosters:batch", args=[batch.pk])).content.decode()
        assert "写明为什么撤销" in client.post(address).content.decode()
        Company.objects.filter(name="试验企业00001").update(staff_band=50)
        shown = client.post(address, {"undo-reason": WHY}, follow=True).content.decode()
        for part in ("导入已撤销", WHY, "没有撤销的行", "导入之后又被修改", "试验企业00001"):
            assert part in shown
        assert not Company.objects.filter(name="试验企业00007").exists()
        assert client.get(address).status_code == 302

    def test_errors_of_a_late_undo_are_told_on_the_page(
        self, busy_park: World, administrator: User, receive: Receive, client: Client
    ) -> None:
        client.force_login(administrator)
        batch = apply(receive, administrator, row(7))
        RosterBatch.objects.update(applied_at=timezone.now() - dt.timedelta(days=31))
        assert "撤销本次导入" not in client.get(reverse("rosters:batch", args=[batch.pk])).content.decode()
        shown = client.post(reverse("rosters:undo", args=[batch.pk]), {"undo-reason": WHY}).content.decode()
        assert "这个批次现在不能撤销" in shown

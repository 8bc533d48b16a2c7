"""Closing a period, freezing it for good, and opening it again from above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company
from parkparty.core.dates import period_named, today
from parkparty.organizations.models import Organization
from parkparty.reports.choices import FileFormat, PeriodState
from parkparty.reports.models import Closing
from parkparty.reports.services import (
    ask_to_freeze,
    close_period,
    freeze_asked,
    freeze_period,
    make_report,
    reopen_period,
    save_measures,
)
from parkparty.reports.services.making import kinds_of
from tests.conftest import World, cover, make_company
from tests.reports.conftest import file_of

Q3 = period_named("2026Q3")
SignIn = Callable[[User], Client]


@pytest.fixture
def companies(world: World) -> list[Company]:
    return [make_company(number, world.kic) for number in range(8)]


def files_of(world: World) -> dict[tuple[str, str], bytes]:
    """Every report of the period, asked for anew, in every form."""
    versions = {kind: make_report(world.kic, Q3, by=None, kind=kind)[0] for kind in kinds_of(world.kic)}
    return {(kind, format): file_of(version, format) for kind, version in versions.items() for format in FileFormat}


def test_a_frozen_report_is_the_same_to_the_byte_after_corrections(
    world: World, companies: list[Company], reviewer: User, secretary: User, make_activity: Any
) -> None:
    closing = close_period(world.kic, Q3, with_gaps=False, by=reviewer)
    frozen = freeze_period(closing, by=reviewer).version
    assert frozen is not None
    before = files_of(world)
    cover(companies[0], world.joint_branch)
    make_company(99, world.kic, name="后来补登的企业")
    make_activity(world.joint_branch, secretary, held_on=dt.date(2026, 8, 5), state=ActivityState.ARCHIVED)
    Organization.objects.filter(pk=world.joint_branch.pk).update(term_since=dt.date(2023, 8, 1), name="改了名的支部")
    again, is_new = make_report(world.kic, Q3, by=reviewer)
    assert (again, is_new) == (frozen, False)
    assert [key for key, content in files_of(world).items() if content != before[key]] == []
    with pytest.raises(ValidationError, match="已冻结"):
        save_measures(world.kic, Q3, "另写一段", by=reviewer)
    reopen_period(closing, reason="更正一家企业", by=reviewer)
    later, is_new = make_report(world.kic, Q3, by=reviewer)
    assert is_new
    assert later.report.cells["joint"].text == "1"
    entry = AuditEntry.objects.filter(action="重新打开报告期").latest("id")
    assert (entry.reason, entry.changes["state"]) == ("更正一家企业", ["frozen", "open"])


def test_a_district_closes_with_named_gaps(world: World, reviewer: User) -> None:
    close_period(world.kic, Q3, with_gaps=False, by=reviewer)
    with pytest.raises(ValidationError, match="邻里园"):
        close_period(world.wujiaochang, Q3, with_gaps=False, by=reviewer)
    assert not Closing.objects.filter(area=world.wujiaochang).exclude(state=PeriodState.OPEN).exists()
    closing = close_period(world.wujiaochang, Q3, with_gaps=True, by=reviewer)
    assert closing.gaps == ["邻里园"]
    cover_of = dict(make_report(world.wujiaochang, Q3, by=reviewer)[0].report.cover)
    assert cover_of["未上报完的下级"] == "邻里园"


def test_late_entries_count_and_are_marked(
    world: World, reviewer: User, secretary: User, make_activity: Any, client_of: SignIn
) -> None:
    make_activity(world.joint_branch, secretary, held_on=dt.date(2026, 9, 1), state=ActivityState.ARCHIVED)
    closing = close_period(world.kic, Q3, with_gaps=False, by=reviewer)
    Closing.objects.update(closed_at=dt.datetime(2026, 11, 3, tzinfo=dt.UTC))
    late = dt.datetime(2026, 11, 4, tzinfo=dt.UTC)
    make_activity(
        world.joint_branch,
        secretary,
        held_on=dt.date(2026, 9, 2),
        state=ActivityState.ARCHIVED,
        filed_at=late,
        topic="补报的会",
    )
    Closing.objects.update(closed_at=dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC))
    report = make_report(world.kic, Q3, by=reviewer)[0].report
    assert report.cells["held"].text == "2"
    assert dict(report.cover)["截止后补报"] == "1 条活动记录"
    page = client_of(reviewer).get(reverse("reports:periods")).content.decode()
    assert "补报的会" in page
    assert str(closing) in page


def test_only_what_is_over_is_closed_and_only_what_is_closed_is_frozen(world: World, reviewer: User) -> None:
    with pytest.raises(ValidationError, match="才结束"):
        close_period(world.kic, period_named("2099Q1"), with_gaps=True, by=reviewer)
    closing = close_period(world.kic, Q3, with_gaps=True, by=reviewer)
    with pytest.raises(ValidationError, match="已经截止"):
        close_period(world.kic, Q3, with_gaps=True, by=reviewer)
    with pytest.raises(ValidationError, match="原因"):
        reopen_period(closing, reason=" ", by=reviewer)
    freeze_period(closing, by=reviewer)
    with pytest.raises(ValidationError, match="可以冻结"):
        freeze_period(closing, by=reviewer)


def test_opening_again_is_for_the_level_above(
    world: World, make_user: Any, administrator: User, reviewer: User, viewer: User, client_of: SignIn
) -> None:
    client = client_of(administrator)
    client.post(reverse("reports:close"), {"place": "park:kic", "period": "2026Q3"})
    closing = Closing.objects.get()
    client.post(reverse("reports:freeze", args=[closing.pk]))
    closing.refresh_from_db()
    assert (closing.state, closing.freezing_since) == (PeriodState.FROZEN, None)
    reopen = reverse("reports:reopen", args=[closing.pk])
    refused = client.post(reopen, {"reason": "想改"})
    assert refused.status_code == 403
    assert "上一级" in refused.content.decode()
    assert client_of(viewer).post(reopen, {"reason": "想改"}).status_code == 403
    stranger = make_user("putuo", Role.REVIEWER, world.putuo)
    assert client_of(stranger).post(reopen, {"reason": "想改"}).status_code == 404
    above = client_of(reviewer)
    assert reopen in above.get(reverse("reports:periods")).content.decode()
    above.post(reopen, {"reason": ""})
    closing.refresh_from_db()
    assert closing.state == PeriodState.FROZEN
    above.post(reopen, {"reason": "漏报一家"})
    closing.refresh_from_db()
    assert (closing.state, closing.version) == (PeriodState.OPEN, None)


def test_the_page_asks_little(
    world: World, reviewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    for name in ("2026Q3", "2026Q2", "2026Q1", "2025Q4", "2025Q3", "2025Q2"):
        close_period(world.kic, period_named(name), with_gaps=True, by=reviewer)
    client = client_of(reviewer)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("reports:periods")).status_code == 200


def test_a_period_that_is_being_frozen_says_so(
    world: World, administrator: User, client_of: SignIn, settings: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    client, closing = client_of(administrator), close_period(world.kic, Q3, with_gaps=True, by=administrator)
    freeze = reverse("reports:freeze", args=[closing.pk])
    client.post(freeze)
    waiting = client.get(reverse("reports:periods")).content.decode()
    assert "正在冻结" in waiting
    assert freeze not in waiting
    assert "正在冻结，完成后这里" in client.post(freeze, follow=True).content.decode()
    freeze_asked(closing.pk, administrator.pk)
    closing.refresh_from_db()
    assert (closing.state, closing.freezing_since) == (PeriodState.FROZEN, None)
    assert "正在冻结" not in client.get(reverse("reports:periods")).content.decode()


def test_R081_who_may_no_longer_make_reports_when_it_is_their_turn_freezes_nothing(
    world: World, administrator: User
) -> None:
    closing = close_period(world.kic, Q3, with_gaps=True, by=administrator)
    ask_to_freeze(closing, by=administrator)
    administrator.grants.update(until=today())
    freeze_asked(closing.pk, administrator.pk)
    closing.refresh_from_db()
    assert (closing.state, closing.freezing_since) == (PeriodState.CLOSED, None)

"""述职材料: written by the secretary with one click, from what was reported anyway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.core.dates import period_named, today
from parkparty.reports.choices import JobState, ReportKind
from parkparty.reports.models import FileJob
from parkparty.reports.services import make_report
from tests.conftest import World, cover, make_company

SignIn = Callable[[User], Client]
YEAR = period_named("2026")


@pytest.fixture
def a_year(world: World, secretary: User, make_activity: Any) -> None:
    call_command("load_codes")
    served = make_company(1, world.kic, name="服务的企业")
    cover(served, world.joint_branch)
    cover(make_company(2, world.kic, name="别家的企业"), world.own_branch)
    held = {"state": ActivityState.ARCHIVED, "present": 8, "expected": 9}
    for month in (3, 4):
        meeting = make_activity(world.joint_branch, secretary, held_on=dt.date(2026, month, 8), **held)
        meeting.companies.add(served)
    make_activity(world.joint_branch, secretary, held_on=dt.date(2026, 5, 8), state=ActivityState.SUBMITTED)
    make_activity(world.neighbour_branch, secretary, held_on=dt.date(2026, 5, 8), **held)


def test_it_tells_what_was_owed_and_done_and_whom_it_served(world: World, a_year: None) -> None:
    report = make_report(world.joint_branch, YEAR, by=None, kind=ReportKind.SECRETARY)[0].report
    cells = {id: cell.value for id, cell in report.cells.items()}
    assert (cells["held"], cells["covered"], cells["partners"], cells["together"]) == (2, 1, 1, 2)
    assert cells["duties.done"] == 2
    assert cells["duties.owed"] == cells["duties.done"] + cells["duties.pending"] + cells["duties.open"]
    tables = {table.title: table.rows for table in report.tables()}
    assert [row[0] for row in tables["服务的企业"]] == ["服务的企业"]
    assert len(tables["未报的组织生活"]) == cells["duties.open"]
    assert tables["各类活动"][0][1:] == (2, 16)


def test_a_place_has_no_secretary(world: World) -> None:
    with pytest.raises(ValidationError, match="先选一个党组织"):
        make_report(world.kic, YEAR, by=None, kind=ReportKind.SECRETARY)


def test_a_secretary_makes_it_alone_and_of_nobody_else(
    world: World, a_year: None, secretary: User, viewer: User, client_of: SignIn, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    client, address = client_of(secretary), reverse("reports:work_report")
    page = client.get(reverse("reports:list")).content.decode()
    assert address in page
    assert reverse("reports:make") not in page
    client.post(address, {"organization": world.joint_branch.code, "period": "2026"})
    job = FileJob.objects.get()
    assert (job.state, job.kind, job.node) == (JobState.READY, ReportKind.SECRETARY, world.joint_branch)
    assert client.post(address, {"organization": world.own_branch.code, "period": "2026"}).status_code == 404
    assert client.post(reverse("reports:make"), {"organization": world.joint_branch.code}).status_code == 403
    assert client_of(viewer).post(address, {"organization": world.joint_branch.code}).status_code == 403
    period = f"{today().year + 1}-01"
    refused = client.post(address, {"organization": world.joint_branch.code, "period": period}, follow=True)
    assert "还没有开始" in refused.content.decode()
    assert FileJob.objects.count() == 1

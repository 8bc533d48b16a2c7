"""Pages of reports: one click from home, the download centre, and who gets what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.choices import Kind
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import period_named
from parkparty.reports.choices import JobState
from parkparty.reports.models import FileJob, Measures, ReportVersion
from parkparty.reports.services import AT_ONCE, make_report, write_file
from tests.conftest import LONG_AGO, World, make_company

SignIn = Callable[[User], Client]
Q2 = period_named("2017Q2")


@pytest.fixture
def version(world: World) -> ReportVersion:
    make_company(1, world.kic, name="甲公司")
    return make_report(world.kic, Q2, by=None)[0]


def test_one_click_from_home_gives_the_last_full_quarter_in_word(
    world: World, reviewer: User, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    home = client.get("/").content.decode()
    assert f'action="{reverse("reports:make")}"' in home
    assert 'value="area:310110019"' in home
    answer = client.post(reverse("reports:make"), {"place": "area:310110019"}, follow=True)
    job = FileJob.objects.get()
    assert (job.state, job.format, job.node, job.asked_by) == (JobState.READY, "docx", world.wujiaochang, reviewer)
    assert (job.until - job.since).days in (90, 91, 92)
    assert reverse("reports:download", args=[job.pk]) in answer.content.decode()
    file = client.get(reverse("reports:download", args=[job.pk]))
    assert b"".join(file.streaming_content)[:2] == b"PK"
    assert "no-store" in file["Cache-Control"]
    entry = AuditEntry.objects.filter(kind=Kind.EXPORT).latest("id")
    assert (entry.actor, entry.changes["format"]) == (reviewer, [None, "docx"])


def test_a_file_is_its_readers_alone_and_expires(
    world: World, version: ReportVersion, reviewer: User, make_user: Any, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    client.post(reverse("reports:file", args=[version.pk]), {"format": "pdf"})
    job = FileJob.objects.get()
    address, path = reverse("reports:download", args=[job.pk]), job.file.path
    colleague = make_user("colleague", Role.REVIEWER, world.wujiaochang)
    assert client_of(colleague).get(address).status_code == 404
    assert client.get(address).status_code == 200
    FileJob.objects.update(expires_at=timezone.now())
    assert client.get(address).status_code == 404
    assert "已过期" in client.get(reverse("reports:downloads")).content.decode()
    call_command("sweep_reports")
    assert not FileJob.objects.exists()
    with pytest.raises(FileNotFoundError):
        open(path).close()  # noqa: PTH123


def test_the_reach_that_ended_takes_the_file_along(
    world: World, version: ReportVersion, reviewer: User, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    client.post(reverse("reports:file", args=[version.pk]), {"format": "json"})
    address = reverse("reports:download", args=[FileJob.objects.get().pk])
    assert client.get(address).status_code == 200
    reviewer.grants.update(until=dt.date(2020, 1, 1))
    Grant.objects.create(user=reviewer, role=Role.REVIEWER, since=LONG_AGO, park=world.tiandi)
    assert client.get(address).status_code == 404


def test_only_those_above_all_of_a_node_report_on_it(
    world: World, administrator: User, viewer: User, secretary: User, client_of: SignIn
) -> None:
    make = reverse("reports:make")
    assert client_of(administrator).post(make, {"place": "area:310110"}).status_code == 404
    assert client_of(administrator).post(make, {"place": "park:kic"}).status_code == 302
    for user in (viewer, secretary):
        assert client_of(user).post(make, {"place": "park:kic"}).status_code == 403
    assert [job.node for job in FileJob.objects.all()] == [world.kic]


def test_a_reader_sees_the_reports_below_and_no_other(
    world: World, version: ReportVersion, viewer: User, secretary: User, client_of: SignIn
) -> None:
    elsewhere = make_report(world.tiandi, Q2, by=None)[0]
    client = client_of(viewer)
    listed = client.get(reverse("reports:list")).content.decode()
    assert "创智园 2017年第二季度" in listed
    assert "天地园" not in listed
    page = client.get(reverse("reports:report", args=[version.pk]))
    assert "甲公司" in page.content.decode()
    assert client.get(reverse("reports:report", args=[elsewhere.pk])).status_code == 404
    assert client_of(secretary).get(reverse("reports:report", args=[version.pk])).status_code == 404


def test_measures_are_checked_and_nothing_typed_is_lost(world: World, reviewer: User, client_of: SignIn) -> None:
    client = client_of(reviewer)
    address = reverse("reports:measures", query={"place": "park:kic", "period": "2017Q2"})
    page = client.post(address, {"place": "park:kic", "text": "联系王某 13812345678 走访"})
    assert "138****5678" in page.content.decode()
    assert "联系王某 13812345678 走访" in page.content.decode()
    assert not Measures.objects.exists()
    assert client.post(address, {"place": "park:kic", "text": "逐户走访。"}).status_code == 302
    assert Measures.objects.get().text == "逐户走访。"
    assert "逐户走访。" in client.get(address).content.decode()


@pytest.mark.parametrize("period", ["2017Q5", "0000", "2999", "甲", "2017-13", "x" * 300])
def test_a_period_that_cannot_be_read_is_said(world: World, reviewer: User, client_of: SignIn, period: str) -> None:
    answer = client_of(reviewer).post(reverse("reports:make"), {"place": "park:kic", "period": period}, follow=True)
    assert answer.status_code == 200
    assert not FileJob.objects.exists()
    address = reverse("reports:measures", query={"place": "park:kic", "period": period})
    assert client_of(reviewer).get(address).status_code == 404


def test_a_dead_task_is_told_and_takes_no_place(world: World, reviewer: User, client_of: SignIn) -> None:
    asked = {"asked_by": reviewer, "park": world.kic, "since": Q2.since, "until": Q2.until, "format": "docx"}
    jobs = [FileJob.objects.create(**asked) for _n in range(AT_ONCE)]
    client = client_of(reviewer)
    refused = client.post(reverse("reports:make"), {"place": "park:kic"}, follow=True).content.decode()
    assert "正在生成" in refused
    assert "data-busy" in refused
    FileJob.objects.update(asked_at=timezone.now() - dt.timedelta(hours=1))
    page = client.get(reverse("reports:downloads")).content.decode()
    assert "中断了" in page
    assert "data-busy" not in page
    client.post(reverse("reports:make"), {"place": "park:kic"})
    assert FileJob.objects.latest("id").state == JobState.READY
    write_file(jobs[0].pk)
    write_file(jobs[0].pk)
    assert ReportVersion.objects.count() == 2


def test_pages_ask_little(
    world: World, version: ReportVersion, reviewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    make_company(2, world.kic)
    later = make_report(world.kic, Q2, by=reviewer)[0]
    client = client_of(reviewer)
    for address in ("/", reverse("reports:list"), reverse("reports:downloads")):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200
    with django_assert_max_num_queries(18):
        assert "处数字变化" in client.get(reverse("reports:report", args=[later.pk])).content.decode()

"""Reports that are sent after every period: once, to those who may see them, and only what they may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import period_named
from parkparty.notices.models import Notice
from parkparty.notices.services import send_digest
from parkparty.reports.choices import Every, FileFormat, JobState, ReportKind
from parkparty.reports.models import FileJob, Mailing
from parkparty.reports.services import close_period, send_due, start_mailing, write_file
from tests.conftest import World, make_company

Q3 = period_named("2026Q3")
AFTER = Q3.until + dt.timedelta(days=10)
SignIn = Callable[[User], Client]


@pytest.fixture
def park_viewer(world: World, make_user: Any) -> User:
    return make_user("park_viewer", Role.VIEWER, world.kic, email="park@example.org")


@pytest.fixture
def street_viewer(world: World, make_user: Any) -> User:
    return make_user("street_viewer", Role.VIEWER, world.wujiaochang)


@pytest.fixture
def mailing(world: World, reviewer: User, park_viewer: User, street_viewer: User) -> Mailing:
    make_company(1, world.kic, name="园内企业")
    make_company(2, world.neighbour, name="邻园企业")
    mailing = start_mailing(
        world.wujiaochang,
        kind=ReportKind.UNCOVERED,
        format=FileFormat.JSON,
        every=Every.QUARTER,
        recipients=[park_viewer, street_viewer],
        by=reviewer,
    )
    Mailing.objects.update(made_at=dt.datetime(2026, 5, 1, tzinfo=dt.UTC))
    mailing.refresh_from_db()
    return mailing


def test_each_gets_what_they_may_see_and_nothing_else(
    world: World, mailing: Mailing, park_viewer: User, street_viewer: User, client_of: SignIn
) -> None:
    for key in send_due(AFTER):
        write_file(key)
    jobs = {job.asked_by: job for job in FileJob.objects.all()}
    assert (jobs[park_viewer].node, jobs[street_viewer].node) == (world.kic, world.wujiaochang)
    texts = {user: job.file.read().decode() for user, job in jobs.items()}
    assert "园内企业" in texts[park_viewer]
    assert "邻园企业" not in texts[park_viewer]
    assert "邻园企业" in texts[street_viewer]
    address = reverse("reports:download", args=[jobs[street_viewer].pk])
    assert client_of(park_viewer).get(address).status_code == 404
    assert client_of(street_viewer).get(address).status_code == 200
    notice = Notice.objects.get(user=park_viewer)
    assert "创智园 2026年第三季度" in str(notice)
    tuesday = dt.datetime(2026, 11, 10, 2, tzinfo=dt.UTC)
    assert send_digest(park_viewer.pk, now=tuesday)
    assert "创智园" in mail.outbox[0].body
    assert "园内企业" not in mail.outbox[0].body


def test_it_is_sent_once_and_only_when_the_period_is_done(world: World, mailing: Mailing, reviewer: User) -> None:
    assert send_due(Q3.until) == []
    close_period(world.wujiaochang, Q3, with_gaps=True, by=reviewer)
    assert len(send_due(Q3.until)) == 2
    assert len(send_due(AFTER)) == 2
    assert FileJob.objects.count() == 2
    FileJob.objects.all().delete()
    assert send_due(AFTER) == []
    assert len(send_due(dt.date(2027, 1, 11))) == 2
    assert AuditEntry.objects.filter(action="寄送定期报告").count() == 2


def test_a_right_that_ended_gets_nothing(
    world: World, mailing: Mailing, park_viewer: User, street_viewer: User
) -> None:
    street_viewer.grants.update(until=dt.date(2026, 1, 1))
    keys = send_due(AFTER)
    assert {job.asked_by for job in FileJob.objects.all()} == {park_viewer}
    park_viewer.grants.update(until=dt.date(2026, 1, 1))
    for key in keys:
        write_file(key)
    job = FileJob.objects.get()
    assert (job.state, bool(job.file), Notice.objects.count()) == (JobState.FAILED, False, 0)
    assert "看不到" in job.refusal


def test_periods_before_it_was_set_up_are_not_sent(mailing: Mailing) -> None:
    Mailing.objects.update(made_at=dt.datetime(2026, 10, 5, tzinfo=dt.UTC))
    assert send_due(AFTER) == []


def test_it_is_set_up_and_stopped_on_a_page(
    world: World, reviewer: User, viewer: User, park_viewer: User, stranger: User, client_of: SignIn
) -> None:
    client, address = client_of(reviewer), reverse("reports:mailings")
    page = client.get(address).content.decode()
    assert "park_viewer" in page
    assert stranger.display_name not in page
    asked = {"place": "park:kic", "kind": "coverage", "every": "month", "format": "pdf"}
    client.post(address, {**asked, "recipients": [stranger.pk]})
    client.post(address, asked)
    assert not Mailing.objects.exists()
    refused = client.post(address, {**asked, "kind": "secretary", "recipients": [park_viewer.pk]}).content.decode()
    assert "换一种" in refused
    client.post(address, {**asked, "recipients": [park_viewer.pk]})
    mailing = Mailing.objects.get()
    assert (mailing.node, list(mailing.recipients.all())) == (world.kic, [park_viewer])
    stop = reverse("reports:mailing_stop", args=[mailing.pk])
    assert client_of(viewer).post(stop).status_code == 403
    client.post(stop)
    mailing.refresh_from_db()
    assert mailing.stopped_at
    call_command("send_reports")
    assert not FileJob.objects.exists()

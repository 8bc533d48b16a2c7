"""The public edition: small numbers held back, no number of a person, and out only when a second person says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import period_named
from parkparty.reports.choices import FileFormat, JobState, ReleaseState, ReportKind
from parkparty.reports.models import FileJob, Measures, Release, ReportVersion
from parkparty.reports.services import close_period, freeze_period, make_report
from tests.conftest import World, cover, make_company
from tests.reports.conftest import file_of

Q3 = period_named("2026Q3")
SignIn = Callable[[User], Client]


@pytest.fixture
def companies(world: World) -> None:
    for number in range(12):
        company = make_company(number, world.kic, name=f"机密企业{number}")
        if number < 10:
            cover(company, world.joint_branch)


@pytest.fixture
def colleague(world: World, make_user: Any) -> User:
    return make_user("colleague", Role.ADMINISTRATOR, world.kic)


def edition_of(world: World, by: User | None = None) -> ReportVersion:
    return make_report(world.kic, Q3, by=by, kind=ReportKind.PUBLIC)[0]


def test_small_numbers_are_held_back_and_cannot_be_worked_out(
    world: World, companies: None, count_members: Any
) -> None:
    count_members(world.joint_branch, 12, probationary=2)
    report = edition_of(world).report
    shown = {id: cell.text for id, cell in report.cells.items()}
    assert shown["companies"] == "12"
    assert shown["uncovered"] == shown["none"] == shown["organization.numerator"] == "不公布"
    assert "organization" not in shown
    assert (shown["members.full"], shown["members.probationary"]) == ("12", "不公布")
    assert "机密企业" not in report.text
    assert report.sources == ()


def test_numbers_of_persons_stop_it(world: World, companies: None, reviewer: User, client_of: SignIn) -> None:
    Measures.objects.create(park=world.kic, since=Q3.since, until=Q3.until, text="联系 13812345678")
    with pytest.raises(ValidationError, match=r"138\*\*\*\*5678"):
        edition_of(world)
    client = client_of(reviewer)
    client.post(reverse("reports:make"), {"place": "park:kic", "period": "2026Q3", "kind": "public", "format": "pdf"})
    assert FileJob.objects.get().state == JobState.FAILED
    assert "138****5678" in client.get(reverse("reports:downloads")).content.decode()


def test_it_leaves_only_when_a_second_person_says_so(
    world: World, companies: None, reviewer: User, colleague: User, viewer: User, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    client.post(reverse("reports:make"), {"place": "park:kic", "period": "2026Q3", "kind": "public", "format": "json"})
    job = FileJob.objects.get()
    version = job.version
    assert (job.state, bool(job.file)) == (JobState.HELD, False)
    page, release = reverse("reports:report", args=[version.pk]), reverse("reports:release", args=[version.pk])
    assert "由另一人批准" in client.get(page).content.decode()
    client.post(release)
    assert Release.objects.get().state == ReleaseState.WAITING
    assert client_of(viewer).post(release).status_code == 403
    second = client_of(colleague)
    assert release in second.get(page).content.decode()
    second.post(release)
    job.refresh_from_db()
    assert (Release.objects.get().decided_by, job.state) == (colleague, JobState.READY)
    file = client.get(reverse("reports:download", args=[job.pk]))
    assert b"".join(file.streaming_content) == version.content.encode()
    assert AuditEntry.objects.filter(action="批准公开", actor=colleague, object_id=str(version.pk)).exists()
    second.post(reverse("reports:refuse", args=[version.pk]), {"reason": "晚了"})
    assert Release.objects.get().state == ReleaseState.RELEASED


def test_a_refusal_says_why_and_gives_nothing_out(
    world: World, companies: None, reviewer: User, colleague: User, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    asked = {"place": "park:kic", "period": "2026Q3", "kind": "public"}
    client.post(reverse("reports:make"), asked)
    version = ReportVersion.objects.get(kind=ReportKind.PUBLIC)
    refuse, second = reverse("reports:refuse", args=[version.pk]), client_of(colleague)
    second.post(refuse, {"reason": " "})
    assert Release.objects.get().state == ReleaseState.WAITING
    second.post(refuse, {"reason": "措施一段不宜公开"})
    assert FileJob.objects.get().state == JobState.FAILED
    assert "措施一段不宜公开" in client.get(reverse("reports:downloads")).content.decode()
    with pytest.raises(ValidationError):
        file_of(version, FileFormat.PDF)


def test_the_database_knows_that_nobody_releases_their_own(world: World, companies: None, reviewer: User) -> None:
    edition_of(world, reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.update(state="released", decided_by=reviewer, decided_at="2026-11-05T00:00Z")


def test_other_reports_know_no_release(world: World, companies: None, reviewer: User, client_of: SignIn) -> None:
    plain = make_report(world.kic, Q3, by=None)[0]
    answer = client_of(reviewer).post(reverse("reports:release", args=[plain.pk]), follow=True)
    assert "不是公开版" in answer.content.decode()


def test_it_follows_the_frozen_report_and_the_command_line_waits_as_well(
    world: World, companies: None, reviewer: User, tmp_path: Any
) -> None:
    freeze_period(close_period(world.kic, Q3, with_gaps=True, by=reviewer), by=reviewer)
    first = edition_of(world)
    make_company(50, world.kic)
    assert edition_of(world) == first
    with pytest.raises(CommandError, match="另一人批准"):
        call_command("report", "--park=kic", "--period=2026Q3", "--kind=public", f"--out={tmp_path / 'x'}")

"""Good rows go in at once; those that stayed behind come back as a workbook, to be mended and uploaded anew."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.rosters.models import UNDO_DAYS, RosterBatch
from parkparty.rosters.services import batches
from tests.rosters.conftest import REASON, Receive, ask, row

BUTTON = "下载没有导入的行"


@pytest.fixture
def applied(codes: None, administrator: User, receive: Receive) -> RosterBatch:
    """The second and the fourth row stayed behind."""
    made = receive(administrator, row(1), row(2, 所属园区="创智圆"), row(3), row(4, 正式党员数="约12"))
    return batches.apply_batch(ask(made, administrator, good_rows_only=True).pk)


def fetch(page: Client, batch: RosterBatch) -> Any:
    assert BUTTON in page.get(reverse("rosters:batch", args=[batch.pk])).content.decode()
    response = page.get(reverse("rosters:annotated", args=[batch.pk]))
    assert response.status_code == 200
    return load_workbook(io.BytesIO(response.content))


def test_only_they_are_in_it_and_mended_they_go_in(page: Client, applied: RosterBatch) -> None:
    assert (applied.new, applied.wrong, Company.objects.count()) == (2, 2, 2)
    book = fetch(page, applied)
    sheet = book["名单"]
    assert [line[0].value for line in sheet.iter_rows()] == ["企业名称", "试验企业00002", "试验企业00004"]
    assert "没有找到这个园区" in sheet["C2"].comment.text
    sheet["C2"], sheet["D3"] = "创智园", 12
    out = io.BytesIO()
    book.save(out)
    page.post(reverse("rosters:upload"), {"file": SimpleUploadedFile("改好.xlsx", out.getvalue())}, follow=True)
    rest = RosterBatch.objects.latest("pk")
    assert (rest.new, rest.unchanged, rest.wrong) == (2, 0, 0)
    page.post(reverse("rosters:apply", args=[rest.pk]), {"reason": REASON})
    assert Company.objects.count() == 4


def test_nobody_else_fetches_them(applied: RosterBatch, district_administrator: User, client: Client) -> None:
    client.force_login(district_administrator)
    assert client.get(reverse("rosters:annotated", args=[applied.pk])).status_code in (403, 404)


def test_the_file_of_a_roster_that_is_whole_goes_at_once(
    page: Client, codes: None, administrator: User, receive: Receive
) -> None:
    batch = batches.apply_batch(ask(receive(administrator, row(1)), administrator).pk)
    assert not batch.file
    assert BUTTON not in page.get(reverse("rosters:batch", args=[batch.pk])).content.decode()


def test_they_are_kept_for_as_long_as_undoing_is_offered(
    page: Client, applied: RosterBatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    path = Path(applied.file.path)
    for days, stands in ((UNDO_DAYS - 1, True), (UNDO_DAYS + 1, False)):
        RosterBatch.objects.update(applied_at=timezone.now() - dt.timedelta(days=days))
        with django_capture_on_commit_callbacks(execute=True):
            call_command("sweep_rosters")
        assert path.exists() is stands
    assert BUTTON not in page.get(reverse("rosters:batch", args=[applied.pk])).content.decode()

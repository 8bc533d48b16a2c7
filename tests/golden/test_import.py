"""The golden list of the domain page (3.3), number 15: a file taken twice, and an import undone."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company
from parkparty.rosters.choices import BatchState
from parkparty.rosters.columns import KINDS
from parkparty.rosters.models import RosterBatch
from tests.conftest import World, cover, make_company
from tests.rosters.conftest import NEW_BRANCH, row, sheet_of

ROWS = (row(1, 从业人数=120, 正式党员数=4), row(2, 党组织名称="甲公司支部"), row(8), row(9, **NEW_BRANCH))


@pytest.fixture
def page(world: World, administrator: User, client: Client) -> Client:
    cover(make_company(1, world.kic, staff_band=20), world.joint_branch)
    cover(make_company(2, world.kic), None, LinkKind.INSTRUCTOR)
    client.force_login(administrator)
    return client


def upload(page: Client) -> RosterBatch:
    sheet, out = sheet_of(*ROWS), io.StringIO()
    csv.writer(out).writerows([sheet.titles, *(line for _number, line in sheet.rows)])
    file = SimpleUploadedFile("名单.csv", out.getvalue().encode("utf-8-sig"))
    page.post(reverse("rosters:upload"), {"file": file})
    return RosterBatch.objects.latest("pk")


def counts(batch: RosterBatch) -> tuple[Any, ...]:
    return batch.new, batch.changed, batch.unchanged, batch.wrong


def export(page: Client) -> bytes:
    """Everything of the park as a workbook, written at one and the same moment."""
    with time_machine.travel("2026-11-21T04:00:00Z", tick=False):
        answer = page.get(reverse("rosters:template"), {"place": "park:kic", "kind": list(KINDS)})
    assert answer.status_code == 200
    return bytes(answer.content)


def test_15_the_same_file_again_changes_nothing_and_undone_the_export_is_the_same_to_the_byte(page: Client) -> None:
    before = export(page)
    first = upload(page)
    assert counts(first) == (2, 2, 0, 0)
    page.post(reverse("rosters:apply", args=[first.pk]), {"reason": "年底摸底"})
    assert Company.objects.count() == 4
    assert export(page) != before
    assert counts(upload(page)) == (0, 0, 4, 0)
    page.post(reverse("rosters:undo", args=[first.pk]), {"undo-reason": "用错了名册"})
    first.refresh_from_db()
    assert first.state == BatchState.UNDONE
    assert export(page) == before

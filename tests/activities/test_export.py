"""The list as a file: what is seen and nothing else, harmless in a spreadsheet, and on record."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from parkparty.activities.choices import ActivityState
from parkparty.audit.choices import Kind
from parkparty.audit.models import AuditEntry
from tests.conftest import World


@pytest.fixture(autouse=True)
def records(world: World, in_state: Any, other_secretary: Any) -> None:
    in_state(ActivityState.SUBMITTED, world.joint_branch, topic="=1+1", present=8, expected=9)
    in_state(ActivityState.APPROVED, world.joint_branch, topic="党课")
    in_state(ActivityState.DRAFT, world.joint_branch, topic="别人的草稿")
    in_state(ActivityState.SUBMITTED, world.putuo_committee, topic="外区")


def cells(client: Client, kind: str, query: str = "") -> list[list[Any]]:
    answer = client.get(f"/activities/export/?format={kind}{query}")
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]
    if kind == "csv":
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()


def test_both_hold_what_the_reader_sees(client_of: Any, reviewer: Any) -> None:
    client = client_of(reviewer)
    for kind, formula in (("csv", "'=1+1"), ("xlsx", "=1+1")):
        header, *rows = cells(client, kind)
        assert header[:2] == ["活动", "活动日期"]
        assert {row[0] for row in rows} == {formula, "党课"}
    counts = [row[4:6] for row in cells(client, "xlsx") if row[0] == "=1+1"]
    assert counts == [[8, 9]]


def test_filters_hold_and_the_taking_is_on_record(client_of: Any, reviewer: Any) -> None:
    (row,) = cells(client_of(reviewer), "csv", "&state=approved")[1:]
    assert row[0] == "党课"
    entry = AuditEntry.objects.latest("id")
    assert (entry.actor, entry.kind, entry.changes["rows"], entry.changes["state"]) == (
        reviewer,
        Kind.EXPORT,
        [None, 1],
        [None, "approved"],
    )


def test_a_filter_that_does_not_read_exports_nothing(client_of: Any, reviewer: Any) -> None:
    answer = client_of(reviewer).get("/activities/export/?since=x")
    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(kind=Kind.EXPORT).exists()

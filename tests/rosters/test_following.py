"""Rows that say the same as one before them come to the same as when each is looked at alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from parkparty.accounts.models import User
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Tenancy
from parkparty.coverage.models import CompanyMark
from parkparty.rosters.choices import Kept
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.plan import parts
from parkparty.rosters.services.traces import written_rows
from tests.conftest import World, cover, make_company
from tests.rosters.conftest import NEW_BRANCH, Receive, facts, row
from tests.rosters.test_undo import apply, kept, undo

ALONE = 10**6
OWN_BRANCH = {**NEW_BRANCH, "党组织名称": "新独立支部", "党组织类型": "独立党支部"}
FOUNDED = {**NEW_BRANCH, "楼宇": "新楼", "正式党员数": 3, "预备党员数": 1, "指导员": "是"}
ROWS = (
    *(row(number, **FOUNDED, 行业代码=("6513", "6431", "")[number % 3], 从业人数=number) for number in range(10, 20)),
    *(row(number, 党组织名称="创智园联合支部") for number in range(20, 24)),
    *(row(number, 党组织名称="创智园联合支部") for number in range(1, 6)),
    row(6, 党组织名称="创智园联合支部", 从业人数=77),
    *(row(number, 经营状态="停业", 状态起始日期="2025-02-03") for number in range(30, 33)),
    *(row(number, 组建方式="楼宇合建", 党组织名称="创智园联合支部") for number in range(33, 36)),
    row(40, **OWN_BRANCH),
)
WRONG = (
    row(50, 行业代码="9999"),
    row(51, 行业代码="9999"),
    row(52, **OWN_BRANCH),
    {**row(53), "统一社会信用代码": ""},
    {**row(53), "统一社会信用代码": ""},
    {**row(54), "所属园区": "没有的园区"},
)


@pytest.fixture
def half_known(world: World, codes: None) -> World:
    """Companies that the rows above find as they say, and one that they change."""
    for number in range(1, 7):
        cover(make_company(number, world.kic), world.joint_branch)
    return world


def outcome(batch: RosterBatch) -> dict[str, Any]:
    """All that a batch found and wrote, without the keys of what it made."""
    shown = ("number", "outcome", "name", "park_id", "changes")
    return {
        "sums": (batch.rows, batch.new, batch.changed, batch.unchanged, batch.wrong, batch.effects, batch.parks),
        "sheets": batch.sheets,
        "rows": sorted(map(repr, batch.checked_rows.values_list(*shown))),
        "issues": sorted(map(repr, batch.issues.values_list("number", "cell", "kind", "value"))),
        "writes": sorted(
            (each.number, each.park_id, sorted(part[0] for part in each.parts if "company" in part[0]))
            for each in written_rows(batch)
        ),
        "companies": sorted(
            map(repr, Company.objects.values_list("uscc", "name", "folded_name", "industry", "staff_band", "status"))
        ),
        "tenancies": sorted(
            map(repr, Tenancy.objects.values_list("company__uscc", "park", "building__name", "kind", "since", "until"))
        ),
        "links": sorted(
            map(repr, CoverageLink.objects.values_list("company__uscc", "organization__name", "kind", "since", "until"))
        ),
        "counts": sorted(map(repr, CompanyMemberCount.objects.values_list("company__uscc", "as_of", "full"))),
    }


def test_together_as_alone(
    half_known: World, administrator: User, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, found = facts(), []
    for many in (1, ALONE):
        monkeypatch.setattr(parts, "MANY", many)
        checked = receive(administrator, *ROWS, *WRONG)
        batch = apply(receive, administrator, *ROWS)
        found += [outcome(checked) | {"digest": checked.digest}, outcome(batch)]
        assert undo(batch, administrator).kept == 0
        assert facts() == before
    assert found[:2] == found[2:]
    assert found[1]["sums"][1:5] == (21, 1, 5, 0)


def test_what_is_said_again_changes_nothing(
    half_known: World, administrator: User, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MANY", 1)
    apply(receive, administrator, *ROWS)
    before = facts()
    batch = receive(administrator, *ROWS)
    assert (batch.new, batch.changed, batch.unchanged, batch.wrong) == (0, 0, len(ROWS), 0)
    assert not batch.may_apply
    assert facts() == before


def test_a_row_edited_since_stays(
    half_known: World, administrator: User, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MANY", 1)
    batch = apply(receive, administrator, *(row(number, **FOUNDED) for number in range(10, 16)))
    Company.objects.filter(name="试验企业00014").update(staff_band=50)
    CoverageLink.objects.filter(company__name="试验企业00015", organization=None).update(since="2026-01-01")
    batch = undo(batch, administrator)
    assert kept(batch) == [(2, Kept.NEEDED), (6, Kept.EDITED), (7, Kept.EDITED)]
    assert (batch.undone, batch.kept, Company.objects.filter(tenancies__building__name="新楼").count()) == (3, 3, 3)
    assert list(batch.writes.values_list("name", "park")) == [
        (f"试验企业000{number}", half_known.kic.pk) for number in (10, 14, 15)
    ]


def test_more_rows_than_one_statement_takes(half_known: World, administrator: User, receive: Receive) -> None:
    many = [row(number, **FOUNDED) for number in range(10, 1_111)]
    batch = apply(receive, administrator, *many)
    assert batch.new == len(written_rows(batch)) == Tenancy.objects.filter(building__name="新楼").count() == 1_101
    assert receive(administrator, *many).unchanged == 1_101


def test_every_company_that_follows_is_marked_for_the_fold(
    half_known: World, administrator: User, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MANY", 1)
    CompanyMark.objects.all().delete()
    apply(receive, administrator, *(row(number, **FOUNDED) for number in range(10, 16)))
    new = Company.objects.filter(tenancies__building__name="新楼")
    assert new.count() == 6
    assert set(new.values_list("pk", flat=True)) <= set(CompanyMark.objects.values_list("company_id", flat=True))


def test_a_fact_added_after_an_import_in_the_same_transaction_is_marked(
    half_known: World, administrator: User, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MANY", 1)
    with transaction.atomic():
        apply(receive, administrator, *(row(number, **FOUNDED) for number in range(10, 16)))
        CompanyMark.objects.all().delete()
        company = Company.objects.get(name="试验企业00015")
        company.links.create(kind="liaison", organization=half_known.kic_committee, since="2026-01-01")
        company.member_counts.create(as_of="2020-01-01", full=1)
        company.tenancies.create(park=half_known.tiandi, since="2020-01-01", until="2021-01-01")
    assert CompanyMark.objects.filter(company_id=company.pk).count() == 3

"""Two rows of one file that are perhaps one company: shown side by side, decided by a person, never by the site."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches
from tests.conftest import World, make_company
from tests.rosters.conftest import NAME, PARK, USCC, Receive, ask, plan, row, uscc, wrong

BARE = {NAME: "上海攀达科技有限公司", PARK: "创智园"}
CODED = {NAME: "攀达科技有限公司", USCC: uscc(1), PARK: "创智园"}


@pytest.mark.parametrize("rows", [(CODED, BARE), (BARE, CODED), (BARE, {**BARE, NAME: "攀达科技"})])
def test_a_row_without_a_code_is_held_against_the_other_rows_of_its_park(
    world: World, codes: None, rows: tuple[dict[str, Any], ...]
) -> None:
    assert wrong(plan(*rows)) == [("A3", "alike_rows")]


@pytest.mark.parametrize(
    "other",
    [
        {**CODED, NAME: "攀达科技（上海）有限公司", USCC: uscc(2)},
        {**BARE, NAME: "攀达网络有限公司"},
        {**BARE, PARK: "临园"},
    ],
    ids=["both have a code", "another name", "another park"],
)
def test_other_rows_are_left_alone(world: World, codes: None, other: dict[str, Any]) -> None:
    world.neighbour.name = "临园"
    world.neighbour.save()
    assert wrong(plan(CODED, other)) == []


def test_two_companies_that_the_site_has_are_not_doubted(world: World, codes: None) -> None:
    make_company(1, world.kic, name="攀达科技有限公司")
    second = make_company(2, world.kic, name="上海攀达科技有限公司")
    Company.objects.filter(pk=second.pk).update(uscc=None)
    assert wrong(plan(CODED, BARE)) == []


def test_every_row_is_asked_about_once(world: World, codes: None) -> None:
    third = {**BARE, NAME: "攀达科技股份公司"}
    assert wrong(plan(CODED, BARE, third)) == [("A3", "alike_rows"), ("A4", "alike_rows")]


@pytest.fixture
def batch(world: World, codes: None, administrator: User, receive: Receive) -> RosterBatch:
    """Row 3 is like row 2 and row 5 like row 4."""
    made = receive(
        administrator,
        {**CODED, "行业代码": "6513", "正式党员数": "3", "楼宇": "5 号楼"},
        {**BARE, "行业代码": "6431", "正式党员数": ""},
        {**row(3), NAME: "波克软件有限公司"},
        {NAME: "波克软件", PARK: "创智园"},
    )
    assert (made.new, made.wrong) == (2, 2)
    return made


def decide(page: Client, batch: RosterBatch, answer: str, **more: str) -> RosterBatch:
    said = {"alike": answer, **more}
    assert page.post(reverse("rosters:repair", args=[batch.pk]), said, follow=True).status_code == 200
    return RosterBatch.objects.get(pk=batch.pk)


def test_both_rows_are_shown_where_they_differ(page: Client, batch: RosterBatch) -> None:
    shown = page.get(reverse("rosters:batch", args=[batch.pk])).content.decode()
    for part in ("名单!A2", "上海攀达科技有限公司", "攀达科技有限公司", "6431", "6513", "不同，新增", "2 处待确认"):
        assert part in shown
    assert not any(pair[0] == "park" for issue in batch.issues.all() for pair in issue.params["pairs"])


def test_one_company_takes_what_the_later_row_says(page: Client, batch: RosterBatch, administrator: User) -> None:
    batch = decide(page, batch, "3-2")
    assert (batch.rows, batch.new, batch.wrong) == (3, 2, 1)
    batch = decide(page, batch, "5-skip")
    assert (batch.rows, batch.new, batch.wrong) == (2, 2, 0)
    batches.apply_batch(ask(batch, administrator).pk)
    company = Company.objects.get(uscc=uscc(1))
    assert (company.name, company.industry_id) == ("上海攀达科技有限公司", "6431")
    assert company.member_counts.get().full == 3, "a blank cell takes nothing away"
    assert Company.objects.count() == 2


def test_two_companies_are_both_added(page: Client, batch: RosterBatch) -> None:
    batch = decide(page, batch, "3-new")
    assert (batch.rows, batch.new, batch.wrong) == (4, 3, 1)
    assert (batches.check_batch(batch.pk).new, batch.wrong) == (3, 1), "nobody is asked twice"


@pytest.mark.parametrize(("answer", "numbers"), [("3-new", (4, 4, 0)), ("3-skip", (2, 2, 0)), ("3-2", (2, 2, 0))])
def test_one_answer_holds_for_all(page: Client, batch: RosterBatch, answer: str, numbers: tuple[int, int, int]) -> None:
    batch = decide(page, batch, answer, **{"alike-all": "on"})
    assert (batch.rows, batch.new, batch.wrong) == numbers


def test_a_row_that_it_was_not_shown_beside_cannot_be_named(page: Client, batch: RosterBatch) -> None:
    assert decide(page, batch, "3-4").repairs.count() == 0
    assert decide(page, batch, "2-new").repairs.count() == 0


@pytest.fixture
def doubled(world: World, codes: None, administrator: User, receive: Receive) -> RosterBatch:
    """One code twice, with other facts."""
    made = receive(administrator, row(1, 行业代码="6513"), row(1, 企业名称="改名后的企业", 行业代码="6431"))
    assert (made.new, made.wrong) == (1, 1)
    return made


def test_one_code_twice_is_one_company(page: Client, doubled: RosterBatch, administrator: User) -> None:
    shown = page.get(reverse("rosters:batch", args=[doubled.pk])).content.decode()
    for part in ("改名后的企业", "同一家，更新", "cell-3-uscc"):
        assert part in shown
    assert "不同，新增" not in shown, "one code is one company"
    assert decide(page, doubled, "3-new").repairs.count() == 0
    batch = decide(page, doubled, "3-2")
    batches.apply_batch(ask(batch, administrator).pk)
    assert list(Company.objects.values_list("name", "industry_id")) == [("改名后的企业", "6431")]


def test_one_code_twice_can_be_told_apart_by_mending_it(page: Client, doubled: RosterBatch) -> None:
    page.post(reverse("rosters:repair", args=[doubled.pk]), {"cell-3-uscc": uscc(2), "was-3-uscc": uscc(1)})
    doubled.refresh_from_db()
    assert (doubled.new, doubled.wrong) == (2, 0)

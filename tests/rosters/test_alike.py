"""Rows that are perhaps a company the site has: shown side by side, decided by a person, never by the site."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.rosters.check.alike import Names
from parkparty.rosters.choices import BatchState
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches
from tests.conftest import World, make_company
from tests.rosters.conftest import NAME, PARK, USCC, Receive, ask, plan, row, uscc, wrong


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海攀达科技有限公司", "攀达科技（上海）有限责任公司"),
        ("攀达科技", "上海市杨浦区攀达科技股份有限公司"),
        ("ＰＤ科技 有限公司", "pd科技"),
    ],
)
def test_names_that_differ_in_form_and_place_are_alike(one: str, other: str) -> None:
    names = Names(["上海市", "杨浦区"])
    assert names.core(one) == names.core(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("攀达科技有限公司", "北京攀达科技有限公司"),
        ("攀达科技有限公司", "攀达科技有限公司第一分公司"),
        ("攀达科技有限公司", "攀达网络有限公司"),
    ],
)
def test_other_names_are_not(one: str, other: str) -> None:
    names = Names(["上海市", "杨浦区"])
    assert names.core(one) != names.core(other)


def test_a_name_of_form_and_place_alone_is_like_nothing() -> None:
    assert Names(["上海市"]).core("上海公司") == ""


def test_a_credit_code_decides_before_the_name(world: World, codes: None) -> None:
    make_company(1, world.kic, name="攀达科技有限公司")
    assert wrong(plan(row(2, 企业名称="上海攀达科技有限公司"))) == []
    assert wrong(plan({NAME: "上海攀达科技有限公司", PARK: "创智园"})) == [("A2", "alike")]


def test_a_code_may_be_that_of_a_company_without_one(world: World, codes: None) -> None:
    company = make_company(1, world.kic, name="攀达科技有限公司")
    company.uscc = None
    company.save()
    assert wrong(plan(row(2, 企业名称="上海攀达科技有限公司"), row(3))) == [("A2", "alike")]


def test_only_companies_that_sit_in_the_park_of_the_row_are_offered(
    world: World, codes: None, administrator: User
) -> None:
    make_company(1, world.neighbour, name="攀达科技有限公司")
    made = plan({NAME: "上海攀达科技有限公司", PARK: "创智园"}, by=administrator)
    assert wrong(made) == []


def test_a_company_that_another_row_names_is_not_offered_but_that_row_is(world: World, codes: None) -> None:
    make_company(1, world.kic, name="攀达科技有限公司")
    rows = ({NAME: "攀达科技有限公司", PARK: "创智园"}, {NAME: "攀达科技", PARK: "创智园"})
    assert wrong(plan(*rows)) == [("A3", "alike_rows")]


@pytest.fixture
def batch(world: World, codes: None, administrator: User, receive: Receive) -> RosterBatch:
    make_company(1, world.kic, name="攀达科技有限公司")
    make_company(2, world.kic, name="波克软件有限公司")
    rows = [{NAME: "上海攀达科技有限公司", PARK: "创智园"}, {NAME: "波克软件", PARK: "创智园"}, row(3)]
    made = receive(administrator, *rows)
    assert (made.new, made.wrong) == (1, 2)
    return made


def decide(page: Client, batch: RosterBatch, choice: object, **more: str) -> RosterBatch:
    typed: dict[str, Any] = {"alike": f"2-{choice}", **more}
    assert page.post(reverse("rosters:repair", args=[batch.pk]), typed, follow=True).status_code == 200
    return RosterBatch.objects.get(pk=batch.pk)


def test_both_are_shown_side_by_side(page: Client, batch: RosterBatch) -> None:
    shown = page.get(reverse("rosters:batch", args=[batch.pk])).content.decode()
    for part in (
        "上海攀达科技有限公司",
        "攀达科技有限公司",
        uscc(1),
        "同一家，更新",
        "不同，新增",
        "跳过",
        "2 处待确认",
    ):
        assert part in shown


def test_the_same_company_is_updated(page: Client, batch: RosterBatch, administrator: User) -> None:
    stored = Company.objects.get(uscc=uscc(1))
    batch = decide(page, batch, stored.pk)
    assert (batch.new, batch.changed, batch.wrong) == (1, 1, 1)
    batch = batches.apply_batch(ask(batch, administrator, good_rows_only=True).pk)
    assert batch.state == BatchState.APPLIED
    stored.refresh_from_db()
    assert (stored.name, Company.objects.count()) == ("上海攀达科技有限公司", 3)


def test_another_company_is_added_and_a_row_can_be_left_out(page: Client, batch: RosterBatch) -> None:
    batch = decide(page, batch, "new")
    assert (batch.rows, batch.new, batch.wrong) == (3, 2, 1)
    batch = decide(page, batch, "skip")
    assert (batch.rows, batch.new, batch.wrong) == (3, 2, 1), "a row that is settled is not asked about again"
    page.post(reverse("rosters:repair", args=[batch.pk]), {"alike": "3-skip"})
    batch.refresh_from_db()
    assert (batch.rows, batch.new, batch.wrong) == (2, 2, 0)


@pytest.mark.parametrize(("choice", "numbers"), [("new", (3, 3, 0, 0)), ("skip", (1, 1, 0, 0)), (None, (3, 1, 2, 0))])
def test_one_decision_holds_for_all_that_are_alike(
    page: Client, batch: RosterBatch, choice: str | None, numbers: tuple[int, ...]
) -> None:
    stored = Company.objects.get(uscc=uscc(1))
    batch = decide(page, batch, choice or stored.pk, **{"alike-all": "on"})
    assert (batch.rows, batch.new, batch.changed, batch.wrong) == numbers


def test_a_company_that_was_not_offered_cannot_be_chosen(
    page: Client, batch: RosterBatch, world: World, administrator: User
) -> None:
    theirs = make_company(9, world.tiandi, name="别处的公司")
    batch = decide(page, batch, theirs.pk)
    assert (batch.wrong, batch.repairs.count()) == (2, 0)
    batch.repairs.create(number=2, key="decision", value=str(theirs.pk))
    batches.restart_check(batch, by=administrator)
    assert batches.check_batch(batch.pk).wrong == 2


@pytest.mark.parametrize("written", [9.1310110123456e17, "9.13101101234560E+17", "913101101234560000"])
def test_a_code_that_a_spreadsheet_rounded_is_proposed_by_the_name(world: World, codes: None, written: object) -> None:
    make_company(1, world.kic, name="攀达科技有限公司")
    code = "913101101234560" + "12X"
    Company.objects.update(uscc=code)
    made = plan({NAME: "攀达科技有限公司", PARK: "创智园", USCC: written})
    assert [(issue.kind, issue.proposal) for issue in made.issues] == [("digits_lost", code)]


def test_nothing_is_proposed_from_companies_of_others(world: World, codes: None, administrator: User) -> None:
    make_company(1, world.tiandi, name="攀达科技有限公司")
    made = plan({NAME: "攀达科技有限公司", PARK: "创智园", USCC: f"{uscc(1)[:17]}_"}, by=administrator)
    assert [issue.proposal for issue in made.issues] == [""]

"""A branch from the proposal to the filing: rules checked on the way, coverage from the reply on, each step once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import CoverageChoice
from parkparty.companies.models import Company, CompanyMemberCount
from parkparty.core.dates import today
from parkparty.founding import services
from parkparty.founding.check import JOINT, OWN, findings
from parkparty.founding.choices import Stage
from parkparty.founding.figures import candidates, companies_of, parents
from parkparty.founding.models import FoundingCase
from parkparty.organizations.choices import OrganizationStatus
from parkparty.organizations.models import Organization
from tests.conftest import LONG_AGO, World, cover, make_company

SignIn = Callable[[User], Client]
APPLIED, REPLIED, ELECTED = dt.date(2026, 9, 1), dt.date(2026, 9, 20), dt.date(2026, 10, 8)


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


@pytest.fixture
def companies(world: World) -> list[Company]:
    """Six companies of kic with 2, 1, 1, 0, 0 and 3 full members."""
    made = [make_company(number, world.kic) for number in range(6)]
    for company, full in zip(made, [2, 1, 1, 0, 0, 3], strict=True):
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full)
    return made


def open_case(world: World, companies: list[Company], by: User, **fields: Any) -> FoundingCase:
    values = {"name": "新联合党支部", "type": JOINT, "parent": world.kic_committee, "park": world.kic}
    return services.open_case(Organization(**{**values, "applied_on": APPLIED, **fields}), companies, by=by)


def covered(day: dt.date) -> int:
    return Company.objects.covered(CoverageChoice.ORGANIZATION, day).count()


def said(type: str, full: list[int], world: World, on: dt.date = APPLIED) -> list[tuple[str, bool]]:
    found = findings(type, full, on, world.kic_committee.path)
    return [(finding.rule.code if finding.rule else "", finding.blocks) for finding in found]


def test_only_what_the_reader_reaches_is_offered(
    world: World, companies: list[Company], administrator: User, make_user: Callable[..., User]
) -> None:
    here, elsewhere = scope_of(administrator), scope_of(make_user("elsewhere", "administrator", world.tiandi))
    roles, keys = ("administrator",), {company.pk for company in companies}
    assert {row.pk for row in candidates(world.kic, (), here)} == keys
    assert {row.pk for row in companies_of(keys, here)} == keys
    assert list(parents(None, here, roles)) == [world.kic_committee]
    assert not candidates(world.kic, (), elsewhere)
    assert not companies_of(keys, elsewhere)
    assert not parents(world.kic, elsewhere, roles)


@pytest.mark.parametrize(
    ("type", "full", "expected"),
    [
        (JOINT, [2, 1], []),
        (JOINT, [1, 1], [("R01", True)]),
        (JOINT, [2, 2, 1, 1, 1, 1], [("R03", False)]),
        (JOINT, [3, 1], [("R01", False)]),
        (JOINT, [], [("", True)]),
        (OWN, [3], []),
        (OWN, [2], [("R01", True)]),
        (OWN, [3, 3], [("", True)]),
    ],
)
def test_the_rules_are_checked_as_companies_are_chosen(
    world: World, type: str, full: list[int], expected: list[tuple[str, bool]]
) -> None:
    assert said(type, full, world) == expected


def test_before_the_regulation_nobody_spoke_of_five_units(world: World) -> None:
    assert said(JOINT, [1] * 6, world, dt.date(2017, 6, 30)) == []


def test_from_the_application_to_the_filing(world: World, companies: list[Company], administrator: User) -> None:
    case = open_case(world, companies[:3], administrator)
    assert (case.stage, case.organization.status, covered(REPLIED)) == (Stage.APPLIED, OrganizationStatus.PREPARING, 0)
    case = services.reply(case, on=REPLIED, by=administrator)
    assert (covered(REPLIED), covered(dt.date(2026, 9, 19))) == (3, 0)
    case = services.elect(case, on=ELECTED, by=administrator)
    assert case.organization.term_until == dt.date(2029, 10, 8)
    case = services.file(case, on=ELECTED, by=administrator)
    assert case.stage == Stage.FILED
    said = (
        AuditEntry.objects.filter(object_type="founding.foundingcase").order_by("pk").values_list("action", flat=True)
    )
    assert [*said] == ["申请成立党组织", "批复成立党组织", "登记选举", "登记备案"]


def test_no_step_is_taken_twice_or_before_the_last_one(
    world: World, companies: list[Company], administrator: User
) -> None:
    case = open_case(world, companies[:3], administrator)
    with pytest.raises(ValidationError, match="不早于"):
        services.reply(case, on=dt.date(2026, 8, 31), by=administrator)
    with pytest.raises(ValidationError, match="待批复"):
        services.elect(case, on=ELECTED, by=administrator)
    services.reply(case, on=REPLIED, by=administrator)
    with pytest.raises(ValidationError, match="待选举"):
        services.reply(case, on=REPLIED, by=administrator)
    with pytest.raises(ValidationError, match="待选举"):
        services.withdraw(case, on=REPLIED, by=administrator)
    assert covered(today()) == 3


def test_a_company_is_covered_once(world: World, companies: list[Company], administrator: User) -> None:
    case = open_case(world, companies[:3], administrator)
    with pytest.raises(ValidationError, match="已在另一筹建事项中"):
        open_case(world, [companies[0], companies[5]], administrator)
    services.withdraw(case, on=REPLIED, by=administrator)
    cover(companies[1], world.joint_branch)
    with pytest.raises(ValidationError, match="试验企业00001"):
        open_case(world, companies[:3], administrator)
    assert open_case(world, [companies[0], companies[2]], administrator).stage == Stage.APPLIED


def test_adjusted_by_hand_until_the_reply(world: World, companies: list[Company], administrator: User) -> None:
    case = open_case(world, companies[:3], administrator)
    services.choose_companies(case, companies[:2] + companies[3:4], by=administrator)
    with pytest.raises(ValidationError, match="不足 3 名"):
        services.choose_companies(case, companies[1:3], by=administrator)
    services.reply(case, on=REPLIED, by=administrator)
    with pytest.raises(ValidationError):
        services.choose_companies(case, companies[:3], by=administrator)
    assert set(case.companies.all()) == {companies[0], companies[1], companies[3]}


def test_a_proposal_becomes_a_case_on_the_pages(
    world: World, companies: list[Company], administrator: User, client_of: SignIn
) -> None:
    client = client_of(administrator)
    plan = client.get("/coverage/parks/kic/plan/").content.decode()
    assert "采纳" in plan
    asked = urlencode({"place": "park:kic", "company": [c.pk for c in companies[1:3]]}, doseq=True)
    shown = client.get(f"/founding/new/?{asked}").content.decode()
    assert "不足 3 名" in shown
    assert "试验企业00000" in shown
    typed = {"place": "park:kic", "company": [c.pk for c in companies[:3]], "name": "三家联合支部", "parent": "KIC"}
    response = client.post("/founding/new/", {**typed, "applied_on": "2026-10-01"})
    case = FoundingCase.objects.get()
    assert response.url == f"/founding/{case.pk}/"
    shown = client.get(response.url).content.decode()
    for text in ("三家联合支部", "已超过 2026-11-01 的期限", "R07", "登记批复"):
        assert text in shown
    client.post(f"/founding/{case.pk}/reply/", {"on": "2026-10-20"})
    for wrong, why in (("x", "日期写成 2026-11-21 的样子"), ("2026-10-19", "日期不早于上一步的 2026-10-20")):
        shown = client.post(f"/founding/{case.pk}/elect/", {"on": wrong}).content.decode()
        assert why in shown
        assert f'value="{wrong}"' in shown, "what was typed stays"
    assert FoundingCase.objects.get().stage == Stage.APPROVED
    assert "三家联合支部" in client.get("/founding/").content.decode()


def test_checking_what_is_ticked_keeps_what_was_typed_and_opens_nothing(
    world: World, companies: list[Company], administrator: User, client_of: SignIn
) -> None:
    client = client_of(administrator)
    typed = {"place": "park:kic", "company": [companies[1].pk], "name": "特别的名称", "parent": "KIC"}
    shown = client.post("/founding/new/", {**typed, "applied_on": "", "check": "1"}).content.decode()
    for text in ("不足 3 名", "特别的名称", "已选 1 家"):
        assert text in shown
    assert "填写日期" not in shown
    assert not FoundingCase.objects.exists()
    case = open_case(world, companies[:3], administrator)
    address = f"/founding/{case.pk}/companies/"
    assert "不足 3 名" in client.post(address, {"company": [companies[1].pk], "check": "1"}).content.decode()
    assert case.companies.count() == 3
    page = client.get("/founding/new/?place=park:nowhere").content.decode()
    assert "没有找到这个园区或辖区" in page
    assert "先打开一个园区的覆盖页" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"parent": "NB"},
        {"parent": "KIC-J1"},
        {"applied_on": "2999-01-01"},
        {"applied_on": "0202-06-01"},
        {"place": "park:nowhere"},
        {"company": ["x"]},
    ],
)
def test_nothing_is_opened_of_what_cannot_be(
    world: World, companies: list[Company], administrator: User, client_of: SignIn, wrong: dict[str, Any]
) -> None:
    typed = {"place": "park:kic", "company": [c.pk for c in companies[:3]], "name": "特别的名称", "parent": "KIC"}
    response = client_of(administrator).post("/founding/new/", {**typed, "applied_on": "2026-10-01", **wrong})
    assert response.status_code == 200
    assert not FoundingCase.objects.exists()
    assert ("特别的名称" in response.content.decode()) is (wrong.get("name") != "")


def test_companies_out_of_reach_are_not_chosen(
    world: World, companies: list[Company], administrator: User, viewer: User, client_of: SignIn
) -> None:
    stranger = make_company(50, world.neighbour)
    CompanyMemberCount.objects.create(company=stranger, as_of=LONG_AGO, full=2)
    asked = urlencode({"place": "park:kic", "company": [companies[1].pk, stranger.pk]}, doseq=True)
    assert "试验企业00050" not in client_of(administrator).get(f"/founding/new/?{asked}").content.decode()
    assert client_of(viewer).get(f"/founding/new/?{asked}").status_code == 403


def test_the_pages_need_few_queries(
    world: World,
    companies: list[Company],
    administrator: User,
    client_of: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    case = open_case(world, companies[:3], administrator)
    client = client_of(administrator)
    for address in (
        "/founding/",
        "/founding/new/?place=park:kic",
        f"/founding/{case.pk}/",
        f"/founding/{case.pk}/companies/",
    ):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200

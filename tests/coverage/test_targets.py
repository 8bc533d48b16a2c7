"""Targets: set by those who review or keep a node, told in companies, and holding for everything below."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import Denominator, LinkKind
from parkparty.core.dates import today
from parkparty.coverage.choices import TargetRate
from parkparty.coverage.models import CoverageTarget
from parkparty.coverage.services import set_target
from parkparty.coverage.services.counting import fold_all
from tests.conftest import World, cover, make_company

SignIn = Callable[[User], Client]
TARGETS, SET = "/coverage/targets/", "/coverage/targets/set/"
YEAR = today().year


@pytest.fixture
def park(world: World) -> World:
    """Eight companies, five of them covered, one of these since this year."""
    companies = [make_company(number, world.kic) for number in range(8)]
    cover(companies[0], world.own_branch, LinkKind.OWN)
    for company in companies[1:4]:
        cover(company, world.joint_branch)
    cover(companies[4], world.joint_branch, since=today().replace(month=1, day=1))
    return world


def asked(**fields: Any) -> dict[str, Any]:
    return {"year": YEAR, "rate": "organization", "denominator": "operating", "percent": "90.0", **fields}


def page_of(client: Client, **node: str) -> str:
    response = client.get(TARGETS, node)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_target_is_told_in_companies_with_last_year_beside_it(
    park: World, administrator: User, client_of: SignIn
) -> None:
    client = client_of(administrator)
    assert client.post(SET, asked(place="park:kic")).url == f"{TARGETS}?place=park%3Akic"
    page = page_of(client, place="park:kic")
    assert "还差 3 家" in page, "nine tenths of eight are 7.2 companies, hence eight"
    assert "90.0%" in page
    assert "62.5%" in page
    assert "50.0%（4/8）" in page
    for address, number in re.findall(r'<a href="(/companies/[^"]+)">(\d+)', page):
        listed = client.get(html.unescape(address)).content.decode()
        assert listed.count('<th scope="row">') == int(number)


@pytest.mark.parametrize(("tenths", "missing"), [(625, 0), (626, 1), (750, 1), (751, 2), (1000, 3), (1, 0)])
def test_missing_companies_are_rounded_up(park: World, tenths: int, missing: int) -> None:
    assert CoverageTarget(tenths=tenths).missing(5, 8) == missing


def test_a_target_holds_below_until_one_of_its_own_is_set(park: World, administrator: User, client_of: SignIn) -> None:
    def put(node: Any, tenths: int | None) -> None:
        set_target(
            node,
            year=YEAR,
            rate=TargetRate.ORGANIZATION,
            denominator=Denominator.OPERATING,
            tenths=tenths,
            by=None,
        )

    client = client_of(administrator)
    put(park.shanghai, 700)
    put(park.yangpu, 800)
    put(park.putuo, 990)
    page = page_of(client, place="park:kic")
    assert "按杨浦区的目标" in page
    assert "80.0%" in page
    assert "99.0%" not in page
    put(park.kic, 755)
    page = page_of(client, place="park:kic")
    assert "按杨浦区的目标" not in page
    assert "75.5%" in page
    put(park.kic, None)
    assert "按杨浦区的目标" in page_of(client, place="park:kic")


def test_setting_changing_and_taking_back_are_recorded(park: World, reviewer: User, client_of: SignIn) -> None:
    client = client_of(reviewer)
    for percent in ("90", "95.5", "95.5", ""):
        client.post(SET, asked(place="area:310110019", percent=percent))
    entries = AuditEntry.objects.filter(object_type="coverage.coveragetarget").order_by("id")
    assert [entry.changes["percent"] for entry in entries] == [[None, "90.0"], ["90.0", "95.5"], ["95.5", None]]
    assert {entry.actor for entry in entries} == {reviewer}
    assert not CoverageTarget.objects.exists()


def test_others_may_not_and_nobody_beyond_their_scope(
    park: World, viewer: User, administrator: User, client_of: SignIn
) -> None:
    assert client_of(viewer).post(SET, asked(place="park:kic")).status_code == 403
    assert SET not in page_of(client_of(viewer), place="park:kic")
    assert client_of(administrator).post(SET, asked(place="park:neighbour")).status_code == 404
    assert client_of(administrator).post(SET, asked()).status_code == 404
    assert client_of(administrator).get(TARGETS, {"place": "park:neighbour"}).status_code == 404
    assert not CoverageTarget.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"percent": "101"}, {"percent": "0"}, {"percent": "95.55"}, {"year": "1"}, {"rate": "none"}], ids=str
)
def test_what_cannot_be_a_target_is_said_and_kept_on_the_page(
    park: World, administrator: User, client_of: SignIn, wrong: dict[str, str]
) -> None:
    response = client_of(administrator).post(SET, asked(place="park:kic") | wrong)
    assert response.status_code == 400
    page = response.content.decode()
    assert "错误：有内容需要改正" in page
    assert str(wrong.get("percent", "90.0")) in page
    assert not CoverageTarget.objects.exists()


def test_the_page_needs_few_queries(
    park: World, administrator: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(administrator)
    client.post(SET, asked(place="park:kic"))
    fold_all()
    with django_assert_max_num_queries(12):
        page_of(client, place="park:kic")
    assert reverse("coverage:targets") + "?place=park%3Akic" in client.get("/coverage/parks/kic/").content.decode()

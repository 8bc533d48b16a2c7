"""Tables of two dimensions: every cell opens a list of its length, totals count every company once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.choices import LinkKind, TenancyKind
from parkparty.companies.models import Industry, Membership, Tenancy
from parkparty.coverage.choices import PLACE_DIMENSIONS, Dimension
from parkparty.coverage.services.counting import fold_all
from parkparty.places.models import Building, Park
from tests.conftest import LONG_AGO, World, cover, make_company

SignIn = Callable[[User], Client]
CROSS, COMPANIES = "/coverage/cross/", "/companies/"
NODES = ({"place": "area:310110"}, {"place": "area:310110019"}, {"place": "park:kic"}, {"organization": "WJC"})


@pytest.fixture
def town(world: World) -> World:
    """Companies that differ in every dimension; one in two parks, one in two buildings, one in two branches."""
    base = Park.objects.create(key="kic-2", name="二期", area=world.wujiaochang, parent=world.kic)
    software = Industry.objects.get_or_create(code="65", defaults={"name": "软件业"})[0]
    design = Industry.objects.get_or_create(code="6513", defaults={"name": "应用软件开发"})[0]
    towers = [Building.objects.create(park=world.kic, name=name) for name in ("1 号楼", "2 号楼")]
    companies = [
        make_company(n, world.kic, size=size, staff_band=staff, industry=(software, design, None)[n % 3])
        for n, (size, staff) in enumerate([("large", 300), ("small", 10), ("", 0), ("small", 20), ("micro", 5)])
    ]
    for tenancy, tower in zip(Tenancy.objects.order_by("pk"), [*towers, None, towers[0], None], strict=True):
        Tenancy.objects.filter(pk=tenancy.pk).update(building=tower)
    Tenancy.objects.create(company=companies[0], park=base, since=LONG_AGO)
    Tenancy.objects.create(company=companies[1], park=world.neighbour, since=LONG_AGO)
    Tenancy.objects.create(company=companies[2], park=world.tiandi, since=LONG_AGO, building=None)
    make_company(7, world.neighbour, kind=TenancyKind.REGISTERED)
    cover(companies[0], world.own_branch, LinkKind.OWN)
    cover(companies[0], world.joint_branch)
    cover(companies[1], world.neighbour_branch)
    cover(companies[2], world.putuo_committee, LinkKind.INSTRUCTOR)
    Membership.objects.create(company=companies[4], organization=world.kic_committee, since=LONG_AGO)
    return world


def page_of(client: Client, **asked: str) -> str:
    response = client.get(CROSS, asked)
    assert response.status_code == 200
    return str(response.content.decode())


def length(client: Client, address: str) -> int:
    page = client.get(address).content.decode()
    assert "错误：" not in page, address
    return int(page.count('<th scope="row">'))


@pytest.mark.parametrize("node", NODES, ids=str)
@pytest.mark.parametrize("denominator", ["operating", "registered"])
def test_every_cell_opens_a_list_of_its_length(
    town: World, viewer: User, client_of: SignIn, node: dict[str, str], denominator: str
) -> None:
    client, seen = client_of(viewer), {}
    if denominator == "operating":
        fold_all()  # what is kept tells what it can, otherwise all are facts
    for rows, columns in permutations(Dimension, 2):
        if {rows, columns} <= PLACE_DIMENSIONS or (Dimension.AREA in (rows, columns) and "area" not in str(node)):
            continue
        page = page_of(client, rows=rows, columns=columns, denominator=denominator, **node)
        table = page.split("<tbody>")[1].split("</tbody>")[0]
        for address, number in re.findall(r'<a href="([^"]+)">([\d,]+)</a>', table):
            seen[html.unescape(address)] = int(number)
    assert len(seen) > 50
    wrong = {address: number for address, number in seen.items() if number and length(client, address) != number}
    assert wrong == {}
    nothing = [address for address, number in seen.items() if not number][::7]
    assert all(length(client, address) == 0 for address in nothing)


def test_a_company_in_two_parks_stands_in_both_rows_and_once_in_the_total(
    town: World, viewer: User, client_of: SignIn
) -> None:
    page = page_of(client_of(viewer), place="area:310110", rows="park", columns="coverage")
    rows = re.findall(r'<th scope="row">([^<]+)</th>(.*?)</tr>', page, re.DOTALL)
    totals = {name: int(re.findall(r">(\d+)</a>", cells)[-1]) for name, cells in rows}
    assert totals == {"合计": 5, "创智园": 5, "邻里园": 1}
    assert "20.0%" in page


def test_what_cannot_be_crossed_is_said(town: World, viewer: User, client_of: SignIn) -> None:
    client = client_of(viewer)
    assert "行和列选择不同的维度。" in page_of(client, rows="size", columns="size")
    assert "园区和下级辖区只选一个" in page_of(client, rows="park", columns="area")
    assert "企业已经按“企业规模”筛选" in page_of(client, rows="size", columns="coverage", size="large")
    assert "错误：" in page_of(client, rows="%00", columns="\x00", building="9" * 40, industry="'", size="x")


def test_outside_the_scope_nothing_is_named(town: World, reviewer: User, client_of: SignIn) -> None:
    client = client_of(reviewer)
    assert client.get(CROSS, {"place": "park:tiandi"}).status_code == 404
    assert "天地园" not in page_of(client, organization="WJC", rows="park", columns="organization")


def test_a_table_needs_few_queries(
    town: World, viewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(viewer)
    with django_assert_max_num_queries(12):
        page_of(client, place="area:310110", rows="area", columns="building", industry="65")


def test_a_page_of_coverage_may_be_narrowed(town: World, viewer: User, client_of: SignIn) -> None:
    client = client_of(viewer)
    building = str(Building.objects.get(name="1 号楼").pk)
    asked = {"industry": "65", "size": "large", "building": building}
    page = client.get(reverse("coverage:park", args=["kic"]), asked).content.decode()
    assert re.search(r"分子 <a [^>]+>1 家</a></span>\s*<span[^>]*>分母 <a [^>]+>1 家</a>", page)
    for address in re.findall(r'href="(/companies/\?[^"]+)"', page):
        assert f"building={building}" in address
    links = re.findall(r'<a href="(/companies/\?[^"]+)">(\d+) 家</a>', page)
    assert {int(number) for _address, number in links} == {0, 1}
    assert all(length(client, html.unescape(address)) == int(number) for address, number in links)

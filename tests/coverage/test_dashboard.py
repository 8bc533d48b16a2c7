"""Dashboards: every number opens a list of its length, the state stands in the address, the wall shows the same."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.companies.choices import CompanyStatus, Denominator, LinkKind
from parkparty.companies.models import CompanyMemberCount
from parkparty.core.dates import today
from parkparty.core.rates import Rate
from parkparty.coverage.choices import TargetRate
from parkparty.coverage.figures.board import quarter_end
from parkparty.coverage.services import set_target
from parkparty.coverage.services.counting import fold_all
from parkparty.coverage.tables.board import change_of_number, change_of_rate
from tests.conftest import LONG_AGO, World, cover, make_company

SignIn = Callable[[User], Client]
DASHBOARD, WALL = "/coverage/dashboard/", "/coverage/wall/"
NODES = ({"place": "area:310110"}, {"place": "park:kic"}, {"organization": "WJC"}, {"organization": "KIC-J1"})


@pytest.fixture
def town(world: World, make_activity: Callable[..., Any], secretary: User, reviewer: User) -> World:
    """Companies in every state, some covered since this quarter, activities in three months, and a target."""
    companies = [make_company(number, world.kic) for number in range(9)]
    cover(companies[0], world.own_branch, LinkKind.OWN)
    for company in companies[1:4]:
        cover(company, world.joint_branch)
    cover(companies[4], world.joint_branch, since=today())
    cover(companies[5], None, LinkKind.UNION)
    make_company(20, world.kic, status=CompanyStatus.DEREGISTERED, status_since=today())
    make_company(21, world.neighbour)
    for company, full in zip(companies, (4, 3, 2, 5, 3, 7, 3, 1, 0), strict=True):
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full)
    for days in (0, 1, 40, 200, 420):
        make_activity(
            world.joint_branch,
            secretary,
            held_on=today() - dt.timedelta(days=days),
            state="approved",
            reviewed_by=reviewer,
            reviewed_at=dt.datetime(2026, 11, 2, tzinfo=dt.UTC),
        )
    rate, operating = TargetRate.ORGANIZATION, Denominator.OPERATING
    set_target(world.kic, year=today().year, rate=rate, denominator=operating, tenths=900, by=None)
    return world


def page_of(client: Client, address: str = DASHBOARD, **asked: str) -> str:
    response = client.get(address, asked)
    assert response.status_code == 200
    return str(response.content.decode())


def numbers(page: str) -> dict[str, int]:
    """Every number of the page with the address that it opens."""
    found = re.findall(r'<a href="([^"]+)"[^>]*>\s*([\d,]+)(?: 家)?</a>', page)
    return {html.unescape(address): int(number.replace(",", "")) for address, number in found}


@pytest.mark.parametrize("node", NODES, ids=str)
@pytest.mark.parametrize("denominator", ["operating", "registered"])
def test_every_number_opens_a_list_of_its_length(
    town: World, viewer: User, client_of: SignIn, node: dict[str, str], denominator: str
) -> None:
    client = client_of(viewer)
    found = numbers(page_of(client, denominator=denominator, **node))
    assert len(found) >= 15
    assert sum(number > 0 for number in found.values()) >= 8
    for address, number in found.items():
        listed = client.get(address).content.decode()
        assert listed.count('<th scope="row">') == number, address


def test_six_tiles_each_with_question_number_day_and_definition(town: World, viewer: User, client_of: SignIn) -> None:
    page = page_of(client_of(viewer), place="park:kic")
    tiles = page.split('<section class="tile ')[1:]
    assert len(tiles) == 6
    for tile in tiles:
        assert "？" in tile
        assert f"截至 {today()}" in tile
        assert "<summary>口径</summary>" in tile
        assert 'class="rate-number"' in tile
    assert "55.6%" in tiles[0]
    assert "还差 4 家" in tiles[2]


def test_the_change_since_the_last_quarter_is_told_with_its_parts(town: World, viewer: User, client_of: SignIn) -> None:
    tiles = page_of(client_of(viewer), place="park:kic").split('<section class="tile ')[1:]
    before = quarter_end(today())
    assert f"上季末（{before}）40.0%（4/10），上升 15.6 个百分点" in tiles[0]
    assert f"上季末（{before}）5 家，没有变化" in tiles[1]


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (Rate(14, 20), Rate(13, 20), "65.0%（13/20），上升 5.0 个百分点"),
        (Rate(12, 20), Rate(13, 20), "65.0%（13/20），下降 5.0 个百分点"),
        (Rate(13, 20), Rate(13, 20), "65.0%（13/20），没有变化"),
        (Rate(2001, 3000), Rate(2000, 3000), "66.7%（2000/3000），变化不到 0.1 个百分点"),
        (Rate(3, 4), Rate(13, 20), "65.0%（13/20）"),
        (Rate(13, 20), Rate(3, 4), "3/4"),
    ],
)
def test_a_rate_is_compared_in_words_and_only_where_a_percentage_is_honest(now: Rate, then: Rate, said: str) -> None:
    assert change_of_rate(now, then, dt.date(2026, 9, 30)) == f"上季末（2026-09-30）{said}"


def test_a_rate_of_nothing_is_not_compared_with() -> None:
    assert change_of_rate(Rate(13, 20), Rate(0, 0), dt.date(2026, 9, 30)) == ""


@pytest.mark.parametrize(("now", "said"), [(9, "增加 2 家"), (5, "减少 2 家"), (7, "没有变化")])
def test_a_number_is_compared_in_words(now: int, said: str) -> None:
    assert change_of_number(now, 7, dt.date(2026, 9, 30)) == f"上季末（2026-09-30）7 家，{said}"


def test_the_map_has_the_line_of_the_target_by_the_same_denominator(
    town: World, viewer: User, client_of: SignIn
) -> None:
    rate, operating = TargetRate.ORGANIZATION, Denominator.OPERATING
    set_target(town.yangpu, year=today().year, rate=rate, denominator=operating, tenths=805, by=None)
    client = client_of(viewer)
    tiles = {kind: page_of(client, place="area:310110", denominator=kind) for kind in ("operating", "registered")}
    maps = {kind: page.split('id="tile-map"')[1] for kind, page in tiles.items()}
    assert maps["operating"].count('<line x1="80.5%"') == maps["operating"].count('<li class="park-tile">') > 0
    assert "<line" not in maps["registered"]
    assert "park-map" not in page_of(client, place="park:kic"), "a park without bases has nothing to map"


def test_months_count_what_was_approved_in_them(town: World, viewer: User, client_of: SignIn) -> None:
    page = page_of(client_of(viewer), place="park:kic")
    table = page.split("每月开展的活动（次）</caption>")[1].split("</table>")[0]
    listed = re.findall(r'<th scope="row">([\d-]+)</th>.*?>(\d+)</a>', table, re.DOTALL)
    assert len(listed) == 12
    assert listed[-1][0] == f"{today():%Y-%m}"
    assert sum(int(number) for _month, number in listed) == 4, "the activity of last year is left out"


def test_the_state_stands_in_the_address(town: World, viewer: User, client_of: SignIn) -> None:
    client, day = client_of(viewer), quarter_end(today()).isoformat()
    page = page_of(client, place="park:kic", as_of=day, denominator="registered")
    addresses = [html.unescape(address) for address in re.findall(r'href="(/companies/\?[^"]+)"', page)]
    assert len(addresses) > 5
    assert all(f"as_of={day}" in address for address in addresses)
    wall = re.search(r'href="(/coverage/wall/[^"]+)"', page)[1]
    assert f"as_of={day}" in wall
    assert "40.0%" in page


def test_the_wall_shows_the_same_tiles_without_menus_and_does_not_turn(
    town: World, viewer: User, client_of: SignIn
) -> None:
    client = client_of(viewer)
    page, wall = (page_of(client, address, place="park:kic") for address in (DASHBOARD, WALL))
    tiles = [text.split('<div class="tiles">')[1].split("</main>")[0].strip() for text in (page, wall)]
    assert tiles[0] == tiles[1]
    assert "css/wall.css" in wall
    assert "refresh" not in wall.lower()


def test_what_lies_outside_is_not_there(town: World, administrator: User, stranger: User, client_of: SignIn) -> None:
    client = client_of(administrator)
    assert client.get(DASHBOARD, {"place": "park:neighbour"}).status_code == 404
    assert "邻里园" not in page_of(client, place="park:kic")
    assert client_of(stranger).get(DASHBOARD).status_code == 403


def test_a_secretary_has_the_dashboard_of_the_branch(town: World, secretary: User, client_of: SignIn) -> None:
    page = page_of(client_of(secretary))
    assert "创智园联合支部的看板" in page


def test_a_dashboard_needs_few_queries(
    town: World, viewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(viewer)
    page_of(client)  # the first page of a session also notes that the session began
    fold_all()
    for node in NODES:
        for address in (DASHBOARD, WALL):
            with django_assert_max_num_queries(12):
                page_of(client, address, **node)
    assert reverse("coverage:dashboard") == DASHBOARD


@pytest.mark.parametrize("node", ["area:310110019", "park:tiandi"])
def test_a_reader_of_areas_and_parks_chooses_among_them_in_as_few_queries(
    town: World,
    node: str,
    make_user: Callable[..., User],
    client_of: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    reader = make_user("reader-of-two", Role.VIEWER, town.wujiaochang, town.tiandi, town.district_committee)
    client = client_of(reader)
    page_of(client)
    make_company(40, town.tiandi)
    fold_all()  # figures are drawn anew
    with django_assert_max_num_queries(12):
        page = page_of(client, place=node)
    assert page.count('class="filter-chip"') == 2
    assert page.count('aria-current="true"') >= 1

"""Charts beside the dashboard: months by type, sizes of branches beside their rules, the line of time of terms."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from parkparty.accounts.models import User
from parkparty.activities.models import ActivityType
from parkparty.core.dates import add_months, today
from parkparty.coverage.tables.scales import Cell, across, columns_of
from parkparty.organizations.models import MemberCount
from tests.conftest import LONG_AGO, World, cover, make_company

SignIn = Callable[[User], Client]
MONTHS, LOADS, TERMS = "/coverage/months/", "/organizations/-/loads/", "/organizations/-/terms/"


@pytest.fixture
def town(world: World) -> World:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    return world


def shown(client: Client, address: str, **asked: str) -> str:
    response = client.get(address, asked or None)
    assert response.status_code == 200
    return str(response.content.decode())


def found_in(pattern: str, page: str) -> str:
    found = re.search(pattern, page)
    assert found
    return html.unescape(found[1])


def test_a_column_is_as_high_as_its_part_of_the_largest() -> None:
    cells = [Cell("2026-10", "10", 4, "/a"), Cell("2026-11", "11", 2, "/b"), Cell("2026-12", "12", 0, "/c")]
    assert [column.height for column in columns_of(cells).columns] == [90, 45, 0]
    assert [column.height for column in columns_of(cells, largest=8).columns] == [45, 22, 0]
    assert [column.middle for column in columns_of(cells).columns] == ["16.67%", "50.00%", "83.33%"]
    assert (across(1, 4), across(3, 0)) == ("25.00%", "0%")


def test_each_type_has_its_months_and_every_number_its_list(
    town: World,
    make_activity: Callable[..., Any],
    secretary: User,
    reviewer: User,
    client_of: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    done = {"state": "approved", "reviewed_by": reviewer, "reviewed_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    theme_day, lecture = (ActivityType.objects.get(pk=code) for code in ("theme_day", "party_lecture"))
    for months in (0, 2, 2, 14):
        make_activity(town.joint_branch, secretary, theme_day, held_on=add_months(today(), -months), **done)
    make_activity(town.neighbour_branch, secretary, theme_day, held_on=today(), **done)
    make_activity(town.joint_branch, secretary, theme_day, held_on=today(), **done).types.add(lecture)
    client = client_of(reviewer)
    shown(client, MONTHS, place="park:kic")
    with django_assert_max_num_queries(12):
        page = shown(client, MONTHS, place="park:kic", as_of=today().isoformat())
    sums = dict(re.findall(r'<h2 class="rate-label"[^>]*>(.+?) <a href="[^"]+">(\d+)</a>', page))
    assert sums == {"主题党日": "4", "党课": "1"}
    table = page.split("各类活动（次）</caption>")[1]
    cells = [
        (html.unescape(address), int(number)) for address, number in re.findall(r'href="([^"]+)">(\d+)</a>', table)
    ]
    assert len(cells) == 2 * 13
    assert sum(number for _address, number in cells) == 2 * 5
    for address, number in cells:
        if number:
            assert shown(client, address).count('<th scope="row">') == number, address
    assert "最近 12 个月没有：" in page


def test_months_of_a_place_outside_are_not_there(town: World, administrator: User, client_of: SignIn) -> None:
    client = client_of(administrator)
    assert client.get(MONTHS, {"place": "park:neighbour"}).status_code == 404
    assert "没有审核通过的活动" in shown(client, MONTHS)
    assert "截至日期不晚于今天" in shown(client, MONTHS, as_of="2999-01-01")


def test_branches_stand_beside_the_limit_of_their_day(
    town: World, viewer: User, administrator: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    for branch, full in ((town.joint_branch, 50), (town.own_branch, 40), (town.neighbour_branch, 70)):
        MemberCount.objects.create(organization=branch, as_of=LONG_AGO, full=full, probationary=1)
    client = client_of(viewer)
    shown(client, LOADS)
    with django_assert_max_num_queries(12):
        page = shown(client, LOADS)
    assert "2 个超过规则的界限" in page
    rows = page.split("<tbody>")[1].split("</tr>")[:3]
    names = [found_in(r'<th scope="row"><a [^>]+>([^<]+)', row) for row in rows]
    assert names == ["邻里园联合支部", "创智园联合支部", "甲公司支部"]
    assert ["<strong>超过</strong>" in row for row in rows] == [True, True, False]
    assert ["<rect" in row for row in rows] == [True, True, False], "told by shape, not by colour alone"
    assert "R04" in rows[2]
    before = shown(client, LOADS, as_of="2017-07-16")
    assert "0 个超过规则的界限" in before
    assert "R04" not in before
    assert "邻里园" not in shown(client_of(administrator), LOADS)


def test_joint_branches_stand_beside_the_limit_of_units(town: World, viewer: User, client_of: SignIn) -> None:
    for number in range(6):
        cover(make_company(number, town.kic), town.joint_branch)
    client = client_of(viewer)
    coverage = shown(client, "/coverage/parks/kic/")
    page = shown(client, found_in(r'href="(/organizations/-/loads/[^"]+)"', coverage))
    assert "1 个超过规则的界限" in page
    assert "联合党支部平均覆盖 6.0 家，最多 6 家" in page
    assert "没有可比较的党支部" in shown(client, LOADS, measure="units", place="park:neighbour")
    cover(make_company(6, town.neighbour), town.neighbour_branch)
    assert "平均覆盖 3.5 家，最多 6 家" in shown(client, LOADS, measure="units", place="area:310110")
    assert "平均覆盖" not in shown(client, LOADS, measure="units")
    assert shown(client, found_in(r'href="([^"]+)">6</a>', page)).count('<th scope="row">') == 6
    assert client.get(LOADS, {"measure": "no-such-measure"}).status_code == 200


def test_terms_stand_in_the_month_in_which_they_end(town: World, viewer: User, client_of: SignIn) -> None:
    for branch, months in ((town.joint_branch, -1), (town.own_branch, 2), (town.neighbour_branch, 9)):
        branch.term_since, branch.term_until = LONG_AGO, add_months(today(), months)
        branch.save()
    page = shown(client_of(viewer), TERMS)
    chart = page.split('<svg class="timeline"')[1].split("</figure>")[0]
    assert chart.count('width="12" height="12"') == 1
    assert re.findall(r'fill="(#[0-9a-f]+)" stroke="#0b5cad"', chart) == ["#0b5cad", "#fff"]
    keys = re.findall(r'href="#(terms-[^"]+)"', chart)
    assert len(keys) == 3
    assert all(f'id="{key}"' in page for key in keys)

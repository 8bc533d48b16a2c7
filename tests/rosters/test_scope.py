"""Administrators import into their own places, and learn nothing of what lies elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from parkparty.accounts.models import User
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CompanyMemberCount
from parkparty.organizations.models import MemberCount, Officer
from parkparty.places.models import Park, ServiceStation
from parkparty.rosters.columns import KINDS
from parkparty.rosters.figures.companies import roster_rows
from parkparty.rosters.figures.facts import count_rows, organization_rows, post_rows, station_rows
from parkparty.rosters.services.batches import wait_for_others
from parkparty.rosters.services.traces import keys_within
from tests.conftest import World, cover, make_company
from tests.rosters.conftest import DAY, NEW_BRANCH, plan, put_in, reach_of, row, wrong
from tests.rosters.kinds import plan_sheets


def test_a_park_outside_is_refused_like_one_that_does_not_exist(administrator: User, world: World) -> None:
    made = plan(row(1, 所属园区="邻里园"), row(2, 所属园区="没有的园"), by=administrator)
    reasons = [(issue.reason, issue.suggestion) for issue in made.issues]
    assert reasons[0] == reasons[1]
    assert "邻里园" not in "".join(reasons[0])
    assert "创智园" in reasons[0][1]


def test_the_district_reaches_both_parks_and_not_the_other_district(district_administrator: User, world: World) -> None:
    made = plan(row(1), row(2, 所属园区="邻里园"), row(3, 所属园区="天地园"), by=district_administrator)
    assert wrong(made) == [("C4", "park")]


def test_a_superior_outside_is_refused_like_one_that_does_not_exist(administrator: User, world: World) -> None:
    outside = row(1, **{**NEW_BRANCH, "上级党组织": "邻里园党委"})
    absent = row(2, **{**NEW_BRANCH, "党组织名称": "又一支部", "上级党组织": "没有的党委"})
    reasons = [(issue.kind, issue.reason, issue.suggestion) for issue in plan(outside, absent, by=administrator).issues]
    assert reasons[0] == reasons[1]


def test_an_area_outside_is_refused_like_one_that_does_not_exist(district_administrator: User, world: World) -> None:
    row = {"党组织类型": "党委", "上级党组织": "五角场街道党工委", "批准成立日期": "2024-01-05"}
    areas = {"甲党委": "普陀区", "乙党委": "没有的区", "丙党委": "五角场街道"}
    rows = [row | {"党组织名称": name, "所在辖区": area} for name, area in areas.items()]
    found = [list(each.row.issues) for each in plan_sheets((KINDS["organizations"], rows), by=district_administrator)]
    outside, absent, here = ([(issue.kind, issue.reason, issue.suggestion) for issue in issues] for issues in found)
    assert (outside, here) == (absent, [])


@pytest.mark.parametrize("rows_of", [roster_rows, organization_rows, count_rows, post_rows, station_rows])
def test_a_template_holds_nothing_of_what_lies_elsewhere(
    world: World, administrator: User, make_user: Callable[..., User], rows_of: Callable[..., Any]
) -> None:
    make_company(1, world.kic)
    MemberCount.objects.create(organization=world.joint_branch, as_of=DAY, full=3)
    Officer.objects.create(organization=world.joint_branch, post="secretary", since=DAY)
    ServiceStation.objects.create(park=world.kic, name="一号站", since=DAY)
    elsewhere = reach_of(make_user("elsewhere", "administrator", world.tiandi))
    assert rows_of(world.kic, reach=reach_of(administrator), day=DAY, limit=9)
    assert not rows_of(world.kic, reach=elsewhere, day=DAY, limit=9)


def test_undoing_touches_no_record_that_went_out_of_reach(world: World, administrator: User) -> None:
    ours, theirs = (("organizations.organization", each.pk) for each in (world.kic_committee, world.putuo_committee))
    assert keys_within(reach_of(administrator), [ours, theirs]) == {ours}


def test_an_import_waits_for_those_into_its_own_parks_only(world: World, administrator: User) -> None:
    reach = reach_of(administrator)
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        wait_for_others(reach)
    [waited] = [each["sql"] for each in asked if Park._meta.db_table in each["sql"]]
    assert (world.kic.path in waited, world.neighbour.path in waited) == (True, False)


class TestCompaniesOfOthers:
    """A company kept elsewhere looks new, its own data stay, and it gains what belongs to the importer's park."""

    def test_it_looks_as_a_new_one_does(self, administrator: User, world: World) -> None:
        company = make_company(1, world.tiandi, name="别处的公司", staff_band=100)
        CompanyMemberCount.objects.create(company=company, as_of=DAY, full=9)
        cover(company, None, LinkKind.INSTRUCTOR)
        told = {"从业人数": 12, "正式党员数": 9, "指导员": "是", "经营状态": "存续"}
        known, unknown = plan(row(1, **told), row(2, **told), by=administrator).rows
        assert (known.outcome, known.draft.changes) == (unknown.outcome, unknown.draft.changes)

    def test_only_the_tenancy_and_the_links_are_written(self, administrator: User, world: World) -> None:
        company = make_company(1, world.tiandi, name="别处的公司", staff_band=100)
        cover(company, None, LinkKind.INSTRUCTOR)
        theirs = cover(company, world.putuo_committee, LinkKind.OWN)
        put_in(row(1, 从业人数=12, 党组织名称="创智园联合支部", 指导员="否"), by=administrator)
        company.refresh_from_db()
        theirs.refresh_from_db()
        assert (company.name, company.staff_band, theirs.until) == ("别处的公司", 100, None)
        assert company.links.get(kind=LinkKind.INSTRUCTOR).until is None
        assert company.links.get(organization=world.joint_branch).until is None
        assert set(company.tenancies.values_list("park__key", flat=True)) == {"tiandi", "kic"}

    def test_its_code_is_not_told_by_its_name(self, administrator: User, world: World) -> None:
        make_company(1, world.tiandi, name="同名公司")
        made = put_in(row(2, 企业名称="同名公司"), by=administrator)
        assert made.counts["new"] == 1
        assert Company.objects.filter(name="同名公司").count() == 2

    def test_without_a_code_the_name_alone_tells_who_it_is(self, administrator: User, world: World) -> None:
        Company.objects.filter(pk=make_company(1, world.tiandi).pk).update(uscc=None)
        made = put_in(row(1, 统一社会信用代码=""), by=administrator)
        assert made.counts["new"] == 1
        assert Company.objects.count() == 1

    def test_one_that_left_us_and_sits_nowhere_is_ours_again(self, administrator: User, world: World) -> None:
        company = make_company(1, world.kic)
        company.tenancies.update(until=dt.date(2020, 1, 1))
        put_in(row(1, 从业人数=120), by=administrator)
        company.refresh_from_db()
        assert company.staff_band == 100

"""Every wrong cell is named at once, against the site and within the file."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from parkparty.companies.choices import LinkKind, TenancyKind
from parkparty.companies.models import Company, Tenancy
from parkparty.organizations.choices import OrganizationType
from parkparty.rosters.choices import IssueKind, Outcome
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization
from tests.rosters.conftest import NEW_BRANCH, USCC, plan, put_in, row, uscc, wrong


def test_all_errors_of_all_rows_at_once(world: World, codes: None) -> None:
    made = plan(
        row(1, 企业名称="", 从业人数="若干", 行业代码="9999"),
        row(2, 统一社会信用代码="123", 入驻日期="2024-02-30"),
        row(3, 所属园区="没有的园", 指导员="某某"),
    )
    assert dict(wrong(made)) == {
        "A2": "required", "D2": "number", "B3": "length", "F3": "date", "C4": "park", "G4": "yes_no",
    }  # fmt: skip
    assert made.counts == {"new": 0, "changed": 0, "unchanged": 0, "wrong": 3}


def test_parks_are_known_by_name_key_and_width(world: World) -> None:
    made = plan(row(1), row(2, 所属园区="ＫＩＣ"), row(3, 所属园区="kic"), row(4, 所属园区=" 创智园 "))
    assert {planned.row.park for planned in made.rows} == {world.kic}


class TestDuplicates:
    """Two rows of one company: the later one is wrong, and says which row it repeats."""

    def test_same_code(self, world: World) -> None:
        made = plan(row(1), row(2), row(1, 企业名称="另一个写法"))
        assert wrong(made) == [("B4", "duplicate")]
        assert "名单!A2" in next(made.issues).reason

    def test_same_name_without_code(self, world: World) -> None:
        assert wrong(plan(row(1), row(1, 统一社会信用代码=""))) == [("A3", "duplicate")]
        assert wrong(plan(row(1, 企业名称="甲（上海）公司"), row(2, 企业名称="甲(上海)公司", 统一社会信用代码=""))) == [
            ("A3", "duplicate")
        ]

    def test_both_mean_a_company_of_the_site(self, world: World) -> None:
        Company.objects.filter(pk=make_company(1, world.kic).pk).update(uscc=None)
        made = plan(row(2, 企业名称="试验企业00001"), row(3, 企业名称="试验企业00001", 统一社会信用代码=""))
        assert wrong(made) == [("A3", "duplicate")]

    def test_namesakes_with_two_codes_are_two_companies(self, world: World) -> None:
        assert wrong(plan(row(1, 企业名称="同名公司"), row(2, 企业名称="同名公司"))) == []


class TestMatching:
    """A row means the company of its code, otherwise of its name."""

    def test_by_code_even_under_another_name(self, world: World) -> None:
        make_company(1, world.kic)
        made = plan(row(1, 企业名称="改了名的公司"))
        assert made.rows[0].outcome == Outcome.CHANGED
        assert made.rows[0].draft.changes == [("name", "试验企业00001", "改了名的公司")]

    def test_by_name_when_the_row_has_no_code(self, world: World) -> None:
        make_company(1, world.kic)
        assert plan(row(1, 统一社会信用代码="")).counts["unchanged"] == 1

    def test_name_gains_its_code(self, world: World) -> None:
        Company.objects.filter(pk=make_company(1, world.kic).pk).update(uscc=None)
        put_in(row(1))
        assert Company.objects.get().uscc == uscc(1)

    def test_another_code_for_a_name_of_the_park_is_wrong(self, world: World) -> None:
        make_company(1, world.kic)
        made = plan(row(2, 企业名称="试验企业00001"))
        assert wrong(made) == [("B2", "uscc_differs")]
        assert uscc(1) in next(made.issues).reason

    def test_several_namesakes_ask_for_the_code(self, world: World) -> None:
        make_company(1, world.kic, name="同名公司")
        make_company(2, world.kic, name="同名公司")
        assert wrong(plan(row(1, 企业名称="同名公司", 统一社会信用代码=""))) == [("B2", "same_name")]

    def test_the_namesake_of_the_park_is_meant(self, world: World) -> None:
        here = make_company(1, world.kic, name="同名公司")
        make_company(2, world.neighbour, name="同名公司")
        made = plan(row(1, 企业名称="同名公司", 统一社会信用代码=""))
        assert made.rows[0].row.company.pk == here.pk


class TestStatus:
    """Leaving the status 存续 needs a day."""

    def test_missing_day(self, world: World) -> None:
        assert wrong(plan(row(1, 经营状态="注销"))) == [("D2", "status_date")]

    def test_known_day_stays(self, world: World) -> None:
        make_company(1, world.kic, status="deregistered", status_since=dt.date(2020, 1, 1))
        assert plan(row(1, 经营状态="注销")).counts["unchanged"] == 1

    def test_day_given(self, world: World) -> None:
        put_in(row(1, 经营状态="注销", 注销日期="2024-01-05"))
        assert Company.objects.get().status_since == dt.date(2024, 1, 5)


class TestBranches:
    """A branch is one that stands, or a new one that the rows describe in full."""

    def test_new_branch_needs_type_superior_and_day(self, world: World) -> None:
        made = plan(row(1, 党组织名称="新联合支部"))
        assert wrong(made) == [("D2", "branch_new")] * 3
        assert ["党组织类型" in next(made.issues).reason]

    def test_one_row_describes_it_for_all(self, world: World) -> None:
        made = plan(row(1, **NEW_BRANCH), row(2, 党组织名称="新联合支部"), row(3, 党组织名称="新联合支部"))
        assert wrong(made) == []
        assert made.effects["branches"] == 1

    def test_rows_that_hang_on_a_wrong_one_point_there(self, world: World) -> None:
        made = plan(row(1, **{**NEW_BRANCH, "上级党组织": "没有的党委"}), row(2, 党组织名称="新联合支部"))
        assert wrong(made) == [("F2", "superior"), ("D3", "branch_wrong")]
        assert "名单!F2" in [issue.reason for issue in made.issues][1]

    def test_contradiction_between_rows(self, world: World) -> None:
        made = plan(row(1, **NEW_BRANCH), row(2, **{**NEW_BRANCH, "党组织类型": "独立党支部"}))
        assert wrong(made) == [("E3", "branch_conflict")]

    def test_roster_does_not_change_the_nature_of_a_branch(self, world: World) -> None:
        told = {"党组织名称": "创智园联合支部", "党组织类型": "党总支", "上级党组织": "五角场街道党工委"}
        made = plan(row(1, **told))
        assert wrong(made) == [("E2", "branch_differs"), ("F2", "branch_differs")]

    def test_branch_that_cannot_cover(self, world: World) -> None:
        make_organization("GROUP", OrganizationType.JOINT_GROUP, world.kic_committee, name="联组", park=world.kic)
        assert wrong(plan(row(1, 党组织名称="联组"))) == [("D2", "branch_type")]

    def test_same_name_twice_in_a_park(self, world: World) -> None:
        for code in ("X1", "X2"):
            make_organization(code, "joint_branch", world.kic_committee, name="双胞支部", park=world.kic)
        assert wrong(plan(row(1, 党组织名称="双胞支部"))) == [("D2", "branch_same_name")]

    def test_same_name_in_two_parks_is_two_branches(self, world: World) -> None:
        there = {**NEW_BRANCH, "上级党组织": "邻里园党委", "所属园区": "邻里园"}
        made = put_in(row(1, **NEW_BRANCH), row(2, **there))
        assert made.effects["branches"] == 2

    def test_a_branch_cannot_be_a_superior(self, world: World) -> None:
        made = plan(row(1, **{**NEW_BRANCH, "上级党组织": "创智园联合支部"}))
        assert wrong(made) == [("F2", "superior")]

    def test_own_branch_covers_one_company(self, world: World) -> None:
        own = {"党组织名称": "甲公司支部"}
        assert wrong(plan(row(1, **own), row(2, **own))) == [("D3", "branch_taken")]
        cover(make_company(9, world.kic), world.own_branch, LinkKind.OWN)
        made = plan(row(1, **own))
        assert wrong(made) == [("D2", "branch_taken")]
        assert "试验企业00009" in next(made.issues).reason

    def test_link_cannot_begin_before_the_one_it_replaces(self, world: World) -> None:
        cover(make_company(1, world.kic), world.own_branch, LinkKind.OWN, since=dt.date(2020, 5, 1))
        made = plan(row(1, 党组织名称="创智园联合支部", 覆盖起始日期="2019-01-01"))
        assert wrong(made) == [("E2", "link_date")]
        assert "2020-05-01" in next(made.issues).reason

    def test_unknown_formation_names_the_known_ones(self, world: World, codes: None) -> None:
        made = plan(row(1, **NEW_BRANCH, 组建方式="随意组建"))
        assert wrong(made) == [("H2", "formation")]
        assert "区域联建" in next(made.issues).suggestion

    def test_facts_of_a_branch_without_its_name(self, world: World) -> None:
        assert wrong(plan(row(1, 党组织名称="", 党组织类型="联合党支部"))) == [("D2", "branch_name")]


def test_tenancy_cannot_begin_before_the_last_one_ended(world: World) -> None:
    company = make_company(1)
    Tenancy.objects.create(company=company, park=world.kic, since=LONG_AGO, until=dt.date(2020, 1, 1))
    assert wrong(plan(row(1, 入驻日期="2019-06-01"))) == [("D2", "tenancy_overlap")]
    put_in(row(1, 入驻日期="2020-01-01"))


def test_probationary_members_need_the_full_ones(world: World) -> None:
    assert wrong(plan(row(1, 预备党员数=2))) == [("D2", "count_incomplete")]


def test_queries_do_not_grow_with_the_rows(world: World, codes: None) -> None:
    told = {**NEW_BRANCH, "楼宇": "一期", "行业代码": "6513", "组建方式": "区域联建", "正式党员数": 1}

    def number_of_queries(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            plan(*(row(number, **told) for number in range(39, 39 + rows)))
        return len(queries)

    for number in range(1, 60):
        cover(make_company(number, world.kic, kind=TenancyKind.REGISTERED), world.joint_branch)
    assert number_of_queries(30) == number_of_queries(90) <= 39


def test_reason_and_suggestion_are_sentences(world: World) -> None:
    issue = next(plan(row(1, **{USCC: "1"})).issues)
    assert (issue.kind, issue.value) == (IssueKind.USCC_LENGTH, "1")
    assert issue.reason == "统一社会信用代码应为 18 位，现在是 1 位。"
    assert issue.suggestion.endswith("。")


def test_what_may_stand_there_is_listed_as_the_readers_language_lists(world: World) -> None:
    made = plan(row(1, 所属园区="没有的园"), row(2, 经营状态="说不清"))
    [park, status] = made.issues
    assert "创智园、" in park.suggestion
    assert status.suggestion == "可填：存续、停业、吊销、注销。"
    with override("en"):
        assert "存续, 停业, 吊销, 注销" in status.suggestion

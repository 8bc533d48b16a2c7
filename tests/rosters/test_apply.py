"""What applying a roster writes, and that applying it again writes nothing."""

from __future__ import annotations

import datetime as dt

from parkparty.companies.choices import CoverageState, LinkKind, StaffBand, TenancyKind
from parkparty.companies.models import Company, CoverageLink, Tenancy
from parkparty.organizations.models import Organization
from parkparty.places.models import Building
from tests.conftest import LONG_AGO, World, cover, make_company
from tests.rosters.conftest import DAY, NEW_BRANCH, facts, plan, put_in, row, uscc

FULL_ROW = {
    **NEW_BRANCH, "楼宇": "一期", "入驻方式": "实际入驻", "入驻日期": "2024-01-05", "行业代码": "6513", "从业人数": 32,
    "经营状态": "存续", "组建方式": "区域联建", "正式党员数": 3, "预备党员数": 1, "指导员": "是",
}  # fmt: skip


def link_dates(company: Company) -> list[tuple[str, dt.date, dt.date | None]]:
    links = CoverageLink.objects.filter(company=company).order_by("since")
    return [(link.organization.code if link.organization else link.kind, link.since, link.until) for link in links]


def test_a_new_company_with_all_that_a_row_can_say(world: World, codes: None) -> None:
    made = put_in(row(1, **FULL_ROW))
    assert made.counts["new"] == 1
    company = Company.objects.with_coverage_state(DAY).get(uscc=uscc(1))
    branch = Organization.objects.get(name="新联合支部")
    assert (company.industry_id, company.staff_band, company.coverage_state) == ("6513", 20, CoverageState.JOINT)
    assert (branch.parent, branch.park, branch.approved_on) == (world.kic_committee, world.kic, dt.date(2025, 6, 20))
    assert (branch.code, branch.formation_mode_id) == ("KIC-N001", "regional")
    assert branch.path.startswith(world.kic_committee.path)
    assert branch.spans.get().since == dt.date(2025, 6, 20)
    tenancy = company.tenancies.get()
    assert (tenancy.park, tenancy.building.name, tenancy.since) == (world.kic, "一期", dt.date(2024, 1, 5))
    assert link_dates(company) == [("KIC-N001", dt.date(2025, 6, 20), None), ("instructor", DAY, None)]
    assert company.member_counts.values_list("as_of", "full", "probationary").get() == (DAY, 3, 1)


def test_the_same_roster_again_changes_nothing(world: World, codes: None) -> None:
    rows = [row(number, **FULL_ROW) for number in range(1, 6)] + [
        row(6),
        row(7, 经营状态="停业", 状态起始日期="2024-1-5"),
    ]
    put_in(*rows)
    before = facts()
    for later in (0, 1, 40):
        again = put_in(*rows, day=DAY + dt.timedelta(days=later))
        assert again.counts == {"new": 0, "changed": 0, "unchanged": 7, "wrong": 0}
    assert facts() == before


def test_defaults_of_a_row_that_says_little(world: World) -> None:
    put_in(row(1, 截至日期="2025-12-31"))
    tenancy = Tenancy.objects.get()
    assert (tenancy.kind, tenancy.since) == (TenancyKind.ON_SITE, dt.date(2025, 12, 31))


def test_what_means_something_to_the_database_is_a_letter_like_others(world: World) -> None:
    names = ["\\N公司", "反斜杠\\t公司", "\\.公司", "“引号”,'公司'\"", "NULL"]
    put_in(*(row(number, 企业名称=name, 楼宇=name) for number, name in enumerate(names, start=1)))
    assert [*Company.objects.order_by("pk").values_list("name", flat=True)] == names
    assert [*Tenancy.objects.order_by("pk").values_list("building__name", flat=True)] == names


def test_blank_cells_change_nothing(world: World, codes: None) -> None:
    put_in(row(1, **FULL_ROW))
    before = facts()
    assert put_in(row(1, **dict.fromkeys(FULL_ROW, ""))).counts["unchanged"] == 1
    assert facts() == before


def test_companies_that_are_not_named_stay(world: World) -> None:
    other = make_company(2, world.kic)
    cover(other, world.joint_branch)
    put_in(row(1))
    assert other.tenancies.get().until is None
    assert other.links.get().until is None


def test_changed_fields_are_told_before_and_after(world: World) -> None:
    make_company(1, world.kic)
    made = put_in(row(1, 从业人数=120))
    assert made.rows[0].draft.changes == [("staff_band", "10～19 人", "100～199 人")]
    assert Company.objects.get().staff_band == StaffBand.FROM_100


def test_another_branch_ends_the_link_when_the_new_one_begins(world: World) -> None:
    company = make_company(1, world.kic)
    cover(company, world.joint_branch)
    made = put_in(row(1, 党组织名称="甲公司支部", 覆盖起始日期="2024-03-01"))
    assert made.effects["links_ended"] == 1
    assert link_dates(company) == [("KIC-J1", LONG_AGO, dt.date(2024, 3, 1)), ("KIC-O1", dt.date(2024, 3, 1), None)]
    assert company.links.get(until=None).kind == LinkKind.OWN


def test_a_link_of_the_same_day_is_corrected(world: World) -> None:
    company = make_company(1, world.kic)
    cover(company, world.joint_branch, since=dt.date(2024, 3, 1))
    put_in(row(1, 党组织名称="甲公司支部", 覆盖起始日期="2024-03-01"))
    assert link_dates(company) == [("KIC-O1", dt.date(2024, 3, 1), None)]


def test_a_corrected_day_of_the_same_link(world: World) -> None:
    company = make_company(1, world.kic)
    cover(company, world.joint_branch)
    assert put_in(row(1, 党组织名称="创智园联合支部", 覆盖起始日期="2016-01-01")).counts["changed"] == 1
    assert link_dates(company) == [("KIC-J1", dt.date(2016, 1, 1), None)]


def test_registered_becomes_on_site_from_the_day_of_the_row(world: World) -> None:
    company = make_company(1, world.kic, kind=TenancyKind.REGISTERED)
    made = put_in(row(1, 入驻方式="实际入驻", 截至日期="2025-06-30"))
    assert made.effects["tenancies_ended"] == 1
    spans = company.tenancies.order_by("since").values_list("kind", "since", "until")
    day = dt.date(2025, 6, 30)
    assert list(spans) == [(TenancyKind.REGISTERED, LONG_AGO, day), (TenancyKind.ON_SITE, day, None)]


def test_a_tenancy_elsewhere_is_left_alone(world: World) -> None:
    company = make_company(1, world.neighbour)
    put_in(row(1))
    assert set(company.tenancies.values_list("park__key", "until")) == {("neighbour", None), ("kic", None)}


def test_buildings_are_made_once(world: World) -> None:
    Building.objects.create(park=world.kic, name="A 座")
    made = put_in(row(1, 楼宇="Ａ座"), row(2, 楼宇="B座"), row(3, 楼宇="B 座"))
    assert made.effects["buildings"] == 1
    assert sorted(world.kic.buildings.values_list("name", flat=True)) == ["A 座", "B座"]


def test_the_instructor_goes(world: World) -> None:
    company = make_company(1, world.kic)
    cover(company, None, LinkKind.INSTRUCTOR)
    put_in(row(1, 指导员="否"))
    assert link_dates(company) == [("instructor", LONG_AGO, DAY)]


def test_member_counts_of_a_day_are_corrected_and_of_another_added(world: World) -> None:
    put_in(row(1, 正式党员数=3, 截至日期="2024-12-31"))
    put_in(row(1, 正式党员数=4, 截至日期="2024-12-31"))
    put_in(row(1, 正式党员数=5, 截至日期="2025-12-31"))
    counts = Company.objects.get().member_counts.order_by("as_of").values_list("as_of", "full")
    assert list(counts) == [(dt.date(2024, 12, 31), 4), (dt.date(2025, 12, 31), 5)]


def test_a_new_way_of_founding_for_a_branch_that_stands(world: World, codes: None) -> None:
    made = put_in(row(1, 党组织名称="创智园联合支部", 组建方式="楼宇合建"))
    world.joint_branch.refresh_from_db()
    assert world.joint_branch.formation_mode_id == "building"
    assert plan(row(1, 党组织名称="创智园联合支部", 组建方式="楼宇合建")).counts["unchanged"] == 1
    assert made.counts["new"] == 1

"""Administrators import into their own places, and learn nothing of what lies elsewhere."""

from __future__ import annotations

import datetime as dt

from parkparty.accounts.models import User
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CompanyMemberCount
from tests.conftest import World, cover, make_company
from tests.rosters.conftest import DAY, NEW_BRANCH, plan, put_in, row, wrong


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

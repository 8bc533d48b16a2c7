"""The golden list of the domain page (3.3), numbers 1 to 4 and 7 to 10: what the published figures must come out as."""

from __future__ import annotations

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from parkparty.companies.choices import CompanyStatus, CoverageState, Denominator, LinkKind, TenancyKind
from parkparty.companies.figures import listed_companies
from parkparty.companies.models import Company, CompanyMemberCount, Membership, Tenancy
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.figures import company_coverage, coverage, coverage_by_park
from parkparty.organizations.choices import OrganizationType
from parkparty.places.models import Park
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization
from tests.golden.kic import AS_OF, fill_kic, make_companies

ALL = Scope.everything()


@pytest.fixture
def park(world: World) -> Park:
    """The published park, beside those of the cast."""
    park = Park.objects.create(key="golden", name="金样园", area=world.wujiaochang)
    fill_kic(park, world.kic_committee)
    return park


def state_of(company: Company, day: dt.date = AS_OF) -> str:
    """How ``company`` is covered, as figures count it; lists, which read its links themselves, say the same."""
    state: str = Company.objects.with_coverage_state(day).get(pk=company.pk).coverage_state
    (row,) = listed_companies([company], ALL, day)
    assert row.state == state
    return state


def command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("coverage", *arguments, "--json", stdout=out)
    figures: dict[str, Any] = json.loads(out.getvalue())
    return figures


def test_1_the_published_figures_come_out_to_the_decimal(park: Park) -> None:
    assert command("--park", "golden", "--as-of", "2017-07-16") == {
        "companies": 195,
        "own": 8,
        "joint": 140,
        "organization_covered": 148,
        "uncovered": 47,
        "work_covered": 148,
        "organization_rate": "75.9",
        "own_rate": "4.1",
        "work_rate": "75.9",
        "branches": 13,
        "joint_branches": 5,
        "companies_per_joint_branch": "28.0",
        "definition": "实体运营企业：截至日经营状态为存续，并实际入驻办公的企业，每家只计一次。",
        "as_of": "2017-07-16",
    }


def test_1_the_parts_add_up(park: Park, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        figures = coverage(park, as_of=AS_OF, denominator=Denominator.OPERATING, scope=ALL)
    parts = figures.coverage
    assert parts.own + parts.joint + parts.work_only + parts.none == parts.companies
    assert [Rate(n, parts.companies).percent for n in (parts.own, parts.joint, parts.uncovered)] == [
        "4.1",
        "71.8",
        "24.1",
    ]


def test_2_a_company_in_a_joint_branch_a_committee_and_a_group_counts_once(park: Park, world: World) -> None:
    company = Company.objects.get(name="golden 企业 00010")
    for type in (OrganizationType.INDUSTRY_COMMITTEE, OrganizationType.JOINT_GROUP):
        above = make_organization(f"G-{type}", type, world.district_committee)
        Membership.objects.create(company=company, organization=above, since=LONG_AGO)
    cover(company, world.joint_branch)
    parts = company_coverage(park, as_of=AS_OF, denominator=Denominator.OPERATING, scope=ALL)
    assert (parts.companies, parts.organization_covered) == (195, 148)


@pytest.mark.parametrize("type", [OrganizationType.JOINT_GROUP, OrganizationType.INDUSTRY_COMMITTEE])
def test_3_a_joint_group_or_an_industry_committee_covers_nobody(world: World, type: str) -> None:
    company = make_company(1, world.kic)
    above = make_organization("G", type, world.district_committee)
    Membership.objects.create(company=company, organization=above, since=LONG_AGO)
    cover(company, above, LinkKind.JOINT)
    assert state_of(company) == CoverageState.NONE


@pytest.mark.parametrize("kind", [LinkKind.INSTRUCTOR, LinkKind.LIAISON, LinkKind.UNION, LinkKind.LEAGUE])
def test_4_an_instructor_alone_is_work_coverage(world: World, kind: str) -> None:
    company = make_company(1, world.kic)
    cover(company, world.kic_committee if kind == LinkKind.INSTRUCTOR else None, kind)
    assert state_of(company) == CoverageState.WORK_ONLY
    parts = company_coverage(world.kic, as_of=AS_OF, denominator=Denominator.OPERATING, scope=ALL)
    assert (parts.organization_covered, parts.work_covered, parts.uncovered) == (0, 1, 1)


@pytest.mark.parametrize(("full", "owes"), [(2, 0), (3, 1)])
def test_7_probationary_members_do_not_make_a_company_owe_a_branch(world: World, full: int, owes: int) -> None:
    company = make_company(1, world.kic)
    CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full, probationary=5)
    parts = company_coverage(world.kic, as_of=AS_OF, denominator=Denominator.YINGJIAN, scope=ALL)
    assert parts.companies == owes


@pytest.mark.parametrize("denominator", [Denominator.REGISTERED, Denominator.OPERATING])
def test_8_a_deregistered_company_leaves_both_sides_on_its_date(world: World, denominator: Denominator) -> None:
    struck_off, day = dt.date(2017, 10, 10), dt.timedelta(days=1)
    company = make_company(1, world.kic, status=CompanyStatus.DEREGISTERED, status_since=struck_off)
    cover(company, world.joint_branch)
    make_company(2, world.kic)

    def on(as_of: dt.date) -> tuple[int, int]:
        parts = company_coverage(world.kic, as_of=as_of, denominator=denominator, scope=ALL)
        return parts.organization_covered, parts.companies

    assert on(struck_off - day) == (1, 2)
    assert on(struck_off) == (0, 1)


def test_9_the_denominator_decides(world: World) -> None:
    companies = make_companies(world.tiandi, 3000)
    registered_only = Tenancy.objects.filter(company__in=[company.pk for company in companies[500:]])
    registered_only.update(kind=TenancyKind.REGISTERED)
    assert command("--park", "tiandi", "--denominator", "registered")["companies"] == 3000
    assert command("--park", "tiandi", "--denominator", "operating")["companies"] == 500


def test_10_a_district_sums_numerators_and_denominators(world: World, park: Park) -> None:
    parts = [Rate(148, 195), Rate(168, 13151)]
    assert Rate.sum_of(parts).percent == "2.4"
    make_companies(world.neighbour, 305)
    whole = coverage(world.yangpu, as_of=AS_OF, denominator=Denominator.OPERATING, scope=ALL).coverage
    by_park = coverage_by_park(world.yangpu, as_of=AS_OF, denominator=Denominator.OPERATING, scope=ALL)
    assert whole.organization_rate == Rate(148, 500)
    assert whole.organization_rate.percent == "29.6"
    assert Rate.sum_of(part.organization_rate for part in by_park.values()) == whole.organization_rate

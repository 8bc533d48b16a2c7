"""What is put together of a company for a list: as dated as its facts, and no link told that the reader may not see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from parkparty.access.choices import Role
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.companies.choices import CompanyStatus, CoverageState, LinkKind
from parkparty.companies.figures import ListedCompany, listed_companies, shown_companies
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Industry, Tenancy
from parkparty.core.scope import Scope
from tests.conftest import LONG_AGO, World, cover, make_company

BEFORE, LEFT, DAY = dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2026, 7, 1)
READERS = {
    "its park": (Role.VIEWER, "kic"),
    "the park it left": (Role.VIEWER, "tiandi"),
    "the branch that covers it": (Role.SECRETARY, "joint_branch"),
    "the committee above that": (Role.VIEWER, "kic_committee"),
    "another branch that covers it": (Role.SECRETARY, "own_branch"),
    "the whole district": (Role.VIEWER, "yangpu"),
}


@pytest.fixture
def company(world: World) -> Company:
    """Covered jointly and, until it moved from one park to another, by an organisation of its own."""
    company = make_company(1, world.kic)
    Tenancy.objects.create(company=company, park=world.tiandi, since=LONG_AGO, until=LEFT)
    cover(company, world.joint_branch)
    cover(company, world.own_branch, LinkKind.OWN, until=LEFT)
    cover(company, None, LinkKind.UNION)
    return company


def listed(scope: Scope, day: dt.date) -> ListedCompany:
    (row,) = listed_companies(Company.objects.for_list(day), scope, day)
    return row


def test_a_row_says_what_held_on_its_day(world: World, company: Company) -> None:
    then, now = (listed(Scope.everything(), day) for day in (BEFORE, DAY))
    assert (then.state, now.state) == (CoverageState.OWN, CoverageState.JOINT)
    assert {park.code for park in then.parks} == {"kic", "tiandi"}
    assert [park.code for park in now.parks] == ["kic"]
    assert [one.code for one in now.covered_by] == [world.joint_branch.code]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("day", [BEFORE, DAY])
def test_just_the_links_within_reach_are_named_but_the_state_is_the_same_for_all(
    world: World, company: Company, make_user: Callable[..., User], reader: str, day: dt.date
) -> None:
    role, node = READERS[reader]
    scope = scope_of(make_user("reader", role, getattr(world, node)))
    links = CoverageLink.objects.within(scope).filter(organization__isnull=False).valid_on(day).opening_for(scope)
    told = listed(scope, day)
    assert {(one.code, one.opens) for one in told.covered_by} == {
        (link.organization.code, link.opens) for link in links
    }
    assert told.state == listed(Scope.everything(), day).state
    reached = Tenancy.objects.shown_to(scope).valid_on(day)
    assert {park.code for park in told.parks} == {tenancy.park.key for tenancy in reached}


def test_nobody_is_told_of_an_organisation_that_is_out_of_reach(
    world: World, company: Company, make_user: Callable[..., User]
) -> None:
    secretary = scope_of(make_user("other", Role.SECRETARY, world.own_branch))
    assert [one.code for one in listed(secretary, BEFORE).covered_by] == [world.own_branch.code]
    park = scope_of(make_user("park", Role.VIEWER, world.tiandi))
    assert [(one.code, one.opens) for one in listed(park, DAY).covered_by] == [(world.joint_branch.code, False)]


@pytest.mark.parametrize("day", [BEFORE, DAY])
def test_a_page_shows_of_a_company_what_other_lists_do(world: World, company: Company, day: dt.date) -> None:
    Company.objects.filter(pk=company.pk).update(industry=Industry.objects.get_or_create(code="65")[0], staff_band=20)
    CompanyMemberCount.objects.create(company=company, as_of=LEFT, full=7)
    other = make_company(2, world.kic)
    for row in shown_companies([company.pk, other.pk], day):
        listed = Company.objects.for_list(day).get(pk=row.pk)
        industry = listed.industry and listed.industry.name
        assert row == (listed.pk, listed.name, industry, listed.staff_band, listed.full_members)


def test_of_a_company_that_is_out_of_reach_nothing_is_told(company: Company) -> None:
    (row,) = listed_companies([company], Scope(), DAY)
    assert (row.parks, row.covered_by, row.state) == ([], [], CoverageState.JOINT)


def test_units_are_the_companies_of_the_links_that_cover(world: World, company: Company) -> None:
    gone = make_company(2, world.kic, status=CompanyStatus.DEREGISTERED, status_since=LEFT)
    others = make_company(3, world.kic), make_company(4, world.kic, status=CompanyStatus.REVOKED, status_since=LEFT)
    for unit in (gone, others[1]):
        cover(unit, world.joint_branch)
    cover(others[0], world.joint_branch, LinkKind.LIAISON)
    for organization in (world.joint_branch, world.own_branch):
        for day in (BEFORE, LEFT, DAY):
            links = CoverageLink.objects.covering(day).filter(organization=organization)
            units = set(Company.objects.covered_by(organization, day))
            assert units == {link.company for link in links}
            assert (gone in units) is (organization == world.joint_branch and day == BEFORE)

"""The demo set reproduces the published totals (domain 3.1), for ever and on either database."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.db.models import Sum

from parkparty.companies.choices import CoverageState, LinkKind
from parkparty.companies.models import Company, CoverageLink, Membership
from parkparty.core.dates import today
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from tests.demo.conftest import run

pytestmark = pytest.mark.usefixtures("demo")


def coverage(*options: str) -> dict[str, Any]:
    return dict(json.loads(run("coverage", *options, "--json")))


def test_kic_in_july_2017() -> None:
    figures = coverage("--park", "kic", "--as-of", "2017-07-16")

    assert (figures["companies"], figures["own"], figures["joint"]) == (195, 8, 140)
    assert (figures["organization_covered"], figures["uncovered"]) == (148, 47)
    assert (figures["organization_rate"], figures["own_rate"]) == ("75.9", "4.1")
    assert (figures["branches"], figures["joint_branches"]) == (13, 5)
    assert figures["companies_per_joint_branch"] == "28.0"


def test_kic_is_counted_the_same_by_its_street_and_by_its_committee() -> None:
    by_park = coverage("--park", "kic", "--as-of", "2017-07-16")

    assert coverage("--area", "310110019", "--as-of", "2017-07-16") == by_park
    by_committee = coverage("--organization", "DEMO-KIC", "--as-of", "2017-07-16")
    assert (by_committee["own"], by_committee["joint"], by_committee["branches"]) == (8, 140, 13)


def test_some_uncovered_companies_of_kic_have_work_coverage() -> None:
    assert coverage("--park", "kic", "--as-of", "2017-07-16")["work_covered"] == 168


def test_kic_has_changed_since() -> None:
    then, now = coverage("--park", "kic", "--as-of", "2017-07-16"), coverage("--park", "kic")

    assert now["companies"] > then["companies"]
    assert now["branches"] > then["branches"]
    assert 50 < float(now["organization_rate"]) < 100


def test_a_company_of_kic_counts_until_the_day_it_is_struck_off() -> None:
    day = dt.date(2017, 10, 10)
    assert Company.objects.filter(status_since=day).count() == 1

    before = coverage("--park", "kic", "--as-of", "2017-10-09", "--denominator", "registered")
    after = coverage("--park", "kic", "--as-of", "2017-10-10", "--denominator", "registered")

    newcomers = Company.objects.filter(tenancies__park__key="kic", tenancies__since=day).count()
    leavers = Company.objects.filter(tenancies__park__key="kic", tenancies__until=day).count()
    assert leavers == 1
    assert after["companies"] == before["companies"] - 1 + newcomers


@pytest.mark.parametrize(
    ("park", "denominator", "companies"),
    [
        ("tiandi", "registered", 3000),
        ("tiandi", "operating", 500),
        ("ningbo", "registered", 1000),
        ("ningbo", "operating", 1000),
    ],
)
def test_denominators_of_today(park: str, denominator: str, companies: int) -> None:
    figures = coverage("--park", park, "--denominator", denominator)

    assert figures["companies"] == companies
    assert 0 < figures["own"] < figures["organization_covered"] < figures["work_covered"] < companies


def test_fourteen_units_of_the_town_committee_are_not_covered_by_it() -> None:
    units = Membership.objects.filter(organization__code="DEMO-CZ-NET").values("company")
    assert units.count() == 14

    states = Company.objects.filter(pk__in=units).with_coverage_state(today())
    assert {c.coverage_state for c in states} > {CoverageState.OWN}


@pytest.mark.parametrize("day", [dt.date(2021, 7, 31), None])
def test_changsha_has_eleven_joint_groups_with_168_organisations_of_3677_members(day: dt.date | None) -> None:
    day = day or today()
    below = Organization.objects.under(Organization.objects.get(code="DEMO-CS-NET")).active_on(day).with_type_on(day)
    groups = below.filter(type_then=OrganizationType.JOINT_GROUP)
    organizations = below.filter(parent__in=groups)

    assert groups.count() == 11
    assert organizations.count() == 168
    members = organizations.with_member_counts(day).aggregate(n=Sum("full_members"))
    assert members == {"n": 3677}


def test_every_organisation_of_changsha_covers_one_company_of_its_own() -> None:
    links = CoverageLink.objects.filter(organization__code__startswith="DEMO-CS-O", kind=LinkKind.OWN)

    assert links.values("company").distinct().count() == links.count() == 168
    assert coverage("--park", "changsha")["own"] == 168


@pytest.mark.parametrize("park", ["kic", "tiandi", "ningbo"])
def test_some_companies_should_have_a_branch_and_have_none(park: str) -> None:
    figures = coverage("--park", park, "--denominator", "yingjian")

    assert 0 < figures["own"] < figures["companies"]
    assert figures["uncovered"] > 0

"""The published park (S2): its 47 uncovered companies need at least 10 joint branches, and 10 are enough."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from parkparty.accounts.models import User
from parkparty.companies.choices import Denominator
from parkparty.companies.models import CompanyMemberCount
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.coverage.figures import company_coverage
from parkparty.coverage.plan import plan_coverage
from parkparty.founding import services
from parkparty.founding.check import JOINT
from parkparty.organizations.models import Organization
from tests.conftest import LONG_AGO, World
from tests.golden.kic import AS_OF, IN_EACH, JOINT_BRANCHES, OWN, fill_kic


@pytest.fixture
def park(world: World) -> World:
    """The park with one full member in each company that nobody covers."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    uncovered = fill_kic(world.kic, world.kic_committee)[OWN + JOINT_BRANCHES * IN_EACH :]
    CompanyMemberCount.objects.bulk_create(
        [CompanyMemberCount(company=company, as_of=LONG_AGO, full=1) for company in uncovered]
    )
    return world


def asked(**fields: Any) -> dict[str, Any]:
    return {"denominator": Denominator.OPERATING, "scope": Scope.everything(), **fields}


def test_1_the_47_uncovered_companies_take_ten_joint_branches_and_no_fewer_would_do(park: World) -> None:
    made = plan_coverage(park.kic, **asked(as_of=AS_OF))
    assert (made.before.uncovered, len(made.joint), made.joined) == (47, 10, 47)
    assert made.is_proven
    assert (made.most, made.fewest) == (47, 10)
    assert all(len(proposal.seats) <= 5 and proposal.full >= 3 for proposal in made.joint)
    assert len({seat.company.pk for proposal in made.joint for seat in proposal.seats}) == 47
    assert (made.before.organization_rate.percent, made.after.organization_rate.percent) == ("75.9", "100.0")


def test_1_the_figure_promised_is_the_figure_after_founding(park: World, administrator: User) -> None:
    made = plan_coverage(park.kic, **asked(as_of=today()))
    for number, proposal in enumerate(made.joint):
        branch = Organization(
            name=f"第 {number} 联合党支部", type=JOINT, parent=park.kic_committee, park=park.kic, applied_on=today()
        )
        case = services.open_case(branch, [seat.company for seat in proposal.seats], by=administrator)
        waits = plan_coverage(park.kic, **asked(as_of=today()))
        assert ({seat.company for seat in waits.preparing}, waits.joined) == (
            {seat.company for seat in proposal.seats},
            sum(len(other.seats) for other in made.joint[number + 1 :]),
        )
        services.reply(case, on=today(), by=administrator)
    assert company_coverage(park.kic, **asked(as_of=today())) == made.after
    assert plan_coverage(park.kic, **asked(as_of=today())).joint == []

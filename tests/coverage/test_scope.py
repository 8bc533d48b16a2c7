"""What every figure tells one who reaches nothing of what it is asked about: nothing, however it was come by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.companies.choices import Denominator
from parkparty.companies.figures import listed_companies
from parkparty.companies.models import Company
from parkparty.core.dates import month_of
from parkparty.core.scope import Scope
from parkparty.coverage.choices import Dimension
from parkparty.coverage.figures import nodes_below, top_organizations, top_places
from parkparty.coverage.figures.changes import Comparison, compared
from parkparty.coverage.figures.coverage import load_of
from parkparty.coverage.figures.cross import names_of
from parkparty.coverage.figures.frozen import company_corrections
from parkparty.coverage.figures.kept import activities_by_month, activities_by_type
from parkparty.coverage.figures.start import steps_done
from parkparty.coverage.figures.trend import trend
from parkparty.coverage.models import CoverageTarget
from parkparty.coverage.services import take_snapshot
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area
from tests.conftest import World, cover, make_company

DAY = dt.date(2026, 11, 20)
OPERATING = Denominator.OPERATING


@pytest.fixture
def town(world: World, make_activity: Callable[..., Activity], secretary: User, viewer: User) -> World:
    """A covered company, a meeting and a snapshot of the park of the joint branch."""
    cover(make_company(1, world.kic), world.joint_branch)
    judged = {"state": ActivityState.APPROVED, "reviewed_by": viewer, "reviewed_at": timezone.now()}
    make_activity(world.joint_branch, secretary, held_on=DAY, **judged)
    take_snapshot(world.kic, as_of=DAY, denominator=OPERATING, by=None)
    return world


@pytest.fixture
def here(viewer: User) -> Scope:
    return scope_of(viewer)


@pytest.fixture
def elsewhere(world: World, make_user: Callable[..., User]) -> Scope:
    return scope_of(make_user("elsewhere", "viewer", world.tiandi, world.putuo_committee))


def same(place: Any) -> Comparison:
    return Comparison(place, DAY, DAY, OPERATING, OPERATING)


def corrections(world: World, scope: Scope) -> list[Any]:
    pk = Company.objects.get().pk
    snapshot = take_snapshot(world.kic, as_of=DAY, denominator=OPERATING, by=None)[0]
    return [row.company for row in company_corrections(snapshot, {pk: (None, True)}, scope) if row.company]


FIGURES: dict[str, Callable[[World, Scope], Any]] = {
    "areas and parks below an area": lambda world, scope: nodes_below(world.yangpu, DAY, scope, by_area=True),
    "parks of a street by area": lambda world, scope: nodes_below(world.wujiaochang, DAY, scope, by_area=True),
    "parks of an area": lambda world, scope: nodes_below(world.wujiaochang, DAY, scope),
    "organisations below one": lambda world, scope: nodes_below(world.kic_committee, DAY, scope),
    "branches of a park": lambda world, scope: load_of(world.kic, DAY, scope).branches,
    "companies compared": lambda world, scope: compared(same(world.kic), scope),
    "areas of a table": lambda world, scope: names_of(Dimension.AREA, [world.wujiaochang.path], scope),
    "parks of a table by area": lambda world, scope: names_of(Dimension.AREA, [world.kic.path], scope),
    "parks of a table": lambda world, scope: names_of(Dimension.PARK, [str(world.kic.pk)], scope),
    "organisations of a table": lambda world, scope: names_of(
        Dimension.ORGANIZATION, [str(world.joint_branch.pk)], scope
    ),
    "corrected companies": corrections,
    "months of activities": lambda world, scope: sum(activities_by_month(world.kic, [month_of(DAY)], DAY, scope)),
    "types of activities": lambda world, scope: activities_by_type(world.kic, [month_of(DAY)], DAY, scope),
    "snapshots": lambda world, scope: trend(world.kic, OPERATING, scope),
    "covering organisations": lambda world, scope: (
        next(listed_companies(Company.objects.for_list(DAY), scope, DAY)).covered_by
    ),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_nothing_is_told_of_what_the_reader_does_not_reach(
    town: World, here: Scope, elsewhere: Scope, figure: str
) -> None:
    assert FIGURES[figure](town, here)
    assert not FIGURES[figure](town, elsewhere)


def test_what_others_have_set_up_ticks_no_step_off(
    town: World, secretary: User, district_administrator: User, make_user: Callable[..., User]
) -> None:
    CoverageTarget.objects.create(park=town.kic, year=2026, rate="organization", denominator=OPERATING, tenths=800)
    empty = Area.objects.create(code="310116", name="金山区", level=AreaLevel.DISTRICT, parent=town.shanghai)
    steps = steps_done(scope_of(make_user("beginner", "administrator", empty)))
    assert (len(steps), any(steps.values())) == (5, False)
    assert steps_done(scope_of(district_administrator)) == {}


def test_a_narrowed_reach_begins_where_it_was_narrowed_to(world: World, here: Scope) -> None:
    for place in (world.wujiaochang, world.kic):
        assert top_places(here.narrowed_to("places", place.path), 9) == [place]
    narrowed = here.narrowed_to("organizations", world.kic_committee.path)
    assert top_organizations(narrowed, 9) == [world.kic_committee]

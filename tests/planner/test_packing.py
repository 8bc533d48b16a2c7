"""Joint branches out of small units: every limit holds, and no plan covers more or needs fewer branches."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parkparty.coverage.plan import Unit, most_joined, pack
from parkparty.coverage.plan.packing import Near

MAX = 5

units_in_parks = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(0, 3), st.sampled_from(["", "64", "65"])), max_size=40
).map(
    lambda rows: [
        Unit(key=key, full=full, park=park, building=building and 10 * park + building, industry=industry)
        for key, (full, park, building, industry) in enumerate(rows, 1)
    ]
)


@cache
def by_trying_all(empty: int, ones: int, twos: int, max_units: int) -> tuple[int, int]:
    """The greatest coverage, and the fewest branches for it, by trying every first branch."""
    best = (0, 0)
    for a in range(min(empty, max_units) + 1):
        for b in range(min(ones, max_units - a) + 1):
            for c in range(min(twos, max_units - a - b) + 1):
                if b + 2 * c >= 3:
                    covered, branches = by_trying_all(empty - a, ones - b, twos - c, max_units)
                    found = (covered + a + b + c, branches + 1)
                    best = max(best, found, key=lambda plan: (plan[0], -plan[1]))
    return best


@pytest.mark.parametrize("max_units", [3, 4, 5])
def test_the_closed_form_agrees_with_trying_every_plan(max_units: int) -> None:
    for empty in range(7):
        for ones in range(8):
            for twos in range(7):
                assert most_joined((empty, ones, twos), max_units) == by_trying_all(empty, ones, twos, max_units)


@settings(deadline=None)
@given(units_in_parks)
def test_every_branch_holds_to_the_rules_and_no_unit_is_in_two(units: list[Unit]) -> None:
    groups = pack(units, MAX)
    placed = [unit for group in groups for unit in group.units]
    assert len(placed) == len(set(placed))
    assert set(placed) <= set(units)
    for group in groups:
        assert 1 < len(group.units) <= MAX
        assert group.full >= 3
        shared = {
            Near.BUILDING: {unit.building for unit in group.units} - {0},
            Near.PARK: {unit.park for unit in group.units},
            Near.INDUSTRY: {unit.industry for unit in group.units} - {""},
        }[group.near]
        assert len(shared) == 1


@settings(deadline=None)
@given(units_in_parks)
def test_within_a_park_no_plan_covers_more_or_needs_fewer_branches(units: list[Unit]) -> None:
    here = [unit for unit in units if unit.park == 1]
    groups = pack(here, MAX)
    sizes = [sum(unit.full == full for unit in here) for full in range(3)]
    assert (sum(len(group.units) for group in groups), len(groups)) == by_trying_all(*sizes, MAX)


@settings(deadline=None)
@given(units_in_parks, st.randoms())
def test_the_order_of_the_units_changes_nothing(units: list[Unit], chance: random.Random) -> None:
    plan = pack(units, MAX)
    chance.shuffle(units)
    assert pack(units, MAX) == plan


def test_units_of_one_building_are_joined_before_others() -> None:
    spread = [Unit(1, 1, 1, 11), Unit(2, 1, 1, 12), Unit(3, 1, 1, 11), Unit(4, 1, 1, 12), Unit(5, 1, 1, 11)]
    groups = pack([*spread, Unit(6, 1, 1, 12)], MAX)
    assert [{unit.key for unit in group.units} for group in groups] == [{1, 3, 5}, {2, 4, 6}]


def test_what_is_left_in_two_parks_is_joined_by_industry() -> None:
    groups = pack([Unit(1, 2, 1, 0, "65"), Unit(2, 1, 2, 0, "65"), Unit(3, 1, 2, 0, "64")], MAX)
    assert [(group.near, {unit.key for unit in group.units}) for group in groups] == [(Near.INDUSTRY, {1, 2})]


def test_a_unit_with_three_full_members_does_not_belong_in_a_joint_branch() -> None:
    with pytest.raises(ValueError, match="three"):
        pack([Unit(1, 3)], MAX)

"""Public editions subtracted from each other: a district less its park, a quarter less the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.core.dates import Period, period_named
from parkparty.core.models import TreeNode
from parkparty.reports.choices import CellKind, ReportKind
from parkparty.reports.figures.small import SMALL, Sum, unsaid
from parkparty.reports.figures.together import Edition, told_beside, unsaid_beside
from parkparty.reports.models import ReportVersion
from parkparty.reports.services import decide_release, make_report
from tests.conftest import World, cover, make_company

Q2, Q3 = period_named("2026Q2"), period_named("2026Q3")
SUMS: list[Sum] = [("all", ("a", "b"))]
Leaves = tuple[int, int]


def edition(leaves: Leaves, path: str = "p", period: Period = Q3) -> Edition:
    values = {"a": leaves[0], "b": leaves[1], "all": sum(leaves)}
    return Edition(f"{path} {period.name}", path, period, period.last_day, values, SUMS, unsaid(values, SUMS))


def read_as(one: Edition) -> Iterator[Leaves]:
    """All that a reader of one edition must hold for possible."""
    most = one.values["all"] + SMALL
    for leaves in product(range(most + 1), repeat=2):
        tried = {"a": leaves[0], "b": leaves[1], "all": sum(leaves)}
        if all(tried[id] == one.values[id] for id in tried.keys() - one.hidden):
            yield leaves


def released(own: Edition, others: list[Edition]) -> Edition:
    """The own edition as it goes out after the others."""
    return Edition(own.name, own.path, own.period, own.as_of, own.values, SUMS, unsaid_beside(own, others))


def largest(pairs: list[tuple[Leaves, Leaves]], values: Leaves) -> dict[str, tuple[int, int]]:
    """How far the second exceeds the first: what it is, and the largest that a reader holds for possible."""
    told = [(y[0] - x[0], y[1] - x[1]) for x, y in pairs]
    highest = {"a": max(a for a, _b in told), "b": max(b for _a, b in told), "all": max(map(sum, told))}
    return {"a": (values[0], highest["a"]), "b": (values[1], highest["b"]), "all": (sum(values), highest["all"])}


@settings(max_examples=150, deadline=None)
@given(st.tuples(st.integers(0, 5), st.integers(0, 5)), st.tuples(st.integers(0, 5), st.integers(0, 5)), st.booleans())
def test_a_whole_less_its_part_tells_no_small_number(part: Leaves, rest: Leaves, part_goes_first: bool) -> None:
    inner, outer = edition(part, "pq"), edition((part[0] + rest[0], part[1] + rest[1]), "p")
    if part_goes_first:
        outer = released(outer, [inner])
        assert told_beside(outer, [inner]) == {}
    else:
        inner = released(inner, [outer])
        assert told_beside(inner, [outer]) == {}
    whole = (part[0] + rest[0], part[1] + rest[1])
    pairs = [(x, y) for x in read_as(inner) for y in read_as(outer) if x[0] <= y[0] and x[1] <= y[1]]
    nothing = [((0, 0), x) for x, _y in pairs], [((0, 0), y) for _x, y in pairs]
    for found in (largest(pairs, rest), largest(nothing[0], part), largest(nothing[1], whole)):
        assert [id for id, (is_, may_be) in found.items() if 0 < is_ < SMALL and may_be < SMALL] == []


@settings(max_examples=100, deadline=None)
@given(st.tuples(st.integers(0, 6), st.integers(0, 6)), st.tuples(st.integers(0, 6), st.integers(0, 6)))
def test_a_quarter_less_the_one_before_tells_no_small_change(before: Leaves, after: Leaves) -> None:
    first = edition(before, period=Q2)
    second = released(edition(after), [first])
    assert told_beside(second, [first]) == {}
    pairs = list(product(read_as(first), list(read_as(second))))
    for id, at in (("a", 0), ("b", 1)):
        change = abs(after[at] - before[at])
        may_be = max(abs(y[at] - x[at]) for x, y in pairs)
        assert may_be >= SMALL or not 0 < change < SMALL, id


def test_a_year_less_its_other_quarters_is_a_quarter() -> None:
    sums: list[Sum] = [("held", ("held.a", "held.b"))]

    def of(name: str, a: int, b: int) -> Edition:
        period, values = period_named(name), {"held.a": a, "held.b": b, "held": a + b}
        return Edition(name, "p", period, period.last_day, values, sums, unsaid(values, sums))

    quarters = [of("2026Q1", 5, 5), of("2026Q2", 6, 6), of("2026Q4", 7, 7)]
    assert told_beside(of("2026", 19, 30), quarters).keys() == {"held.a"}
    year = of("2026", 19, 30)
    assert "held.a" in unsaid_beside(year, quarters)
    assert unsaid_beside(of("2026", 30, 30), quarters) == frozenset()


@pytest.fixture
def colleague(world: World, make_user: Any) -> User:
    return make_user("colleague", Role.ADMINISTRATOR, world.yangpu)


def edition_of(node: TreeNode, period: Period = Q3) -> ReportVersion:
    return make_report(node, period, by=None, kind=ReportKind.PUBLIC)[0]


def shown(version: ReportVersion) -> dict[str, int]:
    return {id: int(c.value) for id, c in version.report.cells.items() if c.kind == CellKind.COUNT}


def differences(one: ReportVersion, other: ReportVersion) -> dict[str, int]:
    mine, theirs = shown(one), shown(other)
    return {id: abs(mine[id] - theirs[id]) for id in mine.keys() & theirs.keys()}


def small(found: dict[str, int]) -> list[str]:
    return [id for id, number in found.items() if 0 < number < SMALL]


@pytest.fixture
def companies(world: World) -> None:
    """The park has 20 companies, 10 of them covered; the one beside it 4, of which 2."""
    for number in range(24):
        park, branch = (world.kic, world.joint_branch) if number < 20 else (world.neighbour, world.neighbour_branch)
        company = make_company(number, park)
        if number % 2:
            cover(company, branch)


@pytest.mark.parametrize("park_goes_first", [True, False])
def test_a_district_and_its_park_do_not_tell_of_the_park_beside(
    world: World, companies: None, colleague: User, park_goes_first: bool
) -> None:
    first, second = (world.kic, world.yangpu) if park_goes_first else (world.yangpu, world.kic)
    out, too_much = edition_of(first), edition_of(second)
    assert "uncovered" in small(differences(out, too_much)), "the park beside has two without coverage"
    decide_release(out, is_released=True, reason="", by=colleague)
    with pytest.raises(ValidationError) as refusal:
        decide_release(too_much, is_released=True, reason="", by=colleague)
    assert str(out) in str(refusal.value)
    assert "未组织覆盖" in str(refusal.value)
    anew = edition_of(second)
    assert anew != too_much
    assert small(differences(out, anew)) == []
    assert "companies" in shown(anew), "no more is left out than has to be"
    decide_release(anew, is_released=True, reason="", by=colleague)
    assert edition_of(second) == anew, "what is out stays as it is"
    assert edition_of(first) == out


def test_two_quarters_do_not_tell_of_a_single_change(world: World, companies: None, colleague: User) -> None:
    cover(make_company(50, world.kic), world.joint_branch, since=dt.date(2026, 8, 1))
    before, too_much = edition_of(world.kic, Q2), edition_of(world.kic, Q3)
    assert small(differences(before, too_much)) != []
    decide_release(before, is_released=True, reason="", by=colleague)
    with pytest.raises(ValidationError, match="第二季度"):
        decide_release(too_much, is_released=True, reason="", by=colleague)
    anew = edition_of(world.kic, Q3)
    assert small(differences(before, anew)) == []
    decide_release(anew, is_released=True, reason="", by=colleague)


def test_editions_that_tell_nothing_together_go_out_whole(world: World, companies: None, colleague: User) -> None:
    for number in range(60, 70):
        cover(make_company(number, world.neighbour), world.neighbour_branch)
        make_company(number + 20, world.neighbour)
    for node in (world.kic, world.neighbour, world.yangpu):
        version = edition_of(node)
        assert {"companies", "uncovered", "joint"} <= shown(version).keys()
        decide_release(version, is_released=True, reason="", by=colleague)

"""Tables told by what is kept, and a few facts beside it, equal those of the facts alone, for every reader."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest
from django.db import transaction

from parkparty.accounts.models import User
from parkparty.companies.choices import Denominator
from parkparty.companies.models import Company, Tenancy
from parkparty.core.scope import Reach, Scope
from parkparty.coverage.choices import PLACE_DIMENSIONS, Dimension
from parkparty.coverage.figures import Node, Point, cross, crossed, marks
from parkparty.coverage.figures.cross import CrossTable, cross_table
from parkparty.coverage.figures.marks import is_any_marked
from parkparty.coverage.figures.totals import is_kept
from parkparty.coverage.models import FoldCount
from parkparty.coverage.services.counting import fold_all
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from tests.conftest import World
from tests.coverage.play import ALL, ENDS, act, day_of, numbers, sit

PAIRS = [pair for pair in permutations(Dimension, 2) if not {*pair} <= PLACE_DIMENSIONS]


def readers(world: World) -> list[Scope]:
    """Who sees all, a place alone, an organisation alone, and of both trees a part."""
    parts = (
        Reach("", "places", world.kic.path),
        *(Reach("", "organizations", node.path) for node in (world.kic_committee, world.putuo_committee)),
    )
    of_street = ALL.narrowed_to("places", world.wujiaochang.path)
    return [ALL, of_street, ALL.narrowed_to("organizations", world.district_committee.path), Scope(parts)]


def points(scope: Scope) -> list[Point]:
    """What is kept of nodes that the reader sees, on three days."""
    nodes: list[Node] = [*Area.objects.all(), *Park.objects.all(), *Organization.objects.not_branches()]
    found = [Point(node, kind, day_of(day)) for node in nodes for kind in Denominator for day in ENDS]
    return [point for point in found if is_kept(point, scope)]


def by_facts(point: Point, rows: Dimension, columns: Dimension, scope: Scope) -> CrossTable | None:
    """The table by the facts alone: what a reader sees before anything was ever folded."""
    with transaction.atomic():
        FoldCount.objects.all().delete()
        table = cross_table(point, rows, columns, scope)
        transaction.set_rollback(True)
    return table


def test_what_is_kept_and_the_facts_beside_it_tell_what_the_facts_tell(town: World, secretary: User) -> None:
    random, compared = Random(3), 0
    for turn in range(6):
        if turn % 2 == 0:
            fold_all()
        else:
            for _change in range(3):
                act(town, secretary, random.choice(["found", "join", "move", "correct"]), *numbers(random))
            sit(random.choice(Company.objects.all()), random)
        assert is_any_marked() is bool(turn % 2)
        for scope in readers(town):
            for point in random.sample(points(scope), 3):
                for rows, columns in random.sample(PAIRS, 9):
                    table = cross_table(point, rows, columns, scope)
                    assert table == by_facts(point, rows, columns, scope), (point, rows, columns, scope)
                    compared += bool(table and table.total)
    assert compared > 100


def test_where_nothing_is_marked_the_facts_are_not_counted(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fold_all()
    monkeypatch.setattr(crossed, "_from_facts", lambda *_asked: pytest.fail("the facts were counted"))
    for node in (town.yangpu, town.kic, town.street_committee):
        point = Point(node, Denominator.REGISTERED, day_of(800))
        tables = [cross_table(point, rows, columns, ALL) for rows, columns in PAIRS]
        assert all(table and table.total for table in tables)


def test_a_change_made_in_between_is_read_with_its_mark(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fold_all()
    point = Point(town.kic, Denominator.REGISTERED, day_of(800))
    asked = point, Dimension.SIZE, Dimension.BUILDING, ALL
    before = cross_table(*asked)
    assert before
    Tenancy.objects.all().delete()
    monkeypatch.setattr(marks, "is_any_marked", lambda: False)
    after = cross_table(*asked)
    assert after
    assert (before.total > 0, after.total) == (True, 0)


@pytest.mark.parametrize("is_told", [True, False])
def test_a_table_of_more_groups_than_are_read_is_refused(
    town: World, monkeypatch: pytest.MonkeyPatch, *, is_told: bool
) -> None:
    point = Point(town.yangpu, Denominator.REGISTERED, day_of(800))
    if is_told:
        fold_all()
    for rows, columns in PAIRS[::5]:
        table = cross_table(point, rows, columns, ALL)
        assert table
        groups = len(table.cells) + len(table.row_totals) + len(table.column_totals) + 1
        with monkeypatch.context() as limits:
            for most, is_shown in ((groups, True), (groups - 1, False), (1, False)):
                for reader in (cross, crossed):
                    limits.setattr(reader, "CELLS_READ", most)
                assert (cross_table(point, rows, columns, ALL) == table) is is_shown
                assert is_shown or cross_table(point, rows, columns, ALL) is None

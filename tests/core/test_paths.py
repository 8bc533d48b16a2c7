"""Paths of the trees: fixed steps, subtrees as ranges, ancestors as prefixes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkparty.core.paths import MAX_KEY, STEP, ancestors, outermost, step
from parkparty.core.scope import Reach, Scope

keys = st.integers(min_value=1, max_value=MAX_KEY)


@pytest.mark.parametrize(("key", "written"), [(1, "o0001"), (35, "o000z"), (36, "o0010"), (MAX_KEY, "ozzzz")])
def test_a_step_is_the_key_in_base_36(key: int, written: str) -> None:
    assert step("o", key) == written


@pytest.mark.parametrize("key", [0, -1, MAX_KEY + 1])
def test_a_key_too_large_for_a_step_is_refused(key: int) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        step("o", key)


@given(keys, keys)
def test_steps_never_collide(one: int, other: int) -> None:
    assert len(step("o", one)) == STEP
    assert (step("o", one) == step("o", other)) == (one == other)


def test_ancestors_from_the_root() -> None:
    assert ancestors("a0001a0002p0003") == ["a0001", "a0001a0002"]
    assert ancestors("a0001a0002", include_self=True) == ["a0001", "a0001a0002"]
    assert ancestors("a0001") == []


@pytest.mark.parametrize(
    ("given_paths", "kept"),
    [
        ([], ()),
        (["a0001", "a0001"], ("a0001",)),
        (["a0001p0001", "a0001", "a0002"], ("a0001", "a0002")),
        (["a0001p0001", "a0001p0002"], ("a0001p0001", "a0001p0002")),
        (["", "a0001"], ("",)),
    ],
)
def test_subtrees_inside_others_are_dropped(given_paths: list[str], kept: tuple[str, ...]) -> None:
    assert outermost(given_paths) == kept


class TestScope:
    scope = Scope((Reach("viewer", "places", "a0001"), Reach("administrator", "places", "a0001p0002")))

    def test_what_is_seen_is_more_than_what_is_kept(self) -> None:
        assert self.scope.paths("places") == ("a0001",)
        assert self.scope.with_roles(["administrator"]).paths("places") == ("a0001p0002",)
        assert self.scope.paths("places", ["administrator"]) == ("a0001p0002",)
        assert self.scope.paths("organizations") == ()

    def test_a_node_is_covered_by_those_above_it(self) -> None:
        assert self.scope.covers("places", "a0001p0009")
        assert not self.scope.covers("places", "a0002")
        assert not self.scope.covers("places", "a0001p0009", ["administrator"])
        assert not Scope().covers("places", "a0001")

    def test_reviewing_is_for_the_unit_above(self) -> None:
        scope = Scope((Reach("reviewer", "organizations", "o0001"),))
        assert scope.stands_above("o0001o0002", ["reviewer"])
        assert not scope.stands_above("o0001", ["reviewer"])
        assert not scope.stands_above("o0001o0002", ["viewer"])

    def test_everything_is_whole(self) -> None:
        assert Scope.everything().is_whole
        assert not self.scope.is_whole
        assert Scope.everything("administrator").roles == {"administrator"}

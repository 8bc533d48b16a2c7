"""What a public edition leaves unsaid: tried against every reader who can add up."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from parkparty.reports.figures.small import SMALL, Sum, unsaid

FLAT: list[Sum] = [("all", ("a", "b", "c"))]
DEEP: list[Sum] = [("all", ("left", "right")), ("left", ("a", "b")), ("right", ("c", "d"))]


def filled(parts: dict[str, int], sums: list[Sum]) -> dict[str, int]:
    """The totals worked out from the parts at the bottom."""
    values = dict(parts)
    for total, below in reversed(sums):
        values[total] = sum(values[part] for part in below)
    return values


def may_be_larger(values: dict[str, int], sums: list[Sum], hidden: frozenset[str], id: str) -> bool:
    """Whether some way to fill in what is unsaid fits everything published and makes ``id`` 3 or more."""
    leaves = [name for name in values if name not in {total for total, _parts in sums}]
    highest = sum(values[leaf] for leaf in leaves) + SMALL
    choices = [range(highest + 1) if leaf in hidden else [values[leaf]] for leaf in leaves]
    for numbers in product(*choices):
        tried = filled(dict(zip(leaves, numbers, strict=True)), sums)
        if tried[id] >= SMALL and all(tried[name] == values[name] for name in values if name not in hidden):
            return True
    return False


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=4, max_size=4), st.sampled_from([FLAT, DEEP]))
def test_no_small_number_can_be_told_from_the_others(numbers: list[int], sums: list[Sum]) -> None:
    values = filled(dict(zip("abcd", numbers, strict=True)), sums)
    hidden = unsaid(values, sums)
    small = [id for id, value in values.items() if 0 < value < SMALL]
    assert set(small) <= hidden
    assert all(may_be_larger(values, sums, hidden, id) for id in small)


def test_no_more_is_left_out_than_has_to_be() -> None:
    assert unsaid({"all": 30, "a": 10, "b": 20, "c": 0}, FLAT) == frozenset()
    assert unsaid({"all": 32, "a": 10, "b": 20, "c": 2}, FLAT) == {"c", "a"}
    assert unsaid({"all": 5, "a": 4, "b": 1, "c": 0}, FLAT) == {"a", "b"}
    assert unsaid({"all": 2, "a": 1, "b": 1, "c": 0}, FLAT) == {"all", "a", "b"}
    assert unsaid({"alone": 2}, []) == {"alone"}

"""docs/security.md names every requirement with a proof that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROW = re.compile(r"^\| (R\d{3}) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.M)
ROWS = ROW.findall((ROOT / "docs" / "security.md").read_text(encoding="utf-8"))


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file, those inside classes too."""
    tree = ast.parse((ROOT / "tests" / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_has_one_row() -> None:
    assert [row[0] for row in ROWS] == [f"R{number:03}" for number in range(1, 135)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_row_names_tests_that_exist_or_what_the_site_does(row: tuple[str, ...]) -> None:
    _number, _level, _what, how, proof = row
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", proof)
    assert named or (proof == "由站点" and how.startswith("由站点："))
    assert [test for path, test in named if test not in names_in(path)] == []
    assert not re.sub(r"`[^`]+`", "", proof).replace("由站点", "").strip()

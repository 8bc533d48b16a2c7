"""The neighbourhoods as a fixture, and the line that says how much the matrix tried."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.security.world import SecurityWorld, build

TRIED: Counter[str] = Counter()
"""How often each kind of question was asked of the site in this process."""


@pytest.fixture
def security_world(db: None) -> SecurityWorld:
    return build()


@pytest.fixture
def tried() -> Counter[str]:
    return TRIED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if TRIED:
        terminalreporter.section("access matrix")
        for question, times in sorted(TRIED.items()):
            terminalreporter.write_line(f"{question}: {times}")

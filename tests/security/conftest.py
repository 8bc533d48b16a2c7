"""The neighbourhoods as a fixture, and the lines that say how much was tried."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from parkparty.access.choices import Role
from scripts.access import routes
from tests.security.world import SecurityWorld, build

TRIED: Counter[str] = Counter()
"""How often each kind of question was asked of the site in this process."""

RELATIONS = ("own", "child", "parent", "sibling", "other park", "missing")


@pytest.fixture
def security_world(db: None) -> SecurityWorld:
    return build()


@pytest.fixture
def tried() -> Counter[str]:
    return TRIED


@pytest.fixture
def sign_in(security_world: SecurityWorld) -> Callable[[str], Client]:
    """A client of the reader with a role; an error of the site is a page to look at, not an exception."""

    def client(role: str) -> Client:
        found = Client(raise_request_exception=False)
        found.force_login(security_world.users[role])
        return found

    return client


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Thousands of refusals, each with its trace, would be most of the time."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not TRIED:
        return
    terminalreporter.section("access matrix")
    for question, times in sorted(TRIED.items()):
        terminalreporter.write_line(f"{question}: {times}")
    failed = len(terminalreporter.stats.get("failed", ())) + len(terminalreporter.stats.get("error", ()))
    size = f"{len(routes())} routes × {len(Role) + 2} readers (roles, stranger, visitor) × {len(RELATIONS)} relations"
    verdict = f"{failed} tests failed" if failed else "none leaked"
    terminalreporter.write_line(f"{size} ({', '.join(RELATIONS)}): {sum(TRIED.values())} requests, {verdict}")

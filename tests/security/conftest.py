"""The neighbourhoods as a fixture, and the lines that say how much was tried."""

from __future__ import annotations

import copy
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from parkparty.access.choices import Role
from scripts.access import routes
from tests.security.world import SecurityWorld, build

TRIED: Counter[str] = Counter()
"""How often each kind of question was asked of the site: in this process, at the end in all of them."""

RELATIONS = ("own", "child", "parent", "sibling", "other park", "missing")


class Steady(Client):
    """Begins every request with the cookies of its sign-in: one that signs out does not close the door to the next."""

    def force_login(self, user: Any, backend: str | None = None) -> None:
        super().force_login(user, backend)
        self.signed_in = copy.deepcopy(self.cookies)

    def request(self, **request: Any) -> Any:
        self.cookies = copy.deepcopy(self.signed_in)
        return super().request(**request)


@pytest.fixture(scope="module")
def built_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[SecurityWorld]:
    """Written once for all tests of a file: each takes back what it does to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def security_world(built_world: SecurityWorld, db: None) -> SecurityWorld:
    """The neighbourhoods; rows of one's own, since a test may change them."""
    return copy.deepcopy(built_world)


@pytest.fixture
def tried() -> Counter[str]:
    return TRIED


@pytest.fixture
def sign_in(security_world: SecurityWorld, settings: Any) -> Callable[[str], Client]:
    """A client of the reader with a role, who sends a key for the interface wherever they go; an error of the site is a
    page to look at, not an exception.
    """
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    clients: dict[str, Client] = {}

    def client(role: str) -> Client:
        if role not in clients:
            key = {"Authorization": f"Bearer {security_world.tokens.get(role, '')}"}
            clients[role] = Steady(raise_request_exception=False, headers=key)
            clients[role].force_login(security_world.users[role])
        return clients[role]

    return client


@pytest.fixture
def unlogged() -> Iterator[None]:
    """Thousands of refusals, each with its trace, would be most of the time."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A process among several hands over what it tried."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["tried"] = dict(TRIED)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The first process adds up what the others tried."""
    TRIED.update(node.workeroutput.get("tried", {}) if hasattr(node, "workeroutput") else {})


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

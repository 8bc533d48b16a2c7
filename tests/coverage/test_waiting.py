"""After a change of very many companies, pages of figures say that these are being counted, until the fold is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from parkparty.accounts.models import User
from parkparty.coverage.figures import crossed, marks, totals
from parkparty.coverage.services.counting import fold_all
from parkparty.places.models import Park
from tests.conftest import World, make_company

SignIn = Callable[[User], Client]
WAITS = "刚有大量企业变动，正在重新统计。"
OF_KIC = (
    "/coverage/dashboard/?place=park:kic",
    "/coverage/wall/?place=park:kic",
    "/coverage/parks/kic/",
    "/coverage/areas/310110/",
    "/coverage/cross/?place=park:kic&rows=industry&columns=coverage",
)
ELSEWHERE = tuple(address.replace("kic", "neighbour") for address in OF_KIC if "kic" in address)


@pytest.fixture
def busy(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three companies came to a park since the last fold, one more than readers go through."""
    Park.objects.filter(pk=world.neighbour.pk).update(key="neighbour")
    fold_all()
    for reader in (marks, totals, crossed):
        monkeypatch.setattr(reader, "MARKS_READ", 2)
    for number in range(3):
        make_company(number, world.kic)
    return world


def waiting(client: Client, addresses: tuple[str, ...]) -> list[bool]:
    pages = [client.get(address) for address in addresses]
    assert {page.status_code for page in pages} == {200}
    return [WAITS in page.content.decode() for page in pages]


def test_pages_wait_for_the_fold_and_then_show_the_figures(busy: World, viewer: User, client_of: SignIn) -> None:
    client = client_of(viewer)
    assert all(waiting(client, OF_KIC))
    fold_all()
    assert not any(waiting(client, OF_KIC))


def test_a_park_without_changes_does_not_wait(busy: World, viewer: User, client_of: SignIn) -> None:
    assert not any(waiting(client_of(viewer), ELSEWHERE))


def test_a_page_narrowed_to_some_companies_does_not_wait(busy: World, viewer: User, client_of: SignIn) -> None:
    narrowed = tuple(f"{address}{'&' if '?' in address else '?'}industry=65" for address in OF_KIC[2:])
    assert not any(waiting(client_of(viewer), narrowed))


def test_home_and_the_first_page_of_coverage_wait(busy: World, viewer: User, client_of: SignIn) -> None:
    client = client_of(viewer)
    assert all(waiting(client, ("/", "/coverage/")))
    fold_all()
    assert not any(waiting(client, ("/", "/coverage/")))

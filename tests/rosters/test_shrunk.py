"""A roster far smaller than the last one asks before it is imported, and deletes nothing (F25)."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.rosters.choices import BatchState
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.services import batches
from tests.conftest import World
from tests.rosters.conftest import REASON, Receive, ask, row


def import_rows(receive: Receive, by: User, *numbers: int) -> RosterBatch:
    return batches.apply_batch(ask(receive(by, *map(row, numbers)), by).pk)


def apply(client: Client, batch: RosterBatch, **typed: str) -> str:
    address = reverse("rosters:apply", args=[batch.pk])
    return str(client.post(address, {"reason": REASON, **typed}, follow=True).content.decode())


def test_F25_a_roster_that_shrank_asks_and_deletes_nothing(
    world: World, administrator: User, receive: Receive, client: Client
) -> None:
    client.force_login(administrator)
    import_rows(receive, administrator, *range(1, 21))
    batch = receive(administrator, row(30))
    shown = client.get(reverse("rosters:batch", args=[batch.pk])).content.decode()
    assert "这次 1 行，上一次导入同样园区时有 20 行" in shown
    shown = apply(client, batch)
    assert "核对文件完整后勾选此项" in shown
    assert REASON in shown
    assert Company.objects.count() == 20
    assert "导入完成" in apply(client, batch, shrunk="on")
    assert Company.objects.count() == 21


def test_F25_a_tenth_fewer_and_other_parks_do_not_ask(
    world: World, district_administrator: User, receive: Receive
) -> None:
    import_rows(receive, district_administrator, *range(1, 21))
    assert receive(district_administrator, *map(row, range(3, 21))).rows_before == 0
    assert receive(district_administrator, *map(row, range(4, 21))).rows_before == 20
    assert receive(district_administrator, row(1, 所属园区="邻里园")).rows_before == 0


def test_F25_a_header_alone_changes_nothing(world: World, administrator: User, receive: Receive) -> None:
    import_rows(receive, administrator, 1)
    assert receive(administrator).state == BatchState.UNREADABLE
    assert Company.objects.count() == 1

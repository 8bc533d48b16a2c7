"""Service stations: seen by those of their place and by the branches of their park, with what happened there."""

from __future__ import annotations

from typing import Any

import pytest

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.core.dates import today
from parkparty.places.models import ServiceStation
from tests.conftest import World

S = ActivityState


@pytest.fixture
def station(world: World) -> ServiceStation:
    facts = {"address": "大学路 1 号", "opening_hours": "工作日 9:00～17:30", "services": "政策咨询、党课场地"}
    return ServiceStation.objects.create(park=world.kic, name="创智服务站", **facts)


@pytest.fixture
def elsewhere(world: World) -> ServiceStation:
    return ServiceStation.objects.create(park=world.tiandi, name="天地服务站")


def text_of(client: Any, address: str = "/stations/") -> str:
    return str(client.get(address).content.decode())


def test_its_page_tells_what_it_offers_when_and_what_happened_there(
    station: ServiceStation, world: World, in_state: Any, client_of: Any, reviewer: User
) -> None:
    first_day = today().replace(month=1, day=1)
    in_state(S.APPROVED, world.joint_branch, topic="在站里", station=station, held_on=first_day)
    in_state(S.SUBMITTED, world.joint_branch, topic="未审的", station=station, held_on=first_day)
    in_state(S.APPROVED, world.putuo_committee, topic="外区来的", station=station, held_on=first_day)
    in_state(S.APPROVED, world.joint_branch, topic="在别处", held_on=first_day)
    text = text_of(client_of(reviewer), f"/stations/{station.pk}/")
    for word in ("大学路 1 号", "工作日 9:00～17:30", "政策咨询、党课场地", "在站里", "未审的", "<dd>1</dd>"):
        assert word in text, word
    assert "外区来的" not in text
    assert "在别处" not in text


def test_only_stations_in_reach_are_seen(
    station: ServiceStation, elsewhere: ServiceStation, world: World, client_of: Any, secretary: User, make_user: Any
) -> None:
    here = [
        secretary,
        make_user("place", Role.VIEWER, world.wujiaochang),
        make_user("unit", Role.VIEWER, world.kic_committee),
    ]
    for reader in here:
        text = text_of(client_of(reader))
        assert "创智服务站" in text
        assert "天地服务站" not in text
        assert client_of(reader).get(f"/stations/{elsewhere.pk}/").status_code == 404
    neighbour = make_user("neighbour", Role.SECRETARY, world.neighbour_branch)
    assert client_of(neighbour).get(f"/stations/{station.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("q=大学路", True),
        ("q=服务站", True),
        ("q=别的", False),
        ("place=park:kic", True),
        ("place=park:neighbour", False),
    ],
)
def test_they_are_found_by_name_address_and_place(
    station: ServiceStation, client_of: Any, reviewer: User, query: str, seen: bool
) -> None:
    assert ("创智服务站" in text_of(client_of(reviewer), f"/stations/?{query}")) == seen


def test_few_queries(
    station: ServiceStation,
    world: World,
    in_state: Any,
    client_of: Any,
    reviewer: User,
    django_assert_max_num_queries: Any,
) -> None:
    for _number in range(20):
        in_state(S.APPROVED, world.joint_branch, station=station)
    client = client_of(reviewer)
    for address in ("/stations/", f"/stations/{station.pk}/"):
        with django_assert_max_num_queries(10):
            text_of(client, address)

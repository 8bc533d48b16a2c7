"""Are we improving: points over frozen snapshots only, with the denominator under them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.choices import Denominator
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.figures.trend import POINTS, trend
from parkparty.coverage.models import CoverageSnapshot
from parkparty.coverage.services import take_snapshot
from parkparty.coverage.tables.trend import trend_points
from tests.conftest import World, cover, make_company

OPERATING = Denominator.OPERATING


def freeze(world: World, *days: dt.date) -> list[CoverageSnapshot]:
    return [take_snapshot(world.kic, as_of=day, denominator=OPERATING, by=None)[0] for day in days]


def test_a_point_stays_where_it_was_when_records_change(world: World) -> None:
    first, second = dt.date(2020, 3, 31), dt.date(2020, 6, 30)
    companies = [make_company(number, world.kic) for number in range(5)]
    cover(companies[0], world.joint_branch)
    freeze(world, second, first)
    cover(companies[1], world.joint_branch)
    points = trend_points(trend(world.kic, OPERATING, Scope.everything()))
    assert [(point.snapshot.as_of, point.rate) for point in points] == [(first, Rate(1, 5)), (second, Rate(1, 5))]
    again = freeze(world, second)[0]
    points = trend_points(trend(world.kic, OPERATING, Scope.everything()))
    assert [point.rate for point in points] == [Rate(1, 5), Rate(2, 5)]
    assert points[1].snapshot == again


def test_the_last_days_are_shown_each_leading_to_its_snapshot(
    world: World, viewer: User, client_of: Callable[[User], Client]
) -> None:
    taken = freeze(world, *(dt.date(2020, month, 1) for month in range(1, POINTS + 3)))
    client = client_of(viewer)
    page = client.get(reverse("coverage:snapshots"), {"place": "park:kic"}).content.decode()
    chart = page[page.index('class="trend"') : page.index("</svg>", page.index('class="trend"'))]
    shown = [snapshot for snapshot in taken if reverse("coverage:snapshot", args=[snapshot.pk]) in chart]
    assert shown == taken[2:]
    other = client.get(reverse("coverage:snapshots"), {"place": "park:kic", "denominator": "sanyou"}).content.decode()
    assert "这个口径还没有快照" in other
    assert client.get(reverse("coverage:snapshots"), {"place": "park:kic", "denominator": "x"}).status_code == 200


def test_a_day_without_companies_breaks_the_line(world: World) -> None:
    freeze(world, dt.date(2020, 1, 1))
    point = trend_points(trend(world.kic, OPERATING, Scope.everything()))[0]
    assert not point.has_rate
    assert str(point.rate) == "—"

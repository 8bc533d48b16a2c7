"""Monthly days are planned at once: drafts of days to come, which are announcements until they have been held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState, Repeat
from parkparty.activities.models import Activity
from parkparty.activities.services.series import days_of
from parkparty.core.dates import add_months, today
from tests.conftest import World

D = dt.date


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


@pytest.fixture
def pattern(in_state: Callable[..., Activity], world: World) -> Activity:
    record = in_state(ActivityState.APPROVED, world.joint_branch, topic="固定党日", place="二楼", summary="学了什么")
    record.host_rows.create(organization=world.own_branch)
    return record


def planned() -> list[Activity]:
    return list(Activity.objects.drafts().order_by("held_on"))


@pytest.mark.parametrize(
    ("held_on", "on", "repeat", "days"),
    [
        (D(2026, 1, 31), D(2026, 1, 31), Repeat.DATE, [D(2026, 2, 28), D(2026, 3, 31), D(2026, 4, 30)]),
        (D(2026, 1, 2), D(2026, 1, 9), Repeat.WEEKDAY, [D(2026, 2, 6), D(2026, 3, 6), D(2026, 4, 3)]),
        (D(2026, 1, 30), D(2026, 1, 30), Repeat.WEEKDAY, [D(2026, 2, 27), D(2026, 3, 27), D(2026, 4, 24)]),
        (D(2026, 3, 5), D(2026, 11, 21), Repeat.DATE, [D(2026, 12, 5), D(2027, 1, 5), D(2027, 2, 5)]),
        (D(2026, 12, 5), D(2026, 11, 21), Repeat.DATE, [D(2027, 1, 5), D(2027, 2, 5), D(2027, 3, 5)]),
    ],
    ids=["short months", "first Friday", "fifth Friday", "long ago", "ahead"],
)
def test_days(held_on: D, on: D, repeat: Repeat, days: list[D]) -> None:
    assert days_of(held_on, months=3, repeat=repeat, on=on) == days


def test_each_month_gets_an_announcement_and_twice_is_once(desk: Client, pattern: Activity, world: World) -> None:
    for _press in range(2):
        page = desk.post(f"/activities/{pattern.pk}/repeat/", {"months": "3", "repeat": "date"}, follow=True)
        assert page.status_code == 200
    assert "这几个月的预告早已建好。" in page.content.decode()
    first, second, third = planned()
    days = [row.held_on for row in (first, second, third)]
    assert days == [add_months(days[0], n) for n in (0, 1, 2)]
    assert days[0].day == 2
    assert max(D(2026, 11, 2), today()) < days[0] <= add_months(max(D(2026, 11, 2), today()), 2)
    assert (first.topic, first.place, first.summary, first.present) == ("固定党日", "二楼", "", None)
    assert {host.pk for host in first.hosts.all()} == {world.joint_branch.pk, world.own_branch.pk}
    assert [kind.pk for kind in first.types.all()] == ["theme_day"]
    listed = desk.get("/activities/?state=draft").content.decode()
    assert listed.count("预告") == 3


def test_an_announcement_is_not_sent_before_its_day(desk: Client, typed: Any) -> None:
    tomorrow = today() + dt.timedelta(days=1)
    page = desk.post("/activities/new/", typed(held_on=tomorrow.isoformat(), submit="1"), follow=True)
    assert "已存为预告，活动结束后再提交。" in page.content.decode()
    activity = Activity.objects.get()
    assert (activity.state, activity.get_state_display()) == (ActivityState.DRAFT, "预告")
    assert f"/activities/{activity.pk}/submit/" not in page.content.decode()
    desk.post(f"/activities/{activity.pk}/submit/", {"version": activity.version})
    activity.refresh_from_db()
    assert activity.state == ActivityState.DRAFT


def test_only_who_writes_for_the_branch_plans_for_it(client_of: Any, reviewer: User, pattern: Activity) -> None:
    judge = client_of(reviewer)
    assert "/repeat/" not in judge.get(f"/activities/{pattern.pk}/").content.decode()
    assert judge.post(f"/activities/{pattern.pk}/repeat/", {"months": "3", "repeat": "date"}).status_code == 403
    assert not planned()


@pytest.mark.parametrize("sent", [{}, {"months": "99", "repeat": "date"}, {"months": "3", "repeat": "never"}])
def test_what_does_not_read_plans_nothing(desk: Client, pattern: Activity, sent: dict[str, str]) -> None:
    assert desk.post(f"/activities/{pattern.pk}/repeat/", sent).status_code == 302
    assert not planned()

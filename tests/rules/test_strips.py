"""The dot strip: is a monthly duty met month after month, or was it once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityType
from parkparty.core.dates import today
from parkparty.core.rates import Rate
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.rules.figures import strips
from tests.conftest import World, make_organization

ON = dt.date(2026, 11, 21)
SignIn = Callable[[User], Client]


@pytest.fixture
def town(world: World, make_activity: Callable[..., Activity], secretary: User, reviewer: User) -> World:
    """The joint branch held its theme day in two months and waits for a third; one more branch is three months old."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    type, founded = OrganizationType.JOINT_BRANCH, dt.date(2026, 9, 30)
    make_organization("KIC-N", type, world.kic_committee, park=world.kic, approved_on=founded)
    theme_day = ActivityType.objects.get(pk="theme_day")
    done = {"state": ActivityState.APPROVED, "reviewed_by": reviewer, "reviewed_at": "2026-11-02T00:00Z"}
    for day in (dt.date(2025, 11, 30), dt.date(2025, 12, 1), dt.date(2026, 9, 5), dt.date(2026, 9, 6)):
        make_activity(world.joint_branch, secretary, theme_day, held_on=day, **done)
    make_activity(world.joint_branch, secretary, theme_day, held_on=dt.date(2026, 10, 5), state=ActivityState.SUBMITTED)
    return world


def test_each_month_of_the_last_twelve_has_its_dot(town: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3):
        found = strips(Organization.objects.all(), "R34", ON)
    assert found
    assert (found.name, found.months[0].name, found.months[-1].name) == ("主题党日", "2025-12", "2026-11")
    by_code = {row.branch.code: row for row in found.rows}
    assert set(by_code) == {"KIC-J1", "KIC-O1", "KIC-N", "NB-J1"}
    states = [duty and str(duty.state) for duty in by_code["KIC-J1"].duties]
    assert states == ["done", *["missing"] * 8, "done", "pending", "missing"]
    assert by_code["KIC-J1"].done == Rate(2, 12)
    assert [duty and str(duty.state) for duty in by_code["KIC-N"].duties] == [None] * 9 + ["missing"] * 3


@pytest.mark.parametrize("code", ["R30", "R03", "no-such-rule", ""])
def test_what_is_not_owed_each_month_has_no_strip(town: World, reviewer: User, client_of: SignIn, code: str) -> None:
    assert strips(Organization.objects.all(), code, ON) is None
    page = client_of(reviewer).get("/rules/duties/", {"months": code}).content.decode()
    said = "没有找到这个每月应办的事项" in page
    assert (said, "<tbody" in page) == ((True, False) if code else (False, True))  # none asked for: the table of duties


def test_the_dashboard_leads_to_it_and_it_shows_ones_own_branches(
    town: World, administrator: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(administrator)
    address = "/rules/duties/?place=park%3Akic&amp;months=R34"
    assert address in client.get("/coverage/dashboard/", {"place": "park:kic"}).content.decode()
    with django_assert_max_num_queries(12):
        page = client.get("/rules/duties/", {"place": "park:kic", "months": "R34"}).content.decode()
    assert page.count('<th scope="row">') == 3
    assert "邻里园" not in page
    assert f"{today().month} 月" in page
    assert "/organizations/KIC-J1/checkup/" in page
    assert "checkbox" not in page

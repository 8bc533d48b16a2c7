"""Attendance, what was held together and how soon it was reported: sums of whole numbers, of any node and span."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.core.scope import Scope
from parkparty.coverage.figures.life import Life, life_of
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from tests.conftest import World, make_company, make_organization

ALL = Scope.everything()
SINCE, UNTIL = dt.date(2026, 4, 1), dt.date(2026, 6, 30)
SignIn = Callable[[User], Client]
Hold = Callable[..., Activity]


@pytest.fixture
def hold(world: World, make_activity: Hold, secretary: User, reviewer: User) -> Hold:
    """Holds an approved activity on a day of the second quarter, reported so many days later."""
    call_command("loaddata", "fixtures/codes/activity_types.json", verbosity=0)

    def write(day: int, *, after: int = 0, branch: Any = None, **fields: Any) -> Activity:
        held_on = SINCE + dt.timedelta(days=day)
        # In the evening of Shanghai it is another day in Greenwich.
        reported = dt.datetime.combine(held_on + dt.timedelta(days=after), dt.time(20), dt.UTC) - dt.timedelta(hours=8)
        judged = {"state": "approved", "reviewed_by": reviewer, "reviewed_at": reported, "filed_at": reported}
        return make_activity(branch or world.joint_branch, secretary, held_on=held_on, **judged | fields)

    return write


def test_attendance_is_the_sum_of_those_present_over_the_sum_of_those_due(world: World, hold: Hold) -> None:
    hold(0, expected=10, present=9)
    hold(1, expected=90, present=45)
    hold(2, expected=7, present=None)
    hold(3, expected=None, present=7)
    found = life_of(world.kic, SINCE, UNTIL, ALL)
    assert (found.held, found.stated, found.came, found.due) == (4, 2, 54, 100)
    assert str(found.attendance) == "54.0%"


def test_what_several_hold_or_companies_join_is_held_together_and_counts_once(world: World, hold: Hold) -> None:
    hold(0)
    joint, joined = hold(1), hold(2)
    ActivityHost.objects.create(activity=joint, organization=world.own_branch)
    joined.companies.add(make_company(1, world.kic), make_company(2, world.kic))
    for node in (world.kic, world.yangpu, world.street_committee, world.joint_branch):
        found = life_of(node, SINCE, UNTIL, ALL)
        assert (found.held, found.together) == (3, 2), node
    assert life_of(world.own_branch, SINCE, UNTIL, ALL).held == 1
    assert str(found.shared) == "2/3"


def test_only_what_counts_in_the_span_is_added_up(world: World, hold: Hold) -> None:
    hold(0)
    hold((UNTIL - SINCE).days)
    hold(-1)
    hold((UNTIL - SINCE).days + 1)
    hold(5, state="submitted", reviewed_by=None, reviewed_at=None)
    hold(5, branch=world.putuo_committee)
    assert life_of(world.yangpu, SINCE, UNTIL, ALL).held == 2
    assert life_of(world.shanghai, SINCE, UNTIL, ALL).held == 3
    assert life_of(world.shanghai, SINCE, UNTIL, Scope()).held == 0


def test_days_go_from_the_day_held_to_the_first_report(world: World, hold: Hold) -> None:
    hold(0)
    hold(1, after=3)
    hold(2, after=5)
    hold(3, after=-2)
    found = life_of(world.kic, SINCE, UNTIL, ALL)
    assert (found.days, found.days_to_report) == (8, "2.0")
    assert Life(0, 0, 0, 0, 0, 0, 0, 0).days_to_report == "—"
    assert (found.for_each_of(3), found.for_each_of(0)) == ("1.3", "—")


def test_cooperation_projects_are_activities_of_that_type(world: World, hold: Hold) -> None:
    hold(0)
    hold(1).types.add(ActivityType.objects.get(pk="project"))
    assert life_of(world.kic, SINCE, UNTIL, ALL).projects == 1


def test_organisations_founded_in_the_span_that_still_stand_are_told_and_listed(
    world: World, hold: Hold, viewer: User, client_of: SignIn
) -> None:
    branch = OrganizationType.INDEPENDENT_BRANCH
    days = (SINCE, UNTIL, SINCE - dt.timedelta(days=1), UNTIL + dt.timedelta(days=1))
    for number, day in enumerate(days):
        make_organization(f"F{number}", branch, world.kic_committee, approved_on=day, park=world.kic)
    gone = {"status": OrganizationStatus.DISSOLVED, "dissolved_on": UNTIL}
    make_organization("F9", branch, world.kic_committee, approved_on=SINCE, park=world.kic, **gone)
    for node in (world.kic, world.street_committee):
        assert life_of(node, SINCE, UNTIL, ALL).founded == 2
    client = client_of(viewer)
    asked = {"place": "park:kic", "since": SINCE, "until": UNTIL}
    page = client.get(reverse("coverage:life"), asked).content.decode()
    address = re.search(r'<a href="([^"]+founded=[^"]+)">2</a>', page)
    assert address
    listed = client.get(html.unescape(address[1])).content.decode()
    assert re.findall(r">(F\d)</", listed) == ["F0", "F1"]


def test_the_page_shows_the_span_beside_the_same_a_year_before(
    world: World, hold: Hold, viewer: User, client_of: SignIn
) -> None:
    for day in (0, 1, 2, -365):
        hold(day, expected=8, present=6)
    client = client_of(viewer)
    asked = {"place": "park:kic", "since": SINCE, "until": UNTIL}
    page = client.get(reverse("coverage:life"), asked).content.decode()
    cells = [re.sub(r"<[^>]+>|\s", "", cell) for cell in re.findall(r'<td class="number".*?</td>', page, re.DOTALL)]
    assert cells[:4] == ["3", "1", "75.0%（18/24）", "75.0%（6/8）"]
    assert cells[6:8] == ["—（3/0）", "—（1/0）"]
    (first, *_rest) = re.findall(r'<td class="number"[^>]*>\s*<a href="([^"]+)"', page)
    listed = client.get(html.unescape(first)).content.decode()
    assert listed.count('<th scope="row">') == 3


def test_a_corrected_number_is_shown_at_once(world: World, hold: Hold, viewer: User, client_of: SignIn) -> None:
    activity, client = hold(0, expected=8, present=6), client_of(viewer)
    asked = {"place": "park:kic", "since": SINCE, "until": UNTIL}
    assert "（6/8）" in client.get(reverse("coverage:life"), asked).content.decode()
    Activity.objects.filter(pk=activity.pk).update(present=7)
    assert "（7/8）" in client.get(reverse("coverage:life"), asked).content.decode()


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"since": "2026-02-30"}, "日期按 2026-11-21 的样子填写。"),
        ({"since": UNTIL, "until": SINCE}, "把两个日期对调即可"),
        ({"until": "2999-01-01"}, "日期不晚于今天"),
        ({"denominator": "made-up"}, "made-up"),
    ],
)
def test_what_cannot_be_read_is_said(
    world: World, viewer: User, client_of: SignIn, asked: dict[str, Any], complaint: str
) -> None:
    answer = client_of(viewer).get(reverse("coverage:life"), {"place": "park:kic", **asked})
    assert answer.status_code == 200
    assert complaint in html.unescape(answer.content.decode())

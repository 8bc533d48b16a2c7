"""Branches × duties: what is missing this period, ticked by the column and urged in three clicks (J5)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityType
from parkparty.core.dates import today
from parkparty.core.rates import Rate
from parkparty.engagement.models import Reminder
from parkparty.organizations.models import Organization
from parkparty.rules.figures import duties, grid
from tests.conftest import LONG_AGO, World

SignIn = Callable[[User], Client]
PAGE = "/rules/duties/"


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


@pytest.fixture
def held(world: World, secretary: User, reviewer: User, make_activity: Callable[..., Activity]) -> World:
    """The joint branch held its assembly of this quarter; the other two branches of the street did not."""
    done = {"state": ActivityState.APPROVED, "reviewed_by": reviewer, "reviewed_at": timezone.now()}
    assembly = ActivityType.objects.get(pk="branch_assembly")
    make_activity(world.joint_branch, secretary, assembly, held_on=today(), **done)
    return world


def test_columns_and_rows_sum_to_the_same(held: World) -> None:
    table = grid(duties(Organization.objects.all(), today()))
    assembly = next(column for column in table.columns if column.code == "R30")
    assert (assembly.done, assembly.open) == (Rate(1, 3), 2)
    assert table.done == Rate.sum_of(column.done for column in table.columns)
    assert table.done.denominator == sum(duty is not None for _branch, cells in table.rows for duty in cells)
    assert [branch.code for branch, _cells in table.rows] == ["KIC-J1", "KIC-O1", "NB-J1"]


def test_who_has_not_reported_is_urged_in_three_clicks(
    held: World, reviewer: User, make_user: Callable[..., User], client_of: SignIn
) -> None:
    for branch in (held.own_branch, held.neighbour_branch):
        make_user(f"secretary-{branch.code}", "secretary", branch)
    client = client_of(reviewer)
    assert "/rules/duties/" in client.get("/").content.decode()  # 1: the link on the home page
    assert "勾选缺报 2 项" in client.get(PAGE).content.decode()
    shown = client.get(PAGE, {"tick": "R30"}).content.decode()  # 2: the column
    ticked = re.findall(r'name="duty" value="([^"]+)"[^>]*checked', shown)
    assert ticked == [f"{branch.pk}:R30" for branch in (held.own_branch, held.neighbour_branch)]
    client.post("/missing/urge/", {"duty": ticked})  # 3: urge
    assert set(Reminder.objects.values_list("organization__code", "rule")) == {("KIC-O1", "R30"), ("NB-J1", "R30")}


def test_it_shows_ones_own_subtree_and_offers_urging_to_reviewers_only(
    held: World, administrator: User, viewer: User, secretary: User, client_of: SignIn
) -> None:
    assert "邻里园联合支部" not in client_of(administrator).get(PAGE).content.decode()
    assert "邻里园联合支部" in client_of(viewer).get(PAGE).content.decode()
    for user in (administrator, viewer, secretary):
        assert 'name="duty"' not in client_of(user).get(PAGE).content.decode()


def test_who_writes_for_a_branch_comes_from_what_is_open_to_its_form(
    held: World, secretary: User, reviewer: User, client_of: SignIn, make_activity: Callable[..., Activity]
) -> None:
    assembly, theme_day = (ActivityType.objects.get(pk=code) for code in ("branch_assembly", "theme_day"))
    back = {"state": ActivityState.RETURNED, "reviewed_by": reviewer, "reviewed_at": timezone.now()}
    returned = make_activity(held.joint_branch, secretary, theme_day, held_on=today(), **back)
    draft = make_activity(held.own_branch, secretary, assembly, held_on=today())
    Grant.objects.create(user=secretary, role=Role.SECRETARY, organization=held.own_branch, since=LONG_AGO)
    new = "/activities/new/?organization=KIC-O1&amp;type=theme_day"
    writes, reads = (client_of(user).get(PAGE).content.decode() for user in (secretary, reviewer))
    for address in (f"/activities/{returned.pk}/edit/", f"/activities/{draft.pk}/edit/", new):
        assert f'<a href="{address}">' in writes
        assert address not in reads
    assert f'<a href="/activities/{returned.pk}/">' in reads
    assert f"/activities/{draft.pk}/" not in reads


def test_months_name_what_they_are_cut_to(held: World, reviewer: User, client_of: SignIn) -> None:
    page = client_of(reviewer).get(PAGE, {"months": "R34", "q": "KIC-J1"}).content.decode()
    assert 'href="?months=R34"' in page
    assert "KIC-J1" in page.split('class="filter-chips"')[1].split("</ul>")[0]


def test_filters_stand_in_the_address_and_what_is_wrong_is_said(held: World, reviewer: User, client_of: SignIn) -> None:
    client = client_of(reviewer)
    assert "邻里园联合支部" not in client.get(PAGE, {"organization": "KIC"}).content.decode()
    wrong = client.get(PAGE, {"organization": "PT"}).content.decode()
    assert "有内容需要改正" in wrong
    assert 'value="PT"' not in wrong  # what is not seen is not asked for again


def test_a_phone_reads_the_duty_beside_its_sign(held: World, reviewer: User, client_of: SignIn) -> None:
    page = client_of(reviewer).get(PAGE, {"q": "KIC-J1"}).content.decode()
    row = page.split("<tbody>")[1].split("</tr>")[0]
    heads = re.findall(r'<td data-label="([^"]+)">', row)
    assert heads == [
        column.name for column in grid(duties(Organization.objects.filter(code="KIC-J1"), today())).columns
    ]
    assert "支部党员大会" in heads


def test_it_needs_few_queries(
    held: World, reviewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(reviewer)
    with django_assert_max_num_queries(12):
        client.get(PAGE, {"place": "park:kic"})

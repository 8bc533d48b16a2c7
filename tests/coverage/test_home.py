"""The home page: what each role has to do first, and nothing that another role does."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import CompanyMemberCount
from parkparty.core.dates import today
from parkparty.coverage.views import home as views
from parkparty.organizations.choices import OrganizationType
from parkparty.rules.models import Rule
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization

SignIn = Callable[[User], Client]

DESK, QUEUE, TILES, DATA, AUDIT = (
    'id="desk-title"',
    'id="queue-title"',
    'id="tiles-title"',
    'id="data-title"',
    'id="audit-title"',
)
PARTS = (DESK, QUEUE, TILES, DATA, AUDIT)


def home(client: Client) -> str:
    response = client.get(reverse("home"))
    assert response.status_code == 200
    return response.content.decode()


STEPS = re.compile(r'<span class="visually-hidden">(已完成|未完成)：</span>')


@pytest.mark.parametrize(
    ("role", "parts"),
    [
        ("secretary", {DESK}),
        ("reviewer", {QUEUE, TILES}),
        ("administrator", {TILES, DATA}),
        ("viewer", {TILES}),
        ("auditor", {AUDIT}),
        ("stranger", set()),
    ],
)
def test_each_role_finds_its_own_work(
    request: pytest.FixtureRequest, world: World, client_of: SignIn, role: str, parts: set[str]
) -> None:
    page = home(client_of(request.getfixturevalue(role)))
    assert {part for part in PARTS if part in page} == parts


def test_who_has_no_grant_is_told_who_gives_one(stranger: User, client_of: SignIn) -> None:
    page = home(client_of(stranger))
    assert "这个账号还没有授权" in page
    assert "管理员" in page


def test_a_visitor_is_asked_to_sign_in(client: Client, db: None) -> None:
    assert client.get(reverse("home")).url == f"{reverse('accounts:login')}?next=/"


def test_a_secretary_sees_what_is_owed_and_what_is_unfinished(
    world: World,
    monthly_rule: Rule,
    secretary: User,
    other_secretary: User,
    make_activity: Callable[..., Activity],
    client_of: SignIn,
) -> None:
    client = client_of(secretary)
    page = home(client)
    assert "还有 1 项未报" in page
    assert f"{reverse('activities:new')}?organization=KIC-J1&amp;type=theme_day" in page
    make_activity(world.joint_branch, secretary, held_on=LONG_AGO)
    make_activity(world.joint_branch, secretary, held_on=LONG_AGO, state=ActivityState.RETURNED)
    make_activity(world.joint_branch, secretary, held_on=today(), state=ActivityState.SUBMITTED)
    make_activity(world.neighbour_branch, other_secretary, held_on=LONG_AGO)
    make_activity(world.neighbour_branch, other_secretary, held_on=LONG_AGO, state=ActivityState.RETURNED)
    page = home(client)
    assert "还有 1 项未报" not in page
    assert "1 份草稿" in page
    assert "1 条被退回，待修改" in page


def test_who_writes_for_very_many_branches_is_led_to_the_table_of_duties(
    world: World, monthly_rule: Rule, make_user: Any, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(make_user("park", Role.SECRETARY, world.kic_committee))
    page = home(client)
    assert "还有 2 项未报" in page
    assert "党支部较多" not in page
    monkeypatch.setattr(views, "OWED_OF", 1)
    page = home(client)
    assert "项未报" not in page
    assert "党支部较多" in page
    assert f'href="{reverse("rules:duties")}">逐个支部看' in page


def test_a_reviewer_sees_how_many_records_wait_and_the_oldest_first(
    world: World, reviewer: User, secretary: User, make_activity: Callable[..., Activity], client_of: SignIn
) -> None:
    for number in range(6):
        make_activity(world.joint_branch, secretary, topic=f"第 {number} 次学习", state=ActivityState.SUBMITTED)
    page = home(client_of(reviewer))
    assert "待审核 6 条" in page
    assert re.findall(r">(第 \d 次学习)<", page) == [f"第 {number} 次学习" for number in range(5)]


def test_the_tile_shows_the_rate_with_numbers_definition_and_day(
    world: World, reviewer: User, client_of: SignIn
) -> None:
    for number in range(6):
        cover(make_company(number, world.kic), world.joint_branch if number else None, "joint" if number else "union")
    page = home(client_of(reviewer))
    assert '<p class="rate-number">83.3%</p>' in page
    assert ">5 家</a>" in page
    assert ">6 家</a>" in page
    assert ">1 家</a>" in page
    assert f"截至 {today()} · 口径：实体运营企业" in page
    assert reverse("coverage:area", args=["310110019"]) in page
    assert page.count('class="rate-card"') == 3, "what branches owe, the rate, and who should have an organisation"


def test_companies_that_should_have_an_organisation_of_their_own_are_two_clicks_away(
    world: World, reviewer: User, client_of: SignIn
) -> None:
    """Job J4: the tile, its list, a company; who is in a joint branch is counted apart."""
    own, joint, without, small = (make_company(number, world.kic) for number in range(4))
    for company, full in ((own, 5), (joint, 3), (without, 4), (small, 2)):
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full)
    cover(own, world.own_branch, LinkKind.OWN)
    cover(joint, world.joint_branch)
    client = client_of(reviewer)
    _before, tile = home(client).split('id="unbuilt-title"')
    number, address = re.search(r'rate-number"><a href="([^"]+)">(\d+) 家', tile).group(2, 1)
    assert number == "2"
    assert re.findall(r">(\d+) 家</a>", tile) == ["2", "3", "1", "1"]
    listed = client.get(html.unescape(address)).content.decode()
    assert "未单独组建" in listed
    assert set(re.findall(r'<th scope="row"><a[^>]+>([^<]+)</a>', listed)) == {joint.name, without.name}


def test_every_home_needs_few_queries(
    world: World,
    monthly_rule: Rule,
    secretary: User,
    reviewer: User,
    viewer: User,
    administrator: User,
    make_activity: Callable[..., Activity],
    client_of: SignIn,
    django_assert_max_num_queries: Any,
) -> None:
    make_activity(world.joint_branch, secretary, state=ActivityState.SUBMITTED, held_on=today())
    Grant.objects.create(user=reviewer, role=Role.SECRETARY, organization=world.neighbour_branch, since=LONG_AGO)
    for user in (secretary, reviewer, viewer, administrator):
        client = client_of(user)
        with django_assert_max_num_queries(12):
            home(client)


def test_a_committee_with_many_branches_sees_the_first_duties_and_how_many_more(
    world: World, monthly_rule: Rule, make_user: Callable[..., User], client_of: SignIn
) -> None:
    for number in range(views.DUTIES_SHOWN - 1):
        make_organization(f"KIC-X{number}", OrganizationType.JOINT_BRANCH, world.kic_committee, park=world.kic)
    page = home(client_of(make_user("committee", Role.SECRETARY, world.kic_committee)))
    assert f"还有 {views.DUTIES_SHOWN + 1} 项未报" in page
    assert "另有 1 项未列出。" in page
    assert page.count('class="duty ') == views.DUTIES_SHOWN


def test_who_reaches_everything_sees_where_the_trees_begin(
    world: World, make_user: Callable[..., User], client_of: SignIn
) -> None:
    client = client_of(make_user("root", is_superuser=True))
    assert re.findall(r'class="rate-label"><a [^>]+>([^<]+)<', home(client)) == ["上海市"]
    index = client.get(reverse("coverage:index")).content.decode()
    assert re.findall(r'<th scope="row"><a [^>]+>([^<]+)<', index) == ["上海市", "普陀区党工委", "杨浦区党工委"]


def test_who_reaches_only_organisations_sees_their_rate(
    world: World, make_user: Callable[..., User], client_of: SignIn
) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    page = home(client_of(make_user("committee", Role.VIEWER, world.kic_committee)))
    assert reverse("coverage:organization", args=["KIC"]) in page
    assert '<p class="rate-number">1/1</p>' in page


def test_a_new_office_sees_what_to_do_first_until_its_figures_are_real(
    world: World, district_administrator: User, viewer: User, secretary: User, client_of: SignIn
) -> None:
    client = client_of(district_administrator)
    assert STEPS.findall(home(client)) == ["已完成", "未完成", "未完成", "已完成", "已完成"]
    assert "3/5" in home(client)
    assert "开始使用" not in home(client_of(viewer))
    make_company(1, world.tiandi)
    assert "3/5" in home(client), "companies of others are not its own"
    make_company(2, world.kic)
    assert "开始使用" not in home(client)


def test_a_new_office_can_look_at_a_demo_first_where_the_site_names_one(
    world: World, district_administrator: User, client_of: SignIn, settings: Any
) -> None:
    client = client_of(district_administrator)
    assert "先看演示" not in home(client)
    settings.DEMO_SITE = "https://demo.example.cn"
    assert re.search(r'href="https://demo\.example\.cn">.*?先看演示</a>', home(client))

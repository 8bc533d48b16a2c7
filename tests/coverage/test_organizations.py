"""The list and the pages of organisations: tree, size with its hints, contacts only for those who need them."""

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
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.organizations.choices import OfficerPost, OrganizationStatus, OrganizationType
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.organizations.services import save_organization
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization

SignIn = Callable[[User], Client]
LIST = "/organizations/"


def names(client: Client, **filters: str) -> list[str]:
    page = client.get(LIST, filters).content.decode()
    return re.findall(r'<th scope="row"><a href="/organizations/[^"]+">([^<]+)</a>', page)


def page(client: Client, code: str) -> str:
    response = client.get(reverse("organizations:detail", args=[code]))
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_follows_the_tree_and_the_scope(
    world: World, reviewer: User, secretary: User, client_of: SignIn
) -> None:
    assert names(client_of(reviewer)) == [
        "五角场街道党工委",
        "创智园党委",
        "创智园联合支部",
        "甲公司支部",
        "邻里园党委",
        "邻里园联合支部",
    ]
    assert names(client_of(secretary)) == ["创智园联合支部"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"type": "branch"}, 3),
        ({"type": "joint_branch", "place": "park:kic"}, 1),
        ({"organization": "KIC"}, 3),
        ({"q": "联合"}, 2),
        ({"q": "kic-"}, 2),
        ({"status": "preparing"}, 1),
        ({"as_of": "2014-12-31"}, 0),
    ],
)
def test_filters_stand_in_the_address(
    world: World, reviewer: User, client_of: SignIn, filters: dict[str, str], expected: int
) -> None:
    make_organization(
        "NEW", OrganizationType.JOINT_BRANCH, world.kic_committee, name="筹建支部", status="preparing", approved_on=None
    )
    assert len(names(client_of(reviewer), **filters)) == expected


def test_the_type_of_a_day_is_the_type_of_then(world: World, reviewer: User, client_of: SignIn) -> None:
    branch = world.own_branch
    branch.type = OrganizationType.COMMITTEE
    save_organization(branch, by=None, on=dt.date(2020, 6, 1))
    client = client_of(reviewer)
    assert "甲公司支部" in names(client, type="independent_branch", as_of="2020-05-31")
    assert "甲公司支部" not in names(client, type="independent_branch", as_of="2020-06-01")
    shown = page(client, "KIC-O1")
    assert "2015-01-01 ～ 2020-06-01" in shown
    assert "2020-06-01 起" in shown


@pytest.mark.parametrize("query", ["place=park:tiandi", "organization=PT", "type=x", "status=x", "as_of=x", "q=%00"])
def test_what_cannot_be_read_or_reached_is_said_and_finds_nothing(
    world: World, reviewer: User, client_of: SignIn, query: str
) -> None:
    response = client_of(reviewer).get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert "有内容需要改正" in response.content.decode()
    assert "范围内还没有党组织" not in response.content.decode()


@pytest.fixture
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


@pytest.mark.usefixtures("rule_rows")
@pytest.mark.parametrize(("units", "hinted"), [(5, False), (6, True)])
def test_a_joint_branch_past_five_units_carries_the_hint_and_its_article(
    world: World, reviewer: User, client_of: SignIn, units: int, hinted: bool
) -> None:
    for number in range(units):
        cover(make_company(number, world.kic), world.joint_branch)
    make_company(100, world.kic)
    shown = page(client_of(reviewer), "KIC-J1")
    assert ("一般不超过 5 个" in shown) is hinted
    assert ("R03" in shown) is hinted
    listed = client_of(reviewer).get("/companies/?branch=KIC-J1").content.decode()
    assert f"共 {units} 家" in listed


@pytest.mark.usefixtures("rule_rows")
def test_the_size_of_today_decides_not_one_that_is_still_to_come(
    world: World, reviewer: User, client_of: SignIn
) -> None:
    MemberCount.objects.create(organization=world.own_branch, as_of=LONG_AGO, full=6)
    MemberCount.objects.create(organization=world.own_branch, as_of=dt.date(2999, 1, 1), full=7)
    assert "应当设立支部委员会" not in page(client_of(reviewer), "KIC-O1")
    MemberCount.objects.create(organization=world.own_branch, as_of=dt.date(2020, 1, 1), full=7)
    assert "应当设立支部委员会" in page(client_of(reviewer), "KIC-O1")


def test_contacts_are_for_those_who_work_with_the_organisation(
    world: World, reviewer: User, secretary: User, viewer: User, administrator: User, client_of: SignIn
) -> None:
    Officer.objects.create(
        organization=world.joint_branch, post=OfficerPost.SECRETARY, name="某书记", phone="021-1", since=LONG_AGO
    )
    for user in (reviewer, secretary, administrator):
        assert "某书记" in page(client_of(user), "KIC-J1")
    shown = page(client_of(viewer), "KIC-J1")
    assert "某书记" not in shown
    assert "021-1" not in shown
    assert "书记" in shown


def test_names_above_are_shown_and_open_only_where_one_may_go(world: World, secretary: User, client_of: SignIn) -> None:
    shown = page(client_of(secretary), "KIC-J1")
    for name in ("杨浦区党工委", "五角场街道党工委", "创智园党委"):
        assert name in shown
    assert reverse("organizations:detail", args=["KIC"]) not in shown
    assert "邻里园" not in shown


def test_the_page_tells_children_and_latest_activities(
    world: World, reviewer: User, secretary: User, make_activity: Callable[..., Activity], client_of: SignIn
) -> None:
    make_activity(world.joint_branch, secretary, topic="草稿一份")
    make_activity(world.joint_branch, secretary, topic="已报一条", state=ActivityState.SUBMITTED)
    shown = page(client_of(reviewer), "KIC")
    assert "已报一条" in shown
    assert "草稿一份" not in shown
    assert reverse("organizations:detail", args=["KIC-O1"]) in html.unescape(shown)


@pytest.mark.parametrize("code", ["KIC", "KIC-O1", "NB-J1", "PT", "nothing", "a b"])
def test_outside_the_scope_it_does_not_exist(
    world: World, secretary: User, stranger: User, client_of: SignIn, code: str
) -> None:
    address = reverse("organizations:detail", args=[code])
    assert client_of(secretary).get(address).status_code == 404
    assert client_of(stranger).get(address).status_code == 403


def test_a_dissolved_branch_keeps_its_page_and_its_history(world: World, reviewer: User, client_of: SignIn) -> None:
    Organization.objects.filter(pk=world.own_branch.pk).update(
        status=OrganizationStatus.DISSOLVED, dissolved_on=dt.date(2021, 1, 1)
    )
    client = client_of(reviewer)
    assert "甲公司支部" not in names(client)
    assert "甲公司支部" in names(client, as_of="2020-12-31")
    assert "2021-01-01" in page(client, "KIC-O1")


@pytest.mark.parametrize("code", ["YP", "KIC", "KIC-J1"])
def test_the_pages_need_few_queries(
    world: World,
    viewer: User,
    secretary: User,
    make_activity: Callable[..., Activity],
    client_of: SignIn,
    django_assert_max_num_queries: Any,
    code: str,
) -> None:
    make_activity(world.joint_branch, secretary, state=ActivityState.SUBMITTED)
    cover(make_company(1, world.kic), world.joint_branch)
    client = client_of(viewer)
    with django_assert_max_num_queries(12):
        page(client, code)
    with django_assert_max_num_queries(12):
        names(client, place="park:kic", organization="KIC", type="branch")

"""The page of one company: facts and dates for those in whose reach it is, nothing for others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CompanyMemberCount
from tests.conftest import World, cover, make_company

SignIn = Callable[[User], Client]


@pytest.fixture
def company(world: World) -> Company:
    company = make_company(1, world.kic, name="甲科技有限公司")
    cover(company, world.joint_branch, until=dt.date(2020, 5, 1))
    cover(company, world.own_branch, LinkKind.OWN, since=dt.date(2020, 5, 1))
    CompanyMemberCount.objects.create(company=company, as_of=dt.date(2019, 12, 31), full=12, probationary=1)
    return company


def page(client: Client, company: Company) -> str:
    response = client.get(reverse("companies:detail", args=[company.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_it_shows_what_covers_the_company_and_from_when_to_when(
    company: Company, reviewer: User, client_of: SignIn
) -> None:
    shown = page(client_of(reviewer), company)
    for expected in (
        "甲科技有限公司",
        "91310110DEM00001",
        "2015-01-01 ～ 2020-05-01",
        "2020-05-01 起",
        "创智园",
        "2019-12-31",
    ):
        assert expected in shown
    assert reverse("organizations:detail", args=["KIC-O1"]) in shown


def test_a_name_outside_the_scope_is_shown_without_a_door(
    company: Company, world: World, make_user: Callable[..., User], client_of: SignIn
) -> None:
    cover(company, world.neighbour_branch)
    shown = page(client_of(make_user("park", "viewer", world.kic)), company)
    assert "邻里园联合支部" in shown
    assert reverse("organizations:detail", args=["NB-J1"]) not in shown


def test_no_name_of_a_person_stands_on_it(company: Company, reviewer: User, client_of: SignIn) -> None:
    assert "只记人数，不记姓名" in page(client_of(reviewer), company)


@pytest.mark.parametrize("role", ["other_secretary"])
def test_outside_the_scope_it_does_not_exist(
    request: pytest.FixtureRequest, company: Company, client_of: SignIn, role: str
) -> None:
    client = client_of(request.getfixturevalue(role))
    assert client.get(reverse("companies:detail", args=[company.pk])).status_code == 404
    assert client.get(reverse("companies:detail", args=[10**12])).status_code == 404


def test_it_needs_few_queries(
    company: Company, viewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(viewer)
    with django_assert_max_num_queries(12):
        page(client, company)

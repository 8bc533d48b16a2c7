"""The plan of a place: its parts add up, it stays within the reader's scope, and the page and the command agree."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.companies.choices import Denominator, LinkKind
from parkparty.companies.models import Company, CompanyMemberCount, Membership
from parkparty.core.scope import Scope
from parkparty.coverage.plan import plan_coverage, proposals
from parkparty.coverage.services.counting import fold_all
from parkparty.founding.services import open_case
from parkparty.organizations.models import Organization
from parkparty.rules.models import Rule
from tests.conftest import LONG_AGO, World, cover, make_company

DAY = dt.date(2026, 11, 21)
PAGE = "/coverage/parks/kic/plan/?as_of=2026-11-21"


def company_of(number: int, world: World, full: int) -> Company:
    company = make_company(number, world.kic)
    CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full)
    return company


@pytest.fixture
def gap(world: World) -> World:
    """47 uncovered companies, one of which an instructor works with, and one that is covered."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    for number, full in enumerate([3] * 4 + [7] + [2] * 12 + [1] * 20 + [0] * 10):
        company_of(number, world, full)
    cover(Company.objects.get(name="试验企业00046"), None, LinkKind.INSTRUCTOR)
    cover(company_of(100, world, 2), world.joint_branch)
    return world


def plan(world: World, **asked: Any) -> Any:
    return plan_coverage(world.kic, as_of=DAY, denominator=Denominator.OPERATING, scope=Scope.everything(), **asked)


def test_47_uncovered_companies_every_one_has_its_place_and_no_fewer_branches_would_do(gap: World) -> None:
    made = plan(gap)
    assert made.before.uncovered == 47
    assert len(made.own) + made.joined + len(made.instructed) + len(made.worked) == 47
    assert (len(made.own), made.joined, len(made.joint)) == (5, 32, 7)
    assert made.is_proven
    assert all(len(p.seats) <= 5 and p.full >= 3 for p in made.joint)


def test_the_figure_after_is_what_the_plan_would_give(gap: World) -> None:
    made = plan(gap)
    assert (str(made.before.organization_rate), str(made.after.organization_rate)) == ("2.1%", "79.2%")
    assert made.after.companies == made.before.companies


def test_companies_without_a_member_join_a_branch_only_when_asked(gap: World) -> None:
    assert all(seat.full for p in plan(gap).joint for seat in p.seats)
    assert plan(gap, joins_empty=True).joined == 42
    assert len(plan(gap, joins_empty=True).joint) == 9


def test_the_limit_is_the_one_in_the_rule(gap: World) -> None:
    rule = Rule.objects.get(code="R03")
    Rule.objects.filter(code="R03").update(parameters={**rule.parameters, "more_than": 4})
    assert (plan(gap).max_units, len(plan(gap).joint)) == (4, 8)


def test_the_page_names_the_companies_and_both_figures(
    gap: World, viewer: User, client_of: Callable[[User], Client], django_assert_max_num_queries: Any
) -> None:
    client = client_of(viewer)
    fold_all()
    client.get(PAGE)
    with django_assert_max_num_queries(12):
        page = client.get(PAGE).content.decode()
    assert "2.1%" in page
    assert "79.2%" in page
    assert "已证明：联合组建最多能覆盖 32 家" in page
    assert "试验企业00000" in page
    assert '<option value="operating" selected>' in page


def test_a_large_place_names_those_below_it_in_place_of_a_plan(
    gap: World, viewer: User, client_of: Any, make_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_company(200, gap.neighbour)
    make_company(201, gap.tiandi)
    client = client_of(make_user("of-district", Role.VIEWER, gap.yangpu))
    asked = "?as_of=2026-11-21&denominator=registered"
    for node in ("310110", "310110019"):
        assert "已证明" in client.get(f"/coverage/areas/{node}/plan/{asked}").content.decode()
    monkeypatch.setattr(proposals, "PLANNED", 40)
    page = client.get("/coverage/areas/310110/plan/?as_of=2026-11-21").content.decode()
    assert "组建方案按街道或园区制定" in page
    assert re.findall(r'(/coverage/\w+/\w+/plan/)\?as_of=2026-11-21&amp;denominator=operating">([^<]*)</a>', page) == [
        ("/coverage/areas/310110019/plan/", "五角场街道")
    ]
    page = client.get(f"/coverage/areas/310110019/plan/{asked}").content.decode()
    found = re.findall(
        r'(/coverage/\w+/\w+/plan/)\?[^"]*registered">([^<]*)</a></th>\s*'
        r'<td class="number" [^>]*><a href="([^"]*)">(\d+)<',
        page,
    )
    assert [(plan, place, number) for plan, place, _listed, number in found] == [
        ("/coverage/parks/kic/plan/", "创智园", "47"),
        ("/coverage/parks/neighbour/plan/", "邻里园", "1"),
    ]
    for _plan, _place, listed, number in found:
        assert f"共 {number} 家" in client.get(html.unescape(listed)).content.decode()
    assert "试验企业" not in page
    assert "已证明" in client.get(PAGE).content.decode(), "nothing below it: it is planned whatever its size"


def test_a_park_out_of_scope_does_not_exist(gap: World, other_secretary: User, client_of: Any) -> None:
    assert client_of(other_secretary).get(PAGE).status_code == 404


def test_only_companies_in_scope_are_planned(gap: World, make_user: Any, client_of: Any) -> None:
    neighbour = make_user("neighbour", Role.VIEWER, gap.neighbour)
    page = client_of(neighbour).get("/coverage/parks/neighbour/plan/").content.decode()
    assert "试验企业" not in page


def test_who_sees_companies_alone_learns_neither_their_place_nor_what_is_founded_for_them(
    gap: World, make_user: Any, viewer: User, administrator: User
) -> None:
    first, second, third = Company.objects.filter(member_counts__full=1).order_by("pk")[:3]
    third_committee = gap.neighbour_committee
    branch = Organization(
        name="新联合支部", type="joint_branch", parent=gap.kic_committee, park=gap.kic, applied_on=dt.date(2026, 11, 1)
    )
    open_case(branch, [first, second, third], by=administrator)
    for company in (first, Company.objects.filter(member_counts__full=2).earliest("pk")):
        Membership.objects.create(company=company, organization=third_committee, since=LONG_AGO)

    def seats(user: User) -> tuple[set[str], int]:
        made = plan_coverage(gap.kic, as_of=DAY, denominator=Denominator.OPERATING, scope=scope_of(user))
        proposed = [*made.own, *made.instructed, *(seat for p in made.joint for seat in p.seats)]
        return {seat.park for seat in proposed}, len(made.preparing)

    assert seats(viewer) == ({"创智园"}, 3)
    assert seats(make_user("of-committee", Role.VIEWER, third_committee)) == ({""}, 0)
    assert seats(make_user("elsewhere", Role.VIEWER, gap.tiandi)) == (set(), 0)


def test_the_coverage_page_leads_to_the_plan(gap: World, viewer: User, client_of: Any) -> None:
    page = client_of(viewer).get("/coverage/parks/kic/?as_of=2026-11-21").content.decode()
    assert "/coverage/parks/kic/plan/?as_of=2026-11-21" in page


def test_a_day_that_cannot_be_read_is_named_and_kept(gap: World, viewer: User, client_of: Any) -> None:
    page = client_of(viewer).get("/coverage/parks/kic/plan/?as_of=yesterday").content.decode()
    assert "yesterday" in page
    assert "日期按" in page


def test_the_command_tells_the_same(gap: World) -> None:
    out = StringIO()
    call_command("plan_coverage", park="kic", as_of="2026-11-21", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert (told["uncovered"], len(told["own"]), len(told["joint"])) == (47, 5, 7)
    assert told["after"]["rate"] == "79.2"
    assert told["bound"] == {"most_companies": 32, "fewest_joint_branches": 7, "reached": True}


def test_the_command_refuses_a_place_that_is_not_there(gap: World) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        call_command("plan_coverage", park="nowhere")


@pytest.mark.parametrize("place", [{"park": "kic"}, {"area": "310110"}])
def test_the_command_knows_what_the_user_may_see(gap: World, make_user: Any, viewer: User, place: Any) -> None:
    make_user("elsewhere", Role.VIEWER, gap.tiandi)
    call_command("plan_coverage", user="viewer", stdout=StringIO(), **place)
    with pytest.raises(CommandError, match=next(iter(place.values()))):
        call_command("plan_coverage", user="elsewhere", **place)


def test_planning_writes_nothing(gap: World) -> None:
    before = Organization.objects.count()
    plan(gap)
    assert Organization.objects.count() == before

"""Local rules: set for a subtree with their source, previewed on four periods, and never a change of the past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityType
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import Denominator
from parkparty.companies.models import CompanyMemberCount
from parkparty.core.dates import add_months, quarter_of, today
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.coverage.plan import plan_coverage
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import MemberCount, Organization
from parkparty.rules.figures import Facts, duties, hints, impact
from parkparty.rules.models import Rule
from parkparty.rules.services import end_local_rule, set_local_rule
from tests.conftest import LONG_AGO, World, cover, make_company

SignIn = Callable[[User], Client]
JOINT = OrganizationType.JOINT_BRANCH
DAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


def local(code: str, organization: Organization, since: dt.date = LONG_AGO, **changes: Any) -> Rule:
    """An unsaved local rule in place of ``code`` that differs from it by ``changes``."""
    general = Rule.objects.get(pk=code)
    fields = ("name", "kind", "activity_type", "every", "min_full_members", "parameters", "is_active")
    values = {name: getattr(general, name) for name in fields} | {"strength": "local", "source": "区委〔2026〕1 号"}
    return Rule(overrides=general, organization=organization, since=since, **values | changes)


def units_limit(most: int) -> dict[str, Any]:
    return {"parameters": {"measure": "units", "types": ["joint_branch"], "more_than": most}}


def codes(organization: Organization, on: dt.date = DAY, **facts: int) -> list[str]:
    return [hint.rule.code for hint in hints(Facts(organization.type, path=organization.path, **facts), on)]


def test_it_holds_in_its_subtree_only_and_the_nearest_decides(world: World, administrator: User) -> None:
    set_local_rule(local("R03", world.street_committee, **units_limit(8)), by=administrator)
    assert codes(world.joint_branch, units=8) == []
    assert codes(world.joint_branch, units=9) == ["R03.1"]
    assert codes(world.putuo_committee, units=6) == []
    set_local_rule(local("R03", world.kic_committee, **units_limit(3)), by=administrator)
    assert codes(world.joint_branch, units=4) == ["R03.2"]
    assert codes(world.neighbour_branch, units=8) == []
    assert codes(world.neighbour_branch, units=9) == ["R03.1"]


def test_what_happened_before_it_is_judged_by_the_general_rule(world: World, administrator: User) -> None:
    set_local_rule(local("R03", world.kic_committee, dt.date(2026, 6, 1), **units_limit(8)), by=administrator)
    assert codes(world.joint_branch, dt.date(2026, 5, 31), units=6) == ["R03"]
    assert codes(world.joint_branch, dt.date(2026, 6, 1), units=6) == []
    assert codes(world.joint_branch, dt.date(2018, 10, 27), units=28) == []


def test_a_rule_that_is_off_elsewhere_is_owed_where_it_is_switched_on(world: World, administrator: User) -> None:
    def owed(organization: Organization) -> set[str]:
        return {duty.rule.code for duty in duties(Organization.objects.filter(pk=organization.pk), DAY)}

    set_local_rule(local("R33", world.kic_committee, is_active=True), by=administrator)
    set_local_rule(local("R34", world.kic_committee, is_active=False), by=administrator)
    assert "R33.1" in owed(world.joint_branch)
    assert "R34" not in owed(world.joint_branch)
    assert "R34" in owed(world.neighbour_branch)
    assert "R33.1" not in owed(world.neighbour_branch)


def test_the_planner_of_a_park_follows_the_rule_of_its_committee(world: World, administrator: User) -> None:
    for number in range(6):
        CompanyMemberCount.objects.create(company=make_company(number, world.kic), as_of=LONG_AGO, full=1)
    asked: dict[str, Any] = {"as_of": DAY, "denominator": Denominator.OPERATING, "scope": Scope.everything()}
    assert plan_coverage(world.kic, **asked).max_units == 5
    set_local_rule(local("R03", world.kic_committee, **units_limit(6)), by=administrator)
    assert (plan_coverage(world.kic, **asked).max_units, plan_coverage(world.tiandi, **asked).max_units) == (6, 5)


def test_a_later_one_ends_the_former_and_both_are_on_record(world: World, administrator: User) -> None:
    first = set_local_rule(local("R03", world.kic_committee, **units_limit(8)), by=administrator)
    later = set_local_rule(local("R03", world.kic_committee, DAY, **units_limit(6)), by=administrator)
    first.refresh_from_db()
    assert (first.until, later.until, later.set_by) == (DAY, None, administrator)
    end_local_rule(later, on=dt.date(2026, 12, 1), by=administrator)
    assert codes(world.joint_branch, dt.date(2026, 12, 1), units=6) == ["R03"]
    entries = AuditEntry.objects.filter(object_type="rules.rule").order_by("pk")
    assert list(entries.values_list("action", "object_id")) == [
        ("设置地方规则", "R03.1"),
        ("设置地方规则", "R03.2"),
        ("终止地方规则", "R03.2"),
    ]


def test_the_preview_counts_hints_of_the_last_four_quarters(world: World) -> None:
    for number in range(6):
        since = LONG_AGO if number else add_months(quarter_of(DAY).since, -6)
        cover(make_company(number, world.kic), world.joint_branch, since=since)
    found = impact(local("R03", world.street_committee, **units_limit(6)), world.street_committee, DAY)
    assert [one.period.name for one in found] == ["2025Q4", "2026Q1", "2026Q2", "2026Q3"]
    assert [one.before for one in found] == [Rate(0, 6), Rate(0, 6), Rate(1, 6), Rate(1, 6)]
    assert [one.after for one in found] == [Rate(0, 6)] * 4
    assert impact(local("R02", world.street_committee), world.street_committee, DAY) == []


def test_the_preview_counts_activities_owed_and_held(
    world: World, secretary: User, reviewer: User, make_activity: Callable[..., Activity]
) -> None:
    assembly = ActivityType.objects.get(pk="branch_assembly")
    for month in (7, 8):
        done = {"state": ActivityState.APPROVED, "reviewed_by": reviewer, "reviewed_at": timezone.now()}
        activity = make_activity(world.joint_branch, secretary, held_on=dt.date(2026, month, 3), **done)
        activity.types.set([assembly])
    found = impact(local("R30", world.kic_committee, every="month"), world.kic_committee, DAY)
    assert [one.before for one in found][-1] == Rate(1, 2)
    assert [one.after for one in found][-1] == Rate(2, 6)


def test_set_by_hand_in_four_clicks_with_the_figures_before_and_after(
    world: World, district_administrator: User, client_of: SignIn
) -> None:
    MemberCount.objects.create(organization=world.own_branch, as_of=LONG_AGO, full=8)
    client = client_of(district_administrator)
    rules = client.get(reverse("rules:list")).content.decode()  # 1: the list
    assert reverse("rules:detail", args=["R08"]) in rules
    client.get(reverse("rules:detail", args=["R08"]))  # 2: the rule
    typed = {"organization": "KIC", "name": "正式党员 9 名以上设支委会", "source": "试行\r\n办法", "more_than": "8"}
    typed |= {"since": today().isoformat(), "is_active": "on"}
    shown = client.get(reverse("rules:detail", args=["R08"]), typed).content.decode()  # 3: the figures
    assert "33.3%" not in shown
    assert "1/3" in shown
    assert "0/3" in shown
    client.post(reverse("rules:set", args=["R08"]), typed)  # 4: kept
    assert codes(world.own_branch, today(), full=8) == []
    kept = client.get(reverse("rules:detail", args=["R08"])).content.decode()
    for text in ("创智园党委及其下级", "试行 办法", "杨浦区管理员", "今天起终止"):
        assert text in kept
    client.post(reverse("rules:end", args=["R08.1"]))
    assert "今天起终止" in client.get(reverse("rules:detail", args=["R08"])).content.decode()  # began today: stays


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("WJC", "五角场街道党工委及其下级"),
        ("五角场街道党工委", "五角场街道党工委及其下级"),
        ("街道", "五角场街道党工委及其下级"),
        ("党委", "写全名称或填写组织代码：创智园党委 KIC、邻里园党委 NB。"),
        ("邻区", "没有找到这个党组织"),
    ],
)
def test_the_organisation_is_typed_as_people_call_it(
    world: World, reviewer: User, client_of: SignIn, typed: str, said: str
) -> None:
    asked = {"organization": typed, "name": "甲", "source": "乙", "more_than": "8", "since": "2026-01-01"}
    shown = client_of(reviewer).get(reverse("rules:detail", args=["R03"]), asked).content.decode()
    assert said in shown


def test_two_organisations_of_one_name_are_told_apart_by_their_codes(
    world: World, reviewer: User, client_of: SignIn
) -> None:
    Organization.objects.filter(code="NB").update(name="创智园党委")
    asked = {"organization": "创智园党委", "name": "甲", "source": "乙", "more_than": "8", "since": "2026-01-01"}
    shown = client_of(reviewer).get(reverse("rules:detail", args=["R03"]), asked).content.decode()
    assert "写全名称或填写组织代码：创智园党委 KIC、创智园党委 NB。" in shown


def test_it_is_for_ones_own_subtree_only(
    world: World, administrator: User, reviewer: User, viewer: User, client_of: SignIn
) -> None:
    typed = {"organization": "NB", "name": "甲", "source": "乙", "more_than": "8", "since": "2026-01-01"}
    refused = client_of(administrator).post(reverse("rules:set", args=["R03"]), typed).content.decode()
    assert "没有找到这个党组织" in refused
    assert client_of(viewer).post(reverse("rules:set", args=["R03"]), typed).status_code == 403
    assert not Rule.objects.filter(overrides="R03").exists()
    rule = set_local_rule(local("R03", world.street_committee, **units_limit(8)), by=reviewer)
    shown = client_of(administrator).get(reverse("rules:detail", args=["R03"])).content.decode()
    assert "五角场街道党工委及其下级" in shown
    assert "今天起终止" not in shown
    assert client_of(administrator).post(reverse("rules:end", args=[rule.code])).status_code == 404
    assert client_of(reviewer).post(reverse("rules:end", args=[rule.code])).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"more_than": "-1"},
        {"more_than": "x"},
        {"since": "x"},
        {"since": "0202-01-01"},
        {"since": "2206-01-01"},
        {"source": ""},
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(
    world: World, administrator: User, client_of: SignIn, wrong: dict[str, str]
) -> None:
    typed = {"organization": "KIC", "name": "特别的名称", "source": "乙", "more_than": "8", "since": "2026-01-01"}
    shown = client_of(administrator).post(reverse("rules:set", args=["R03"]), typed | wrong).content.decode()
    assert "有内容需要改正" in shown
    assert "特别的名称" in shown


@pytest.mark.parametrize("code", ["R03", "R08", "R30", "R35"])
def test_the_preview_needs_few_queries(
    world: World, reviewer: User, client_of: SignIn, django_assert_max_num_queries: Any, code: str
) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    typed = {"organization": "WJC", "name": "甲", "source": "乙", "since": "2026-01-01", "more_than": "8"}
    typed |= {"every": "quarter", "min_full_members": "0"}
    client = client_of(reviewer)
    with django_assert_max_num_queries(12):
        shown = client.get(reverse("rules:detail", args=[code]), typed).content.decode()
    assert "保存地方规则" in shown

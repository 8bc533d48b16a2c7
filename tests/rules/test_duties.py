"""What a branch owes in a month, a quarter and a year, and what meets it (domain 2.3, golden list 12)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Q
from django.utils import translation

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.services import dissolve, save_organization
from parkparty.rules.choices import DutyState
from parkparty.rules.figures import Duty, duties
from parkparty.rules.figures.owed import held_by, held_in
from parkparty.rules.models import Rule
from tests.conftest import World, make_organization

ON = dt.date(2026, 11, 21)
CODES = ("activity_types", "activity_themes", "rules")


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", *(f"fixtures/codes/{name}.json" for name in CODES), verbosity=0)


@pytest.fixture
def hold(make_activity: Callable[..., Activity], secretary: User, reviewer: User) -> Callable[..., Activity]:
    """An approved activity of the codes on a day."""

    def make(organization: Organization, *codes: str, **fields: Any) -> Activity:
        values: dict[str, Any] = {"state": ActivityState.APPROVED, **fields}
        if values["state"] == ActivityState.APPROVED:
            values |= {"reviewed_by": reviewer, "reviewed_at": dt.datetime(2026, 11, 20, tzinfo=dt.UTC)}
        return make_activity(organization, secretary, *ActivityType.objects.filter(code__in=codes), **values)

    return make


def owed(organization: Organization, on: dt.date = ON) -> dict[str, Duty]:
    return {duty.rule.pk: duty for duty in duties(Organization.objects.filter(pk=organization.pk), on)}


def states(organization: Organization, on: dt.date = ON) -> dict[str, str]:
    return {code: duty.state.value for code, duty in owed(organization, on).items()}


class TestWhatIsOwed:
    def test_a_branch_owes_the_assembly_the_theme_day_and_the_two_of_the_year(self, world: World) -> None:
        assert set(owed(world.joint_branch)) == {"R30", "R34", "R35", "R36"}

    def test_yearly_duties_stand_on_the_list_from_october(self, world: World) -> None:
        assert "R35" not in owed(world.joint_branch, dt.date(2026, 9, 30))
        assert owed(world.joint_branch, dt.date(2026, 10, 1))["R35"].due_on == dt.date(2026, 12, 31)

    def test_due_on_the_last_day_of_the_period(self, world: World) -> None:
        found = owed(world.joint_branch)
        assert (found["R34"].due_on, found["R34"].days_left) == (dt.date(2026, 11, 30), 9)
        assert found["R30"].due_on == dt.date(2026, 12, 31)
        assert [found[code].period_name for code in ("R34", "R30", "R35")] == ["11 月", "第四季度", "2026 年"]
        with translation.override("en"):
            assert found["R34"].period_name == "November"

    @pytest.mark.parametrize(("full", "owes"), [(6, False), (7, True)])
    def test_committee_meetings_from_seven_full_members(
        self, world: World, count_members: Callable[..., Any], full: int, owes: bool
    ) -> None:
        count_members(world.joint_branch, full, probationary=5)
        assert ("R31" in owed(world.joint_branch)) is owes

    def test_the_last_count_decides(self, world: World, count_members: Callable[..., Any]) -> None:
        count_members(world.joint_branch, 12, dt.date(2025, 12, 31))
        count_members(world.joint_branch, 5, dt.date(2026, 11, 1))
        assert "R31" not in owed(world.joint_branch)
        assert "R31" in owed(world.joint_branch, dt.date(2026, 10, 31))

    def test_a_local_rule_is_asked_only_where_it_was_switched_on(self, world: World) -> None:
        assert "R33" not in owed(world.joint_branch)
        Rule.objects.filter(pk="R33").update(is_active=True)
        assert "R33" in owed(world.joint_branch)

    def test_a_rule_holds_from_its_first_day_until_the_day_it_is_repealed(self, world: World) -> None:
        Rule.objects.filter(pk="R34").update(since=ON, until=dt.date(2026, 12, 5))
        assert "R34" not in owed(world.joint_branch, ON - dt.timedelta(days=1))
        assert "R34" in owed(world.joint_branch, ON)
        assert "R34" in owed(world.joint_branch, dt.date(2026, 12, 4))
        assert "R34" not in owed(world.joint_branch, dt.date(2026, 12, 5))

    def test_committees_owe_no_branch_life(self, world: World) -> None:
        assert owed(world.kic_committee) == {}

    def test_the_type_of_that_day_decides(self, world: World) -> None:
        branch = make_organization("KIC-G", OrganizationType.INDEPENDENT_BRANCH, world.kic_committee)
        branch.type = OrganizationType.GENERAL_BRANCH
        save_organization(branch, by=None, on=dt.date(2026, 11, 10))
        assert owed(branch) == {}
        assert "R34" in owed(branch, dt.date(2026, 11, 9))

    def test_a_preparing_branch_owes_nothing(self, world: World) -> None:
        branch = make_organization(
            "KIC-P",
            OrganizationType.INDEPENDENT_BRANCH,
            world.kic_committee,
            status=OrganizationStatus.PREPARING,
            approved_on=None,
        )
        assert owed(branch) == {}

    def test_a_dissolved_branch_owes_nothing_from_that_day(self, world: World) -> None:
        dissolve(world.own_branch, on=dt.date(2026, 11, 15), by=None)
        assert owed(world.own_branch) == {}
        assert "R34" in owed(world.own_branch, dt.date(2026, 11, 14))


class TestWhatMeetsIt:
    def test_one_meeting_of_several_types_meets_each(self, world: World, hold: Callable[..., Activity]) -> None:
        hold(world.joint_branch, "branch_assembly", "theme_day", "party_lecture")
        Rule.objects.filter(pk="R33").update(is_active=True)
        found = states(world.joint_branch)
        assert [found[code] for code in ("R30", "R33", "R34", "R35")] == ["done", "done", "done", "missing"]

    def test_a_joint_activity_counts_for_each_host(self, world: World, hold: Callable[..., Activity]) -> None:
        activity = hold(world.joint_branch, "theme_day")
        ActivityHost.objects.create(activity=activity, organization=world.own_branch)
        assert getattr(owed(world.own_branch)["R34"].activity, "pk", None) == activity.pk
        assert states(world.own_branch)["R34"] == states(world.joint_branch)["R34"] == DutyState.DONE
        assert states(world.neighbour_branch)["R34"] == DutyState.MISSING

    def test_the_day_it_was_held_counts_not_the_day_it_was_filed(
        self, world: World, hold: Callable[..., Activity]
    ) -> None:
        hold(
            world.joint_branch,
            "theme_day",
            held_on=dt.date(2026, 10, 30),
            filed_at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC),
        )
        assert states(world.joint_branch, dt.date(2026, 10, 31))["R34"] == DutyState.DONE
        assert states(world.joint_branch)["R34"] == DutyState.MISSING

    @pytest.mark.parametrize("day", [dt.date(2026, 11, 1), dt.date(2026, 11, 30)])
    def test_the_first_and_the_last_day_belong_to_the_month(
        self, world: World, hold: Callable[..., Activity], day: dt.date
    ) -> None:
        hold(world.joint_branch, "theme_day", held_on=day)
        assert states(world.joint_branch)["R34"] == DutyState.DONE

    @pytest.mark.parametrize("day", [dt.date(2026, 10, 31), dt.date(2026, 12, 1)])
    def test_the_days_beside_the_month_do_not(self, world: World, hold: Callable[..., Activity], day: dt.date) -> None:
        hold(world.joint_branch, "theme_day", "branch_assembly", held_on=day)
        found = states(world.joint_branch)
        assert (found["R34"], found["R30"]) == (DutyState.MISSING, DutyState.DONE)

    def test_founded_in_mid_quarter_is_judged_from_the_month_of_approval(
        self, world: World, hold: Callable[..., Activity]
    ) -> None:
        branch = make_organization(
            "KIC-N", OrganizationType.INDEPENDENT_BRANCH, world.kic_committee, approved_on=dt.date(2026, 11, 18)
        )
        assert owed(branch, dt.date(2026, 11, 17)) == {}
        hold(branch, "branch_assembly", "theme_day", held_on=dt.date(2026, 10, 20))
        assert states(branch)["R30"] == DutyState.MISSING
        hold(branch, "branch_assembly", "theme_day", held_on=dt.date(2026, 11, 3))
        assert (states(branch)["R30"], states(branch)["R34"]) == (DutyState.DONE, DutyState.DONE)

    @pytest.mark.parametrize(
        ("state", "duty"),
        [
            (ActivityState.DRAFT, DutyState.MISSING),
            (ActivityState.SUBMITTED, DutyState.PENDING),
            (ActivityState.RETURNED, DutyState.RETURNED),
            (ActivityState.APPROVED, DutyState.DONE),
            (ActivityState.ARCHIVED, DutyState.DONE),
        ],
    )
    def test_the_state_of_the_record_is_the_state_of_the_duty(
        self, world: World, hold: Callable[..., Activity], state: str, duty: str
    ) -> None:
        activity = hold(world.joint_branch, "theme_day", state=state)
        found = owed(world.joint_branch)["R34"]
        assert (found.state, found.activity and found.activity.pk) == (duty, activity.pk)

    def test_of_several_records_the_one_nearest_to_done_speaks(
        self, world: World, hold: Callable[..., Activity]
    ) -> None:
        for state in (ActivityState.APPROVED, ActivityState.RETURNED, ActivityState.DRAFT):
            hold(world.joint_branch, "theme_day", state=state)
        assert states(world.joint_branch)["R34"] == DutyState.DONE

    def test_a_draft_is_known_to_its_own_branch_only(self, world: World, hold: Callable[..., Activity]) -> None:
        activity = hold(world.joint_branch, "theme_day", state=ActivityState.DRAFT)
        ActivityHost.objects.create(activity=activity, organization=world.own_branch)
        assert owed(world.own_branch)["R34"].activity is None


def test_what_was_held_is_what_its_hosts_are_told_to_have_held(
    world: World, make_activity: Callable[..., Activity], secretary: User
) -> None:
    chance, kinds = Random(1), list(ActivityType.objects.all()[:3])
    hosts = [world.own_branch, world.joint_branch, world.neighbour_branch, world.kic_committee]
    for _number in range(40):
        leader = chance.choice(hosts)
        day = ON - dt.timedelta(days=chance.randrange(60))
        activity = make_activity(leader, secretary, *chance.sample(kinds, chance.choice([0, 1, 2])), held_on=day)
        joining = [host for host in hosts if host != leader]
        for host in chance.sample(joining, chance.choice([0, 0, 1, 2])):
            ActivityHost.objects.create(activity=activity, organization=host)
        if chance.random() < 0.2:  # a leader that is no host
            ActivityHost.objects.filter(activity=activity, organization=leader).delete()
    asked, since, until = hosts[:3], ON - dt.timedelta(days=40), ON - dt.timedelta(days=5)
    plain: dict[tuple[int, str | None], list[tuple[Any, ...]]] = {}
    rows = ActivityHost.objects.filter(
        organization__in=asked, activity__held_on__gte=since, activity__held_on__lt=until
    ).order_by("activity__held_on", "-activity__id")
    for row in rows.select_related("activity"):
        told = row.activity
        for type in told.types.values_list("pk", flat=True) or [None]:
            seen = (told.pk, told.organization_id, told.held_on, told.state)
            plain.setdefault((row.organization_id, type), []).append(seen)
    assert {**held_by(asked, since, until)} == {**held_in(Q(organization__in=asked), since, until)} == plain
    assert len(plain) > 6
    assert any(leader != host for (host, _type), rows in plain.items() for _pk, leader, *_rest in rows)


def test_open_duties_come_first_and_the_nearest_due_day_before_the_others(
    world: World, hold: Callable[..., Activity]
) -> None:
    hold(world.joint_branch, "life_meeting", state=ActivityState.RETURNED)
    hold(world.joint_branch, "theme_day")
    order = [duty.rule.pk for duty in duties(Organization.objects.filter(pk=world.joint_branch.pk), ON)]
    assert order == ["R35", "R30", "R36", "R34"]


def test_three_queries_however_many_organisations(
    world: World, hold: Callable[..., Activity], django_assert_num_queries: Callable[..., Any]
) -> None:
    hold(world.joint_branch, "theme_day")
    with django_assert_num_queries(3):
        assert len(duties(Organization.objects.filter(pk=world.joint_branch.pk), ON)) == 4
    with django_assert_num_queries(3):
        assert len(duties(Organization.objects.all(), ON)) == 12

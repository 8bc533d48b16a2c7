"""The party tree over time: what an organisation was when, and how it begins, changes and ends."""

import datetime as dt
from itertools import permutations
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.organizations.choices import OfficerPost, OrganizationStatus, OrganizationType
from parkparty.organizations.models import Officer, Organization
from parkparty.organizations.services import dissolve, end_post, found_many, save_organization
from tests.conftest import LONG_AGO, World, make_organization

DAY = dt.date(2026, 3, 1)
A_DAY = dt.timedelta(days=1)


def history(organization: Organization) -> list[tuple[str, str, dt.date, dt.date | None]]:
    spans = organization.spans.order_by("since").select_related("parent")
    return [(s.type, s.parent.code if s.parent else "", s.since, s.until) for s in spans]


class TestHistory:
    def test_it_begins_with_the_application(self, world: World) -> None:
        applied = make_organization("A", "joint_branch", world.kic_committee, applied_on=LONG_AGO - A_DAY)
        waiting = make_organization(
            "W", "joint_branch", world.kic_committee,
            status=OrganizationStatus.PREPARING, approved_on=None, applied_on=DAY,
        )  # fmt: skip
        assert history(applied) == [("joint_branch", "KIC", LONG_AGO - A_DAY, None)]
        assert history(waiting) == [("joint_branch", "KIC", DAY, None)]

    def test_a_change_of_type_or_parent_opens_the_next_span(self, world: World) -> None:
        branch = world.joint_branch
        branch.type = OrganizationType.GENERAL_BRANCH
        save_organization(branch, by=None, on=DAY)
        branch.parent = world.neighbour_committee
        save_organization(branch, by=None, on=DAY + A_DAY)
        assert history(branch) == [
            ("joint_branch", "KIC", LONG_AGO, DAY),
            ("general_branch", "KIC", DAY, DAY + A_DAY),
            ("general_branch", "NB", DAY + A_DAY, None),
        ]
        types = {day: Organization.objects.with_type_on(day).get(pk=branch.pk).type_then for day in (DAY - A_DAY, DAY)}
        assert types == {DAY - A_DAY: "joint_branch", DAY: "general_branch"}

    def test_other_changes_open_none(self, world: World) -> None:
        world.joint_branch.name = "新名"
        save_organization(world.joint_branch, by=None, on=DAY)
        assert len(history(world.joint_branch)) == 1

    def test_a_change_on_the_same_day_corrects(self, world: World) -> None:
        branch = world.joint_branch
        for type in (OrganizationType.GENERAL_BRANCH, OrganizationType.MOBILE_BRANCH):
            branch.type = type
            save_organization(branch, by=None, on=DAY)
        assert history(branch) == [("joint_branch", "KIC", LONG_AGO, DAY), ("mobile_branch", "KIC", DAY, None)]

    def test_the_past_is_not_rewritten(self, world: World) -> None:
        branch = world.joint_branch
        branch.type = OrganizationType.GENERAL_BRANCH
        with pytest.raises(ValidationError, match="早于现有沿革的起始日期"):
            save_organization(branch, by=None, on=LONG_AGO - A_DAY)
        branch.refresh_from_db()
        assert branch.type == OrganizationType.JOINT_BRANCH
        assert len(history(branch)) == 1


class TestTree:
    def test_a_move_takes_everything_below_along(self, world: World) -> None:
        world.kic_committee.parent = world.putuo_committee
        save_organization(world.kic_committee, by=None)
        world.joint_branch.refresh_from_db()
        assert world.joint_branch.path.startswith(world.putuo_committee.path)

    @pytest.mark.parametrize("below", ["street_committee", "kic_committee"])
    def test_a_circle_is_refused(self, world: World, below: str) -> None:
        world.street_committee.parent = getattr(world, below)
        with pytest.raises(ValidationError):
            save_organization(world.street_committee, by=None)
        world.joint_branch.refresh_from_db()
        world.street_committee.refresh_from_db()
        assert world.joint_branch.path.startswith(world.street_committee.path)
        assert world.street_committee.parent == world.district_committee

    def test_nothing_hangs_below_a_branch(self, world: World) -> None:
        with pytest.raises(ValidationError, match="党支部下面不能再设党组织"):
            make_organization("X", "joint_branch", world.joint_branch)

    def test_every_write_leaves_one_entry_with_its_actor(self, world: World, secretary: User) -> None:
        before = AuditEntry.objects.count()
        world.joint_branch.name = "新名"
        save_organization(world.joint_branch, by=secretary)
        save_organization(world.joint_branch, by=secretary)
        entry = AuditEntry.objects.first()
        assert AuditEntry.objects.count() == before + 1
        assert (entry.actor, entry.changes) == (secretary, {"name": ["创智园联合支部", "新名"]})


class TestDissolve:
    def test_the_day_is_the_first_without_it(self, world: World, secretary: User) -> None:
        branch = dissolve(world.joint_branch, on=DAY, by=secretary, reason="合并")
        assert history(branch) == [("joint_branch", "KIC", LONG_AGO, DAY)]
        assert branch in Organization.objects.active_on(DAY - A_DAY)
        assert branch not in Organization.objects.active_on(DAY)
        assert AuditEntry.objects.first().reason == "合并"

    def test_not_before_what_hangs_below(self, world: World) -> None:
        with pytest.raises(ValidationError, match="先撤销或调整它们"):
            dissolve(world.kic_committee, on=DAY, by=None)
        for branch in (world.joint_branch, world.own_branch):
            dissolve(branch, on=DAY, by=None)
        assert dissolve(world.kic_committee, on=DAY, by=None).status == OrganizationStatus.DISSOLVED

    def test_not_before_it_was_founded(self, world: World) -> None:
        with pytest.raises(ValidationError):
            dissolve(world.joint_branch, on=LONG_AGO, by=None)
        world.joint_branch.refresh_from_db()
        assert world.joint_branch.status == OrganizationStatus.ACTIVE


def new(code: str, parent: Organization | None, **values: Any) -> Organization:
    given = {"type": "committee", "status": OrganizationStatus.ACTIVE, "approved_on": LONG_AGO, "name": code}
    return Organization(code=code, parent=parent, **given | values)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_many_are_founded_in_any_order(world: World, order: tuple[int, ...]) -> None:
    top = new("T", world.street_committee)
    middle = new("M", top)
    leaf = new("L", middle, type="joint_branch", dissolved_on=DAY, status=OrganizationStatus.DISSOLVED)
    rows = [top, middle, leaf]
    found_many([rows[place] for place in order])
    for row in rows:
        row.refresh_from_db()
    assert top.path.startswith(world.street_committee.path)
    assert middle.path.startswith(top.path)
    assert leaf.path.startswith(middle.path)
    assert history(middle) == [("committee", "T", LONG_AGO, None)]
    assert history(leaf) == [("joint_branch", "M", LONG_AGO, DAY)]


def test_many_in_a_circle_are_refused(world: World) -> None:
    one = new("1", None)
    other = new("2", one)
    one.parent = other
    before = Organization.objects.count()
    with pytest.raises(ValidationError, match="循环"):
        found_many([one, other])
    assert Organization.objects.count() == before


def test_the_end_of_a_post_takes_the_contact_away(world: World, secretary: User) -> None:
    officer = Officer.objects.create(
        organization=world.joint_branch,
        post=OfficerPost.SECRETARY,
        since=LONG_AGO,
        name="某",
        phone="1",
        email="a@b.cn",
    )
    end_post(officer, on=DAY, by=secretary)
    officer.refresh_from_db()
    assert (officer.name, officer.phone, officer.email, officer.until) == ("", "", "", DAY)
    assert AuditEntry.objects.first().changes == {"until": [None, DAY.isoformat()]}


@pytest.mark.parametrize(("day", "total"), [(LONG_AGO - A_DAY, (0, 0)), (LONG_AGO, (3, 1)), (DAY, (5, 0))])
def test_members_are_those_last_stated(world: World, count_members: Any, day: dt.date, total: tuple[int, int]) -> None:
    count_members(world.joint_branch, 3, LONG_AGO, probationary=1, mobile=7)
    count_members(world.joint_branch, 5, DAY)
    found = Organization.objects.with_member_counts(day).get(pk=world.joint_branch.pk)
    assert (found.full_members, found.probationary_members) == total

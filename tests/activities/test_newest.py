"""The newest of a place or an organisation, quickly found, are those that asking plainly finds, page by page."""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities import figures, newest
from parkparty.activities.choices import ActivityState
from parkparty.activities.filters import ActivityFilterForm
from parkparty.activities.migrations import _joint, _spans
from parkparty.activities.models import Activity, ActivityHost, ActivityType, JointHost, Leader
from parkparty.activities.services.leaders import tell_leaders
from parkparty.core.dates import today
from parkparty.core.paging import keyset_page
from parkparty.core.scope import Scope
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Park
from tests.conftest import LONG_AGO, World, make_organization

DAY = dt.date(2026, 11, 2)
STATES = (ActivityState.DRAFT, ActivityState.SUBMITTED, ActivityState.RETURNED, ActivityState.APPROVED)
FILTERS = (
    {"state": "counted"},
    {"state": "returned"},
    {"type": "party_lecture"},
    {"order": "oldest"},
    {"since": "2026-10-31", "order": "oldest"},
    {"until": "2026-11-01", "state": "submitted"},
    {"state": "submitted"},
    {"state": "draft", "order": "oldest"},
)
NODES = (
    *({"organization": code} for code in ("YP", "WJC", "KIC", "NB", "PT", "KIC-J1")),
    *({"place": place} for place in ("area:310000", "area:310110", "park:kic", "park:neighbour", "park:tiandi")),
    {"organization": "WJC", "place": "park:kic"},
    {},
)


@pytest.fixture
def held(world: World, secretary: User, reviewer: User, request: pytest.FixtureRequest) -> Random:
    """Activities of few days, alone and joint, of organisations at every level, of which some move."""
    chance = Random(getattr(request, "param", 1))
    for number in range(6):
        seat: dict[str, Any] = chance.choice([{"park": world.kic}, {"park": world.neighbour}, {"area": world.yangpu}])
        above = chance.choice([world.kic_committee, world.neighbour_committee, world.putuo_committee])
        make_organization(f"X{number}", "independent_branch", above, **seat)
    make_organization("Y", "independent_branch", world.kic_committee, park=world.neighbour)
    hosts = list(Organization.objects.exclude(code__in=["PT", "X0"]))
    types = list(ActivityType.objects.filter(code__in=["theme_day", "party_lecture"]))
    for number in range(40):
        state, leader = chance.choice(STATES), chance.choice(hosts)
        activity = Activity.objects.create(
            organization=leader,
            park=chance.choice([leader.park, leader.park, world.kic, world.tiandi]),  # where it may have sat then
            author=secretary,
            topic=f"第{number}次",
            held_on=DAY - dt.timedelta(days=chance.randrange(4)),
            state=state,
            filed_at=None if state == ActivityState.DRAFT else dt.datetime(2026, 11, 3, tzinfo=dt.UTC),
            reviewed_by=reviewer if state == ActivityState.APPROVED else None,
            reviewed_at=dt.datetime(2026, 11, 4, tzinfo=dt.UTC) if state == ActivityState.APPROVED else None,
            return_reason="补充活动内容" if state == ActivityState.RETURNED else "",
        )
        activity.types.set(chance.sample(types, 1))
        for host in {leader, *chance.sample(hosts, chance.choice([0, 0, 1, 3]))}:
            ActivityHost.objects.create(activity=activity, organization=host)
        if number == 25:  # the days of later ones are marks
            tell_leaders()
    change(chance, hosts)
    return chance


def change(chance: Random, hosts: list[Organization]) -> None:
    """What may become of activities and organisations afterwards."""
    for activity in chance.sample(list(Activity.objects.all()), 12):
        rows = ActivityHost.objects.filter(activity=activity).exclude(organization=activity.organization_id)
        match chance.randrange(4):
            case 0:
                rows.delete()
            case 1:
                Activity.objects.filter(pk=activity.pk).update(held_on=DAY - dt.timedelta(days=chance.randrange(4)))
            case 2 if rows:
                Activity.objects.filter(pk=activity.pk).update(organization=rows[0].organization)
            case _:
                free = [host for host in hosts if not ActivityHost.objects.filter(activity=activity, organization=host)]
                ActivityHost.objects.filter(pk__in=rows.values("pk")[:1]).update(organization=chance.choice(free))
    for code in ("X1", "X2", "KIC"):
        moved = Organization.objects.get(code=code)
        moved.parent = Organization.objects.get(code=chance.choice(["NB", "PT", "WJC"]))
        save_organization(moved, by=None)
    Organization.objects.filter(code="X3").update(park=None, area=Park.objects.get(key="tiandi").area)


def through(form: ActivityFilterForm, turn: str, size: int) -> list[int]:
    """The keys on all pages, from the first on to ``older``, or from the last on to ``newer``."""
    end = "2000-01-01" if form.ordering[0].startswith("-") else "2100-01-01"
    asked, found = ({} if turn == "older" else {"newer": f'["{end}", 1]'}), list[int]()
    while True:
        page = keyset_page(form.unbounded(), asked, order=form.ordering, size=size, bounded=form.bounded)
        keys = [row.pk for row in page.rows]
        found = found + keys if turn == "older" else keys + found
        cursor = getattr(page, turn)
        if cursor is None:
            return found
        asked = {turn: cursor}


@pytest.mark.parametrize("held", [1, 2], indirect=True)
@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"LAST": 0},
        {"LAST": 1},
        {"FEW": 2},
        {"FEW": 0},
        {"FEW": 0, "STEPS": 2},
        {"FEW": 0, "NEAR": 9},
        {"FEW": 0, "NEAR": 9, "LAST": 0},
        {"FEW": 0, "NEAR": 9, "LAST": 0, "STEPS": 2},
        {"FEW": 0, "STEPS": 0},
        {"SOME": 3},
        {"SOME": 0},
    ],
)
def test_page_by_page_they_are_those_that_asking_plainly_finds(
    world: World, make_user: Any, held: Random, limits: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in limits.items():
        monkeypatch.setattr(newest, name, number)
    readers = (
        (Role.VIEWER, world.shanghai),
        (Role.SECRETARY, world.kic_committee),
        (Role.VIEWER, world.kic),
        (Role.SECRETARY, world.own_branch),
        (Role.SECRETARY, world.joint_branch, world.neighbour_committee, world.tiandi, world.neighbour),
    )
    scopes = [scope_of(make_user(f"reader {number}", *reader)) for number, reader in enumerate(readers)]
    found = 0
    for scope in (Scope.everything(), *scopes):
        reached = {row.pk for row in Activity.objects.within(scope)}
        for node in NODES:
            for filters in ({}, *held.sample(FILTERS, 1)):
                form = ActivityFilterForm(node | filters, scope=scope)
                if not form.is_valid():
                    continue
                asked_by_all = ActivityFilterForm(node | filters, scope=Scope.everything(Role.SECRETARY)).rows()
                whole = [row.pk for row in asked_by_all.order_by(*form.ordering) if row.pk in reached]
                assert whole == [row.pk for row in form.rows().order_by(*form.ordering)]
                found += len(whole)
                size = held.choice([2, 3, 7])
                assert through(form, "older", size) == through(form, "newer", size) == whole
    assert found > 300


@pytest.mark.parametrize("where", ["", "under another root"])
def test_who_holds_a_root_of_the_places_is_not_shown_what_is_held_outside(
    world: World, make_user: Any, make_activity: Any, secretary: User, where: str
) -> None:
    scope = scope_of(make_user("city", Role.VIEWER, world.shanghai))
    inside = make_activity(world.joint_branch, secretary, state=ActivityState.SUBMITTED, filed_at=timezone.now())

    def shown() -> list[int]:
        form = ActivityFilterForm({"organization": "KIC"}, scope=scope)
        assert form.is_valid()
        assert form.cleaned_data["organization"].all_in_places is (Organization.objects.filter(code="OUT").count() == 0)
        assert set(form.rows()) == set(form.bounded(form.unbounded().order_by(*form.ordering), 9)[:9])
        return sorted(form.rows().values_list("pk", flat=True))

    assert shown() == [inside.pk]
    seat = {"area": Area.objects.create(code="430000", name="湖南省", level=AreaLevel.CITY)} if where else {}
    branch = make_organization("OUT", OrganizationType.INDEPENDENT_BRANCH, world.kic_committee, **seat)
    make_activity(branch, secretary, state=ActivityState.SUBMITTED, filed_at=timezone.now())
    assert shown() == [inside.pk]


@pytest.mark.parametrize("held", [1, 2, 3], indirect=True)
@pytest.mark.parametrize("some", [newest.SOME, 3, 0])
def test_those_who_judge_find_what_asking_plainly_finds(
    world: World, make_user: Any, held: Random, some: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "SOME", some)
    nodes = [world.district_committee, world.kic_committee, world.putuo_committee, world.own_branch]
    places = [world.shanghai, world.wujiaochang, world.kic, world.tiandi]
    reviewers = [[node] for node in (*nodes, *places)] + [held.sample(nodes, 2) + held.sample(places, 2)]
    roles, found = (Role.REVIEWER,), 0
    for number, held_by in enumerate(reviewers):
        scope = scope_of(make_user(f"reviewer {number}", Role.REVIEWER, *held_by))
        Activity.objects.filter(pk__in=Activity.objects.values("pk")[number : number + 1]).update(author=scope.user_id)
        own = Q(organization__path__in=scope.paths("organizations", roles))
        below = scope.q("organizations", "organization__path", roles) & ~own
        parks, areas = (scope.q("places", f"organization__{name}__path", roles) for name in ("park", "area"))
        sent = Activity.objects.within(scope).filter(state=ActivityState.SUBMITTED).exclude(author=scope.user_id)
        theirs = {row.pk for row in sent.filter(below | parks | areas)}
        found += len(theirs)
        assert {row.pk for row in Activity.objects.reviewable(scope)} == theirs
    assert found > 8
    assert not Activity.objects.reviewable(scope_of(make_user("viewer", Role.VIEWER, world.shanghai))).exists()


def test_a_right_of_another_day_or_role_lets_nobody_judge(world: World, make_user: Any, held: Random) -> None:
    day = today()
    judge, as_much = (make_user(name, Role.REVIEWER, world.kic) for name in ("judge", "as much"))
    for since, until in ((LONG_AGO, day), (day + dt.timedelta(days=1), None)):
        Grant.objects.create(user=judge, role=Role.REVIEWER, area=world.shanghai, since=since, until=until)
    Grant.objects.create(user=judge, role=Role.VIEWER, area=world.shanghai, since=LONG_AGO)
    Grant.objects.create(user=judge, role=Role.SECRETARY, organization=world.district_committee, since=LONG_AGO)
    theirs = set(Activity.objects.reviewable(scope_of(judge)))
    assert theirs == set(Activity.objects.reviewable(scope_of(as_much)))
    for other_day in (day - dt.timedelta(days=1), day + dt.timedelta(days=1)):
        assert set(Activity.objects.reviewable(scope_of(judge, other_day))) > theirs > set()


@pytest.mark.sqlite
def test_what_is_not_judged_is_found_along_indexes_of_its_own(world: World, reviewer: User) -> None:
    for asked in ("draft", "submitted", "returned"):
        for order in ("oldest", ""):
            form = ActivityFilterForm({"place": "park:kic", "state": asked, "order": order}, scope=Scope.everything())
            rows = form.bounded(form.unbounded().order_by(*form.ordering), 3)[:3]
            assert "USING INDEX activities_uncounted (state=?)" in rows.explain()
            assert "TEMP B-TREE" not in rows.explain()
    waiting = figures.queue(scope_of(reviewer)).order_by(*figures.QUEUE_ORDER)[:3]
    assert "USING INDEX activities_waiting" in waiting.explain()
    assert "TEMP B-TREE" not in waiting.explain()


@pytest.mark.parametrize("order", [("-held_on", "-id"), ("held_on", "id")])
@pytest.mark.parametrize(
    ("limits", "is_far"),
    [
        ({}, False),
        ({"FEW": 0, "NEAR": 0}, False),
        ({"FEW": 0, "NEAR": 0, "STEPS": 0}, True),
        ({"FEW": 0, "NEAR": 9, "LAST": 0}, False),
        ({"FEW": 0, "NEAR": 9, "LAST": 0, "STEPS": 0}, True),
        ({"FEW": 0, "NEAR": 9, "LAST": 50, "STEPS": 0}, False),
    ],
)
def test_the_first_are_found_in_each_way_unless_a_walk_is_long(
    world: World,
    held: Random,
    limits: dict[str, int],
    is_far: bool,
    order: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, number in limits.items():
        monkeypatch.setattr(newest, name, number)
    rows = Activity.objects.within(Scope.everything()).order_by(*order)
    for node, plainly in ((world.yangpu, rows.located_in), (Organization.objects.get(code="YP"), rows.hosted_under)):
        keys = newest.first_keys(rows, node, 4)
        assert (keys is None) == is_far
        theirs = list(plainly(node).values_list("pk", flat=True))
        assert len(theirs) > 6
        if keys is not None:
            assert [key for key in theirs if key in keys][:4] == theirs[:4]
            assert len(keys) <= 8
            assert set(keys) <= set(theirs)


def test_a_walk_meets_only_days_of_the_page_and_what_counts_where_an_index_tells_so(
    world: World, held: Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in {"FEW": 0, "NEAR": 0, "STEPS": 1}.items():
        monkeypatch.setattr(newest, name, number)
    rows = Activity.objects.order_by("-held_on", "-id")
    Activity.objects.filter(held_on=DAY).exclude(state=ActivityState.DRAFT).update(state=ActivityState.SUBMITTED)
    for some in (rows.counted(), rows.filter(held_on__lte=DAY - dt.timedelta(days=2))):
        assert newest.first_keys(some, world.shanghai, 4) == list(some.values_list("pk", flat=True)[:4])
    assert newest.first_keys(rows.filter(state=ActivityState.APPROVED), world.shanghai, 4) is None


@pytest.mark.parametrize("held", [4, 5], indirect=True)
def test_joint_hosts_and_paths_are_kept(held: Random) -> None:
    joint = [
        (host.activity_id, host.organization_id, host.activity.held_on)
        for host in ActivityHost.objects.select_related("activity")
        if host.organization_id != host.activity.organization_id
    ]

    def kept() -> list[Any]:
        return sorted(JointHost.objects.values_list("activity", "organization", "held_on"))

    assert kept() == sorted(joint) != []
    for leader in Leader.objects.all():
        assert leader.path == leader.organization.path
    JointHost.objects.all().delete()
    Leader.objects.update(path=None)
    with connection.cursor() as cursor:
        for statement in _joint.FILL:
            cursor.execute(statement)
    assert kept() == sorted(joint)
    assert not Leader.objects.filter(path=None)
    Activity.objects.all().delete()
    assert kept() == []


@pytest.mark.parametrize("held", [6, 7], indirect=True)
def test_all_that_an_organisation_holds_lies_between_its_days(held: Random) -> None:
    days: dict[int, set[dt.date]] = {}
    for host in ActivityHost.objects.select_related("activity"):
        days.setdefault(host.organization_id, set()).add(host.activity.held_on)
    spans = {key: (min(found), max(found)) for key, found in days.items()}

    def kept() -> dict[int, Any]:
        return {key: days for key, *days in Leader.objects.values_list("pk", "first_on", "last_on")}

    tell_leaders()
    assert all(kept()[key][0] <= first <= last <= kept()[key][1] for key, (first, last) in spans.items())
    with connection.cursor() as cursor:
        cursor.execute(_spans.FILL)
    assert {key: tuple(kept()[key]) for key in spans} == spans
    wide, leader = dt.date(2001, 1, 1), Activity.objects.filter(joint_hosts__isnull=False)[0]
    Activity.objects.filter(pk=leader.pk).update(held_on=wide)
    tell_leaders()
    for key in (leader.organization_id, *leader.joint_hosts.values_list("organization", flat=True)):
        assert kept()[key][0] == wide

"""The cast: one small world, and the people who look at it. Every test speaks of them.

Yangpu district has the street Wujiaochang with two parks; Putuo has one. The district committee stands above the
street committee, which stands above each park's committee and its branches.

* ``secretary`` writes for the kic joint branch; ``other_secretary`` for the branch of the neighbouring park;
* ``reviewer`` is the street's: organisations under the street committee and places under the street;
* ``administrator`` keeps the data of the park kic and its committee; ``district_administrator`` of all Yangpu;
* ``viewer`` reads the district; ``auditor`` reads the trail; ``stranger`` has an account and no grant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityTheme, ActivityType
from parkparty.companies.choices import LinkKind, TenancyKind
from parkparty.companies.models import Company, CoverageLink, Tenancy
from parkparty.core.codes import uscc_from_body
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import MemberCount, Organization
from parkparty.organizations.services import found_many, save_organization
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Park
from parkparty.rules.choices import Every, RuleKind, Strength
from parkparty.rules.models import Rule
from tests.plugins.template import start_from_copy

LONG_AGO = dt.date(2015, 1, 1)


@dataclass(frozen=True)
class World:
    """The places and organisations of the cast."""

    shanghai: Area
    yangpu: Area
    wujiaochang: Area
    putuo: Area
    kic: Park
    neighbour: Park
    tiandi: Park
    district_committee: Organization
    street_committee: Organization
    kic_committee: Organization
    joint_branch: Organization
    own_branch: Organization
    neighbour_committee: Organization
    neighbour_branch: Organization
    putuo_committee: Organization


def plan_organization(code: str, type: str, parent: Organization | None = None, **fields: Any) -> Organization:
    """An active organisation founded long ago, unless ``fields`` say otherwise; not saved."""
    values: dict[str, Any] = {"status": OrganizationStatus.ACTIVE, "approved_on": LONG_AGO, "name": code, **fields}
    return Organization(code=code, type=type, parent=parent, **values)


def make_organization(code: str, type: str, parent: Organization | None = None, **fields: Any) -> Organization:
    """An active organisation founded long ago, unless ``fields`` say otherwise."""
    return save_organization(plan_organization(code, type, parent, **fields), by=None)


def make_company(number: int, park: Park | None = None, *, kind: str = TenancyKind.ON_SITE, **fields: Any) -> Company:
    """A company with a synthetic credit code, on site in ``park`` since long ago."""
    values: dict[str, Any] = {"name": f"试验企业{number:05d}", "staff_band": 10, **fields}
    company = Company.objects.create(uscc=uscc_from_body("91", "310110", f"DEM{number:05d}"), **values)
    if park:
        Tenancy.objects.create(company=company, park=park, kind=kind, since=LONG_AGO)
    return company


def cover(
    company: Company, organization: Organization | None, kind: str = LinkKind.JOINT, **fields: Any
) -> CoverageLink:
    """A coverage link since long ago."""
    values: dict[str, Any] = {"since": LONG_AGO, **fields}
    return CoverageLink.objects.create(company=company, organization=organization, kind=kind, **values)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any, worker_id: str) -> None:
    """The database of this process, in place of one that is migrated anew."""
    with django_db_blocker.unblock():
        start_from_copy(worker_id)


@pytest.fixture(autouse=True)
def nothing_is_kept_from_before() -> None:
    """Other tests' pages: a database that is rolled back shows the same version again with other facts."""
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    """Areas, parks and organisations; no companies, no activities."""
    shanghai = Area.objects.create(code="310000", name="上海市", level=AreaLevel.CITY)
    yangpu = Area.objects.create(code="310110", name="杨浦区", level=AreaLevel.DISTRICT, parent=shanghai)
    street = Area.objects.create(code="310110019", name="五角场街道", level=AreaLevel.TOWN, parent=yangpu)
    putuo = Area.objects.create(code="310107", name="普陀区", level=AreaLevel.DISTRICT, parent=shanghai)
    kic = Park.objects.create(key="kic", name="创智园", area=street)
    neighbour = Park.objects.create(key="neighbour", name="邻里园", area=street)
    tiandi = Park.objects.create(key="tiandi", name="天地园", area=putuo)
    types = OrganizationType
    district = plan_organization("YP", types.WORKING_COMMITTEE, name="杨浦区党工委", area=yangpu)
    street_committee = plan_organization("WJC", types.WORKING_COMMITTEE, district, name="五角场街道党工委", area=street)
    kic_committee = plan_organization("KIC", types.COMMITTEE, street_committee, name="创智园党委", park=kic)
    neighbours = plan_organization("NB", types.COMMITTEE, street_committee, name="邻里园党委", park=neighbour)
    world = World(
        shanghai,
        yangpu,
        street,
        putuo,
        kic,
        neighbour,
        tiandi,
        district,
        street_committee,
        kic_committee,
        plan_organization("KIC-J1", types.JOINT_BRANCH, kic_committee, name="创智园联合支部", park=kic),
        plan_organization("KIC-O1", types.INDEPENDENT_BRANCH, kic_committee, name="甲公司支部", park=kic),
        neighbours,
        plan_organization("NB-J1", types.JOINT_BRANCH, neighbours, name="邻里园联合支部", park=neighbour),
        plan_organization("PT", types.WORKING_COMMITTEE, name="普陀区党工委", area=putuo),
    )
    # All at once: every test waits for this.
    found_many([part for part in vars(world).values() if isinstance(part, Organization)])
    return world


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Makes a user holding ``role`` on each of ``nodes`` since long ago."""

    def make(username: str, role: str = "", *nodes: TreeNode, **fields: Any) -> User:
        user = User.objects.create_user(username, display_name=fields.pop("display_name", username), **fields)
        for node in nodes:
            Grant.objects.create(user=user, role=role, since=LONG_AGO, **{node._meta.model_name: node})
        return user

    return make


@pytest.fixture
def secretary(world: World, make_user: Callable[..., User]) -> User:
    return make_user("secretary", Role.SECRETARY, world.joint_branch, display_name="创智园联合支部书记")


@pytest.fixture
def other_secretary(world: World, make_user: Callable[..., User]) -> User:
    return make_user("other-secretary", Role.SECRETARY, world.neighbour_branch, display_name="邻里园支部书记")


@pytest.fixture
def reviewer(world: World, make_user: Callable[..., User]) -> User:
    return make_user(
        "reviewer", Role.REVIEWER, world.street_committee, world.wujiaochang, display_name="五角场街道审核员"
    )


@pytest.fixture
def administrator(world: World, make_user: Callable[..., User]) -> User:
    return make_user("administrator", Role.ADMINISTRATOR, world.kic, world.kic_committee, display_name="创智园管理员")


@pytest.fixture
def district_administrator(world: World, make_user: Callable[..., User]) -> User:
    return make_user(
        "district-administrator",
        Role.ADMINISTRATOR,
        world.yangpu,
        world.district_committee,
        display_name="杨浦区管理员",
    )


@pytest.fixture
def viewer(world: World, make_user: Callable[..., User]) -> User:
    return make_user("viewer", Role.VIEWER, world.yangpu, world.district_committee, display_name="杨浦区查看员")


@pytest.fixture
def auditor(world: World, make_user: Callable[..., User]) -> User:
    return make_user("auditor", Role.AUDITOR, world.yangpu, display_name="审计员")


@pytest.fixture
def stranger(make_user: Callable[..., User]) -> User:
    return make_user("stranger", display_name="无授权用户")


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A signed-in client of a user."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def scope_for() -> Callable[[User], Scope]:
    """A user's scope as of today."""
    return scope_of


@pytest.fixture
def theme_day(db: None) -> ActivityType:
    return ActivityType.objects.get_or_create(code="theme_day", defaults={"name": "主题党日"})[0]


@pytest.fixture
def monthly_rule(theme_day: ActivityType) -> Rule:
    """A theme day is owed each month."""
    return Rule.objects.create(
        code="R34",
        name="主题党日",
        kind=RuleKind.PERIODIC_ACTIVITY,
        strength=Strength.MUST,
        source="支部工作条例",
        activity_type=theme_day,
        every=Every.MONTH,
        since=LONG_AGO,
    )


@pytest.fixture
def service_theme(db: None) -> ActivityTheme:
    return ActivityTheme.objects.get_or_create(code="service", defaults={"name": "党建+服务"})[0]


@pytest.fixture
def make_activity(theme_day: ActivityType) -> Callable[..., Activity]:
    """An activity of ``organization`` written by ``author``; a draft unless ``fields`` say otherwise."""

    def make(organization: Organization, author: User, *types: ActivityType, **fields: Any) -> Activity:
        values: dict[str, Any] = {"topic": "学习交流", "held_on": dt.date(2026, 11, 2), **fields}
        if values.get("state", ActivityState.DRAFT) != ActivityState.DRAFT:
            values.setdefault("filed_at", dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC))
        if values.get("state") == ActivityState.RETURNED:
            values.setdefault("return_reason", "补充活动内容")
        activity = Activity.objects.create(organization=organization, park=organization.park, author=author, **values)
        activity.types.set(types or [theme_day])
        ActivityHost.objects.create(activity=activity, organization=organization)
        return activity

    return make


@pytest.fixture
def count_members() -> Callable[..., MemberCount]:
    """States the members of an organisation on a day."""

    def state(organization: Organization, full: int, as_of: dt.date = LONG_AGO, **counts: int) -> MemberCount:
        return MemberCount.objects.create(organization=organization, full=full, as_of=as_of, **counts)

    return state


def standing_triggers() -> set[str]:
    """The names of all triggers of the database."""
    asks = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(asks[connection.vendor])
        return {name for (name,) in cursor.fetchall()}

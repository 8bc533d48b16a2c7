"""A row of every model in the park that the cast's administrator keeps, and one in a park of another district."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import models
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityPhoto, ActivityType
from parkparty.audit.services import record
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import CompanyMemberCount, Industry, Membership, Visit
from parkparty.demo.models import DemoRecord
from parkparty.engagement.choices import ReminderKind, RobotKind
from parkparty.engagement.models import Reminder, Robot, RobotMessage
from parkparty.organizations.choices import OfficerPost, OrganizationType
from parkparty.organizations.models import FormationMode, MemberCount, Officer, Organization
from parkparty.places.choices import Indicator
from parkparty.places.models import Building, Park, ServiceStation, StatedFigure
from parkparty.rosters.choices import BatchState, IssueKind, Outcome
from parkparty.rosters.models import RosterBatch, RosterIssue, RosterRow
from parkparty.rules.choices import Every, RuleKind, Strength
from parkparty.rules.models import Rule
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization

ELSEWHERE = "外人"
"""Stands in every name of the other district, and in none of the administrator's own."""


@dataclass
class Stock:
    """Rows by their model."""

    rows: dict[type[models.Model], models.Model] = field(default_factory=dict)

    def put(self, *rows: models.Model) -> None:
        self.rows |= {type(row): row for row in rows}


def address_of(page: str, model: type[models.Model], *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def rule_of_theme_days() -> Rule:
    """A rule, which the whole site shares."""
    kind = ActivityType.objects.get_or_create(code="theme_day", defaults={"name": "主题党日"})[0]
    values = {"name": "主题党日", "kind": RuleKind.PERIODIC_ACTIVITY, "strength": Strength.MUST, "source": "试验"}
    return Rule.objects.get_or_create(
        code="T01", defaults={**values, "activity_type": kind, "every": Every.MONTH, "since": LONG_AGO}
    )[0]


def local_rule(branch: Organization, word: str, number: int) -> Rule:
    """A rule set for one branch in place of the shared one."""
    general = rule_of_theme_days()
    values = {"kind": general.kind, "strength": Strength.LOCAL, "source": word, "activity_type": general.activity_type}
    return Rule.objects.create(
        **values, code=f"T01.{number}", name=f"{word}规则", every=general.every, since=LONG_AGO,
        overrides=general, organization=branch,
    )  # fmt: skip


def fill(park: Park, branch: Organization, make_user: Callable[..., User], word: str, number: int) -> Stock:
    """One row of every model that belongs to a place or an organisation, each with ``word`` in its name."""
    stock = Stock()
    building = Building.objects.create(park=park, name=f"{word}楼")
    station = ServiceStation.objects.create(park=park, building=building, name=f"{word}站")
    figure = StatedFigure.objects.create(park=park, indicator=Indicator.STAFF, value=20000, source=f"{word}报")
    company = make_company(number, park, name=f"{word}公司")
    link = cover(company, branch, LinkKind.JOINT)
    group = make_organization(f"G{number}", OrganizationType.JOINT_GROUP, name=f"{word}联组", park=park)
    member = Membership.objects.create(company=company, organization=group, since=LONG_AGO)
    officer = Officer.objects.create(
        organization=branch, post=OfficerPost.LIAISON, since=LONG_AGO, name=f"{word}某", phone="021-10", email="a@b.cn"
    )
    user = make_user(f"reader-{number}", Role.VIEWER, park, display_name=f"{word}查看员")
    activity = Activity.objects.create(
        organization=branch, author=user, topic=f"{word}会", held_on=LONG_AGO, state=ActivityState.SUBMITTED,
        filed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), park=park,
    )  # fmt: skip
    host = ActivityHost.objects.create(activity=activity, organization=branch)
    photo = ActivityPhoto.objects.create(activity=activity, file="photos/x.jpg", width=1, height=1, sha256="0" * 64)
    stock.put(park.area, park, building, station, figure, company, company.tenancies.get(), link, member, officer)
    stock.put(Visit.objects.create(company=company, organization=branch, visited_on=LONG_AGO))
    stock.put(CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=3))
    stock.put(MemberCount.objects.create(organization=branch, as_of=LONG_AGO, full=3))
    stock.put(branch, branch.spans.get(), user, user.grants.get(), activity, host, photo)
    stock.put(record(f"{word}操作", company, by=user), local_rule(branch, word, number))
    stock.put(
        Reminder.objects.create(
            organization=branch,
            rule=rule_of_theme_days(),
            period_since=LONG_AGO,
            kind=ReminderKind.URGED,
            on=LONG_AGO,
        )
    )
    robot = Robot.objects.create(organization=branch, kind=RobotKind.WECOM, sealed_address=word)
    stock.put(robot, RobotMessage.objects.create(robot=robot, text=word))
    return stock


def upload(stock: Stock, by: User, word: str) -> Stock:
    """A roster that ``by`` has uploaded, with a row and a wrong cell."""
    batch = RosterBatch.objects.create(
        uploaded_by=by, filename=f"{word}.xlsx", sha256="0" * 64, state=BatchState.CHECKED
    )
    stock.put(batch, RosterRow.objects.create(batch=batch, number=2, outcome=Outcome.NEW, name=f"{word}公司"))
    stock.put(RosterIssue.objects.create(batch=batch, number=3, cell="A3", column="name", kind=IssueKind.REQUIRED))
    return stock


@pytest.fixture
def here(world: World, make_user: Callable[..., User], district_administrator: User) -> Stock:
    stock = fill(world.kic, world.joint_branch, make_user, "自家", 11)
    return upload(stock, district_administrator, "自家")


@pytest.fixture
def elsewhere(world: World, make_user: Callable[..., User]) -> Stock:
    for row, field_name in ((world.tiandi, "name"), (world.putuo, "name"), (world.putuo_committee, "name")):
        type(row).objects.filter(pk=row.pk).update(**{field_name: f"{ELSEWHERE}{row.pk}"})
    branch = make_organization("PT-J1", OrganizationType.JOINT_BRANCH, world.putuo_committee, name=f"{ELSEWHERE}支部")
    world.tiandi.refresh_from_db()
    stock = fill(world.tiandi, branch, make_user, ELSEWHERE, 12)
    uploader = make_user("putuo", Role.ADMINISTRATOR, world.putuo, display_name=f"{ELSEWHERE}管理员")
    return upload(stock, uploader, ELSEWHERE)


@pytest.fixture
def shared(theme_day: models.Model, service_theme: models.Model) -> Stock:
    """Rows of the tables that the whole site shares."""
    stock = Stock()
    stock.put(theme_day, service_theme, DemoRecord.objects.create(model="places.park"))
    stock.put(Industry.objects.get_or_create(code="65", defaults={"name": "软件"})[0])
    stock.put(FormationMode.objects.get_or_create(code="own", defaults={"name": "单独组建"})[0])
    stock.put(rule_of_theme_days())
    return stock

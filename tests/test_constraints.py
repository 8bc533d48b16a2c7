"""What must hold whatever writes the row: the database refuses it, on SQLite and on PostgreSQL alike."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import (
    Activity,
    ActivityAttachment,
    ActivityHost,
    ActivityPhoto,
    ActivityType,
    CalendarFeed,
    JointHost,
    SavedView,
)
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership, Tenancy, Visit
from parkparty.organizations.choices import OfficerPost, OrganizationStatus, OrganizationType
from parkparty.organizations.models import MemberCount, Officer, Organization, OrganizationSpan
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Building, Park, ServiceStation
from parkparty.rules.choices import RuleKind, Strength
from parkparty.rules.models import Rule
from tests.conftest import LONG_AGO, World, make_company

LATER = LONG_AGO + dt.timedelta(days=1)
HELD = ("places", "organizations", "access", "companies", "activities", "rules")


class Writer:
    """Writes rows past every model's ``save`` and ``clean``, as a careless script would."""

    def __init__(self, world: World, user: User) -> None:
        self.world, self.user = world, user
        self.company = make_company(1, world.kic)
        self.type = ActivityType.objects.create(code="course", name="党课")

    def add(self, model: type[models.Model], **values: Any) -> None:
        model._base_manager.bulk_create([model(**values)])

    def area(self, **values: Any) -> None:
        given = {"code": "310115", "name": "浦东新区", "level": AreaLevel.DISTRICT, "path": "a~"}
        self.add(Area, **given | values)

    def park(self, **values: Any) -> None:
        self.add(Park, **{"key": "other", "name": "别园", "area": self.world.yangpu, "path": "p~"} | values)

    def building(self, times: int) -> None:
        for _ in range(times):
            self.add(Building, park=self.world.kic, name="1 号楼")

    def station(self, **values: Any) -> None:
        self.add(ServiceStation, **{"park": self.world.kic, "name": "驿站"} | values)

    def feeds(self, *digests: str) -> None:
        for digest, user in zip(digests, (self.user, User.objects.create_user("second")), strict=True):
            self.add(CalendarFeed, user=user, digest=digest)

    def organization(self, **values: Any) -> None:
        given = {"code": "N", "name": "新支部", "type": OrganizationType.JOINT_BRANCH, "path": "o~"}
        self.add(Organization, **given | values)

    def span(self, **values: Any) -> None:
        given = {"organization": self.world.joint_branch, "type": "joint_branch", "since": LATER}
        self.add(OrganizationSpan, **given | values)

    def officer(self, **values: Any) -> None:
        given = {"organization": self.world.joint_branch, "post": OfficerPost.SECRETARY, "since": LONG_AGO}
        self.add(Officer, **given | values)

    def grant(self, **values: Any) -> None:
        self.add(Grant, **{"user": self.user, "role": Role.VIEWER, "since": LONG_AGO} | values)

    def new_company(self, **values: Any) -> None:
        self.add(Company, **{"name": "别家", "folded_name": "别家", "uscc": "91310110DEM000022B"} | values)

    def of_company(self, model: type[models.Model], **values: Any) -> None:
        self.add(model, **{"company": self.company, "since": LONG_AGO} | values)

    def visit(self, **values: Any) -> None:
        given = {"company": self.company, "organization": self.world.kic_committee, "visited_on": LONG_AGO}
        self.add(Visit, **given | values)

    def activity(self, **values: Any) -> None:
        given = {"organization": self.world.joint_branch, "author": self.user, "held_on": LONG_AGO, "topic": "会"}
        self.add(Activity, **given | values)

    def of_activity(self, model: type[models.Model], **values: Any) -> None:
        if not Activity.objects.exists():
            self.activity()
        self.add(model, activity=Activity.objects.get(), **values)

    def rule(self, **values: Any) -> None:
        given = {"code": "T1", "name": "规", "kind": RuleKind.PERIODIC_ACTIVITY, "strength": Strength.MUST,
                 "source": "条", "activity_type": self.type, "every": "month", "since": LONG_AGO}  # fmt: skip
        self.add(Rule, **given | values)

    def local_rules(self, *codes: str) -> None:
        self.rule()
        for code in codes:
            self.rule(code=code, overrides_id="T1", organization=self.world.joint_branch)


def make_own_parent(row: models.Model) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(parent=row.pk)


def twice(write: Callable[[], None]) -> None:
    write()
    write()


NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FILED = {"state": ActivityState.SUBMITTED, "filed_at": NOW}

REFUSED: dict[str, Callable[[Writer], None]] = {
    "places_area_path": lambda w: w.area(path=w.world.yangpu.path),
    "places_area_not_its_own_parent": lambda w: make_own_parent(w.world.yangpu),
    "places_area_code_digits": lambda w: w.area(code="31011"),
    "places_area_level_known": lambda w: w.area(level="village"),
    "places.Area.code": lambda w: w.area(code=w.world.yangpu.code),
    "places_park_path": lambda w: w.park(path=w.world.kic.path),
    "places_park_name_in_area": lambda w: w.park(area=w.world.wujiaochang, name=w.world.kic.name),
    "places_park_not_its_own_parent": lambda w: make_own_parent(w.world.kic),
    "places.Park.key": lambda w: w.park(key="kic"),
    "places_building_name_in_park": lambda w: w.building(times=2),
    "places_station_name_in_park": lambda w: twice(w.station),
    "places_station_ends_after_start": lambda w: w.station(since=LONG_AGO, until=LONG_AGO),
    "organizations_path": lambda w: w.organization(path=w.world.joint_branch.path),
    "organizations_not_its_own_parent": lambda w: make_own_parent(w.world.joint_branch),
    "organizations_type_known": lambda w: w.organization(type="club"),
    "organizations_status_matches_dates": lambda w: w.organization(status=OrganizationStatus.ACTIVE),
    "organizations_dissolved_after_approved": lambda w: w.organization(
        status=OrganizationStatus.DISSOLVED, approved_on=LONG_AGO, dissolved_on=LONG_AGO
    ),
    "organizations_approved_after_applied": lambda w: w.organization(
        status=OrganizationStatus.ACTIVE, applied_on=LATER, approved_on=LONG_AGO
    ),
    "organizations_term_ends_after_start": lambda w: w.organization(term_since=LONG_AGO, term_until=LONG_AGO),
    "organizations_host_unit_has_kind": lambda w: w.organization(host_unit="孵化器"),
    "organizations.Organization.code": lambda w: w.organization(code="KIC"),
    "organizations_organizationspan_ends_after_start": lambda w: w.span(until=LATER),
    "organizations_span_since": lambda w: w.span(since=LONG_AGO, until=LATER),
    "organizations_span_one_open": lambda w: w.span(),
    "organizations_one_count_a_day": lambda w: twice(
        lambda: w.add(MemberCount, organization=w.world.joint_branch, as_of=LONG_AGO, full=1)
    ),
    "organizations_officer_ends_after_start": lambda w: w.officer(until=LONG_AGO),
    "organizations_one_secretary": lambda w: twice(w.officer),
    "organizations_contact_ends_with_post": lambda w: w.officer(until=LATER, phone="021-10"),
    "access_grant_ends_after_start": lambda w: w.grant(park=w.world.kic, until=LONG_AGO),
    "access_grant_on_one_node": lambda w: w.grant(park=w.world.kic, area=w.world.yangpu),
    "access_grant_role_known": lambda w: w.grant(park=w.world.kic, role="owner"),
    "companies_uscc_shape": lambda w: w.new_company(uscc="91310110dem000022B"),
    "companies_name_when_no_uscc": lambda w: twice(lambda: w.new_company(uscc=None)),
    "companies_left_status_has_date": lambda w: w.new_company(status="revoked"),
    "companies_status_known": lambda w: w.new_company(status="asleep", status_since=LONG_AGO),
    "companies_staff_band_known": lambda w: w.new_company(staff_band=7),
    "companies_size_known": lambda w: w.new_company(size="huge"),
    "companies.Company.uscc": lambda w: w.new_company(uscc=w.company.uscc),
    "companies_tenancy_ends_after_start": lambda w: w.of_company(Tenancy, park=w.world.tiandi, until=LONG_AGO),
    "companies_one_open_tenancy_a_park": lambda w: w.of_company(Tenancy, park=w.world.kic),
    "companies_tenancy_kind_known": lambda w: w.of_company(Tenancy, park=w.world.tiandi, kind="guest"),
    "companies_coveragelink_ends_after_start": lambda w: w.of_company(CoverageLink, kind="union", until=LONG_AGO),
    "companies_link_kind_known": lambda w: w.of_company(CoverageLink, kind="friend"),
    "companies_link_names_organization": lambda w: w.of_company(CoverageLink, kind=LinkKind.JOINT),
    "companies_one_open_link": lambda w: twice(
        lambda: w.of_company(CoverageLink, kind=LinkKind.JOINT, organization=w.world.joint_branch)
    ),
    "companies_one_own_company_an_organization": lambda w: [
        w.of_company(CoverageLink, kind=LinkKind.OWN, organization=w.world.own_branch, company=company)
        for company in (w.company, make_company(2, w.world.kic))
    ],
    "companies_membership_ends_after_start": lambda w: w.of_company(
        Membership, organization=w.world.kic_committee, until=LONG_AGO
    ),
    "companies_one_open_membership": lambda w: twice(
        lambda: w.of_company(Membership, organization=w.world.kic_committee)
    ),
    "companies_one_visit_a_day": lambda w: twice(w.visit),
    "companies_gap_reason_known": lambda w: w.visit(reason="no reason"),
    "companies_one_count_a_day": lambda w: twice(
        lambda: w.add(CompanyMemberCount, company=w.company, as_of=LONG_AGO, full=1)
    ),
    "activities_state_known": lambda w: w.activity(state="lost", filed_at=NOW),
    "activities_filed_has_moment": lambda w: w.activity(state=ActivityState.SUBMITTED),
    "activities_approved_names_reviewer": lambda w: w.activity(state=ActivityState.APPROVED, filed_at=NOW),
    "activities_returned_gives_reason": lambda w: w.activity(state=ActivityState.RETURNED, filed_at=NOW),
    "activities_never_reviewed_by_author": lambda w: w.activity(**FILED, reviewed_by=w.user, reviewed_at=NOW),
    "activities.Activity.key": lambda w: twice(lambda: w.activity(key=uuid.UUID(int=1))),
    "activities_host_once": lambda w: twice(lambda: w.of_activity(ActivityHost, organization=w.world.kic_committee)),
    "activities_joint_host_once": lambda w: twice(
        lambda: w.of_activity(JointHost, organization=w.world.kic_committee, held_on=LONG_AGO)
    ),
    "activities_view_name_once": lambda w: twice(lambda: w.add(SavedView, owner=w.user, name="本月")),
    "activities.CalendarFeed.digest": lambda w: w.feeds("0", "0"),
    "activities_photo_once": lambda w: twice(lambda: w.of_activity(ActivityPhoto, sha256="0", width=1, height=1)),
    "activities_attachment_once": lambda w: twice(
        lambda: w.of_activity(ActivityAttachment, sha256="0", size=1, name="a.pdf")
    ),
    "rules_kind_known": lambda w: w.rule(kind="whim"),
    "rules_strength_known": lambda w: w.rule(strength="wish"),
    "rules_local_names_both": lambda w: w.rule(organization=w.world.joint_branch),
    "rules_one_local_a_day": lambda w: w.local_rules("L1", "L2"),
    "rules_ends_after_start": lambda w: w.rule(until=LONG_AGO),
    "rules_periodic_names_type_and_period": lambda w: w.rule(every=""),
}
"""A write that breaks the named constraint and no other."""

CHECKS = {
    constraint.name
    for app in HELD
    for model in apps.get_app_config(app).get_models()
    for constraint in model._meta.constraints
    if isinstance(constraint, models.CheckConstraint)
}


@pytest.fixture
def writer(world: World, secretary: User) -> Writer:
    return Writer(world, secretary)


@pytest.mark.parametrize("name", REFUSED)
def test_the_database_refuses(writer: Writer, name: str) -> None:
    expected = name if name in CHECKS else "(?i)unique"
    with pytest.raises(IntegrityError, match=expected), transaction.atomic():
        REFUSED[name](writer)


@pytest.mark.parametrize(
    "write",
    [
        Writer.area,
        Writer.park,
        Writer.station,
        Writer.organization,
        Writer.officer,
        Writer.new_company,
        Writer.visit,
        Writer.activity,
        Writer.rule,
        lambda w: w.building(times=1),
        lambda w: w.feeds("0", "1"),
        lambda w: w.grant(park=w.world.kic),
        lambda w: w.span(until=LATER + dt.timedelta(days=1)),
        lambda w: w.of_company(Tenancy, park=w.world.tiandi),
    ],
)
def test_the_same_rows_without_the_fault_are_taken(writer: Writer, write: Callable[[Writer], None]) -> None:
    write(writer)


def test_every_constraint_has_been_tried() -> None:
    models_held = [model for app in HELD for model in apps.get_app_config(app).get_models()]
    names = {constraint.name for model in models_held for constraint in model._meta.constraints}
    names |= {
        f"{model._meta.label}.{field.name}"
        for model in models_held
        for field in model._meta.local_fields
        if field.unique and not field.primary_key
    }
    assert names == set(REFUSED)

"""What each reader's queries return: own and below; not above, not beside, not another park."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import models

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import give_grant, scope_of
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityPhoto
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership, Tenancy
from parkparty.core.scope import Scope
from parkparty.organizations.figures import latest_counts, officers_of, spans_of
from parkparty.organizations.models import MemberCount, Officer, Organization, OrganizationSpan
from parkparty.places.models import Area, Building, Park, ServiceStation, StatedFigure
from tests.conftest import LONG_AGO, World, cover, make_company

PLACES = {"kic": "kic", "neighbour": "neighbour", "tiandi": "tiandi"}
BRANCHES = {"kic": "joint_branch", "neighbour": "neighbour_branch", "tiandi": "putuo_committee"}


@pytest.fixture
def filled(world: World, make_user: Callable[..., User], make_activity: Callable[..., Activity]) -> World:
    """In each of three parks one company with its link and counts, a building, an activity with a photo."""
    author = make_user("author")
    for number, park_name in enumerate(PLACES, 1):
        park, branch = getattr(world, park_name), getattr(world, BRANCHES[park_name])
        company = make_company(number, park, name=park_name)
        cover(company, branch, LinkKind.INSTRUCTOR)
        Membership.objects.create(company=company, organization=branch, since=LONG_AGO)
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=3)
        MemberCount.objects.create(organization=branch, as_of=LONG_AGO, full=3)
        Officer.objects.create(organization=branch, post="liaison", since=LONG_AGO)
        Building.objects.create(park=park, name="楼")
        ServiceStation.objects.create(park=park, name="站")
        StatedFigure.objects.create(park=park, indicator="staff", value=1)
        make_user(f"reader-{park_name}", Role.VIEWER, park)
        activity = make_activity(branch, author, state=ActivityState.SUBMITTED)
        activity.park = park
        activity.save()
        ActivityPhoto.objects.create(activity=activity, file="x.jpg", sha256=str(number), width=1, height=1)
    return world


PARK_OF: dict[type[models.Model], str] = {
    Park: "key",
    Building: "park__key",
    ServiceStation: "park__key",
    StatedFigure: "park__key",
    Company: "name",
    Tenancy: "park__key",
    CoverageLink: "company__name",
    Membership: "company__name",
    CompanyMemberCount: "company__name",
    Activity: "park__key",
    ActivityPhoto: "activity__park__key",
}
"""How to name the park that a row belongs to."""

READERS = {
    "kic": {"kic"},
    "wujiaochang": {"kic", "neighbour"},
    "yangpu": {"kic", "neighbour"},
    "putuo": {"tiandi"},
    "shanghai": {"kic", "neighbour", "tiandi"},
}


@pytest.mark.parametrize("model", PARK_OF, ids=lambda model: model.__name__)
def test_a_reader_of_a_place_finds_what_lies_in_it(
    filled: World, make_user: Callable[..., User], model: type[models.Model]
) -> None:
    for node, expected in READERS.items():
        user = make_user(f"{model.__name__}-{node}", Role.VIEWER, getattr(filled, node))
        rows = model.objects.within(scope_of(user))
        assert set(rows.values_list(PARK_OF[model], flat=True)) == expected, node
        assert rows.count() == len(expected), node


ORGANIZATION_OF = {
    Organization: "code",
    OrganizationSpan: "organization__code",
    MemberCount: "organization__code",
    Officer: "organization__code",
    Activity: "organization__code",
    CoverageLink: "organization__code",
    Membership: "organization__code",
    Company: "links__organization__code",
}


@pytest.mark.parametrize("model", ORGANIZATION_OF, ids=lambda model: model.__name__)
def test_a_reader_of_an_organisation_finds_it_and_what_is_below(
    filled: World, make_user: Callable[..., User], model: type[models.Model]
) -> None:
    readers = {
        "joint_branch": {"KIC-J1"},
        "kic_committee": {"KIC", "KIC-J1", "KIC-O1"},
        "neighbour_branch": {"NB-J1"},
        "street_committee": {"WJC", "KIC", "KIC-J1", "KIC-O1", "NB", "NB-J1"},
        "putuo_committee": {"PT"},
    }
    there = set(model.objects.values_list(ORGANIZATION_OF[model], flat=True))
    for node, reached in readers.items():
        user = make_user(f"{model.__name__}-{node}", Role.VIEWER, getattr(filled, node))
        found = set(model.objects.within(scope_of(user)).values_list(ORGANIZATION_OF[model], flat=True))
        assert found == reached & there, node


@pytest.mark.parametrize("node", ["kic", "wujiaochang", "putuo", "joint_branch", "kic_committee", "street_committee"])
def test_what_one_organisation_shows_is_what_is_found_of_it_in_the_whole_list(
    filled: World, make_user: Callable[..., User], node: str
) -> None:
    Organization.objects.filter(code="KIC").update(park=filled.tiandi)  # those below it sit elsewhere
    scope = scope_of(make_user("reader", Role.VIEWER, getattr(filled, node)))
    for organization in Organization.objects.all():
        for year in range(2010, 2017):
            MemberCount.objects.create(organization=organization, as_of=dt.date(year, 2, 1), full=year - 2000)
        counts, officers, spans = (
            kind.objects.within(scope).filter(organization=organization)
            for kind in (MemberCount, Officer, OrganizationSpan)
        )
        assert latest_counts(organization, scope, 5) == list(counts.order_by("-as_of")[:5])
        assert officers_of(organization, scope) == list(officers.order_by("until", "post", "-since"))
        assert spans_of(organization, scope) == list(spans.order_by("since"))
        assert organization.is_within(scope) == bool(latest_counts(organization, scope, 5))
        held = Activity.objects.within(scope).hosted_under(organization)
        assert set(Activity.objects.within(scope, cut_to=organization).hosted_under(organization)) == set(held)


def test_an_area_within_reach_has_its_subareas(filled: World, make_user: Callable[..., User]) -> None:
    user = make_user("area", Role.VIEWER, filled.yangpu)
    assert set(Area.objects.within(scope_of(user))) == {filled.yangpu, filled.wujiaochang}


def test_grants_of_a_subtree_are_those_on_its_nodes(filled: World, district_administrator: User) -> None:
    found = Grant.objects.within(scope_of(district_administrator)).values_list("user__username", flat=True)
    assert set(found) == {"district-administrator", "reader-kic", "reader-neighbour"}


EVERY_MODEL = [*PARK_OF, Area, Organization, OrganizationSpan, MemberCount, Officer, Grant, User]


@pytest.mark.parametrize("model", EVERY_MODEL, ids=lambda model: model.__name__)
def test_without_a_scope_nothing_is_found_and_with_all_of_it_everything(
    filled: World, model: type[models.Model]
) -> None:
    assert not model.objects.within(Scope()).exists()
    assert model.objects.within(Scope.everything()).count() == model.objects.count()


class TestGrantsInTime:
    day = dt.date(2026, 3, 1)

    @pytest.mark.parametrize(
        ("since", "until", "holds"),
        [
            (dt.date(2026, 3, 1), None, True),
            (dt.date(2026, 3, 2), None, False),
            (dt.date(2026, 1, 1), dt.date(2026, 3, 1), False),
            (dt.date(2026, 1, 1), dt.date(2026, 3, 2), True),
        ],
    )
    def test_a_grant_holds_from_its_first_day_and_not_on_its_last(
        self, world: World, stranger: User, since: dt.date, until: dt.date | None, holds: bool
    ) -> None:
        give_grant(stranger, Role.VIEWER, world.kic, by=None, since=since, until=until)
        assert bool(scope_of(stranger, self.day).reaches) == holds

    def test_a_closed_account_reaches_nothing(self, secretary: User) -> None:
        secretary.is_active = False
        assert scope_of(secretary) == Scope(user_id=secretary.pk)

    def test_a_superuser_reaches_everything_and_reads_no_trail(self, db: None) -> None:
        root = User.objects.create_superuser("root", "", "x", display_name="根")
        assert scope_of(root).is_whole
        assert Role.AUDITOR not in scope_of(root).roles

    def test_a_scope_takes_one_query(
        self, world: World, administrator: User, django_assert_num_queries: Callable
    ) -> None:
        with django_assert_num_queries(1):
            scope_of(administrator)

"""Histories that tests play on the field: companies are founded, join and leave, branches change and meet."""

from __future__ import annotations

import datetime as dt
from random import Random

from hypothesis import strategies as st

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.companies.choices import CompanyStatus, LinkKind, TenancyKind
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership, Tenancy
from parkparty.core.scope import Scope
from parkparty.coverage.services.counting import fold, rebuild
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization
from parkparty.places.models import Park
from tests.conftest import World

FIRST = dt.date(2016, 1, 1)
SPAN = 900
ENDS = (200, 450, 899)
"""On which numbers of days facts of the town end, beside those that changes bring."""
ALL = Scope.everything()


def day_of(number: int) -> dt.date:
    """A day within the two and a half years that the histories play in."""
    return FIRST + dt.timedelta(days=number % SPAN)


def act(world: World, author: User, kind: str, number: int, other: int) -> None:
    """One change of the facts, and sometimes a fold."""
    companies = list(Company.objects.order_by("pk"))
    company, day = companies[number % len(companies)], day_of(other)
    ACTS[kind](world, author, company, day, number)


def found(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    new = Company.objects.create(name=f"新{Company.objects.count()}", founded_on=day)
    Tenancy.objects.create(
        company=new, park=(world.kic, world.tiandi)[number % 2], since=day, kind=list(TenancyKind)[number % 2]
    )
    CompanyMemberCount.objects.create(company=new, as_of=day, full=number % 6)


def join(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    if number % 3 == 0:
        Membership.objects.get_or_create(
            company=company, organization=world.street_committee, until=None, defaults={"since": day}
        )
        return
    kind = (LinkKind.JOINT, LinkKind.INSTRUCTOR)[number % 2]
    branch = (world.joint_branch, world.neighbour_branch)[number // 2 % 2]
    CoverageLink.objects.get_or_create(
        company=company, organization=branch, kind=kind, until=None, defaults={"since": day}
    )


def move(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    if number % 4 == 0:
        park = Park.objects.get(pk=world.kic.pk)
        park.area = (world.wujiaochang, world.putuo)[number // 4 % 2]
        park.save()
        return
    open_ones = Tenancy.objects.filter(company=company, until=None, since__lt=day)
    if open_ones.update(until=day):
        Tenancy.objects.create(company=company, park=(world.kic, world.neighbour)[number % 2], since=day)


def dissolve(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    branch = Organization.objects.get(pk=(world.joint_branch, world.own_branch)[number % 2].pk)
    if branch.approved_on and branch.approved_on < day:
        branch.dissolved_on, branch.status = day, OrganizationStatus.DISSOLVED
        Organization.objects.filter(pk=branch.pk).update(dissolved_on=day, status=OrganizationStatus.DISSOLVED)


def upgrade(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    branch = Organization.objects.get(pk=world.own_branch.pk)
    branch.type = (OrganizationType.GENERAL_BRANCH, OrganizationType.INDEPENDENT_BRANCH)[number % 2]
    branch.parent = (world.street_committee, world.district_committee)[number // 2 % 2]
    save_organization(branch, by=None)


def deregister(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    status = list(CompanyStatus)[number % 4]
    Company.objects.filter(pk=company.pk).update(status=status, status_since=day)


def correct(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    if number % 3 == 0:
        CoverageLink.objects.filter(company=company).delete()
    elif number % 3 == 1:
        Company.objects.filter(pk=company.pk).update(staff_band=(5, 10, 300)[number % 3], revenue_over_20m=True)
    else:
        CompanyMemberCount.objects.update_or_create(company=company, as_of=day, defaults={"full": number % 6})


def meet(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    moment, judge = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), User.objects.exclude(pk=author.pk).earliest("pk")
    branch, other = (world.joint_branch, world.own_branch)[:: -1 if number % 2 else 1]
    hosts = [branch, other] if number % 3 == 0 else [branch]
    for month in range(4):
        activity = Activity.objects.create(
            organization=branch, author=author, held_on=day + dt.timedelta(days=28 * month), filed_at=moment,
            state=ActivityState.APPROVED, reviewed_at=moment, reviewed_by=judge,
        )  # fmt: skip
        activity.types.set(ActivityType.objects.filter(code__in=["assembly", "theme_day"]))
        ActivityHost.objects.bulk_create(ActivityHost(activity=activity, organization=host) for host in hosts)


def unmeet(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    held = Activity.objects.order_by("pk")
    if number % 2:
        held.filter(held_on__lt=day).delete()
    else:
        held.filter(held_on__gte=day).update(state=ActivityState.SUBMITTED)


def carry(world: World, author: User, company: Company, day: dt.date, number: int) -> None:
    rebuild() if number % 5 == 0 else fold(limit=1 + number % 7)


ACTS = {
    "found": found, "join": join, "move": move, "dissolve": dissolve, "upgrade": upgrade, "deregister": deregister,
    "correct": correct, "meet": meet, "unmeet": unmeet, "fold": carry,
}  # fmt: skip

CHANGES = st.tuples(st.sampled_from([*ACTS, "join", "meet"]), st.integers(0, 40), st.integers(0, SPAN))


def sit(company: Company, random: Random) -> None:
    """A company has a tenancy more, for a time."""
    park = random.choice(Park.objects.all())
    since, until = span(random)
    Tenancy.objects.create(
        company=company,
        park=park,
        building=random.choice([None, *park.buildings.all()]),
        since=since,
        until=until,
        kind=random.choice(TenancyKind.values),
    )


def span(random: Random) -> list[dt.date]:
    """A day on which a fact begins and one on which it ends; tables are of such days."""
    return [day_of(number) for number in sorted(random.sample([0, *ENDS], 2))]


def numbers(random: Random) -> tuple[int, int]:
    return random.randrange(40), random.randrange(SPAN)

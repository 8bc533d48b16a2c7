"""The field that histories of coverage are played on, and the town that they left."""

from __future__ import annotations

from random import Random

import pytest

from parkparty.accounts.models import User
from parkparty.activities.models import ActivityType
from parkparty.companies.choices import LinkKind
from parkparty.companies.models import Company, CoverageLink, Industry, Tenancy
from parkparty.organizations.models import Organization
from parkparty.places.models import Building, Park
from parkparty.rules.choices import Every, RuleKind, Strength
from parkparty.rules.models import Rule
from tests.conftest import World, cover
from tests.coverage.play import FIRST, act, day_of, numbers, sit, span


@pytest.fixture
def field(world: World, secretary: User, reviewer: User) -> World:
    """Six companies in two parks, some tied to branches, and the rules that tell what effective coverage asks for."""
    for code, kind in (("R30", "assembly"), ("R34", "theme_day")):
        type = ActivityType.objects.get_or_create(code=kind, defaults={"name": kind})[0]
        defaults = {"kind": RuleKind.PERIODIC_ACTIVITY, "strength": Strength.values[0], "every": Every.values[0]}
        Rule.objects.update_or_create(
            code=code,
            defaults={"activity_type": type},
            create_defaults={**defaults, "activity_type": type, "since": FIRST},
        )
    for number in range(6):
        company = Company.objects.create(name=f"企业{number}", staff_band=(5, 10, 300)[number % 3])
        Tenancy.objects.create(company=company, park=(world.kic, world.tiandi)[number % 2], since=FIRST)
        kind = (LinkKind.OWN, LinkKind.JOINT, LinkKind.JOINT, LinkKind.UNION)[number % 4]
        unit = {LinkKind.OWN: world.own_branch, LinkKind.JOINT: world.joint_branch}.get(kind)
        if kind != LinkKind.OWN or number == 0:
            CoverageLink.objects.create(company=company, kind=kind, organization=unit, since=day_of(number * 50))
    return world


@pytest.fixture
def town(field: World, secretary: User) -> World:
    """After many changes: companies in buildings, some in two, some in another park too, not all of them on site."""
    random = Random(7)
    Park.objects.create(key="kic-2", name="二期", area=field.wujiaochang, parent=field.kic)
    for _change in range(40):
        act(field, secretary, random.choice(["found", "join", "join", "move", "correct"]), *numbers(random))
    industries = [Industry.objects.get_or_create(code=code, defaults={"name": code})[0] for code in ("65", "6513")]
    for park in Park.objects.all():
        Building.objects.create(park=park, name="1 号楼")
    for company in Company.objects.all():
        some = {"industry": random.choice([None, *industries]), "size": random.choice(["", "small", "large"])}
        Company.objects.filter(pk=company.pk).update(**some)
        for tenancy in company.tenancies.all():
            building = random.choice([None, *tenancy.park.buildings.all()])
            Tenancy.objects.filter(pk=tenancy.pk).update(building=building)
        for _more in range(random.choice([1, 2, 3])):
            sit(company, random)
            since, until = span(random)
            organization, kind = random.choice(Organization.objects.all()), random.choice(LinkKind.values)
            cover(company, organization, kind, since=since, until=until)
    return field

"""A site with something of its own on which the demo set is loaded once for all tests of a module."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.companies.models import Company, Tenancy
from parkparty.coverage.models import (
    ActivityTotal,
    CompanyHistory,
    CompanySpell,
    CoverageSum,
    CoverageTotal,
    FoldCount,
    LoadCell,
    LoadTotal,
    SpellCount,
    TypeTotal,
)
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization
from parkparty.organizations.services import save_organization
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Park

ONLY_ADDED = ("audit", "demo")
"""Apps whose rows come and go beside the data: the trail keeps what was done, the registry is the demo's own.
How often totals were folded only ever grows, too."""

COUNTED_ANEW = (
    ActivityTotal, CompanyHistory, CompanySpell, CoverageSum, CoverageTotal, LoadCell, LoadTotal, SpellCount, TypeTotal,
)  # fmt: skip
"""Kept counts, whose rows are written anew where most of what they count is marked."""

Contents = dict[str, list[dict[str, Any]]]


def run(*command: str) -> str:
    """What a command prints."""
    out = io.StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().strip()


def contents() -> Contents:
    """Every row of every table but those of ``ONLY_ADDED``."""
    models = [m for m in apps.get_models(include_auto_created=True) if m._meta.app_label not in ONLY_ADDED]
    models.remove(FoldCount)
    return {m._meta.label: rows_of(m) for m in models}


def rows_of(model: Any) -> list[dict[str, Any]]:
    """All rows of a table; kept counts without their keys."""
    rows = list(model._base_manager.order_by("pk").values())
    if model not in COUNTED_ANEW:
        return rows
    return sorted(({name: value for name, value in row.items() if name != "id"} for row in rows), key=str)


@dataclass(frozen=True)
class Site:
    """What the site had before, the contents of all its tables then, and what the first load said."""

    park: Park
    organization: Organization
    company: Company
    user: User
    before: Contents
    message: str


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Site]:
    """The demo set beside a park of the site's own; taken back at the end of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_codes", stdout=io.StringIO())
        city = Area.objects.create(code="310000", name="上海市", level=AreaLevel.PROVINCE)
        district = Area.objects.create(code="310104", name="徐汇区", level=AreaLevel.DISTRICT, parent=city)
        park = Park.objects.create(key="ours", name="自有园区", area=district)
        committee = Organization(code="OURS", name="自有园区党委", type=OrganizationType.COMMITTEE, park=park)
        committee.status, committee.approved_on = OrganizationStatus.ACTIVE, dt.date(2015, 1, 1)
        save_organization(committee, by=None)
        company = Company.objects.create(name="自有企业", uscc="91350100M000100Y43")
        Tenancy.objects.create(company=company, park=park, since=dt.date(2016, 1, 1))
        user = User.objects.create_user("ours", display_name="自有用户")
        Grant.objects.create(user=user, role=Role.ADMINISTRATOR, park=park, since=dt.date(2016, 1, 1))
        call_command("fold_counts", stdout=io.StringIO())
        before = contents()
        yield Site(park, committee, company, user, before, run("demo"))
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded: Site, db: None) -> Site:
    """The site with the demo set; what a test changes is taken back."""
    return loaded

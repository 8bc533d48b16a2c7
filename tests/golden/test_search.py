"""The golden list of the domain page (3.3), number 14: what is written in traditional forms is found in plain ones."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client

from parkparty.accounts.models import User
from parkparty.companies.models import Company
from parkparty.core.text import fold
from parkparty.organizations.choices import OrganizationType
from tests.conftest import World, make_company, make_organization

WRITTEN = ("天地軟體園黨建聯盟", "天地软体园党建联盟")


@pytest.fixture
def page(viewer: User, client: Client) -> Client:
    client.force_login(viewer)
    return client


@pytest.mark.parametrize("asked", ["党建", "黨建"])
@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("address", ["/companies/", "/organizations/"])
def test_14_a_word_is_found_in_whichever_forms_it_is_written(
    world: World, page: Client, address: str, written: str, asked: str
) -> None:
    make_company(1, world.kic, name=written)
    make_organization("NEW", OrganizationType.JOINT_BRANCH, world.kic_committee, name=written, park=world.kic)
    listed = page.get(address, {"q": asked}).content.decode()
    assert listed.count('<th scope="row">') == 1
    assert written in listed


def test_14_names_from_before_are_folded_again_but_for_a_namesake_without_a_code(world: World) -> None:
    first, second, other = (
        Company.objects.create(name=name, uscc=code)
        for name, code in ((WRITTEN[1], None), (WRITTEN[0][:-1], None), ("黨群服務公司", "91310110DEM000014G"))
    )
    Company.objects.filter(pk=second.pk).update(name=WRITTEN[0], folded_name=WRITTEN[0])
    Company.objects.filter(pk=other.pk).update(folded_name=other.name)
    migration = import_module("parkparty.companies.migrations.0002_fold_traditional_forms")
    migration.fold_again(apps, None)
    keys = dict(Company.objects.values_list("pk", "folded_name"))
    assert keys == {first.pk: fold(WRITTEN[0]), second.pk: WRITTEN[0], other.pk: "党群服务公司"}

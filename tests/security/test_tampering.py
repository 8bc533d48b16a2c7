"""R025, R078, R080, R101: what a form did not offer is not taken, whoever sends it by hand."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from parkparty.access.admin.site import site
from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityPhoto
from parkparty.companies.models import Company, Tenancy
from parkparty.organizations.models import Organization
from parkparty.places.models import ServiceStation
from parkparty.rosters.models import RosterBatch
from tests.admin.forms import form_at
from tests.security.test_matrix import ROLES, fingerprint
from tests.security.world import FOREIGN, Relation, SecurityWorld, canary

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

SignIn = Callable[[str], Client]


def record(world: SecurityWorld, relation: Relation = Relation.OWN, **fields: Any) -> dict[str, Any]:
    """What the form of an activity sends."""
    return {
        "key": str(uuid.uuid4()),
        "version": "0",
        "organization": world[relation].organization.code,
        "types": [world.type.pk],
        "topic": "学习交流",
        "held_on": "2026-11-02",
        **fields,
    }


def key_of(world: SecurityWorld, relation: Relation, model: type[Model]) -> Any:
    return world[relation].rows[model].pk


def test_the_form_itself_is_good(security_world: SecurityWorld, sign_in: SignIn) -> None:
    own, child = security_world[Relation.OWN], security_world[Relation.CHILD]
    Organization.objects.filter(pk=own.organization.pk).update(park=own.park)
    fields = {
        "partners": [child.organization.pk],
        "companies": [key_of(security_world, Relation.CHILD, Company)],
        "station": key_of(security_world, Relation.OWN, ServiceStation),
    }
    answer = sign_in(Role.SECRETARY).post(reverse("activities:new"), record(security_world, **fields))
    assert answer.status_code == 302
    made = Activity.objects.order_by("pk").last()
    assert made is not None
    assert set(made.hosts.all()) == {own.organization, child.organization}


@pytest.mark.parametrize("relation", FOREIGN)
@pytest.mark.parametrize("field", ["organization", "partners", "companies", "station"])
def test_R078_an_activity_takes_nothing_foreign(
    field: str, relation: Relation, security_world: SecurityWorld, sign_in: SignIn
) -> None:
    there, client, own = security_world[relation], sign_in(Role.SECRETARY), security_world[Relation.OWN]
    Organization.objects.filter(pk=own.organization.pk).update(park=own.park)
    value = {
        "organization": there.organization.code,
        "partners": [there.organization.pk],
        "companies": [key_of(security_world, relation, Company)],
        "station": key_of(security_world, relation, ServiceStation),
    }[field]
    before = fingerprint()
    for button in ({}, {"submit": ""}, {"find": ""}):
        answer = client.post(reverse("activities:new"), record(security_world, **{field: value}, **button))
        assert answer.status_code == 200
        assert canary(relation) not in answer.content.decode()
    assert fingerprint() == before


@pytest.mark.parametrize("relation", FOREIGN)
def test_R078_an_edited_activity_stays_where_it_is(
    relation: Relation, security_world: SecurityWorld, sign_in: SignIn
) -> None:
    own = security_world[Relation.OWN].rows[Activity]
    Activity.objects.filter(pk=own.pk).update(state=ActivityState.DRAFT, filed_at=None)
    fields = {"version": "1", "key": str(Activity.objects.get(pk=own.pk).key), "dropped_photos": [
        key_of(security_world, relation, ActivityPhoto)
    ]}  # fmt: skip
    before = fingerprint()
    address = reverse("activities:edit", args=[own.pk])
    for tampered in (record(security_world, relation) | fields, record(security_world) | fields):
        assert sign_in(Role.SECRETARY).post(address, tampered).status_code == 200
    assert fingerprint() == before


@pytest.mark.parametrize("role", ROLES)
def test_R101_fields_beyond_the_form_change_nothing(role: str, security_world: SecurityWorld, sign_in: SignIn) -> None:
    extra = {
        "state": ActivityState.APPROVED, "author": security_world.users["stranger"].pk, "reviewed_by": "1",
        "filed_at": "2020-01-01", "is_superuser": "1", "is_staff": "1", "park": "1", "__proto__": "x",
    }  # fmt: skip
    count = Activity.objects.count()
    sign_in(role).post(reverse("activities:new"), record(security_world, **extra))
    made = Activity.objects.order_by("pk").last()
    assert Activity.objects.count() == count + (role == Role.SECRETARY)
    if role == Role.SECRETARY:
        assert made is not None
        assert (made.state, made.author, made.reviewed_by, made.filed_at) == (
            ActivityState.DRAFT, security_world.users[role], None, None,
        )  # fmt: skip
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("relation", FOREIGN)
def test_R078_a_roster_writes_nothing_into_a_foreign_park(
    relation: Relation, security_world: SecurityWorld, sign_in: SignIn
) -> None:
    there, client = security_world[relation], sign_in(Role.ADMINISTRATOR)
    text = f"企业名称,所属园区,上级党组织\n新来的公司,{there.park.name},{there.organization.name}\n"
    before = {model: model.objects.count() for model in (Company, Tenancy, Organization)}
    client.post(reverse("rosters:upload"), {"file": SimpleUploadedFile("名单.csv", text.encode())})
    batch = RosterBatch.objects.get(uploaded_by=security_world.users[Role.ADMINISTRATOR])
    assert (batch.new, batch.wrong, batch.parks) == (0, 1, [])
    client.post(reverse("rosters:apply", args=[batch.pk]), {"reason": "试", "good_rows_only": "on"})
    assert {model: model.objects.count() for model in before} == before


@pytest.mark.parametrize("relation", FOREIGN)
def test_R078_no_grant_on_a_foreign_node(relation: Relation, security_world: SecurityWorld, sign_in: SignIn) -> None:
    there, client = security_world[relation], sign_in(Role.ADMINISTRATOR)
    receiver = key_of(security_world, Relation.OWN, User)
    nodes = {"organization": there.organization.pk, "area": there.area.pk, "park": there.park.pk}
    before = Grant.objects.count()
    for field, key in nodes.items():
        typed = {"user": receiver, "role": Role.VIEWER, "since": "2026-01-01", field: key}
        answer = client.post(reverse("admin:access_grant_add"), typed)
        assert answer.status_code in (200, 302)
    lines = [
        f"x{n},某人,,查看员,{code}" for n, code in enumerate((there.organization.code, there.area.code, there.park.key))
    ]
    for line in lines:
        client.post(reverse("accounts:invite"), {"people": line})
    assert Grant.objects.count() == before
    assert not User.objects.filter(username__startswith="x").exists()


@pytest.mark.parametrize("relation", FOREIGN)
def test_R078_no_data_page_points_a_row_to_a_foreign_one(
    relation: Relation, security_world: SecurityWorld, sign_in: SignIn
) -> None:
    """Every relation of every form of the data pages, set by hand to a row of another neighbourhood."""
    client, tampered = sign_in(Role.ADMINISTRATOR), 0
    for pages in site._registry.values():
        row = security_world[Relation.OWN].rows.get(pages.model)
        address = reverse(f"admin:{pages.opts.app_label}_{pages.opts.model_name}_change", args=[row.pk]) if row else ""
        if not row or client.get(address).status_code != 200:
            continue
        typed = form_at(client, address)
        for field in pages.opts.concrete_fields:
            foreign = security_world[relation].rows.get(field.related_model) if field.is_relation else None
            if foreign is None or field.name not in typed:
                continue
            before = getattr(pages.model.objects.get(pk=row.pk), field.attname)
            client.post(address, typed | {field.name: [str(foreign.pk)]})
            tampered += 1
            assert getattr(pages.model.objects.get(pk=row.pk), field.attname) == before, str(field)
    assert tampered >= 8


def test_R102_a_parameter_given_twice_or_as_a_list_is_no_fault(security_world: SecurityWorld, sign_in: SignIn) -> None:
    there = security_world[Relation.SIBLING]
    foreign = there.organization.code
    queries = (
        f"organization=W&organization={foreign}",
        f"organization={foreign}&organization=W",
        "organization[]=W",
        "place=park:park-own&place=park:park-sibling",
        "as_of[$ne]=1",
        "__proto__[x]=1",
    )
    for role in ROLES:
        client = sign_in(role)
        for page in ("/activities/", "/companies/", "/organizations/", "/coverage/", "/"):
            for query in queries:
                answer = client.get(f"{page}?{query}")
                assert answer.status_code < 500
                assert canary("sibling") not in answer.content.decode()


def test_R080_a_role_or_a_scope_named_by_the_sender_is_not_believed(
    security_world: SecurityWorld, sign_in: SignIn
) -> None:
    headers = {
        "X-User": "root",
        "X-Remote-User": "root",
        "X-Role": Role.ADMINISTRATOR,
        "Remote-User": "reader-administrator",
    }
    client = sign_in("stranger")
    for address in ("/rosters/", "/admin/", "/companies/?role=administrator&scope=*"):
        assert client.get(address, headers=headers).status_code == 403
    assert Client().get("/companies/", headers=headers).status_code == 302


@pytest.mark.parametrize("code", ["１２３４５６", "é" * 6, "\ufffd" * 6])
def test_R012_a_code_of_other_characters_is_a_wrong_code(
    code: str, security_world: SecurityWorld, sign_in: SignIn
) -> None:
    answer = sign_in(Role.SECRETARY).post(reverse("accounts:enrol"), {"code": code})
    assert answer.status_code == 200

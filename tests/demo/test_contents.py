"""What stands in the demo set: invented, marked as samples, valid by every rule of the models, and alive."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company
from parkparty.core.codes import uscc_fault
from parkparty.core.dates import add_months, today
from parkparty.demo.models import DemoRecord
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Officer, Organization, OrganizationSpan
from parkparty.places.models import Park
from parkparty.rules.choices import DutyState
from parkparty.rules.figures import duties
from tests.demo.conftest import Site

pytestmark = pytest.mark.usefixtures("demo")

ROLES = [role.value for role in Role]


def of_demo(model: type[models.Model]) -> Any:
    keys = DemoRecord.objects.get(model=model._meta.label_lower).keys
    return model._default_manager.filter(pk__in=keys)


def test_credit_codes_are_synthetic_and_right() -> None:
    codes = set(of_demo(Company).values_list("uscc", flat=True))

    assert {code for code in codes if uscc_fault(code)} == set()
    assert {code[8:11] for code in codes} == {"DEM"}


def test_company_names_are_unique() -> None:
    names = list(of_demo(Company).values_list("name", flat=True))

    assert len(names) == len(set(names))


def test_parks_committees_and_officers_are_marked_as_samples() -> None:
    assert all(str(park).endswith("（示例）") for park in of_demo(Park))
    committees = of_demo(Organization).filter(code__regex="^DEMO-[A-Z]+(-NET)?$")
    assert committees.count() == 11
    assert all("示例" in organization.name for organization in committees)
    assert all(officer.name.endswith("示例") for officer in of_demo(Officer))


def test_every_row_is_one_that_a_form_would_accept() -> None:
    """Without the checks of uniqueness and of foreign keys, which the database has made."""
    faults = []
    for record in DemoRecord.objects.all():
        model = type(record)._meta.apps.get_model(record.model)
        keys = [field.name for field in model._meta.fields if field.is_relation or not field.editable]
        related = [field.name for field in model._meta.fields if field.many_to_one]
        for row in model._base_manager.filter(pk__in=record.keys).select_related(*related).iterator():
            try:
                row.clean_fields(exclude=[*keys, "password"])
                row.clean()
            except ValidationError as error:
                faults.append((record.model, row.pk, error.messages))
    assert faults == []


def test_the_open_span_of_every_organisation_is_what_it_is_today() -> None:
    spans = {span.organization_id: span for span in OrganizationSpan.objects.filter(until__isnull=True)}

    for organization in of_demo(Organization).filter(dissolved_on__isnull=True):
        span = spans[organization.pk]
        assert (span.type, span.parent_id) == (organization.type, organization.parent_id)


def test_activities_run_up_to_today_over_two_years() -> None:
    held = of_demo(Activity).exclude(state=ActivityState.DRAFT)

    assert 1500 < held.count() < 4000
    assert held.earliest("held_on").held_on < add_months(today(), -22)
    assert today() - dt.timedelta(days=7) < held.latest("held_on").held_on <= today()
    assert not held.filter(filed_at__date__lt=models.F("held_on")).exists()
    assert not held.filter(reviewed_at__lt=models.F("filed_at")).exists()
    assert not held.filter(present__gt=models.F("expected")).exists()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_user_whose_password_nobody_knows(role: str) -> None:
    user = User.objects.get(username=f"demo-{role}")

    assert set(scope_of(user).roles) == {role}
    assert not user.has_usable_password()
    assert not user.is_staff
    assert not user.is_superuser


def test_no_grant_of_the_demo_reaches_into_the_site() -> None:
    """But for areas, whose readers see all that is there."""
    for grant in of_demo(Grant).filter(area__isnull=True):
        assert grant.organization.code.startswith("DEMO-")


def test_the_secretary_finds_something_to_do() -> None:
    scope = scope_of(User.objects.get(username="demo-secretary"))
    states = {duty.state for duty in duties(Organization.objects.within(scope), today())}

    assert {DutyState.MISSING, DutyState.RETURNED} <= states
    assert Activity.objects.within(scope).filter(state=ActivityState.DRAFT).count() == 2
    assert Activity.objects.within(scope).filter(state=ActivityState.APPROVED).count() > 20


def test_the_reviewers_queue_is_alive() -> None:
    user = User.objects.get(username="demo-reviewer")
    queue = Activity.objects.reviewable(scope_of(user))

    assert 1 <= queue.count() <= 60
    assert not queue.filter(author=user).exists()
    assert "demo-secretary" in queue.values_list("author__username", flat=True)


def test_the_reviewer_sees_a_target_that_is_not_met_and_a_trend(client: Client) -> None:
    client.force_login(User.objects.get(username="demo-reviewer"))

    assert "还差" in client.get("/coverage/dashboard/?place=area:310110").content.decode()
    snapshots = client.get("/coverage/snapshots/").content.decode()
    assert all(f"{day}</a>" in snapshots for day in quarters_ends(6))


def quarters_ends(number: int) -> list[dt.date]:
    first = dt.date(today().year, (today().month - 1) // 3 * 3 + 1, 1)
    return [add_months(first, -3 * back) - dt.timedelta(days=1) for back in range(number)]


def test_the_auditor_finds_what_the_demo_users_have_done() -> None:
    trail = AuditEntry.objects.within(scope_of(User.objects.get(username="demo-auditor")))

    names = set(trail.values_list("actor__username", flat=True))
    assert names >= {"demo-secretary", "demo-reviewer", "demo-administrator"}


def test_a_branch_that_has_grown_is_what_it_has_become(demo: Site) -> None:
    committee = Organization.objects.get(code="DEMO-KIC-O1")

    assert committee.name.endswith("党委")
    types = [span.type for span in committee.spans.order_by("since")]
    assert types == [OrganizationType.INDEPENDENT_BRANCH, OrganizationType.COMMITTEE]


def test_the_sites_own_administrator_sees_nothing_of_it(demo: Site) -> None:
    scope = scope_of(demo.user)

    assert list(Company.objects.within(scope)) == [demo.company]
    assert not Activity.objects.within(scope).exists()

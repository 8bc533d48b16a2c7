"""R079, R129: the contact of an officer is shown to the roles that need it, and is gone when the post ends."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from parkparty.access.choices import Role
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.audit.models import AuditEntry
from parkparty.organizations.models import Officer
from parkparty.organizations.services import end_post
from tests.security.world import Relation, SecurityWorld

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlogged")]

NAME, PHONE, EMAIL = "联系人某", "021-55550000", "post@example.cn"
PAGE = "/organizations/W/"


@pytest.fixture
def officer(security_world: SecurityWorld) -> Officer:
    found: Any = security_world[Relation.OWN].rows[Officer]
    found.name, found.phone, found.email = NAME, PHONE, EMAIL
    found.save()
    return found


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR, Role.VIEWER])
def test_R079_contacts_are_shown_by_role(role: str, officer: Officer, sign_in: Any) -> None:
    page = sign_in(role).get(PAGE).content.decode()
    shown = role in ROLES_FOR[Action.VIEW_CONTACT]
    assert [word in page for word in (NAME, PHONE, EMAIL)] == [shown] * 3
    assert officer.get_post_display() in page


def test_R129_they_are_gone_when_the_post_ends(officer: Officer, sign_in: Any) -> None:
    end_post(officer, on=dt.date(2026, 11, 1), by=None)
    for role in (Role.SECRETARY, Role.ADMINISTRATOR):
        page = sign_in(role).get(PAGE).content.decode()
        assert not [word for word in (NAME, PHONE, EMAIL) if word in page]
    assert not [
        entry for entry in AuditEntry.objects.all() if PHONE in str(entry.changes) or NAME in str(entry.changes)
    ]

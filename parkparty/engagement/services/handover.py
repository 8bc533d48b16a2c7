"""Handing a secretary's post over."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_noop

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import give_grant, save_grant, withdraw_grant
from parkparty.accounts.models import User
from parkparty.activities.models import Activity
from parkparty.audit.services import record
from parkparty.core.dates import today
from parkparty.notices.choices import NoticeKind
from parkparty.notices.services import tell
from parkparty.organizations.models import Organization


@transaction.atomic
def hand_over(former: User, successor: User, grants: Iterable[Grant], *, by: User) -> list[Organization]:
    """End ``former``'s posts as secretary today and give them to ``successor``.

    Drafts and duties belong to the organisation and go with the post; who wrote a record stays on it.
    """
    moved = []
    for grant in grants:
        organization = grant.organization
        if organization is None or grant.role != Role.SECRETARY:
            continue
        if grant.since < today():
            grant.until = today()
            save_grant(grant, by=by)
        else:
            withdraw_grant(grant, by=by)
        held = Grant.objects.filter(user=successor, role=Role.SECRETARY, organization=organization)
        if not held.valid_on(today()).exists():
            give_grant(successor, Role.SECRETARY, organization, by=by)
        _tell_successor(former, successor, organization)
        record(gettext_noop("交接书记职务"), organization, by=by, changes={"user": [str(former), str(successor)]})
        moved.append(organization)
    return moved


def _tell_successor(former: User, successor: User, organization: Organization) -> None:
    drafts = Activity.objects.filter(organization=organization).drafts().count()
    tell(
        [successor],
        NoticeKind.TAKEN_OVER,
        about=f"organizations.organization:{organization.pk}",
        address=reverse("home"),
        values={"organization": organization, "former": former, "drafts": drafts},
    )

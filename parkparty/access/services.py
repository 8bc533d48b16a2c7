"""Working out a user's scope, and giving and ending grants."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.dates import today
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park


def scope_of(user: User, on: dt.date | None = None) -> Scope:
    """What ``user`` reaches on ``on`` (today unless told), in one query.

    A superuser, who exists only to give the first grants, reaches everything as administrator; a disabled account
    reaches nothing.
    """
    if not user.is_active:
        return Scope(user_id=user.pk)
    if user.is_superuser:
        return Scope.everything(Role.ADMINISTRATOR, user_id=user.pk)
    grants = Grant.objects.filter(user=user).valid_on(on or today()).select_related("organization", "area", "park")
    return Scope(tuple(grant.reach for grant in grants), user.pk)


@transaction.atomic
def give_grant(
    user: User,
    role: Role,
    node: TreeNode,
    *,
    by: User | None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Grant:
    """Give ``role`` on ``node`` (an organisation, area or park) from ``since`` (today) to ``until`` (open)."""
    grant = Grant(
        user=user,
        role=role,
        organization=node if isinstance(node, Organization) else None,
        area=node if isinstance(node, Area) else None,
        park=node if isinstance(node, Park) else None,
        since=since or today(),
        until=until,
    )
    grant.full_clean()
    grant.save()
    record(_("授权"), grant, by=by, changes={"role": [None, role], "node": [None, str(node)]})
    return grant

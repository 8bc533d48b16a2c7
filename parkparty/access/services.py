"""Working out a user's scope, and giving and ending grants."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.services import difference, record, snapshot
from parkparty.core.dates import today
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park

AUDITED = ("user", "role", "organization", "area", "park", "since", "until")


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
    grants = grants.order_by("role", "-since")
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
    return save_grant(grant, by=by)


@transaction.atomic
def save_grant(grant: Grant, *, by: User | None) -> Grant:
    """Write a new grant, or the dates and the role of one that stands.

    Raises:
        ValidationError: when a rule of the model does not hold, or ``by`` would give a role to themselves.
    """
    if by and by.pk == grant.user_id:
        raise ValidationError({"user": _("自己的授权由其他管理员办理。")})
    before = snapshot(Grant.objects.get(pk=grant.pk), AUDITED) if grant.pk else {}
    grant.full_clean()
    grant.save()
    changes = difference(before, snapshot(grant, AUDITED))
    if changes:
        record(gettext_noop("修改授权") if before else gettext_noop("授权"), grant, by=by, changes=changes)
    return grant


@transaction.atomic
def withdraw_grant(grant: Grant, *, by: User | None) -> None:
    """Take a grant back at once, as if it had never been given; one that has run its time is ended by ``until``."""
    gone = {name: [value, None] for name, value in snapshot(grant, AUDITED).items() if value is not None}
    record(gettext_noop("收回授权"), grant, by=by, changes=gone)
    grant.delete()

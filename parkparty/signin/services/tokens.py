"""Keys for programs: made by their owner, shown once, ended at any time, and never reaching further than the owner."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.audit.services import record, snapshot
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from parkparty.signin.models import ApiToken

PREFIX = "ppt_"
"""Begins every key, so that programs that look for leaked secrets know one."""

TOKENS_A_USER = 10
MARK_LENGTH = 8

AUDITED = ("name", "organization", "area", "park", "expires_at")


class TooManyUses(Exception):
    """The key was used as often as it may be within a minute; ``seconds`` are left of it."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@transaction.atomic
def make_token(*, by: User, name: str, days: int, node: TreeNode | None) -> str:
    """A new key of ``by`` for ``days``, for all that they may read or for ``node`` and below; returned this once.

    Raises:
        ValidationError: when ``by`` has as many keys as anyone may have.
    """
    User.objects.select_for_update().get(pk=by.pk)
    if ApiToken.objects.filter(user=by).count() >= TOKENS_A_USER:
        raise ValidationError(_("已有 %(count)s 个令牌，先撤销不用的。") % {"count": TOKENS_A_USER})
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=by,
        name=name,
        digest=_digest(secret),
        mark=secret[:MARK_LENGTH],
        organization=node if isinstance(node, Organization) else None,
        area=node if isinstance(node, Area) else None,
        park=node if isinstance(node, Park) else None,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    changes = {field: [None, value] for field, value in snapshot(token, AUDITED).items() if value is not None}
    record(gettext_noop("生成接口令牌"), token, by=by, changes=changes)
    return secret


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User | None) -> None:
    """End a key at once."""
    record(gettext_noop("撤销接口令牌"), token, by=by, reason=str(token.user) if token.user != by else "")
    token.delete()


@transaction.atomic
def revoke_tokens(user: User, *, by: User | None) -> int:
    """End every key of ``user``; returns how many there were."""
    tokens = list(ApiToken.objects.filter(user=user).select_related("user"))
    for token in tokens:
        revoke_token(token, by=by)
    return len(tokens)


def token_of(secret: str) -> ApiToken | None:
    """The usable key behind ``secret``, with its owner and its node."""
    found: ApiToken | None = (
        ApiToken.objects.usable()
        .filter(digest=_digest(secret))
        .select_related("user", "organization", "area", "park")
        .first()
    )
    return found


def count_use(token: ApiToken) -> None:
    """Note one use. The count stands with the key, in one statement, so that it holds for all processes of the site.

    Raises:
        TooManyUses: when this minute has had all the uses that a minute may have.
    """
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    free = ApiToken.objects.filter(~Q(minute=minute) | Q(used__lt=settings.API_REQUESTS_A_MINUTE), pk=token.pk)
    counted = free.update(used=Case(When(minute=minute, then=F("used") + 1), default=1), minute=minute, last_used=now)
    if not counted:
        raise TooManyUses(60 - now.second)


def scope_of_token(token: ApiToken) -> Scope:
    """What the key reaches now: what today's grants give its owner to read by programs, cut to the key's node."""
    held = scope_of(token.user).with_roles(ROLES_FOR[Action.USE_API])
    node = token.node
    if node is None:
        return held
    return held.narrowed_to("organizations" if isinstance(node, Organization) else "places", node.path)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

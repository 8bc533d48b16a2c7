"""Secret addresses of calendars: made, renewed, ended. Only a digest is kept, so that no copy of the data opens one."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.activities.models import CalendarFeed
from parkparty.audit.services import record

TOKEN_BYTES = 32


@transaction.atomic
def renew_feed(*, by: User) -> str:
    """Make a secret address for ``by`` and end the one before; returns its secret part, which is never shown again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    CalendarFeed.objects.update_or_create(user=by, defaults={"digest": _digest(token)})
    record(gettext_noop("开通日历订阅"), by, by=by)
    return token


@transaction.atomic
def end_feed(*, by: User) -> None:
    """From now on the secret address of ``by`` opens nothing."""
    ended, _rows = CalendarFeed.objects.filter(user=by).delete()
    if ended:
        record(gettext_noop("停用日历订阅"), by, by=by)


def reader_of(token: str) -> User | None:
    """Whose address this is, while it holds."""
    found = CalendarFeed.objects.select_related("user").filter(digest=_digest(token)).first()
    return found.user if found else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

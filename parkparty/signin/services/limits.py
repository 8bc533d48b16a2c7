"""How often a password or a code may be tried, so that guessing fails and nobody can be locked out from elsewhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import math

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.audit.choices import Outcome
from parkparty.audit.services import record
from parkparty.core.middleware import current_address
from parkparty.core.text import half_width
from parkparty.signin.models import Attempt
from parkparty.signin.querysets import AttemptQuerySet
from parkparty.signin.rules import neighbourhood


class TooManyAttempts(Exception):
    """The limit is reached; ``minutes`` to wait, rounded up."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.seconds = max(1, math.ceil((until - timezone.now()).total_seconds()))

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)


def count_attempt(username: str) -> None:
    """Count one try at ``username`` from where the request came from, before it is tried.

    Limits hold for the pair of account and address, so that wrong guesses from elsewhere lock nobody out, and, wider,
    for the address, behind which a whole office may sit. Counting comes first: many tries at one time gain nothing.

    Raises:
        TooManyAttempts: when this one would be over a limit; it is on the trail then, and does not lengthen the wait.
    """
    account, place = _account(username), neighbourhood(current_address.get())
    tried = Attempt.objects.create(account=account, place=place)
    here = Attempt.objects.filter(place=place).lately()
    _hold(here.filter(account=account), settings.LOGIN_LIMIT, tried, username)
    _hold(here, settings.LOGIN_ADDRESS_LIMIT, tried, username)


def count_code_attempt(user: User) -> None:
    """As ``count_attempt``, for a second factor: who gets so far knows the password, so every address counts.

    Raises:
        TooManyAttempts: when this one would be over the limit.
    """
    tried = Attempt.objects.create(account=_code_account(user), place="")
    _hold(Attempt.objects.filter(account=tried.account, place="").lately(), settings.LOGIN_LIMIT, tried, user.username)


def forget_attempts(user: User) -> None:
    """After a success: what went before were slips of the owner."""
    place = neighbourhood(current_address.get())
    Attempt.objects.filter(account=_account(user.username), place=place).delete()
    Attempt.objects.filter(account=_code_account(user)).delete()
    Attempt.objects.outdated().delete()


def record_failure(username: str, what: str) -> None:
    """One entry on the trail for a try that failed; the account is named where it exists."""
    user = User.objects.filter(username=username).first()
    record(what, user, by=None, reason=_name(username), outcome=Outcome.REFUSED)


def _hold(counted: AttemptQuerySet, limit: int, tried: Attempt, username: str) -> None:
    moments = list(counted.order_by("-at").values_list("at", flat=True)[: limit + 1])
    if len(moments) <= limit:
        return
    tried.delete()
    record_failure(username, _("登录被限制"))
    raise TooManyAttempts(moments[-1] + dt.timedelta(minutes=settings.LOGIN_WINDOW_MINUTES))


def _account(username: str) -> str:
    return hashlib.sha256(half_width(username).casefold().encode()).hexdigest()


def _code_account(user: User) -> str:
    return f"code:{user.pk}"


def _name(username: str) -> str:
    return _("登录名：%(name)s") % {"name": half_width(username)[:150]}

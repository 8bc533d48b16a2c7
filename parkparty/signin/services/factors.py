"""The second factor: enrolling an authenticator, checking its codes, recovery codes, taking it away."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_noop

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.scope import Scope
from parkparty.signin.models import Authenticator, RecoveryCode
from parkparty.signin.rules import is_totp_shaped, new_recovery_codes, plain_code, seal, step_of, unseal
from parkparty.signin.services.sessions import FACTOR, end_sessions, note_proof

ROLES_WITH_TWO = frozenset({Role.ADMINISTRATOR, Role.REVIEWER})
"""Who changes what others wrote, or who they are, shows a second factor (GB/T 22239-2019 8.1.4.1 d)."""


def has_factor(user: User) -> bool:
    """Whether ``user`` has enrolled an authenticator."""
    return Authenticator.objects.filter(user=user).exists()


def owes_factor(session: SessionBase, scope: Scope) -> bool:
    """Whether the reader holds a role that asks for two factors and signed in with one."""
    return bool(settings.MFA_REQUIRED and not session.get(FACTOR) and scope.roles & ROLES_WITH_TWO)


def note_factor(session: SessionBase) -> None:
    """The session was opened by both factors."""
    session[FACTOR] = True
    note_proof(session)


@transaction.atomic
def enrol(user: User, secret: str, code: str, *, keep: str | None) -> list[str]:
    """Take ``secret`` as the second factor of ``user`` if ``code`` comes from it.

    Returns the recovery codes, to be shown once; nothing when the code is wrong. An older authenticator and its codes
    end, and so do the sessions of other browsers, which were opened without this one.
    """
    step = step_of(secret, code, now=timezone.now().timestamp())
    if step is None:
        return []
    Authenticator.objects.update_or_create(user=user, defaults={"sealed_secret": seal(secret), "last_step": step})
    end_sessions(user, by=user, keep=keep)
    record(gettext_noop("启用第二步验证"), user, by=user)
    return _replace_codes(user)


@transaction.atomic
def renew_codes(user: User) -> list[str]:
    """New recovery codes in place of the old ones, to be shown once."""
    record(gettext_noop("更换恢复码"), user, by=user)
    return _replace_codes(user)


def accept_code(user: User, typed: str) -> bool:
    """Whether ``typed`` is a code of the authenticator or a recovery code, never used before; it is used up."""
    code = plain_code(typed)
    return _accept_totp(user, code) if is_totp_shaped(code) else _accept_recovery(user, code)


@transaction.atomic
def remove_factor(user: User, *, by: User | None) -> None:
    """Take the authenticator and the recovery codes of ``user`` away, as when the phone is lost; sessions end."""
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    end_sessions(user, by=by)
    record(gettext_noop("撤销第二步验证"), user, by=by)


def _accept_totp(user: User, code: str) -> bool:
    found = Authenticator.objects.filter(user=user).first()
    secret = unseal(found.sealed_secret) if found else ""
    step = step_of(secret, code, now=timezone.now().timestamp()) if secret else None
    if found is None or step is None:
        return False
    # One statement both asks and answers: of two requests with the same code, one finds the step taken.
    return bool(Authenticator.objects.filter(pk=found.pk, last_step__lt=step).update(last_step=step))


@transaction.atomic
def _accept_recovery(user: User, code: str) -> bool:
    stored = RecoveryCode.objects.filter(user=user).values_list("hash", flat=True).first()
    salt = stored.partition("$")[0] if stored else get_random_string(22)
    used, _rows = RecoveryCode.objects.filter(user=user, hash=_hashed(code, salt)).delete()
    if used:
        left = RecoveryCode.objects.filter(user=user).count()
        record(gettext_noop("使用恢复码"), user, by=user, changes={"recovery_codes": [left + 1, left]})
    return bool(used)


def _replace_codes(user: User) -> list[str]:
    codes, salt = new_recovery_codes(), get_random_string(22)
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, hash=_hashed(plain_code(code), salt)) for code in codes)
    return codes


def _hashed(code: str, salt: str) -> str:
    """The codes of one user share a salt, so that checking one is one costly hash and not ten."""
    return f"{salt}${make_password(code, salt=salt)}"

"""Coming in: after the password or the identity provider, the second factor, and then the session."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth import login
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.choices import DemoRole
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.signin.services.factors import accept_code, has_factor, note_factor
from parkparty.signin.services.limits import count_code_attempt, forget_attempts, record_failure
from parkparty.signin.services.sessions import note_proof

WAITING = "waiting"
"""Key in the session of who has given a password and still owes a code."""

WAITING_MINUTES = 10
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def enter(request: HttpRequest, user: User, *, way: str) -> bool:
    """Sign ``user`` in, whose password or identity was found right; False while a second factor is still owed."""
    if not has_factor(user):
        _begin(request, user, way)
        return True
    request.session.cycle_key()
    request.session[WAITING] = {
        "user": user.pk,
        "way": way,
        "hash": user.get_session_auth_hash(),
        "at": int(timezone.now().timestamp()),
    }
    return False


def waiting_user(session: SessionBase) -> User | None:
    """Who has given a password in this browser lately, and not changed it since, and still owes a code."""
    waiting = session.get(WAITING)
    oldest = timezone.now() - dt.timedelta(minutes=WAITING_MINUTES)
    if not waiting or waiting["at"] < oldest.timestamp():
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    return user if user and user.get_session_auth_hash() == waiting["hash"] else None


def enter_with_code(request: HttpRequest, user: User, code: str) -> bool:
    """Sign in the waiting ``user`` if ``code`` is right.

    Raises:
        TooManyAttempts: when codes were tried too often.
    """
    count_code_attempt(user)
    if not accept_code(user, code):
        record_failure(user.username, _("验证码不对"))
        return False
    way = request.session.pop(WAITING)["way"]
    _begin(request, user, way)
    note_factor(request.session)
    return True


def prove(request: HttpRequest, user: User, proof: str) -> bool:
    """Whether ``proof`` is the password of the signed-in ``user`` or a code; a sensitive step may follow if so.

    Raises:
        TooManyAttempts: when proofs were tried too often.
    """
    count_code_attempt(user)
    if not (user.check_password(proof) or accept_code(user, proof)):
        record_failure(user.username, _("身份确认失败"))
        return False
    forget_attempts(user)
    note_proof(request.session)
    return True


def demo_users_by_role() -> dict[str, User]:
    """The demo users that are loaded and active, by the value of their ``DemoRole``."""
    names = {f"demo-{role}": role.value for role in DemoRole}
    return {names[user.username]: user for user in User.objects.filter(username__in=names, is_active=True)}


def sign_in_for_demo(request: HttpRequest, role: DemoRole) -> User | None:
    """Sign in as the demo user of ``role``, without a password; None when the demo set is not loaded.

    Raises:
        PermissionDenied: on a site that is not a demo.
    """
    if not settings.DEMO:
        raise PermissionDenied
    user = demo_users_by_role().get(role)
    if user:
        login(request, user, backend=_BACKEND)
    return user


def _begin(request: HttpRequest, user: User, way: str) -> None:
    forget_attempts(user)
    login(request, user, backend=_BACKEND)
    record(gettext_noop("登录"), user, by=user, reason=way)

"""Signed-in browsers: their limits, the list that their owner sees, and ending them."""

from __future__ import annotations

import datetime as dt
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.middleware import current_address
from parkparty.signin.models import LoginSession

BEGAN, SEEN, PROVED, FACTOR = "began", "seen", "proved", "factor"
"""Keys in the session: when it began, was last used, its owner last proved to be there, and whether by two factors."""

_SEEN_EVERY = 60
"""Seconds between two notes of use: finer would write on every page."""


def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Start both clocks and put the browser on the list of its owner's; called for every sign-in."""
    session, now = request.session, timezone.now()
    session[BEGAN] = session[SEEN] = session[PROVED] = int(now.timestamp())
    session.pop(FACTOR, None)
    if not session.session_key:
        session.create()
    agent = request.META.get("HTTP_USER_AGENT", "")[:300].replace("\x00", "")
    LoginSession.objects.filter(user=user, since__lt=now - dt.timedelta(hours=settings.SESSION_ABSOLUTE_HOURS)).delete()
    LoginSession.objects.update_or_create(
        key=session.session_key,
        defaults={"user": user, "since": now, "last_seen": now, "address": current_address.get(), "agent": agent},
    )


def forget_session(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """Take a browser that signs out off the list."""
    if request.session.session_key:
        LoginSession.objects.filter(key=request.session.session_key).delete()


def is_overdue(session: SessionBase) -> bool:
    """Whether the session was idle for too long, or has lasted too long."""
    now = int(timezone.now().timestamp())
    idle, whole = settings.SESSION_IDLE_MINUTES * 60, settings.SESSION_ABSOLUTE_HOURS * 3600
    return bool(now - int(session.get(SEEN, 0)) >= idle or now - int(session.get(BEGAN, 0)) >= whole)


def keep_session(session: SessionBase) -> None:
    """Note that the session is in use."""
    now = timezone.now()
    if int(now.timestamp()) - int(session[SEEN]) >= _SEEN_EVERY:
        session[SEEN] = int(now.timestamp())
        LoginSession.objects.filter(key=session.session_key).update(last_seen=now)


def sign_out(request: HttpRequest) -> None:
    """End the session of this browser; a fresh, empty one takes its place."""
    logout(request)


def is_proved(session: SessionBase) -> bool:
    """Whether the owner gave a password or code lately enough for a sensitive step."""
    now = int(timezone.now().timestamp())
    return bool(now - int(session.get(PROVED, 0)) < settings.RECENT_LOGIN_MINUTES * 60)


def note_proof(session: SessionBase) -> None:
    """The owner has just given a password or code."""
    session[PROVED] = int(timezone.now().timestamp())


def follow_key(session: SessionBase, old_key: str | None) -> None:
    """Keep the list true after the key of a session was changed."""
    LoginSession.objects.filter(key=old_key or "").update(key=session.session_key)


@transaction.atomic
def end_session(found: LoginSession, *, by: User) -> None:
    """Sign one browser out, on its next request."""
    _drop([found.key])
    record(gettext_noop("结束登录"), found.user, by=by, reason=found.device)


@transaction.atomic
def end_sessions(user: User, *, by: User | None, keep: str | None = None) -> int:
    """Sign out every browser of ``user`` but the one with the key ``keep``; returns how many were open."""
    rows = LoginSession.objects.filter(user=user).exclude(key=keep or "")
    count = rows.open().count()
    keys = list(rows.values_list("key", flat=True))
    _drop(keys)
    if keys:
        record(gettext_noop("结束其他登录") if keep else gettext_noop("结束全部登录"), user, by=by)
    return count


def _drop(keys: list[str]) -> None:
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in keys:
        store().delete(key)
    LoginSession.objects.filter(key__in=keys).delete()

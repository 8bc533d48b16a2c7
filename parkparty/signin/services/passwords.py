"""Changing one's own password, how old it may get, and the words it may not hold."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.text import fold
from parkparty.places.models import Park
from parkparty.signin.services.sessions import end_sessions, follow_key, note_proof

_SITE_WORDS = ("parkparty", "园区党建")
_SHORTEST_LATIN, _SHORTEST_HAN = 4, 2


class ContextWords:
    """Refuses what anybody who knows the person and the site would try first: their names and those around them."""

    def validate(self, password: str, user: Any = None) -> None:
        folded = fold(password)
        for word in _words_around(user):
            if _counts(word) and word in folded:
                raise ValidationError(
                    _("密码里不要有“%(word)s”：站点、单位、园区和用户的名称最先被人猜。换几个互不相干的词连起来。")
                    % {"word": word},
                    code="context",
                )

    def get_help_text(self) -> str:
        return _("不含站点、单位、园区和用户的名称。")


@transaction.atomic
def change_password(request: HttpRequest, user: User, password: str) -> None:
    """Set the user's own new password; this browser stays signed in, under a new key, and all others are signed out."""
    user.set_password(password)
    user.save(update_fields=["password", "password_changed_at"])
    old_key = request.session.session_key
    update_session_auth_hash(request, user)
    follow_key(request.session, old_key)
    note_proof(request.session)
    end_sessions(user, by=user, keep=request.session.session_key)
    record(gettext_noop("修改密码"), user, by=user)


def is_password_old(user: User) -> bool:
    """Whether the password has reached ``PASSWORD_MAX_AGE_DAYS``; never where there is no such limit."""
    if not settings.PASSWORD_MAX_AGE_DAYS or not user.has_usable_password():
        return False
    changed = user.password_changed_at or user.date_joined
    return bool(timezone.now() - changed >= dt.timedelta(days=settings.PASSWORD_MAX_AGE_DAYS))


def _words_around(user: Any) -> set[str]:
    words = {*_SITE_WORDS, *settings.PASSWORD_CONTEXT_WORDS, *Park.objects.values_list("name", flat=True)}
    if isinstance(user, User):
        words |= {user.username, user.display_name, user.email.partition("@")[0]}
        if user.pk:
            grants = Grant.objects.filter(user=user).select_related("organization", "area", "park")
            words |= {str(grant.node) for grant in grants}
    return {fold(word) for word in words}


def _counts(word: str) -> bool:
    return len(word) >= (_SHORTEST_LATIN if word.isascii() else _SHORTEST_HAN)

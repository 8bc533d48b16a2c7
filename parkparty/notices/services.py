"""Telling users: in the inbox at once, by mail once a day, never at night."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.accounts.querysets import UserQuerySet
from parkparty.audit.services import record
from parkparty.core.dates import is_free
from parkparty.core.models import ENGLISH
from parkparty.notices.choices import KEPT_DAYS, QUIET_FROM, QUIET_UNTIL, NoticeKind
from parkparty.notices.models import MailChoice, Notice
from parkparty.notices.querysets import NoticeQuerySet

logger = logging.getLogger(__name__)

IN_ONE_MAIL = 50


@transaction.atomic
def tell(users: Iterable[User], kind: NoticeKind, *, about: str, address: str, values: dict[str, Any]) -> list[Notice]:
    """Put a notice into the inbox of each of ``users``, in the transaction of what happened."""
    kept: dict[str, Any] = _in_words(values, settings.LANGUAGE_CODE)
    english = {name: text for name, text in _in_words(values, ENGLISH).items() if text != kept[name]}
    kept |= {ENGLISH: english} if english else {}
    notices = [Notice(user=user, kind=kind, about=about, values=kept, address=address) for user in users]
    _locked({notice.user_id for notice in notices}).update(unread_notices=F("unread_notices") + 1)
    return Notice.objects.bulk_create(notices)


def _in_words(values: dict[str, Any], language: str) -> dict[str, str]:
    with translation.override(language):
        return {name: str(value) for name, value in values.items()}


@transaction.atomic
def mark_read(user: User, key: int | None = None) -> int:
    """Note that ``user`` has read one notice, or all of them; returns how many were unread."""
    notices = Notice.objects.filter(user=user) if key is None else Notice.objects.filter(user=user, pk=key)
    return _read(notices, {user.pk})


@transaction.atomic
def settle(about: str, kind: NoticeKind) -> None:
    """Mark what was told about a record as read by all: it is done."""
    notices = Notice.objects.filter(about=about, kind=kind)
    _read(notices, set(notices.unread().values_list("user", flat=True)))


def recount_unread() -> int:
    """Set right the number of unread notices of every user for whom it is wrong; returns of how many.

    The number is kept with each write; this mends what was written past the services, as by a former release.
    """
    unread = Notice.objects.filter(user=OuterRef("pk")).unread().order_by().values("user")
    found = Coalesce(Subquery(unread.annotate(number=Count("pk")).values("number")), 0)
    return int(User.objects.exclude(unread_notices=found).update(unread_notices=found))


def _read(notices: NoticeQuerySet, users: set[int]) -> int:
    """Mark ``notices``, all of ``users``, as read; these are locked first, as everywhere."""
    locked, count = _locked(users), 0
    for user in users:
        read = notices.filter(user=user).unread().update(read_at=timezone.now())
        locked.filter(pk=user).update(unread_notices=Greatest(F("unread_notices") - read, 0))
        count += read
    return count


def _locked(users: set[int]) -> UserQuerySet:
    rows: UserQuerySet = User.objects.filter(pk__in=users)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk"))
    return rows


@transaction.atomic
def choose_mail(user: User, *, is_off: bool) -> None:
    """Switch the daily mail of ``user`` off or on."""
    choice, _created = MailChoice.objects.get_or_create(user=user)
    if choice.is_off != is_off:
        MailChoice.objects.filter(user=user).update(is_off=is_off)
        record(gettext_noop("选择是否收邮件"), user, by=user, changes={"is_off": [choice.is_off, is_off]})


def is_quiet(now: dt.datetime) -> bool:
    """Whether nobody is called: at night, at the weekend and on holidays."""
    local = timezone.localtime(now)
    return not QUIET_UNTIL <= local.hour < QUIET_FROM or is_free(local.date())


def awaiting_digest(now: dt.datetime) -> list[int]:
    """The keys of users who get a mail now: something unread, an address, no mail yet today, and not switched off."""
    if is_quiet(now):
        return []
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    served = Notice.objects.filter(mailed_at__gte=midnight).values("user")
    waiting = User.objects.filter(pk__in=Notice.objects.to_mail().values("user"), is_active=True)
    waiting = waiting.exclude(email="").exclude(pk__in=served).exclude(mail_choice__is_off=True)
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def send_digest(key: int, *, now: dt.datetime | None = None) -> bool:
    """Mail one user what is unread, unless that is no longer due. A mail that fails is tried again by the next run.

    The notices are marked first, under a lock: two workers never send the same mail.
    """
    now = now or timezone.now()
    try:
        with transaction.atomic():
            user = User.objects.select_for_update(no_key=True).get(pk=key)
            if key not in awaiting_digest(now):
                return False
            notices = list(Notice.objects.filter(user=user).to_mail()[:IN_ONE_MAIL])
            Notice.objects.filter(user=user).to_mail().update(mailed_at=now)
            context = {"user": user, "notices": notices, "site": settings.SITE_URL.rstrip("/")}
            text = render_to_string("notices/digest.txt", context)
            send_mail(_("园区党建：%(count)d 条通知") % {"count": len(notices)}, text, None, [user.email])
    except (SMTPException, OSError):
        logger.exception("a digest could not be mailed")
        return False
    return True


def forget_old(now: dt.datetime | None = None) -> int:
    """Take away notices read longer than ``KEPT_DAYS`` ago; returns how many."""
    limit = (now or timezone.now()) - dt.timedelta(days=KEPT_DAYS)
    return int(Notice.objects.filter(read_at__lt=limit).delete()[0])

"""Accounts and the links by which their owners set a password: nobody ever knows another's."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
from dataclasses import dataclass
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.choices import Role
from parkparty.access.services import give_grant
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.models import TreeNode
from parkparty.signin.models import Invitation
from parkparty.signin.services.sessions import end_sessions
from parkparty.signin.services.tokens import revoke_tokens

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """One line of a list of people to invite."""

    username: str
    display_name: str
    email: str
    role: Role
    node: TreeNode


@dataclass(frozen=True, slots=True)
class Issued:
    """A link as it is handed over, once; ``mailed`` when it went to the person's own mailbox."""

    user: User
    address: str
    expires_at: dt.datetime
    mailed: bool = False


@transaction.atomic
def issue_link(user: User, *, by: User | None, site: str) -> Issued:
    """A new link for ``user`` to set a password by, the same for a first one and for one that was forgotten.

    The old password, older links, keys for programs and sessions end at once; a second factor stays. ``site`` is the
    site's own address, from the settings or from the request of who issues, never from the invited person's.
    """
    token = secrets.token_urlsafe(32)
    again = user.has_usable_password()
    if again:
        user.set_unusable_password()
        user.save(update_fields=["password", "password_changed_at"])
    end_sessions(user, by=by)
    revoke_tokens(user, by=by)
    Invitation.objects.filter(user=user).usable().update(expires_at=timezone.now())
    expires_at = timezone.now() + dt.timedelta(days=settings.INVITATION_DAYS)
    Invitation.objects.create(user=user, digest=_digest(token), expires_at=expires_at, created_by=by)
    record(gettext_noop("重设密码") if again else gettext_noop("发出开通链接"), user, by=by)
    return Issued(user, site.rstrip("/") + reverse("accounts:invitation", args=[token]), expires_at)


@transaction.atomic
def open_accounts(accounts: list[NewAccount], *, by: User | None, site: str) -> list[Issued]:
    """Create the accounts with their first grant and issue a link for each; all of them or none.

    Raises:
        ValidationError: when a rule of a user or of a grant does not hold.
    """
    issued = []
    for account in accounts:
        user = User(username=account.username, display_name=account.display_name, email=account.email)
        user.set_unusable_password()
        user.full_clean()
        user.save()
        record(gettext_noop("新建用户"), user, by=by, changes={"username": [None, user.username]})
        give_grant(user, account.role, account.node, by=by)
        issued.append(issue_link(user, by=by, site=site))
    return issued


def usable_invitation(token: str) -> Invitation | None:
    """The open invitation behind ``token``, of an account that may sign in."""
    found: Invitation | None = (
        Invitation.objects.usable().filter(digest=_digest(token), user__is_active=True).select_related("user").first()
    )
    return found


@transaction.atomic
def accept_invitation(token: str, password: str) -> User | None:
    """Set the password of the invited person; None when the link was used or ran out meanwhile."""
    now = timezone.now()
    if not Invitation.objects.usable().filter(digest=_digest(token), user__is_active=True).update(used_at=now):
        return None
    user: User = Invitation.objects.select_related("user").get(digest=_digest(token)).user
    user.set_password(password)
    user.save(update_fields=["password", "password_changed_at"])
    end_sessions(user, by=user)
    record(gettext_noop("用链接设置密码"), user, by=user)
    return user


def mail_links(issued: list[Issued]) -> list[Issued]:
    """Send each link to its owner where mail is set up and the owner has an address; the rest are handed over."""
    return [_mailed(link) for link in issued]


def _mailed(link: Issued) -> Issued:
    if not settings.MAIL_IS_SET or not link.user.email:
        return link
    text = render_to_string("signin/invitation.txt", {"link": link})
    try:
        send_mail(_("园区党建：设置登录密码"), text, None, [link.user.email])
    except (SMTPException, OSError):
        logger.exception("an invitation could not be mailed")
        return link
    return Issued(link.user, link.address, link.expires_at, mailed=True)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

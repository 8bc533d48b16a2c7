"""Administrators open accounts and reset them, within their own subtrees, without ever knowing a password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.accounts.models import User
from parkparty.accounts.querysets import UserQuerySet
from parkparty.core.paging import keyset_page
from parkparty.core.scope import Scope
from parkparty.signin.forms import InvitationForm, PersonFilter
from parkparty.signin.scoping import recent_login_required
from parkparty.signin.services.factors import has_factor, remove_factor
from parkparty.signin.services.invitations import issue_link, mail_links, open_accounts
from parkparty.signin.services.sessions import end_sessions
from parkparty.signin.services.tokens import revoke_tokens


@requires(Action.MANAGE_USERS)
def people(request: ScopedRequest) -> HttpResponse:
    """The accounts of the reader's subtrees, by login name."""
    form = PersonFilter(request.GET)
    name = form.cleaned_data["name"] if form.is_valid() else ""
    page = keyset_page(_people_of(request).named(name), request.GET, order=("username",))
    return render(request, "signin/people.html", {"form": form, "page": page, "filtered": bool(name)})


@requires(Action.MANAGE_USERS)
@never_cache
def person(request: ScopedRequest, pk: int) -> HttpResponse:
    """One account: how it signs in, and what an administrator may reset."""
    found = scoped_or_404(_people_of(request), pk=pk)
    context = {
        "person": found,
        "factor": has_factor(found),
        "open_link": found.invitations.usable().first(),
        "sessions": found.login_sessions.open().count(),
        "tokens": found.api_tokens.select_related("organization", "area", "park"),
        "days": settings.INVITATION_DAYS,
    }
    return render(request, "signin/person.html", context)


@recent_login_required
@requires(Action.MANAGE_USERS)
@never_cache
def invite(request: ScopedRequest) -> HttpResponse:
    """A list of people in, a link for each out."""
    form = InvitationForm(request.POST if "people" in request.POST else None, scope=_held(request))
    if form.is_valid():
        try:
            issued = open_accounts(form.cleaned_data["people"], by=request.user, site=_site(request))
        except ValidationError as refusal:
            form.add_error("people", refusal.messages)
        else:
            return render(request, "signin/links.html", {"issued": mail_links(issued)})
    return render(request, "signin/invite.html", {"form": form, "days": settings.INVITATION_DAYS})


@recent_login_required
@requires(Action.MANAGE_USERS)
@require_POST
@never_cache
def password_reset(request: ScopedRequest, pk: int) -> HttpResponse:
    """A new link for a person who forgot the password or lost the first link; the old password ends."""
    found = scoped_or_404(_people_of(request), pk=pk)
    issued = issue_link(found, by=request.user, site=_site(request))
    return render(request, "signin/links.html", {"issued": mail_links([issued])})


@recent_login_required
@requires(Action.MANAGE_USERS)
@require_POST
def factor_reset(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a lost phone out; its owner enrols another at the next sign-in where the role asks for it."""
    found = scoped_or_404(_people_of(request), pk=pk)
    remove_factor(found, by=request.user)
    messages.success(request, _("“%(person)s”的第二步验证已撤销，各处登录已退出。") % {"person": found})
    return redirect("accounts:person", pk=found.pk)


@recent_login_required
@requires(Action.MANAGE_USERS)
@require_POST
def person_sign_out(request: ScopedRequest, pk: int) -> HttpResponse:
    """Sign every browser of a person out."""
    found = scoped_or_404(_people_of(request), pk=pk)
    count = end_sessions(found, by=request.user)
    messages.success(request, _("“%(person)s”的 %(count)s 处登录已退出。") % {"person": found, "count": count})
    return redirect("accounts:person", pk=found.pk)


@recent_login_required
@requires(Action.MANAGE_USERS)
@require_POST
def person_tokens_end(request: ScopedRequest, pk: int) -> HttpResponse:
    """End every key that a person made for programs."""
    found = scoped_or_404(_people_of(request), pk=pk)
    count = revoke_tokens(found, by=request.user)
    messages.success(request, _("“%(person)s”的 %(count)s 个接口令牌已撤销。") % {"person": found, "count": count})
    return redirect("accounts:person", pk=found.pk)


def _held(request: ScopedRequest) -> Scope:
    """The part of the scope that is held with the right to manage users."""
    return request.scope.with_roles(ROLES_FOR[Action.MANAGE_USERS])


def _people_of(request: ScopedRequest) -> UserQuerySet:
    """Others' accounts: one's own is looked after on one's own page."""
    rows: UserQuerySet = User.objects.within(_held(request)).exclude(pk=request.user.pk)
    return rows


def _site(request: HttpRequest | Any) -> str:
    return str(settings.SITE_URL or request.build_absolute_uri("/"))

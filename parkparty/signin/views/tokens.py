"""One's own keys for programs: made, shown once, revoked."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.core.scope import Scope
from parkparty.signin.forms import TokenForm
from parkparty.signin.models import ApiToken
from parkparty.signin.rules import seal, unseal
from parkparty.signin.scoping import recent_login_required
from parkparty.signin.services.tokens import make_token, revoke_token

MADE = "token"
"""Key in the session: a new key, sealed, until its owner has seen it."""


@requires(Action.USE_API)
@never_cache
def tokens(request: ScopedRequest) -> HttpResponse:
    """The reader's keys, the form for another, and one that was just made, never to be shown again."""
    secret = unseal(request.session.pop(MADE, ""))
    return _page(request, TokenForm(scope=_held(request)), secret=secret)


@recent_login_required
@requires(Action.USE_API)
@require_POST
@never_cache
def token_new(request: ScopedRequest) -> HttpResponse:
    """Make a key."""
    form = TokenForm(request.POST, scope=_held(request))
    if form.is_valid():
        try:
            request.session[MADE] = seal(make_token(by=request.user, **form.cleaned_data))
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            return redirect("accounts:tokens")
    return _page(request, form, status=400)


@requires(Action.USE_API)
@require_POST
def token_revoke(request: ScopedRequest, pk: int) -> HttpResponse:
    """End one of one's own keys."""
    found = scoped_or_404(ApiToken.objects.within(request.scope), pk=pk)
    revoke_token(found, by=request.user)
    messages.success(request, _("“%(name)s”的令牌已撤销，立即停用。") % {"name": found.name})
    return redirect("accounts:tokens")


def _page(request: ScopedRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    context = {
        "tokens": ApiToken.objects.within(request.scope).select_related("organization", "area", "park"),
        "form": form,
        "secret": secret,
        "limit": settings.API_REQUESTS_A_MINUTE,
    }
    return render(request, "signin/tokens.html", context, status=status)


def _held(request: ScopedRequest) -> Scope:
    """The part of the scope that programs may read."""
    return request.scope.with_roles(ROLES_FOR[Action.USE_API])

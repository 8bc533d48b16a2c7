"""What holds on every page: the limits of a session, what must be done first, and proof before a sensitive step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from parkparty.core.http import local_address
from parkparty.signin.forms import ProofForm
from parkparty.signin.services.entry import prove
from parkparty.signin.services.factors import owes_factor
from parkparty.signin.services.limits import TooManyAttempts
from parkparty.signin.services.passwords import is_password_old
from parkparty.signin.services.sessions import is_overdue, is_proved, keep_session, sign_out

PROOF, KEPT_METHOD = "proof", "proof_for"

ALWAYS_OPEN = frozenset({"feedback", "text_size", "set_language"})
"""Pages of the frame, which stand open whatever is owed; pages of this app carry ``before_duties``."""

GIVES_RIGHTS = ("admin:accounts_user_", "admin:access_grant_")
"""Data pages that open accounts and give rights: what is sent there asks for proof."""

Answer = Callable[[HttpRequest], HttpResponse]


def too_many_attempts(request: HttpRequest, refusal: TooManyAttempts) -> HttpResponse:
    """429: for how long, and that nobody else is held up."""
    page = render(request, "signin/429.html", {"minutes": refusal.minutes}, status=429)
    page["Retry-After"] = str(refusal.seconds)
    return page


class SessionLimitsMiddleware:
    """Ends a session that was idle or open for too long, and keeps what is shown to its owner out of every cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed_in = request.user.is_authenticated
        if signed_in and is_overdue(request.session):
            sign_out(request)
            if request.path != reverse("accounts:login"):
                return redirect(f"{reverse('accounts:login')}?{urlencode({'next': _page(request), 'ended': 1})}")
        elif signed_in:
            keep_session(request.session)
        response = self.get_response(request)
        if signed_in and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class DutiesMiddleware:
    """After the scope is known: a second factor or a new password first, where one is owed; then proof, where asked."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        if not getattr(view, "before_duties", False) and request.resolver_match.view_name not in ALWAYS_OPEN:
            if owes_factor(request.session, request.scope):
                return redirect("accounts:enrol")
            if is_password_old(request.user):
                days = settings.PASSWORD_MAX_AGE_DAYS
                messages.warning(request, _("密码已经用了 %(days)s 天，换一个再继续。") % {"days": days})
                return redirect("accounts:password_change")
        if _is_sensitive(request, view) and not settings.DEMO and not is_proved(request.session):
            return _ask_proof(request)
        return None


def _is_sensitive(request: Any, view: Any) -> bool:
    sent = request.method == "POST" and request.resolver_match.view_name.startswith(GIVES_RIGHTS)
    return bool(getattr(view, "asks_proof", False) or sent)


def _page(request: HttpRequest) -> str:
    """The page to come back to: the one asked for, or the one with the form that was being sent."""
    if request.method == "GET":
        return request.get_full_path()
    sent_from = urlsplit(request.headers.get("Referer", ""))
    address = f"{sent_from.path}?{sent_from.query}" if sent_from.query else sent_from.path
    return local_address(request, address)


def _ask_proof(request: Any) -> HttpResponse | None:
    """The page that asks for it, with everything that was typed in its hidden fields; None once proof was given."""
    form = ProofForm(request.POST if PROOF in request.POST else None)
    kept_method = request.POST.get(KEPT_METHOD, request.method)
    if form.is_bound and form.is_valid():
        try:
            proved = prove(request, request.user, form.cleaned_data[PROOF])
        except TooManyAttempts as refusal:
            return too_many_attempts(request, refusal)
        if proved:
            return redirect(request.get_full_path()) if kept_method == "GET" else None
        form.refuse()
    ours = {PROOF, KEPT_METHOD, "account", "csrfmiddlewaretoken"}
    kept = [(name, value) for name, values in request.POST.lists() if name not in ours for value in values]
    return render(request, "signin/proof.html", {"form": form, "kept": kept, "kept_method": kept_method})

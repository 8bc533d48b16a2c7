"""Signing in: password, second factor, identity provider, demo buttons; and the link that sets a password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.views import LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parkparty.accounts.choices import DemoRole
from parkparty.core.http import local_address
from parkparty.signin.forms import CodeForm, FirstPasswordForm, LoginForm, PasswordChangeForm
from parkparty.signin.middleware import too_many_attempts
from parkparty.signin.scoping import before_duties
from parkparty.signin.services import oidc
from parkparty.signin.services.entry import (
    demo_users_by_role,
    enter,
    enter_with_code,
    sign_in_for_demo,
    waiting_user,
)
from parkparty.signin.services.invitations import accept_invitation, usable_invitation
from parkparty.signin.services.limits import TooManyAttempts, count_attempt, record_failure
from parkparty.signin.services.passwords import change_password

AFTERWARDS, PROVIDER = "afterwards", "oidc"
"""Keys in the session: the page wanted after the second step, and what the identity provider must give back."""


class Login(views.LoginView):
    """User name and password; in the demo also one button a role, elsewhere a city's identity provider where set."""

    template_name = "signin/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        username = request.POST.get("username", "")
        if username.strip() and request.POST.get("password"):
            try:
                count_attempt(username)
            except TooManyAttempts as refusal:
                return too_many_attempts(request, refusal)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        if enter(self.request, form.get_user(), way="密码"):
            return HttpResponseRedirect(self.get_success_url())
        self.request.session[AFTERWARDS] = self.get_success_url()
        return redirect("accounts:second_factor")

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.non_field_errors():
            record_failure(form.cleaned_data.get("username", ""), _("登录失败"))
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs["ended"] = "ended" in self.request.GET
        kwargs["oidc"] = bool(settings.OIDC_ISSUER)
        if settings.DEMO:
            loaded = demo_users_by_role()
            kwargs["demo_roles"] = [(role, loaded[role]) for role in DemoRole if role in loaded]
        return super().get_context_data(**kwargs)


@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code of who has just given a password."""
    user = waiting_user(request.session)
    if user is None:
        return redirect("accounts:login")
    form = CodeForm(request.POST or None, help_text=_("验证器应用上的 6 位数字。手机不在身边时，填一个恢复码。"))
    if form.is_valid():
        try:
            if enter_with_code(request, user, form.cleaned_data["code"]):
                return redirect(request.session.pop(AFTERWARDS, "") or settings.LOGIN_REDIRECT_URL)
        except TooManyAttempts as refusal:
            return too_many_attempts(request, refusal)
        form.refuse()
    return render(request, "signin/second_factor.html", {"form": form})


@require_POST
def demo_login(request: HttpRequest) -> HttpResponse:
    """Sign in as the demo user of one role; on any other site this address does not exist."""
    role = request.POST.get("role", "")
    if not settings.DEMO or role not in DemoRole.values:
        raise Http404
    if sign_in_for_demo(request, DemoRole(role)) is None:
        messages.error(request, _("演示数据还没有载入。在服务器上运行 manage.py demo 后再试。"))
        return redirect("accounts:login")
    return redirect(local_address(request, request.POST.get("next", "")) or resolve_url(settings.LOGIN_REDIRECT_URL))


@require_GET
@never_cache
def oidc_begin(request: HttpRequest) -> HttpResponse:
    """To the identity provider. Signs nobody in; a link and not a form, because forms may only go to this site."""
    if not settings.OIDC_ISSUER:
        raise Http404
    try:
        address, kept = oidc.authorisation(_callback(request))
    except oidc.ProviderFault:
        return _provider_failed(request)
    afterwards = local_address(request, request.GET.get("next", ""))
    request.session[PROVIDER] = {**kept, "afterwards": afterwards}
    return HttpResponseRedirect(address)


@require_GET
@never_cache
def oidc_callback(request: HttpRequest) -> HttpResponse:
    """Back from the identity provider, once, in the browser that went there."""
    kept = request.session.pop(PROVIDER, None)
    if not settings.OIDC_ISSUER or kept is None:
        raise Http404
    try:
        claims = oidc.claims_of(request.GET.get("code", ""), request.GET.get("state", ""), kept, _callback(request))
    except oidc.ProviderFault:
        return _provider_failed(request)
    user = oidc.user_for(claims)
    if user is None:
        messages.error(request, _("统一身份平台上的这个人在本站还没有账号，由上级管理员开通。"))
        return redirect("accounts:login")
    afterwards = kept["afterwards"] or resolve_url(settings.LOGIN_REDIRECT_URL)
    if enter(request, user, way="统一身份"):
        return redirect(afterwards)
    request.session[AFTERWARDS] = afterwards
    return redirect("accounts:second_factor")


def _callback(request: HttpRequest) -> str:
    address = reverse("accounts:oidc_callback")
    return settings.SITE_URL.rstrip("/") + address if settings.SITE_URL else request.build_absolute_uri(address)


def _provider_failed(request: HttpRequest) -> HttpResponse:
    record_failure("", _("统一身份登录失败"))
    messages.error(request, _("统一身份平台没有完成登录。过一会儿再试，或者用用户名和密码登录。"))
    return redirect("accounts:login")


@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Set a first or a new password by a link; opening the page uses nothing up."""
    found = usable_invitation(token)
    if found is None:
        return render(request, "signin/invitation_over.html", status=410)
    form = FirstPasswordForm(found.user, request.POST or None)
    if form.is_valid():
        if accept_invitation(token, form.cleaned_data["new_password1"]) is None:
            return render(request, "signin/invitation_over.html", status=410)
        messages.success(request, _("密码已设置，用它登录。"))
        return redirect("accounts:login")
    return render(request, "signin/invitation.html", {"form": form, "invited": found.user})


@method_decorator(before_duties, name="dispatch")
class PasswordChange(views.PasswordChangeView):
    """Change one's own password; the current one is asked for, as often as anywhere a password is."""

    template_name = "signin/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("accounts:password_change_done")

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            count_attempt(request.user.username)
        except TooManyAttempts as refusal:
            return too_many_attempts(request, refusal)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        change_password(self.request, form.user, form.cleaned_data["new_password1"])
        return HttpResponseRedirect(str(self.success_url))


class PasswordChangeDone(views.PasswordChangeDoneView):
    """The new password is in force, and other devices are signed out."""

    template_name = "signin/password_change_done.html"


@method_decorator(before_duties, name="dispatch")
class Logout(LogoutView):
    """Sign out, by a button; the browser is asked to forget what it kept of the pages."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().dispatch(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response

"""Signing in and out, and one's own password."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parkparty.accounts.choices import DemoRole
from parkparty.accounts.forms import LoginForm, PasswordChangeForm
from parkparty.accounts.services import demo_users_by_role, sign_in_for_demo
from parkparty.core.http import local_address


class Login(views.LoginView):
    """User name and password; in the demo also one button a role."""

    template_name = "accounts/login.html"
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if settings.DEMO:
            loaded = demo_users_by_role()
            kwargs["demo_roles"] = [(role, loaded[role]) for role in DemoRole if role in loaded]
        return super().get_context_data(**kwargs)


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


class PasswordChange(views.PasswordChangeView):
    """Change one's own password; the current one is asked for."""

    template_name = "accounts/password_change.html"
    form_class = PasswordChangeForm
    success_url = reverse_lazy("accounts:password_change_done")


class PasswordChangeDone(views.PasswordChangeDoneView):
    """The new password is in force, and other devices are signed out."""

    template_name = "accounts/password_change_done.html"

"""Signing in without a password, in the demo only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from parkparty.accounts.choices import DemoRole
from parkparty.accounts.models import User


def demo_users_by_role() -> dict[str, User]:
    """The demo users that are loaded and active, by the value of their ``DemoRole``."""
    names = {f"demo-{role}": role.value for role in DemoRole}
    return {names[user.username]: user for user in User.objects.filter(username__in=names, is_active=True)}


def sign_in_for_demo(request: HttpRequest, role: DemoRole) -> User | None:
    """Sign in as the demo user of ``role``; None when the demo set is not loaded.

    Raises:
        PermissionDenied: on a site that is not a demo.
    """
    if not settings.DEMO:
        raise PermissionDenied
    user = demo_users_by_role().get(role)
    if user:
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return user

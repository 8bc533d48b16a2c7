"""The admin site: who may enter is read from the table of ``permissions``, never from Django's staff flag."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from parkparty.access.permissions import Action, Allowed, Decision, Denied, decide

ACTIONS = (Action.MANAGE_DATA, Action.MANAGE_USERS, Action.READ_AUDIT)
"""What is done on these pages; whoever may do one of them may enter, and sees only what it opens."""

ELSEWHERE = frozenset({"login", "logout", "password_change", "password_change_done", "view_on_site"})
"""Pages of Django's admin that the site has of its own, or that would look past the scope."""


class DataSite(AdminSite):
    """The pages on which administrators keep the data of their own subtrees."""

    site_title = _("园区党建")
    site_header = _("园区党建 · 数据维护")
    index_title = _("数据维护")
    enable_nav_sidebar = False

    def admission(self, request: Any) -> Decision:
        """Whether the reader may enter, and otherwise why not."""
        for action in ACTIONS:
            if decide(request.scope, action):
                return Allowed()
        return decide(request.scope, Action.MANAGE_DATA)

    def has_permission(self, request: HttpRequest) -> bool:
        return True  # every page asks for admission before it is shown

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Visitors are sent to the login; who may not enter gets 403 with the reason; the rest their page."""

        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            decision = self.admission(request)
            if isinstance(decision, Denied):
                raise PermissionDenied(decision.reason)
            if any("\x00" in value for values in request.GET.lists() for value in values[1]):
                raise BadRequest("NUL in the address")
            response: HttpResponse = view(request, *args, **kwargs)
            return response

        page = checked if cacheable else never_cache(checked)
        return csrf_protect(page)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in ELSEWHERE]


site = DataSite(name="admin")

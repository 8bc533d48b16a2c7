"""Where every page starts: the decorator, the lookups and the menu that know the reader's scope."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.access.choices import Role
from parkparty.access.permissions import Action, Denied, decide
from parkparty.accounts.models import User
from parkparty.core.http import text_size
from parkparty.core.scope import Scope

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)


class ScopedRequest(HttpRequest):
    """A request behind ``requires``: signed in, with its scope worked out."""

    user: User
    scope: Scope
    limits: Any  # companies.scoping.LimitsByDay, put in place by rules.middleware
    kept_list: Any  # companies.scoping.KeptList, put in place by coverage.middleware
    kept_ties: Any  # companies.scoping.KeptTies, as well
    id: str


View = Callable[Concatenate[ScopedRequest, P], HttpResponse]
Page = Callable[Concatenate[Any, P], HttpResponse]


def requires(action: Action) -> Callable[[View[P]], Page[P]]:
    """A page for those who hold a role that may do ``action``; others get 403 with the reason, visitors the login."""

    def decorate(view: View[P]) -> Page[P]:
        @login_required
        @wraps(view)
        def checked(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            decision = decide(request.scope, action)
            if isinstance(decision, Denied):
                raise PermissionDenied(decision.reason)
            return view(request, *args, **kwargs)

        checked.action = action  # type: ignore[attr-defined]
        return cast("Page[P]", checked)

    return decorate


def scoped_or_404(rows: models.QuerySet[M], **lookup: Any) -> M:
    """The one row of an already scoped queryset; outside the scope it does not exist."""
    try:
        return rows.get(**lookup)
    except (ObjectDoesNotExist, ValueError) as absent:
        raise Http404(rows.model._meta.verbose_name) from absent


MENU: tuple[tuple[str, Any, str, Action | None], ...] = (
    ("home", _("首页"), "house-door", None),
    ("activities:list", pgettext_lazy("复数", "活动"), "calendar-check", Action.VIEW_ACTIVITY),
    ("activities:queue", _("待审核"), "inbox", Action.REVIEW_ACTIVITY),
    ("engagement:missing", _("未报活动"), "bell", Action.REVIEW_ACTIVITY),
    ("coverage:index", _("覆盖"), "bar-chart", Action.VIEW_COVERAGE),
    ("companies:list", pgettext_lazy("复数", "企业"), "building", Action.VIEW_COMPANY),
    ("organizations:list", pgettext_lazy("复数", "党组织"), "diagram-3", Action.VIEW_ORGANIZATION),
    ("reports:list", pgettext_lazy("复数", "报告"), "file-earmark-text", Action.VIEW_REPORT),
    ("rules:list", pgettext_lazy("复数", "规则"), "journal-check", Action.VIEW_ORGANIZATION),
    ("rosters:list", _("名册导入"), "file-earmark-arrow-up", Action.IMPORT_ROSTER),
    ("accounts:people", pgettext_lazy("复数", "用户"), "people", Action.MANAGE_USERS),
    ("access:trail", _("操作记录"), "clock-history", Action.READ_AUDIT),
    ("admin:index", _("数据维护"), "gear", Action.MANAGE_DATA),
)
"""The main menu: the address's name, what it is called, its icon, and the action a reader needs for it."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the main menu, as one reader sees it on one page."""

    address: str
    label: str
    icon: str
    current: bool


def menu_of(scope: Scope, path: str) -> tuple[MenuItem, ...]:
    """The menu for ``scope`` on the page at ``path``: the item with the longest address above the page is current."""
    found: list[tuple[str, str, str]] = []
    for name, label, icon, action in MENU:
        if action is None or decide(scope, action):
            with suppress(NoReverseMatch):
                found.append((reverse(name), str(label), icon))
    here = max((address for address, _label, _icon in found if path.startswith(address)), key=len, default="")
    if here != path and here == found[0][0]:
        here = ""
    return tuple(MenuItem(address, label, icon, address == here) for address, label, icon in found)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the demo switch, the menu, and what the reader may do (``may.import_roster`` …)."""
    scope: Scope = getattr(request, "scope", Scope())
    roles = scope.roles
    return {
        "demo_mode": settings.DEMO,
        "menu": menu_of(scope, request.path),
        "may": {action.value: bool(decide(scope, action)) for action in Action},
        "role_names": tuple(str(role.label) for role in Role if role in roles),
        "text_size": text_size(request),
    }

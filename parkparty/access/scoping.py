"""Where every page starts: the decorator, the lookups, the forms and the admin that know the reader's scope."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse

from parkparty.access.choices import Role
from parkparty.access.permissions import Action, Denied, decide
from parkparty.accounts.models import User
from parkparty.core.scope import Scope

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)


class ScopedRequest(HttpRequest):
    """A request behind ``requires``: signed in, with its scope worked out."""

    user: User
    scope: Scope
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


class ScopedModelForm(forms.ModelForm):
    """A ModelForm whose choices are cut to the reader's scope, so that a foreign key cannot name a stranger."""

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                rows = field.queryset
                if rows is not None and hasattr(rows, "within"):
                    field.queryset = rows.within(scope)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every template: the demo switch and which parts of the menu the reader has (``may.import_roster`` …)."""
    scope: Scope = getattr(request, "scope", Scope())
    return {
        "demo_mode": settings.DEMO,
        "may": {action.value: bool(decide(scope, action)) for action in Action},
        "role_names": [role.label for role in Role if role in scope.roles],
    }

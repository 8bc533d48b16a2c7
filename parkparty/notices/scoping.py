"""The number beside the bell, for every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from parkparty.core.scope import Scope
from parkparty.notices.models import Notice

SHOWN_UP_TO = 99


def inbox_context(request: HttpRequest) -> dict[str, Any]:
    """``unread``: how many notices wait for the reader, as text, ``99+`` past that; asked for only where shown."""
    scope: Scope = getattr(request, "scope", Scope())
    return {"unread": SimpleLazyObject(lambda: _number(scope))}


def _number(scope: Scope) -> str:
    found = len(Notice.objects.within(scope).unread().values_list("pk")[: SHOWN_UP_TO + 1])
    return f"{SHOWN_UP_TO}+" if found > SHOWN_UP_TO else str(found or "")

"""The number beside the bell, for every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

SHOWN_UP_TO = 99


def inbox_context(request: HttpRequest) -> dict[str, Any]:
    """``unread``: how many notices wait for the reader, as text, ``99+`` past that; it stands on the user's own row."""
    return {"unread": SimpleLazyObject(lambda: _number(request))}


def _number(request: HttpRequest) -> str:
    found: int = getattr(request.user, "unread_notices", 0)  # a visitor has none
    return f"{SHOWN_UP_TO}+" if found > SHOWN_UP_TO else str(found or "")

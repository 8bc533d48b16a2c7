"""The number beside the bell, for every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

SHOWN_UP_TO = 99


def inbox_context(request: HttpRequest) -> dict[str, Any]:
    """``unread``: how many notices wait for the reader, as text, ``99+`` past that; it stands on the user's own row."""
    # A visitor has none, and a request may be refused before anybody is known.
    found: int = getattr(getattr(request, "user", None), "unread_notices", 0)
    return {"unread": f"{SHOWN_UP_TO}+" if found > SHOWN_UP_TO else str(found or "")}

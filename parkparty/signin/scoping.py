"""Marks on views that the middleware of this app reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def recent_login_required(view: View) -> View:
    """A sensitive step: whoever has not lately given a password or code is asked first, and what was typed is kept."""
    view.asks_proof = True  # type: ignore[attr-defined]
    return view


def before_duties(view: View) -> View:
    """A page that stays open to who must first enrol a second factor or change an old password."""
    view.before_duties = True  # type: ignore[attr-defined]
    return view

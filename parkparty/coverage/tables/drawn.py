"""What figures are drawn as, kept until anything changes that they rest on; and what stands there while they wait."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from parkparty.core.scope import Scope
from parkparty.coverage.figures import Point
from parkparty.coverage.figures.marks import Waiting, version

WAITING = "coverage/_waiting.html"
"""In place of figures that a fold is to count first."""


def drawn(template: str, point: Point, scope: Scope, figures: Callable[[], dict[str, Any]], *asked: str) -> SafeString:
    """``template`` with the ``figures`` of ``point``, which are worked out only when nothing of them is kept.

    Kept is what readers of one reach and one language see of a node, a day and a denominator, and of what else is
    ``asked`` for; who may open the page was asked before. Of a cut nothing is: its industries and buildings change
    without a new version. The memory is that of the process. Where figures wait for the fold, the page says so.
    """
    if point.cut:
        return render_to_string(template, figures())  # by the facts, which never wait
    # The version first: what is committed from here on makes another.
    seen = (version(), template, point.node.path, point.as_of, point.denominator, scope.reaches, get_language(), asked)
    key = f"drawn-{sha256(repr(seen).encode()).hexdigest()}"
    found: SafeString | None = cache.get(key)
    if found is None:
        found = told(template, figures)
        cache.set(key, found)
    return found


def told(template: str, figures: Callable[[], dict[str, Any]]) -> SafeString:
    """``template`` with its figures, or that they are being counted."""
    try:
        return render_to_string(template, figures())
    except Waiting:
        return render_to_string(WAITING)

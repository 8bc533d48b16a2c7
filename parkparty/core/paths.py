"""Materialised paths: a node's path is its parent's path plus one fixed-width step.

A subtree is a *range* of paths, so one plain b-tree index answers on SQLite and PostgreSQL alike; ancestors are
prefixes, so they need no query. A step is one letter for the kind of node and four base-36 digits of its primary key:
siblings cannot collide and a step never changes, a move only changes what stands before it.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

STEP = 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BEFORE_ALL_STEPS, _AFTER_ALL_STEPS = " ", "~"
MAX_KEY = 36 ** (STEP - 1) - 1


class PathField(models.CharField):
    """A path column compared byte by byte: ``COLLATE "C"`` on PostgreSQL, SQLite's own default there."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 100)
        options.setdefault("editable", False)
        super().__init__(**options)

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


def step(kind: str, key: int) -> str:
    """The step of the node with primary key ``key``: ``kind`` is one lower-case letter.

    Raises:
        ValueError: past 1,679,615 nodes of one kind, the most that four base-36 digits can tell apart.
    """
    if not 0 < key <= MAX_KEY:
        raise ValueError(f"primary key {key} does not fit into a path step")
    digits = ""
    while key:
        key, digit = divmod(key, 36)
        digits = _DIGITS[digit] + digits
    return kind + digits.rjust(STEP - 1, "0")


def depth(path: str) -> int:
    """How many steps the node at ``path`` lies below the top: 1 for a root."""
    return len(path) // STEP


def run(path: str) -> tuple[str, str]:
    """The first path of the subtree of ``path``, the node's own, and what all of its paths sort before."""
    return path, path + _AFTER_ALL_STEPS


def run_below(path: str) -> tuple[str, str]:
    """The run of what lies below ``path``, the node itself left out."""
    return path + _BEFORE_ALL_STEPS, path + _AFTER_ALL_STEPS


def under(field: str, path: str) -> Q:
    """Rows whose ``field`` lies in the subtree of ``path``, the node itself included."""
    return Q(**{f"{field}__range": run(path)})


def ancestors(path: str, *, include_self: bool = False) -> list[str]:
    """The paths above ``path``, the root first."""
    last = len(path) + (1 if include_self else 0)
    return [path[:end] for end in range(STEP, last, STEP)]


def outermost(paths: list[str]) -> tuple[str, ...]:
    """``paths`` without those that lie inside another of them."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    return tuple(kept)

"""What one user may reach: subtrees of the two trees, and the role held on each.

Worked out once per request from the grants in ``access`` and handed to every queryset's ``within(scope)``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db.models import Q

from parkparty.core import paths

Tree = Literal["organizations", "places"]
TREES: tuple[Tree, Tree] = ("organizations", "places")

NOTHING = Q(pk__in=())
"""No row at all."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One role on one subtree; the empty path is the whole tree.

    ``node`` is where the subtree begins, where whoever made the scope had read it anyway.
    """

    role: str
    tree: Tree
    path: str
    node: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Scope:
    """All that one user reaches today. A scope without reaches sees nothing."""

    reaches: tuple[Reach, ...] = ()
    user_id: int | None = None

    @classmethod
    def everything(cls, *roles: str, user_id: int | None = None) -> Scope:
        """Both whole trees, with ``roles``: for the command line on the server and for superusers."""
        return cls(tuple(Reach(r, t, "") for r in roles or ("",) for t in TREES), user_id)

    @property
    def roles(self) -> frozenset[str]:
        """The roles held anywhere."""
        return frozenset(reach.role for reach in self.reaches)

    @property
    def is_whole(self) -> bool:
        """Whether both whole trees are reached, as by the command line and by superusers."""
        return self.covers("organizations", "") and self.covers("places", "")

    def with_roles(self, roles: Iterable[str]) -> Scope:
        """The part of this scope that is held with one of ``roles``: what may be changed is less than what is seen."""
        wanted = frozenset(roles)
        return Scope(tuple(reach for reach in self.reaches if reach.role in wanted), self.user_id)

    def narrowed_to(self, tree: Tree, path: str) -> Scope:
        """The part of this scope at the node at ``path`` and below it; what the other tree reaches falls away."""
        kept = (
            Reach(reach.role, tree, max(reach.path, path, key=len))
            for reach in self.reaches
            if reach.tree == tree and (reach.path.startswith(path) or path.startswith(reach.path))
        )
        return Scope(tuple(kept), self.user_id)

    def paths(self, tree: Tree, roles: Iterable[str] | None = None) -> tuple[str, ...]:
        """The outermost subtrees of ``tree`` reached, with any role or only with ``roles``."""
        wanted = None if roles is None else frozenset(roles)
        return paths.outermost(
            [r.path for r in self.reaches if r.tree == tree and (wanted is None or r.role in wanted)]
        )

    def q(self, tree: Tree, field: str, roles: Iterable[str] | None = None) -> Q:
        """Rows whose path column ``field`` lies in a reached subtree of ``tree``; nothing when none is reached."""
        found = Q()
        for path in self.paths(tree, roles):
            found |= paths.under(field, path)
        return found or NOTHING

    def tops(self, tree: Tree, field: str = "path") -> Q:
        """Nodes at which the reached subtrees of ``tree`` begin; the roots where the whole tree is reached."""
        reached = self.paths(tree)
        if reached == ("",):
            return Q(**{f"{field}__regex": rf"^.{{{paths.STEP}}}$"})
        return Q(**{f"{field}__in": reached})

    def top_nodes(self, tree: Tree) -> list[Any] | None:
        """The nodes at which the reached subtrees of ``tree`` begin, in its order; None where one is not at hand."""
        known = {reach.path: reach.node for reach in self.reaches if reach.tree == tree and reach.node is not None}
        reached = self.paths(tree)
        return [known[path] for path in sorted(reached)] if known.keys() >= set(reached) else None

    def covers(self, tree: Tree, path: str, roles: Iterable[str] | None = None) -> bool:
        """Whether the node at ``path`` lies in a reached subtree."""
        return path.startswith(self.paths(tree, roles))

    def stands_above(self, path: str, roles: Iterable[str]) -> bool:
        """Whether an organisation *above* ``path`` is held with one of ``roles``: reviewing is for the unit above."""
        return any(path.startswith(p) and path != p for p in self.paths("organizations", roles))

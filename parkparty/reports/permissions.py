"""Who may do something with all of a node, and who may open its closed period again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.core.scope import Scope, Tree
from parkparty.coverage.figures import Node
from parkparty.organizations.models import is_whole

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode


def holds(scope: Scope, node: Node, action: Action) -> bool:
    """Whether ``action`` may be done with all of ``node``."""
    return is_whole(node, scope.with_roles(ROLES_FOR[action]))


def may_reopen(scope: Scope, node: TreeNode, tree: Tree) -> bool:
    """Whether a role that makes reports is held strictly above ``node`` (product 2): nobody reopens their own."""
    reached = scope.paths(tree, ROLES_FOR[Action.MAKE_REPORT])
    return any(node.path.startswith(path) and node.path != path for path in reached)

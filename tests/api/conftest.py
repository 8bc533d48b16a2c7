"""Programs that hold a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parkparty.accounts.models import User
from parkparty.core.models import TreeNode
from parkparty.signin.services.tokens import make_token

Program = Callable[..., Any]


@pytest.fixture
def program_of() -> Callable[..., Program]:
    """Makes a key of a user and gives what asks with it: ``ask("figures/", place="park:kic")``."""

    def make(user: User, node: TreeNode | None = None) -> Program:
        secret = make_token(by=user, name="区数据平台", days=90, node=node)

        def ask(path: str, headers: dict[str, str] | None = None, **asked: Any) -> Any:
            known = {"Authorization": f"Bearer {secret}", **(headers or {})}
            address = path if path.startswith("/") else f"/api/v1/{path}"
            return Client().get(address, asked or None, headers=known)

        return ask

    return make

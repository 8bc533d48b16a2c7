"""Write docs/access.md: every address with who may open it, every step with who may take it (`make access`).

The rows come from the running code: the action that each view requires, ``access.permissions.ROLES_FOR`` and
``activities.permissions.MOVES``. tests/security compares the page with the code, so a new address needs its row here.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "access.md"

OPEN = {
    "accounts:login": "登录页",
    "accounts:logout": "退出；未登录时没有可退出的",
    "accounts:second_factor": "输入密码后的第二步",
    "accounts:demo_login": "仅演示模式；其他站点回答 404",
    "accounts:invitation": "一次性链接，凭链接设置密码",
    "accounts:oidc": "未启用统一身份登录时回答 404",
    "accounts:oidc_callback": "同上",
    "activities:feed": "日历订阅；凭本人开通、可以停用的保密地址，每次按本人当时的授权取活动，不含议题和内容",
    "api:openapi": "接口描述，不含数据",
    "feedback": "投诉建议",
    "text_size": "字号，存在浏览器里",
    "set_language": "语言，存在浏览器里",
}
"""Addresses for visitors who have not signed in, and what they are for."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its name, its pattern, its view, and the actions of which a reader needs one (none: any user)."""

    name: str
    pattern: str
    view: Any
    actions: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.name in OPEN

    @property
    def takes_object(self) -> bool:
        return "<" in self.pattern


def routes() -> list[Route]:
    """All addresses of the site, in the order of their names."""
    from django.urls import get_resolver

    return sorted(_walk(get_resolver(), "", ""), key=lambda route: route.name)


def _walk(resolver: Any, namespace: str, prefix: str) -> Iterator[Route]:
    from django.urls import URLPattern

    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}"
            yield Route(name, pattern, entry.callback, _actions(name, entry.callback))
        else:
            below = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _walk(entry, below, pattern)


def _actions(name: str, view: Any) -> tuple[str, ...]:
    from parkparty.access.admin.site import ACTIONS

    action = getattr(getattr(view, "model_admin", view), "action", None)
    if action:
        return (str(action),)
    return tuple(ACTIONS) if name.startswith("admin:") else ()


def page() -> str:
    """The whole of docs/access.md."""
    from parkparty.access.choices import Role
    from parkparty.access.permissions import ROLES_FOR, WHAT, Action
    from parkparty.activities.choices import ActivityState, Step
    from parkparty.activities.permissions import MOVES

    roles = list(Role)
    lines = [
        "# 谁能做什么",
        "",
        "本页由 `make access` 从代码生成，测试会核对它与代码一致；改动权限时先改代码里的表，再运行这条命令。",
        "范围由授权落在哪棵子树决定：子树之外的记录一律回答 404，与不存在的记录相同；",
        "看得到但不能做的回答 403 并说明原因。",
        "",
        "## 角色与操作",
        "",
        "| 操作 | " + " | ".join(str(role.label) for role in roles) + " |",
        "|---|" + ":-:|" * len(roles),
    ]
    for action in Action:
        marks = ["✓" if role in ROLES_FOR[action] else "" for role in roles]
        lines.append(f"| {WHAT[action]} | " + " | ".join(marks) + " |")
    steps = list(Step)
    lines += [
        "",
        "## 活动记录：状态 × 步骤",
        "",
        "| 状态 | " + " | ".join(str(step.label) for step in steps) + " |",
        "|---|" + "---|" * len(steps),
    ]
    for state in ActivityState:
        moves = [MOVES.get((state, step)) for step in steps]
        cells = [f"{move.role.label} → {move.to.label}" if move else "" for move in moves]
        lines.append(f"| {state.label} | " + " | ".join(cells) + " |")
    lines += [
        "",
        "审核须由上一级进行，自己填报的记录由他人审核。",
        "",
        "## 地址与操作",
        "",
        "只提交的地址只接受提交，打开它们会被拒绝（405）。",
        "",
        "| 地址 | 名称 | 须能 | 方式 |",
        "|---|---|---|---|",
    ]
    for route in routes():
        needs = f"公开：{OPEN[route.name]}" if route.is_open else "登录"
        if route.actions:
            needs = "或".join(str(WHAT[Action(action)]) for action in route.actions)
        way = "只提交" if _takes_post_only(route.view) else ""
        lines.append(f"| `/{_readable(route.pattern)}` | `{route.name}` | {needs} | {way} |")
    return "\n".join(lines) + "\n"


def _takes_post_only(view: Any) -> bool:
    """Whether Django refuses to open the address, by the methods that the decorators around its view let through."""
    around = [view]
    while inner := getattr(around[-1], "__wrapped__", None):
        around.append(inner)
    allowed = [inspect.getclosurevars(layer).nonlocals.get("request_method_list") for layer in around]
    return ["POST"] in allowed


def _readable(pattern: str) -> str:
    return pattern.replace("^", "").replace("$", "").replace("|", "\\|").replace("\\Z", "")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkparty.settings")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")

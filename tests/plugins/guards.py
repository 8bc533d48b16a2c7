"""Knows the guards of the code and lets tests run without one of them (scripts/mutate_guards.py).

A guard is a call of ``within(…)`` or ``topmost(…)`` together with what narrows it, a decorator ``requires(…)``,
``require_POST`` or ``login_required``, a decision of ``may(…)``, ``decide(…)`` or ``check_step(…)``, or a
``has_…_permission`` of the data pages. Loaded with ``-p`` before anything of the site is imported: its modules are
then read so that ``GUARD=<name>`` makes the guard of that name let everything pass, and ``GUARDS_MET=<folder>`` makes
each process write there which tests met which guards.
"""

from __future__ import annotations

import ast
import builtins
import copy
import functools
import json
import os
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TAKEN_OUT, MET = os.environ.get("GUARD", ""), os.environ.get("GUARDS_MET", "")
CUTS = ("within", "topmost", "reviewable")
"""What cuts rows to a reader's."""

SCOPED = (*CUTS, "writable")
"""The latter is narrower than ``within``, and goes together with it."""

_met: dict[str, set[str]] = {}


def is_out(name: str) -> bool:
    """Whether the guard of this name is taken out; notes that the test under way has met it."""
    if MET:
        _met.setdefault(name, set()).add(os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0])
    return name == TAKEN_OUT


def decided(name: str, decision: Any) -> Any:
    """The decision, or consent when its guard is taken out."""
    from parkparty.access.permissions import Allowed

    return Allowed() if is_out(name) else decision


def decorator(name: str, guard: Callable[[Any], Any], action: Any = None) -> Callable[[Any], Any]:
    """The decorator, or one that only says which action the view is of."""

    def around(view: Any) -> Any:
        if name == TAKEN_OUT:
            view.action = action
            return view
        guarded = guard(view)

        @functools.wraps(guarded)
        def noted(*args: Any, **kwargs: Any) -> Any:
            is_out(name)
            return guarded(*args, **kwargs)

        return noted

    return around


class Guarded(ast.NodeTransformer):
    """Puts every guard of a module behind a question to this module; ``names`` tells which there are."""

    def __init__(self, file: Path) -> None:
        self.file = file.relative_to(ROOT)
        self.names: list[str] = []
        self.in_chain: set[ast.AST] = set()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [self._decorator(part, node.name) for part in node.decorator_list]
        last = node.body[-1]
        is_permission = node.name.startswith("has_") and node.name.endswith("_permission")
        if is_permission and isinstance(last, ast.Return) and not isinstance(last.value, ast.Constant | None):
            last.value = self._unless_out(last, node.name, ast.Constant(True), last.value)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        called = getattr(node.func, "id", "")
        if called in ("may", "decide"):
            name = self._name(node, ast.unparse(node))
            return _ask("decided", ast.Constant(name), self.generic_visit(node))
        if called == "check_step":
            return self._unless_out(node, ast.unparse(node), ast.Constant(None), self.generic_visit(node))
        if node not in self.in_chain and _is_scoped(node):
            self.in_chain.update(_inner(node))
            text, everything = ast.unparse(node), _unscoped(copy.deepcopy(node))
            everything = ast.Call(ast.Attribute(everything, "all", ast.Load()), [], [])
            return self._unless_out(node, text, everything, self.generic_visit(node))
        return self.generic_visit(node)

    def _decorator(self, part: ast.expr, view: str) -> ast.expr:
        text = ast.unparse(part)
        if text in ("require_POST", "login_required"):
            return _ask("decorator", ast.Constant(self._name(part, f"@{text} of {view}")), part)
        if isinstance(part, ast.Call) and text.startswith("requires("):
            return _ask("decorator", ast.Constant(self._name(part, f"@{text} of {view}")), part, part.args[0])
        return part

    def _unless_out(self, node: Any, text: str, instead: ast.expr, guard: ast.AST) -> ast.IfExp:
        return ast.IfExp(_ask("is_out", ast.Constant(self._name(node, text))), instead, guard)  # type: ignore[arg-type]

    def _name(self, node: Any, text: str) -> str:
        self.names.append(f"{self.file}:{node.lineno} {text[:90]}")
        return self.names[-1]


def _ask(question: str, *arguments: Any) -> ast.Call:
    here = ast.Name("__guards__", ast.Load())
    return ast.Call(ast.Attribute(here, question, ast.Load()), list(arguments), [])


def _is_scoped(node: ast.expr) -> bool:
    """Whether the node ends a chain of calls that cuts rows to a reader's, rather than to everything."""
    if isinstance(node, ast.Call) and "everything" in "".join(map(ast.unparse, node.args)).lower():
        return False
    return _called(node) in SCOPED and any(_called(part) in CUTS for part in (node, *_inner(node)))


def _called(node: ast.AST) -> str:
    """The name of the method that the node calls; nothing for other nodes."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _unscoped(node: ast.expr) -> ast.expr:
    """A chain of calls without those that cut rows to a reader's."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return node
    node.func.value = _unscoped(node.func.value)
    return node.func.value if node.func.attr in SCOPED else node


def _inner(node: ast.expr) -> list[ast.expr]:
    """The chain of calls on whose result this one stands."""
    found: list[ast.expr] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
        found.append(node)
    return found


def guarded(file: Path) -> tuple[ast.AST, list[str]]:
    """A module with its guards behind questions, and the names of the guards."""
    reading = Guarded(file)
    tree = ast.fix_missing_locations(reading.visit(ast.parse(file.read_bytes())))
    return tree, reading.names


class _Reader(SourceFileLoader):
    def get_code(self, fullname: str) -> Any:
        return compile(guarded(Path(self.path))[0], self.path, "exec", dont_inherit=True)  # type: ignore[call-overload]


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if not fullname.startswith("parkparty.") or ".migrations" in fullname:
            return None
        spec = PathFinder.find_spec(fullname, path)
        is_asked = MET or (spec and spec.origin == str(ROOT / TAKEN_OUT.partition(":")[0]))
        if spec and is_asked and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Reader(spec.loader.name, spec.loader.path)
        return spec


def pytest_sessionfinish() -> None:
    if MET:
        met = {name: sorted(tests - {""}) for name, tests in _met.items()}
        (Path(MET) / f"{os.getpid()}.json").write_text(json.dumps(met), encoding="utf-8")


if TAKEN_OUT or MET:
    builtins.__guards__ = sys.modules[__name__]  # type: ignore[attr-defined]
    sys.meta_path.insert(0, _Finder())

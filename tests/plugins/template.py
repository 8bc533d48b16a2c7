"""A database with all tables, made once for each state of the migrations; every test run starts from copies of it.

Migrating anew in every process would take longer than most runs of a few tests.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".cache/tests"
DECIDING = ("parkparty/*/migrations/*.py", "parkparty/core/paths.py", "parkparty/settings.py", "requirements.txt")
"""What the tables depend on."""


def template(kind: str, build: Callable[[Path], None]) -> Path:
    """The kept database of a kind, a file or a folder; ``build`` writes it if there is none of today's migrations."""
    kept = KEPT / f"{_digest()}.{kind}"
    if not kept.exists():
        KEPT.mkdir(parents=True, exist_ok=True)
        outdated = list(KEPT.glob(f"*.{kind}"))
        with tempfile.TemporaryDirectory(dir=KEPT) as folder:
            build(made := Path(folder) / kind)
            with suppress(OSError):  # another run, started at the same time, was sooner
                made.rename(kept)
        for old in outdated:
            subprocess.run(["rm", "-rf", old], check=True)
    return kept


def _digest() -> str:
    files = sorted(file for pattern in DECIDING for file in ROOT.glob(pattern))
    parts = (part for file in files for part in (str(file.relative_to(ROOT)).encode(), file.read_bytes()))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def migrate(url: str) -> None:
    """Make all tables in the database of an address, in a process of its own: pytest has not loaded Django yet."""
    environment = os.environ | {"READ_DOT_ENV": "0", "DATABASE_URL": url, "DEMO": "", "PRODUCTION": ""}
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def start_from_copy(process: str) -> None:
    """Let this process, and those it starts, work on a copy of its own of the database that DATABASE_URL names."""
    from django.db import connection

    migrated = connection.settings_dict["NAME"]
    copy = f"{migrated}_{process}"
    connection.close()
    if connection.vendor == "sqlite":
        shutil.copyfile(migrated, copy)
    else:
        with connection._nodb_cursor() as cursor:  # the template must not be in use
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{migrated}"')
    connection.settings_dict["NAME"] = copy
    os.environ["DATABASE_URL"] = os.environ["DATABASE_URL"].replace(migrated, copy)

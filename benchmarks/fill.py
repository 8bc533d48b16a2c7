"""Fill the database of ``DATABASE_URL`` unless it is filled, and sign in; prints the keys of sessions, by user.

A process of its own, so that one run can fill several databases.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))


def main(name: str) -> None:
    """Of the scale ``name``."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from benchmarks.data import SCALES, build, town
    from parkparty.accounts.models import User
    from parkparty.coverage.models import CoverageTotal
    from parkparty.coverage.services.counting import fold_all, rebuild

    started = time.perf_counter()
    if not User.objects.filter(username="reader").exists():
        call_command("load_codes", verbosity=0, stdout=sys.stderr)
        build(SCALES[name])
        print(f"{name}: built in {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    started = time.perf_counter()
    if not CoverageTotal.objects.exists():
        cells = rebuild()
        print(
            f"{name}: {cells} cells counted anew in {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True
        )
    # What a migration has marked in a database that was kept.
    fold_all()
    if connection.vendor == "postgresql":
        # As it does by itself while a site fills.
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
    found = town()
    print(*(f"{user.username}={session_of(user)}" for user in (found.reader, found.secretary)))


def session_of(user: Any) -> str:
    """The key of a new session of ``user``."""
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


if __name__ == "__main__":
    main(sys.argv[1])

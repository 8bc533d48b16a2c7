"""R036, R087, R089, R091: the settings that are shipped for a site with real data, each in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

pytestmark = pytest.mark.sqlite

ROOT = Path(settings.BASE_DIR)
KEY = {"SECRET_KEY": "for-this-test-only-" + "k3y-" * 12}

PROBE = """
import json, django, parkparty.settings as s
s.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management import call_command
from django.test import Client
call_command("migrate", verbosity=0)
client = Client(raise_request_exception=False, headers={"Host": "dj.example.gov.cn", "X-Forwarded-Proto": "https"})
urls = ["/accounts/login/", "/", "/nothing/", "/accounts/logout/", "/admin/", "/static/x.js"]
print(json.dumps({
    "hsts": [[url, client.get(url).headers.get("Strict-Transport-Security", "")] for url in urls],
    "debug": settings.DEBUG, "silenced": settings.SILENCED_SYSTEM_CHECKS,
    "hasher": settings.PASSWORD_HASHERS[0], "serializer": settings.SESSION_SERIALIZER,
}))
"""


def shipped() -> dict[str, str]:
    lines = (ROOT / "deploy" / "production.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def run(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "LC_ALL"}}
    environment = kept | shipped() | {"DJANGO_SETTINGS_MODULE": "parkparty.settings", "LOG_LEVEL": "CRITICAL"} | changed
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_R091_the_shipped_settings_pass_every_check_of_a_deployment() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **KEY)
    assert (done.returncode, done.stderr.strip().splitlines()[-1:]) == (
        0,
        [],
    ) or "no issues" in done.stdout + done.stderr
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({}, "SECRET_KEY"),
        (KEY | {"DEBUG": "1"}, "DEBUG"),
        (KEY | {"DEMO": "1"}, "DEMO"),
        (KEY | {"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        (KEY | {"DATABASE_URL": "sqlite:////tmp/x.sqlite3"}, "SQLite"),
    ],
)
def test_R089_R091_a_site_refuses_to_start_unsafe(changed: dict[str, str], named: str) -> None:
    done = run("manage.py", "check", **changed)
    assert done.returncode != 0
    assert named in done.stderr


def test_R036_R011_R021_R085_tls_is_remembered_and_nothing_is_pickled() -> None:
    done = run("-c", PROBE, **KEY, DATABASE_URL="sqlite://:memory:", ALLOW_SQLITE="1")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert {value for _url, value in told["hsts"]} == {"max-age=31536000; includeSubDomains; preload"}
    assert (told["debug"], told["silenced"]) == (False, [])
    assert told["hasher"].endswith("Argon2PasswordHasher")
    assert told["serializer"].endswith("JSONSerializer")


def test_R087_the_shipped_database_is_reached_with_its_certificate_checked() -> None:
    assert "sslmode=verify-full" in shipped()["DATABASE_URL"]
    assert shipped()["SECRET_KEY"] == ""


TIMED = re.compile(r"^[\d*/ -]+  parkparty(-owner)?  (?:PARKPARTY_ENV=\S+ )?\S+/deploy/manage\.sh (\w+)(.*)$")


def test_R107_R118_the_timers_run_commands_that_there_are() -> None:
    lines = (ROOT / "deploy" / "parkparty.cron").read_text(encoding="utf-8").splitlines()
    timed = [TIMED.match(line) for line in lines if line and line[0] in "*0123456789"]
    assert all(timed)
    commands = {match[2]: match for match in timed if match}
    assert set(commands) >= {"seal_audit", "verify_audit", "purge_audit", "send_reminders", "send_digests", "snapshot"}
    assert set(commands) <= set(get_commands())
    assert [name for name, match in commands.items() if match[1]] == ["purge_audit"]
    for match in commands.values():
        load_command_class(get_commands()[match[2]], match[2]).create_parser("manage.py", match[2]).parse_args(
            match[3].split()
        )


def test_a_command_is_run_with_the_settings_of_the_site(tmp_path: Path) -> None:
    file = tmp_path / "site.env"
    settings_of_site = shipped() | KEY
    file.write_text("".join(f"{name}='{value}'\n" for name, value in settings_of_site.items()), encoding="utf-8")
    command = [str(ROOT / "deploy" / "manage.sh"), "check", "--deploy", "--fail-level", "WARNING"]
    environment = {"PATH": os.environ["PATH"], "PARKPARTY_ENV": str(file)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Cookies and duties as a site with real data has them, in a process of its own with those settings."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as site

pytestmark = pytest.mark.sqlite

PROBE = """
import json, django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from parkparty.accounts.models import User
call_command("migrate", verbosity=0)
User.objects.create_user("member", password="p-7316-q", display_name="M")
client = Client(headers={"Host": "dj.example.cn"})
plain = client.get("/accounts/login/")
client.get("/accounts/login/", secure=True)
client.post("/accounts/login/", {"username": "member", "password": "p-7316-q"}, secure=True)
print(json.dumps({
    "plain": [plain.status_code, plain.headers.get("Location", "")],
    "cookies": {name: {key: morsel[key] for key in ("secure", "httponly", "samesite", "path", "domain", "max-age")}
                for name, morsel in client.cookies.items()},
    "mfa": settings.MFA_REQUIRED,
    "users": User.objects.count(),
    "validators": [row["NAME"].rpartition(".")[2] for row in settings.AUTH_PASSWORD_VALIDATORS],
    "age": settings.PASSWORD_MAX_AGE_DAYS,
}))
"""

PRODUCTION = {
    "PRODUCTION": "1",
    "READ_DOT_ENV": "0",
    "SECRET_KEY": "for-this-test-only-" + "k" * 40,
    "ALLOWED_HOSTS": "dj.example.cn",
    "ALLOW_SQLITE": "1",
    "DATABASE_URL": "sqlite://:memory:",
    "DJANGO_SETTINGS_MODULE": "parkparty.settings",
    "LOG_LEVEL": "ERROR",
}


def probe(**extra: str) -> dict:
    quiet = {name: value for name, value in os.environ.items() if name not in {"DEBUG", "DEMO"}}
    code = PROBE.replace("django.setup()", _STATIC + "django.setup()")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=quiet | PRODUCTION | extra,
        cwd=site.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


# Names with a hash need collectstatic first, which is not what this is about.
_STATIC = """
import parkparty.settings as s
s.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
"""


@pytest.fixture(scope="module")
def production() -> dict:
    return probe()


def test_cookies_are_for_this_host_over_tls_and_not_for_scripts(production: dict) -> None:
    session = production["cookies"]["__Host-session"]
    assert session == {
        "secure": True, "httponly": True, "samesite": "Lax", "path": "/", "domain": "", "max-age": 12 * 3600
    }  # fmt: skip
    csrf = production["cookies"]["__Host-csrf"]
    assert csrf["secure"] is True
    assert (csrf["path"], csrf["domain"], csrf["samesite"]) == ("/", "", "Lax")


def test_plain_http_leads_to_tls(production: dict) -> None:
    assert production["plain"] == [301, "https://dj.example.cn/accounts/login/"]


def test_R064_a_second_factor_is_required_by_default(production: dict) -> None:
    assert production["mfa"] is True


def test_R061_both_profiles_start(production: dict) -> None:
    assert "Composition" not in production["validators"]
    assert production["age"] == 0
    national = probe(SECURITY_PROFILE="CN")
    assert "Composition" in national["validators"]
    assert national["age"] == 90

"""People who sign in by themselves, with a password, a phone, or a clock that is moved."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.signin.models import Authenticator
from parkparty.signin.rules import STEP_SECONDS, new_secret, seal, totp, unseal
from parkparty.signin.services.factors import enrol
from tests.conftest import World

PASSWORD = "银杏-4821-长廊"
NOON = dt.datetime(2026, 11, 16, 4, tzinfo=dt.UTC)


class QuickArgon2(Argon2PasswordHasher):
    """The real one, made cheap: these tests sign in hundreds of times."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture(autouse=True)
def _quick(settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.QuickArgon2", *settings.PASSWORD_HASHERS]


@pytest.fixture
def clock() -> time_machine.Coordinates:
    """A clock that stands until it is moved."""
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def member(make_user: Callable[..., User]) -> User:
    return make_user("member", password=PASSWORD, display_name="示例用户")


@pytest.fixture
def keeper(world: World, make_user: Callable[..., User]) -> User:
    """An administrator of the park kic and its committee, with a password."""
    return make_user(
        "keeper", Role.ADMINISTRATOR, world.kic, world.kic_committee, password=PASSWORD, display_name="园区管理员"
    )


@pytest.fixture
def phone_of() -> Callable[[User], str]:
    """Gives a user a phone with an authenticator; returns its secret."""

    def give(user: User) -> str:
        secret = new_secret()
        Authenticator.objects.create(user=user, sealed_secret=seal(secret))
        return secret

    return give


@pytest.fixture
def codes_of() -> Callable[[User], list[str]]:
    """Enrols a user as the page does; returns the recovery codes."""

    def give(user: User) -> list[str]:
        secret = new_secret()
        return enrol(user, secret, code_now(secret), keep=None)

    return give


def code_now(secret: str, later: int = 0) -> str:
    """What the phone shows now, or ``later`` half minutes from now."""
    return totp(secret, int(time.time() // STEP_SECONDS) + later)


def secret_of(user: User) -> str:
    return unseal(Authenticator.objects.get(user=user).sealed_secret)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def sign_in(client: Client, username: str = "member", password: str = PASSWORD, **more: str):
    return client.post(reverse("accounts:login"), {"username": username, "password": password, **more})

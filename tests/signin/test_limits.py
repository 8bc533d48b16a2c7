"""Guessing fails, nobody is locked out from elsewhere, and every refusal is on the trail."""

from collections.abc import Callable
from typing import ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.signin.models import Attempt
from tests.signin.conftest import PASSWORD, code_now, is_signed_in, sign_in

HERE, ELSEWHERE = "198.51.100.7", "203.0.113.9"


class CountingHasher(MD5PasswordHasher):
    """Counts how often a password was hashed: the work that an answer costs."""

    algorithm = "counting"
    runs: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str) -> str:
        self.runs.append(password)
        return super().encode(password, salt)


def from_(address: str) -> Client:
    return Client(REMOTE_ADDR=address)


@pytest.fixture
def guesser(member: User, settings) -> Client:
    """Somebody who has used up the tries at ``member``."""
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher", *settings.PASSWORD_HASHERS]
    client = from_(HERE)
    for _ in range(settings.LOGIN_LIMIT):
        assert sign_in(client, password="wrong").status_code == 200
    return client


def test_R056_guessing_is_stopped_and_told_for_how_long(guesser: Client, clock) -> None:
    response = sign_in(guesser, password="wrong")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    page = response.content.decode()
    assert "15 分钟后" in page
    assert "没有被锁定" in page


def test_R056_the_right_password_does_not_help_meanwhile(guesser: Client) -> None:
    assert sign_in(guesser).status_code == 429
    assert not is_signed_in(guesser)


def test_R056_the_owner_still_enters_from_another_address(guesser: Client) -> None:
    owner = from_(ELSEWHERE)
    assert sign_in(owner).status_code == 302
    assert is_signed_in(owner)
    assert sign_in(guesser).status_code == 429


def test_R056_other_accounts_at_the_address_still_enter(guesser: Client, make_user: Callable[..., User]) -> None:
    make_user("colleague", password=PASSWORD)
    colleague = from_(HERE)
    sign_in(colleague, "colleague")
    assert is_signed_in(colleague)


def test_R056_the_wait_ends_and_trying_does_not_lengthen_it(member: User, settings, clock) -> None:
    client = from_(HERE)
    for _ in range(settings.LOGIN_LIMIT):
        sign_in(client, password="wrong")
    clock.shift(14 * 60)
    for _ in range(settings.LOGIN_LIMIT):
        assert sign_in(client).status_code == 429
    clock.shift(61)
    sign_in(client)
    assert is_signed_in(client)


def test_R056_trying_many_names_is_stopped_too(member: User, settings) -> None:
    settings.LOGIN_ADDRESS_LIMIT = 3
    client = from_(HERE)
    for number in range(3):
        sign_in(client, f"nobody-{number}")
    assert sign_in(client).status_code == 429
    sign_in(from_(ELSEWHERE))
    assert not is_signed_in(client)


def test_R056_a_whole_ipv6_line_counts_as_one(member: User, settings) -> None:
    for number in range(settings.LOGIN_LIMIT):
        sign_in(from_(f"2001:db8:1:2::{number + 1}"), password="wrong")
    assert sign_in(from_("2001:db8:1:2:ffff::1")).status_code == 429
    assert sign_in(from_("2001:db8:1:3::1")).status_code == 302


def test_R056_spelling_the_name_otherwise_gains_nothing(member: User, settings) -> None:
    for number in range(settings.LOGIN_LIMIT):
        sign_in(from_(HERE), [" member", "MEMBER", "ｍember"][number % 3], password="wrong")
    assert sign_in(from_(HERE)).status_code == 429


def test_R056_a_success_forgives_earlier_slips(member: User, settings) -> None:
    client = from_(HERE)
    for _ in range(settings.LOGIN_LIMIT - 1):
        sign_in(client, password="wrong")
    sign_in(client)
    assert is_signed_in(client)
    assert not Attempt.objects.exists()


def test_R056_every_refusal_is_on_the_trail(guesser: Client, member: User) -> None:
    sign_in(guesser)
    rows = AuditEntry.objects.order_by("id")
    assert [row.action for row in rows] == ["登录失败"] * 5 + ["登录被限制"]
    assert {row.object_name for row in rows} == {"示例用户"}
    assert {row.address for row in rows} == {HERE}


def test_R056_an_empty_form_is_no_try(client: Client, member: User) -> None:
    sign_in(client, password="")
    assert not Attempt.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_name_with_line_breaks_leaves_one_line(client: Client, db) -> None:
    sign_in(client, "mallory\r\n2026-11-21 登录 member")
    entry = AuditEntry.objects.get()
    assert "mallory 2026" in entry.reason
    assert "\n" not in entry.reason + entry.object_name + entry.actor_name
    assert "\r" not in entry.reason


@pytest.mark.django_db
def test_a_name_with_nul_is_refused_politely(client: Client) -> None:
    assert sign_in(client, "mem\x00ber").status_code == 200


def test_names_that_were_tried_are_not_kept_readable(client: Client, db) -> None:
    sign_in(client, "my-password-typed-too-high")
    assert "my-password" not in str(Attempt.objects.values().get())


def test_R065_codes_are_limited_wherever_they_are_typed(
    member: User, phone_of: Callable[[User], str], settings
) -> None:
    secret = phone_of(member)
    for number in range(settings.LOGIN_LIMIT):
        client = from_(f"198.51.100.{number}")
        sign_in(client)
        client.post(reverse("accounts:second_factor"), {"code": "000000"})
    client = from_(ELSEWHERE)
    sign_in(client)
    response = client.post(reverse("accounts:second_factor"), {"code": code_now(secret)})
    assert response.status_code == 429
    assert not is_signed_in(client)


def test_R065_proofs_and_password_changes_are_limited_as_well(
    client_of: Callable[[User], Client], member: User, settings, clock
) -> None:
    client = client_of(member)
    typed = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
    for _ in range(settings.LOGIN_LIMIT):
        assert client.post(reverse("accounts:password_change"), typed).status_code == 200
    assert client.post(reverse("accounts:password_change"), typed).status_code == 429
    clock.shift(20 * 60)
    for _ in range(settings.LOGIN_LIMIT):
        assert client.post(reverse("accounts:enrol"), {"proof": "wrong"}).status_code == 200
    assert client.post(reverse("accounts:enrol"), {"proof": PASSWORD}).status_code == 429


@pytest.mark.parametrize("inactive", [False, True])
def test_R066_unknown_and_known_names_get_the_same_answer_and_the_same_work(
    settings, make_user: Callable[..., User], inactive: bool
) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    make_user("member", password=PASSWORD, is_active=not inactive)
    answers, work = [], []
    for name in ("member", "nobody"):
        CountingHasher.runs.clear()
        response = sign_in(from_(HERE), name, "wrong")
        page = response.content.decode().replace(f'value="{name}"', "")
        token = page.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
        answers.append((response.status_code, page.replace(token, "")))
        work.append(list(CountingHasher.runs))
    assert answers[0] == answers[1]
    assert work == [["wrong"], ["wrong"]]


def test_R066_a_limit_shows_for_unknown_names_as_well(settings, db) -> None:
    for _ in range(settings.LOGIN_LIMIT):
        sign_in(from_(HERE), "nobody")
    assert sign_in(from_(HERE), "nobody").status_code == 429

"""The second factor: who owes one, enrolling it, its codes, recovery codes, and losing the phone."""

from collections.abc import Callable
from html import unescape

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import today
from parkparty.signin.models import Authenticator, RecoveryCode
from parkparty.signin.rules import masked, new_recovery_codes, qr_code, seal, totp, unseal
from tests.conftest import World
from tests.signin.conftest import PASSWORD, code_now, is_signed_in, secret_of, sign_in

ENROL, CODE = "/accounts/security/factor/", "/accounts/login/code/"


@pytest.fixture
def required(settings) -> None:
    settings.MFA_REQUIRED = True


def enrol_by_page(client: Client) -> str:
    """Scan, type, go on; returns the secret."""
    page = client.get(ENROL).content.decode()
    secret = page.partition('class="secret">')[2].partition("<")[0].replace(" ", "")
    assert client.post(ENROL, {"code": code_now(secret)}).url == reverse("accounts:codes")
    return secret


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_R069_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    assert totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", second // 30) == code


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.REVIEWER])
def test_R064_without_a_second_factor_such_a_role_reaches_only_the_enrolment(
    client: Client, world: World, make_user: Callable[..., User], required, role: Role
) -> None:
    make_user("member", role, world.kic_committee, password=PASSWORD)
    sign_in(client)
    for name in ("home", "accounts:security", "accounts:people", "access:trail", "accounts:codes"):
        assert client.get(reverse(name)).url == ENROL
        assert client.post(reverse(name)).url == ENROL
    assert client.get("/admin/").url == ENROL
    assert "第二步验证" in client.get(ENROL).content.decode()


def test_R064_the_way_out_stays_open(client: Client, keeper: User, required) -> None:
    sign_in(client, "keeper")
    assert client.get(reverse("feedback")).status_code == 200
    assert client.post("/i18n/setlang/", {"language": "en"}).status_code == 302
    assert client.post(reverse("text_size"), {"size": "125"}).url == "/"
    assert client.post(reverse("accounts:logout")).url == reverse("accounts:login")
    assert not is_signed_in(client)


def test_R064_enrolling_opens_the_rest(client: Client, keeper: User, required) -> None:
    sign_in(client, "keeper")
    secret = enrol_by_page(client)
    assert client.get(reverse("accounts:people")).status_code == 200
    assert secret_of(keeper) == secret
    assert secret not in str(Authenticator.objects.values().get())
    assert AuditEntry.objects.filter(action="启用第二步验证", actor=keeper).exists()


def test_R064_a_role_given_meanwhile_asks_on_the_next_page(
    client: Client, member: User, world: World, required
) -> None:
    sign_in(client)
    assert client.get(reverse("accounts:security")).status_code == 200
    Grant.objects.create(user=member, role=Role.REVIEWER, organization=world.kic_committee, since=today())
    assert client.get(reverse("accounts:security")).url == ENROL


def test_R064_others_may_use_one_but_need_not(client: Client, secretary: User, required) -> None:
    secretary.set_password(PASSWORD)
    secretary.save()
    sign_in(client, "secretary")
    assert "启用第二步验证" in client.get(reverse("accounts:security")).content.decode()


def test_the_demo_asks_for_none(client: Client, world: World, make_user: Callable[..., User], settings) -> None:
    assert site.MFA_REQUIRED is False
    settings.DEMO = True
    make_user("demo-administrator", Role.ADMINISTRATOR, world.kic_committee)
    client.post(reverse("accounts:demo_login"), {"role": "administrator"})
    assert client.get(reverse("accounts:people")).status_code == 200
    assert client.get(reverse("accounts:invite")).status_code == 200


def test_the_page_draws_the_code_itself(client: Client, member: User) -> None:
    sign_in(client)
    page = client.get(ENROL).content.decode()
    svg = page.partition('<svg class="qr"')[2].partition("</svg>")[0]
    assert "<path" in svg
    assert "http" not in svg
    assert "data:" not in svg
    assert qr_code("x").path.startswith("M4 4h1")


def test_a_wrong_code_keeps_the_secret_on_the_page(client: Client, member: User) -> None:
    sign_in(client)
    first = client.get(ENROL).content.decode().partition('class="secret">')[2].partition("<")[0]
    again = client.post(ENROL, {"code": "000000"}).content.decode()
    assert first in again
    assert "验证码不对" in again
    assert not Authenticator.objects.exists()


def test_R065_the_password_alone_signs_nobody_in(client: Client, member: User, phone_of) -> None:
    phone_of(member)
    assert sign_in(client).url == CODE
    assert not is_signed_in(client)
    assert client.get(reverse("accounts:security")).status_code == 302
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert not is_signed_in(client)


def test_both_factors_lead_to_the_page_that_was_wanted(client: Client, member: User, phone_of) -> None:
    secret = phone_of(member)
    sign_in(client, next="/accounts/security/")
    assert client.post(CODE, {"code": code_now(secret)}).url == "/accounts/security/"
    assert is_signed_in(client)


def test_R069_a_code_opens_once(member: User, phone_of, clock) -> None:
    secret = phone_of(member)
    first, second = Client(), Client()
    for client in (first, second):
        sign_in(client)
        client.post(CODE, {"code": code_now(secret)})
    assert is_signed_in(first)
    assert not is_signed_in(second)
    clock.shift(30)
    second.post(CODE, {"code": code_now(secret)})
    assert is_signed_in(second)


@pytest.mark.parametrize(("later", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_R069_a_code_lives_half_a_minute_and_a_clock_may_differ_by_one(
    client: Client, member: User, phone_of, clock, later: int, accepted: bool
) -> None:
    secret = phone_of(member)
    sign_in(client)
    client.post(CODE, {"code": code_now(secret, later)})
    assert is_signed_in(client) is accepted


def test_the_second_step_waits_ten_minutes(client: Client, member: User, phone_of, clock) -> None:
    secret = phone_of(member)
    sign_in(client)
    clock.shift(11 * 60)
    assert client.post(CODE, {"code": code_now(secret)}).url == reverse("accounts:login")
    assert not is_signed_in(client)


def test_the_second_step_ends_when_the_account_is_disabled_or_the_password_changed(
    client: Client, member: User, phone_of
) -> None:
    secret = phone_of(member)
    sign_in(client)
    User.objects.filter(pk=member.pk).update(is_active=False)
    client.post(CODE, {"code": code_now(secret)})
    assert not is_signed_in(client)
    member.set_password("另一个-4821-密码花")
    member.save()
    client.post(CODE, {"code": code_now(secret)})
    assert not is_signed_in(client)


def test_R069_recovery_codes_are_ten_unlike_and_hashed(codes_of, member: User) -> None:
    codes = codes_of(member)
    assert len(set(codes)) == 10
    stored = " ".join(RecoveryCode.objects.values_list("hash", flat=True))
    assert stored.count("argon2id") == 10
    assert not any(code in stored or code.replace("-", "") in stored for code in codes)
    assert not set(codes) & set(new_recovery_codes())


def test_R069_a_recovery_code_opens_once_however_it_is_typed(member: User, codes_of) -> None:
    code = codes_of(member)[3]
    for typed, opened in ((code.lower().replace("-", " "), True), (code, False)):
        client = Client()
        sign_in(client)
        client.post(CODE, {"code": typed})
        assert is_signed_in(client) is opened
    assert RecoveryCode.objects.count() == 9
    assert AuditEntry.objects.get(action="使用恢复码").changes_in_words == ["剩余恢复码：10 → 9"]


def test_R069_another_persons_recovery_code_opens_nothing(
    client: Client, member: User, codes_of, make_user: Callable[..., User], phone_of
) -> None:
    phone_of(make_user("other", password=PASSWORD))
    sign_in(client, "other")
    client.post(CODE, {"code": codes_of(member)[0]})
    assert not is_signed_in(client)


def test_recovery_codes_are_shown_until_they_are_saved_and_never_again(client: Client, member: User) -> None:
    sign_in(client)
    enrol_by_page(client)
    page = client.get(reverse("accounts:codes"))
    codes = [part.partition("<")[0] for part in page.content.decode().split("<li><code>")[1:]]
    assert len(codes) == 10
    assert "no-store" in page["Cache-Control"]
    text = client.get(reverse("accounts:codes"), {"as": "text"})
    assert text["Content-Disposition"].startswith("attachment")
    assert all(code in text.content.decode() for code in codes)
    assert codes[0] not in str(dict(client.session))
    client.post(reverse("accounts:codes"))
    assert client.get(reverse("accounts:codes")).url == reverse("accounts:security")
    renewed = client.post(reverse("accounts:codes_renew"), follow=True).content.decode()
    assert codes[0] not in renewed
    assert RecoveryCode.objects.count() == 10


def test_a_new_phone_ends_the_old_one_and_other_browsers(client: Client, member: User, clock) -> None:
    sign_in(client)
    old = enrol_by_page(client)
    elsewhere = Client()
    clock.shift(60)
    sign_in(elsewhere)
    elsewhere.post(CODE, {"code": code_now(old)})
    assert is_signed_in(elsewhere)
    new = enrol_by_page(client)
    assert secret_of(member) == new != old
    assert elsewhere.get(reverse("accounts:security")).status_code == 302
    assert client.get(reverse("accounts:security")).status_code == 200


def test_one_may_stop_using_it_unless_the_role_asks_for_it(client: Client, member: User, world: World) -> None:
    sign_in(client)
    enrol_by_page(client)
    grant = Grant.objects.create(user=member, role=Role.REVIEWER, organization=world.kic_committee, since=today())
    client.post(reverse("accounts:factor_remove"))
    assert Authenticator.objects.exists()
    grant.delete()
    assert client.post(reverse("accounts:factor_remove")).url == reverse("accounts:login")
    assert not Authenticator.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_a_key_that_was_changed_opens_nothing(client: Client, member: User, phone_of, settings) -> None:
    secret = phone_of(member)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-" * 4
    assert secret_of(member) == secret
    settings.SECRET_KEY_FALLBACKS = []
    assert secret_of(member) == ""
    sign_in(client)
    client.post(CODE, {"code": totp("", 1)})
    client.post(CODE, {"code": code_now("")})
    assert not is_signed_in(client)


def test_sealing_is_undone_only_by_the_same_key(settings) -> None:
    sealed = seal("ABC")
    assert unseal(sealed) == "ABC"
    assert unseal("nonsense") == ""


@pytest.mark.parametrize(
    ("address", "shown"), [("101.82.7.9", "101.82.*.*"), ("2001:db8:1::1", "2001:db8:*"), ("", "未知地址")]
)
def test_addresses_are_shown_without_their_last_parts(address: str, shown: str) -> None:
    assert masked(address) == unescape(shown)

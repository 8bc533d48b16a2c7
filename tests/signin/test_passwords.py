"""What a password must be, and changing one's own."""

from collections.abc import Callable

import pytest
from django.conf import settings as site
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from tests.conftest import World
from tests.signin.conftest import PASSWORD, is_signed_in, sign_in

CHANGE = "/accounts/password/"
GOOD = "白玉兰-7316-市民广场"


def refusal(password: str, user: User | None = None) -> str:
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return " ".join(refused.messages)
    return ""


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("ParkParty-8841-x", "parkparty"),
        ("园区党建-7316-白玉兰", "园区党建"),
        ("白玉兰创智园7316广场花", "创智园"),
        ("邻里园-7316-白玉兰花", "邻里园"),
        ("七月创智园联合支部-81-书", "创智园"),
        ("xx-secretary-9917", "secretary"),
        ("白 创智园-联合支部书记 玉", "创智园"),
    ],
)
def test_R057_names_of_site_park_organisation_and_person_are_barred(
    world: World, secretary: User, password: str, word: str
) -> None:
    told = refusal(password, secretary)
    assert f"“{word}" in told
    assert "换几个" in told


def test_R057_a_site_may_bar_more_names(db, settings) -> None:
    assert refusal("滨江街道-7316-白玉兰") == ""
    settings.PASSWORD_CONTEXT_WORDS = ["滨江"]
    assert "滨江" in refusal("滨江街道-7316-白玉兰")


@pytest.mark.django_db
@pytest.mark.parametrize(("length", "accepted"), [(11, False), (12, True), (64, True), (128, True)])
def test_R058_length(length: int, accepted: bool) -> None:
    password = ("紫藤k7#白鹭m2桥" * 16)[:length]
    assert (refusal(password) == "") is accepted


def test_R059_changing_needs_the_current_password(client_of: Callable[[User], Client], member: User) -> None:
    client = client_of(member)
    typed = {"new_password1": GOOD, "new_password2": GOOD}
    for old in ({}, {"old_password": "wrong"}, {"old_password": GOOD}):
        assert client.post(CHANGE, typed | old).status_code == 200
    member.refresh_from_db()
    assert member.check_password(PASSWORD)
    assert client.post(CHANGE, typed | {"old_password": PASSWORD}).status_code == 302
    member.refresh_from_db()
    assert member.check_password(GOOD)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password",
    ["Passw0rd!", "Aa123456", "Aa123456Aa123456", "P@ssw0rd!2026", "password1234", "Passw0rd2026!!", "qwertyuiop123"],
)
def test_R060_well_known_passwords_are_refused_also_in_disguise(password: str) -> None:
    assert "常见" in refusal(password) or "连续" in refusal(password)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "password", ["123456789012", "abcdefghijklm", "aaaaaaaaaaaaaa", "121212121212", "1qaz2wsx3edc"]
)
def test_R060_runs_are_refused(password: str) -> None:
    assert "连续" in refusal(password) or "常见" in refusal(password)


ONE_CLASS = "紫藤白鹭石桥晚风书页灯塔"


@pytest.mark.django_db
def test_R061_no_rule_of_composition_by_default() -> None:
    assert refusal(ONE_CLASS) == ""
    assert refusal("wisteria heron bridge") == ""
    assert site.PASSWORD_MAX_AGE_DAYS == 0


@pytest.mark.django_db
def test_R061_the_national_profile_asks_for_three_classes(settings) -> None:
    settings.AUTH_PASSWORD_VALIDATORS = [
        *settings.AUTH_PASSWORD_VALIDATORS,
        {"NAME": "parkparty.accounts.rules.Composition"},
    ]
    assert "三类" in refusal(ONE_CLASS)
    assert "三类" in refusal("紫藤-白鹭-石桥-晚风12"[:11] + "风")
    assert refusal("紫藤Heron-石桥-晚风12") == ""


def test_R061_an_old_password_must_be_changed_before_anything_else(
    client: Client, member: User, settings, clock
) -> None:
    settings.PASSWORD_MAX_AGE_DAYS = 90
    member.set_password(PASSWORD)
    member.save()
    clock.shift(90 * 24 * 3600 - 60)
    sign_in(client)
    assert client.get(reverse("feedback")).status_code == 200
    clock.shift(120)
    response = client.get(reverse("accounts:security"))
    assert response.url == CHANGE
    assert "90 天" in client.get(CHANGE).content.decode()
    client.post(CHANGE, {"old_password": PASSWORD, "new_password1": GOOD, "new_password2": GOOD})
    assert client.get(reverse("accounts:security")).status_code == 200


@pytest.mark.parametrize("address", ["/accounts/login/", CHANGE])
def test_R062_fields_hide_what_is_typed_and_let_paste(
    client_of: Callable[[User], Client], member: User, client: Client, address: str
) -> None:
    page = (client if "login" in address else client_of(member)).get(address).content.decode()
    assert 'type="password"' in page
    assert "onpaste" not in page
    assert 'autocomplete="' in page
    assert "maxlength" not in page.partition('type="password"')[2].partition(">")[0]


def test_R062_nothing_is_cut_off_or_folded(client: Client, member: User) -> None:
    long = "紫藤白鹭" * 20
    member.set_password(long + "甲")
    member.save()
    for wrong in (long + "乙", long, (long + "甲").replace("紫", "紫 ")):
        sign_in(client, password=wrong)
        assert not is_signed_in(client)
    sign_in(client, password=long + "甲")
    assert is_signed_in(client)


def test_passwords_are_kept_as_argon2(member: User, settings) -> None:
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]
    member.set_password(GOOD)
    assert identify_hasher(member.password).algorithm == "argon2"
    assert "m=102400" in member.password


def test_the_fault_of_a_new_password_stands_at_its_field(client_of: Callable[[User], Client], member: User) -> None:
    typed = {"old_password": PASSWORD, "new_password1": "123456789012", "new_password2": "123456789012"}
    form = client_of(member).post(CHANGE, typed).context["form"]
    assert list(form.errors) == ["new_password1"]

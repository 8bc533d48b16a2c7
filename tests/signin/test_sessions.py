"""Sessions: their keys, their limits, the list of them, ending them, and proof before sensitive steps."""

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.signin.models import LoginSession
from tests.signin.conftest import PASSWORD, code_now, is_signed_in, secret_of, sign_in

SECURITY = "/accounts/security/"
MINUTE, HOUR = 60, 3600
WINDOWS = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"


def opens(client: Client) -> bool:
    return client.get(SECURITY).status_code == 200


def test_R070_the_key_changes_at_login_and_a_planted_one_is_worthless(member: User) -> None:
    planted = "a" * 32
    client = Client()
    client.cookies = SimpleCookie({"sessionid": planted})
    sign_in(client)
    key = client.cookies["sessionid"].value
    assert key != planted
    assert len(key) == 32
    assert not Session.objects.filter(pk=planted).exists()
    client.get(reverse("accounts:enrol"))
    client.post(reverse("accounts:logout"))
    sign_in(client)
    assert client.cookies["sessionid"].value != key


def test_R070_a_session_from_before_the_login_gets_a_new_key(client: Client, member: User, phone_of) -> None:
    phone_of(member)
    sign_in(client)
    waiting = client.cookies["sessionid"].value
    client.post(reverse("accounts:second_factor"), {"code": code_now(secret_of(member))})
    assert is_signed_in(client)
    assert client.cookies["sessionid"].value != waiting
    assert not Session.objects.filter(pk=waiting).exists()


def test_R071_half_an_hour_without_a_page_ends_it(client: Client, member: User, clock) -> None:
    sign_in(client)
    for _ in range(3):
        clock.shift(29 * MINUTE)
        assert opens(client)
    clock.shift(30 * MINUTE)
    response = client.get(SECURITY + "?x=1")
    assert response.status_code == 302
    page = client.get(response.url).content.decode()
    assert "太久没有操作" in page
    assert 'name="next" value="/accounts/security/?x=1"' in page
    assert sign_in(client, next="/accounts/security/?x=1").url == "/accounts/security/?x=1"


def test_R071_twelve_hours_end_it_however_busy(client: Client, member: User, clock) -> None:
    sign_in(client)
    for _ in range(35):
        clock.shift(20 * MINUTE)
        assert opens(client)
    clock.shift(20 * MINUTE)
    assert not opens(client)


def test_R071_an_ended_form_leads_back_to_its_page(client: Client, member: User, clock) -> None:
    sign_in(client)
    clock.shift(HOUR)
    response = client.post(
        "/accounts/security/sessions/end/", headers={"Referer": "http://testserver/accounts/security/"}
    )
    assert "next=%2Faccounts%2Fsecurity%2F" in response.url
    assert not LoginSession.objects.exists()


def test_R071_an_ended_session_leads_nowhere_else(client: Client, member: User, clock) -> None:
    sign_in(client)
    clock.shift(HOUR)
    response = client.post(
        "/accounts/security/sessions/end/", headers={"Referer": "https://evil.example//evil.example/"}
    )
    assert "evil" not in response.url


def test_R072_a_stolen_cookie_is_worthless_after_logout(client: Client, member: User) -> None:
    sign_in(client)
    thief = Client()
    thief.cookies = SimpleCookie({"sessionid": client.cookies["sessionid"].value})
    assert opens(thief)
    client.post(reverse("accounts:logout"))
    assert not opens(thief)


def test_R072_a_disabled_account_is_out_on_the_next_request(client: Client, member: User) -> None:
    sign_in(client)
    assert opens(client)
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert not opens(client)


def test_R073_the_list_shows_where_one_is_signed_in(member: User) -> None:
    office = Client(REMOTE_ADDR="101.82.7.9", HTTP_USER_AGENT=WINDOWS)
    sign_in(office)
    page = office.get(SECURITY).content.decode()
    assert "Edge（Windows）" in page
    assert "101.82.*.*" in page
    assert "101.82.7.9" not in page
    assert "本机" in page
    assert "退出其他全部登录" not in page


def test_R073_one_session_can_be_ended(member: User) -> None:
    here, lost = Client(), Client()
    for client in (here, lost):
        sign_in(client)
    session = LoginSession.objects.get(key=lost.cookies["sessionid"].value)
    assert here.post(reverse("accounts:session_end", args=[session.pk])).url == SECURITY
    assert not opens(lost)
    assert opens(here)
    assert AuditEntry.objects.filter(action="结束登录").count() == 1


def test_R073_all_others_can_be_ended(member: User) -> None:
    clients = [Client() for _ in range(3)]
    for client in clients:
        sign_in(client)
    clients[0].post(reverse("accounts:sessions_end"))
    assert [opens(client) for client in clients] == [True, False, False]
    assert LoginSession.objects.count() == 1


def test_R073_nobody_ends_a_strangers_session(client: Client, member: User, make_user: Callable[..., User]) -> None:
    other = Client()
    make_user("other", password=PASSWORD)
    sign_in(other, "other")
    sign_in(client)
    session = LoginSession.objects.get(user__username="other")
    assert client.post(reverse("accounts:session_end", args=[session.pk])).status_code == 404
    assert opens(other)


def test_R073_changing_the_password_ends_the_others_and_keeps_this_one(member: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client)
    new = "白玉兰-7316-市民广场"
    here.post("/accounts/password/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert opens(here)
    assert not opens(elsewhere)
    assert [row.key for row in LoginSession.objects.all()] == [here.cookies["sessionid"].value]


@pytest.mark.parametrize("name", ["enrol", "codes_renew", "factor_remove", "invite"])
def test_R074_sensitive_pages_ask_again_after_ten_minutes(client: Client, keeper: User, clock, name: str) -> None:
    sign_in(client, "keeper")
    clock.shift(10 * MINUTE)
    for response in (client.get(reverse(f"accounts:{name}")), client.post(reverse(f"accounts:{name}"))):
        assert "再确认一次身份" in response.content.decode()


def test_R074_what_was_typed_is_kept_and_sent_on(client: Client, keeper: User, clock) -> None:
    sign_in(client, "keeper")
    clock.shift(10 * MINUTE)
    people = 'li.hua，"李"花，，书记，KIC'
    page = client.post(reverse("accounts:invite"), {"people": people}).content.decode()
    assert 'name="people" value="li.hua，&quot;李&quot;花，，书记，KIC"' in page
    assert not User.objects.filter(username="li.hua").exists()
    wrong = client.post(
        reverse("accounts:invite"), {"people": people, "proof": "x", "proof_for": "POST"}
    ).content.decode()
    assert "密码或验证码不对" in wrong
    assert 'name="people" value="li.hua，' in wrong
    client.post(reverse("accounts:invite"), {"people": people, "proof": PASSWORD, "proof_for": "POST"})
    assert User.objects.filter(username="li.hua").exists()


@pytest.mark.parametrize("name", ["admin:accounts_user_add", "admin:access_grant_add"])
def test_R074_giving_rights_asks_again_when_it_is_sent(client: Client, keeper: User, clock, name: str) -> None:
    sign_in(client, "keeper")
    clock.shift(10 * MINUTE)
    assert client.get(reverse(name)).status_code == 200
    page = client.post(reverse(name), {"username": "li.hua", "display_name": "李花"}).content.decode()
    assert "再确认一次身份" in page
    assert 'name="display_name" value="李花"' in page


def test_R074_a_page_opens_again_after_proof(client: Client, member: User, clock) -> None:
    sign_in(client)
    clock.shift(10 * MINUTE)
    response = client.post(reverse("accounts:enrol"), {"proof": PASSWORD, "proof_for": "GET"})
    assert response.url == reverse("accounts:enrol")
    assert "扫下面的码" in client.get(response.url).content.decode()
    clock.shift(10 * MINUTE)
    assert "再确认一次身份" in client.get(response.url).content.decode()


def test_R075_no_link_signs_anybody_in(client: Client, member: User) -> None:
    client.get(reverse("accounts:login"), {"username": "member", "password": PASSWORD})
    client.get(reverse("accounts:second_factor"), {"code": "123456"})
    assert not Session.objects.exists()
    assert not is_signed_in(client)


def test_pages_of_signed_in_people_stay_out_of_caches(client: Client, member: User) -> None:
    assert "no-store" not in client.get(reverse("feedback")).headers.get("Cache-Control", "")
    sign_in(client)
    for address in (SECURITY, reverse("feedback"), "/nowhere/"):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_a_page_costs_one_question_more_a_minute(
    client: Client, member: User, clock, django_assert_max_num_queries
) -> None:
    sign_in(client)
    client.get(SECURITY)
    with django_assert_max_num_queries(12):
        client.get(SECURITY)
    before = LoginSession.objects.get().last_seen
    client.get(SECURITY)
    assert LoginSession.objects.get().last_seen == before
    clock.shift(MINUTE)
    client.get(SECURITY)
    assert LoginSession.objects.get().last_seen > before

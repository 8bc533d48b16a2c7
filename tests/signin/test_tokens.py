"""Keys for programs: made after a proof, shown once, kept as hashes, ended by their owner or an administrator."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.signin.models import ApiToken
from parkparty.signin.services.invitations import issue_link
from parkparty.signin.services.sessions import PROVED
from parkparty.signin.services.tokens import TOKENS_A_USER, make_token, token_of
from tests.conftest import World
from tests.signin.conftest import PASSWORD, sign_in

PAGE = reverse("accounts:tokens")
NEW = reverse("accounts:token_new")


@pytest.fixture
def signed_in(client: Client, keeper: User) -> Client:
    sign_in(client, keeper.username)
    return client


def secret_in(page: str) -> str:
    return page.partition("data-token>")[2].partition("<")[0]


def make(client: Client, **fields: Any) -> Any:
    return client.post(NEW, {"name": "区数据平台", "days": "90", "node": "", **fields}, follow=True)


def test_R086_a_key_is_random_shown_once_and_kept_as_a_hash(signed_in: Client) -> None:
    secret = secret_in(make(signed_in).content.decode())
    assert len(secret) >= 43
    assert secret not in signed_in.get(PAGE).content.decode()
    assert not any(secret in str(value) for value in ApiToken.objects.values_list()[0])
    assert not AuditEntry.objects.filter(changes__icontains=secret).exists()
    found = token_of(secret)
    assert found is not None
    assert found.expires_at - timezone.now() <= dt.timedelta(days=90)
    assert AuditEntry.objects.filter(action="生成接口令牌", object_name="区数据平台").exists()


def test_R074_making_one_asks_for_a_proof_and_keeps_what_was_typed(signed_in: Client) -> None:
    session = signed_in.session
    session[PROVED] = 0
    session.save()
    asked = make(signed_in)
    assert 'name="name" value="区数据平台"' in asked.content.decode()
    assert not ApiToken.objects.exists()
    make(signed_in, proof=PASSWORD)
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(("code", "field"), [("kic", "park"), ("KIC-J1", "organization")])
def test_a_key_may_be_narrowed_to_a_node_in_reach(signed_in: Client, world: World, code: str, field: str) -> None:
    make(signed_in, node=code)
    token = ApiToken.objects.get()
    assert token.node == getattr(token, field) is not None
    assert f"只读取“{token.node}”" in signed_in.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"node": "tiandi"}, "没有代码为“tiandi”"),
        ({"node": "nowhere"}, "没有代码为“nowhere”"),
        ({"name": " "}, "填写用途"),
        ({"days": "366"}, "可选"),
        ({"days": ""}, "选择有效期"),
        ({"name": "长" * 61}, "60"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_is_lost(signed_in: Client, wrong: dict[str, str], said: str) -> None:
    answer = make(signed_in, **({"name": "省平台"} | wrong))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert wrong.get("name", "省平台").strip() in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_an_organisation_that_only_the_place_reaches_is_no_limit(world: World, make_user: Any, client: Client) -> None:
    make_user("placed", "administrator", world.kic, password=PASSWORD)
    sign_in(client, "placed")
    answer = make(client, node="KIC-J1")
    assert "改填园区标识" in answer.content.decode()


def test_nobody_has_more_than_a_few(signed_in: Client, keeper: User) -> None:
    for number in range(TOKENS_A_USER):
        make_token(by=keeper, name=str(number), days=30, node=None)
    assert "先撤销不用的" in make(signed_in).content.decode()
    assert ApiToken.objects.count() == TOKENS_A_USER


def test_the_owner_ends_one_and_others_cannot(signed_in: Client, keeper: User, make_user: Any, world: World) -> None:
    secret = make_token(by=keeper, name="旧平台", days=30, node=None)
    make_user("other", "viewer", world.kic, password=PASSWORD)
    stranger = Client()
    sign_in(stranger, "other")
    revoke = reverse("accounts:token_revoke", args=[ApiToken.objects.get().pk])
    assert stranger.post(revoke).status_code == 404
    assert token_of(secret) is not None
    assert "已撤销" in signed_in.post(revoke, follow=True).content.decode()
    assert token_of(secret) is None
    assert AuditEntry.objects.filter(action="撤销接口令牌", object_name="旧平台", actor=keeper).exists()


def test_R073_an_administrator_ends_them_and_so_does_a_new_link(
    signed_in: Client, keeper: User, make_user: Any, world: World
) -> None:
    reader = make_user("reader", "viewer", world.kic)
    make_token(by=reader, name="平台一", days=30, node=None)
    person = reverse("accounts:person", args=[reader.pk])
    assert "平台一" in signed_in.get(person).content.decode()
    signed_in.post(reverse("accounts:person_tokens_end", args=[reader.pk]))
    assert not ApiToken.objects.exists()
    secret = make_token(by=reader, name="平台二", days=30, node=None)
    issue_link(reader, by=keeper, site="https://example.cn")
    assert token_of(secret) is None

"""``manage.py grant``: how a site's first administrator gets the role."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.core.dates import today
from tests.conftest import World


def grant(*words: str) -> str:
    out = io.StringIO()
    call_command("grant", *words, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize(
    ("node", "tree", "place"),
    [
        (("--area", "310110"), "places", "yangpu"),
        (("--park", "kic"), "places", "kic"),
        (("--organization", "KIC"), "organizations", "kic_committee"),
    ],
)
def test_it_gives_the_role_on_the_node_from_today(world: World, stranger: User, node, tree, place) -> None:
    said = grant("stranger", "administrator", *node)

    assert said.startswith("已授权")
    given = Grant.objects.get(user=stranger)
    assert (given.role, given.since, given.until) == (Role.ADMINISTRATOR, today(), None)
    assert scope_of(stranger).covers(tree, getattr(world, place).path)
    assert AuditEntry.objects.filter(action="授权", actor=None).exists()


def test_dates_may_be_told(world: World, stranger: User) -> None:
    grant("stranger", "viewer", "--park", "kic", "--since", "2026-01-01", "--until", "2027-01-01")

    given = Grant.objects.get(user=stranger)
    assert (given.since, given.until) == (dt.date(2026, 1, 1), dt.date(2027, 1, 1))


def test_the_same_grant_twice_is_one(world: World, stranger: User) -> None:
    grant("stranger", "viewer", "--park", "kic")

    assert grant("stranger", "viewer", "--park", "kic").startswith("已有这项授权")
    assert Grant.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("nobody", "viewer", "--park", "kic"), "没有登录名为“nobody”的用户"),
        (("stranger", "viewer", "--park", "kik"), "没有园区标识为“kik”的园区"),
        (("stranger", "viewer", "--area", "999999"), "没有区划代码为“999999”的辖区"),
        (("stranger", "secretary", "--park", "kic"), "书记的授权应落在党组织上"),
        (("stranger", "viewer", "--park", "kic", "--since", "2026-02-01", "--until", "2026-01-01"), "终止日期应晚于"),
        (("stranger", "king", "--park", "kic"), "king"),
        (("stranger", "viewer"), "--organization"),
        (("stranger", "viewer", "--park", "kic", "--area", "310110"), "--park"),
    ],
)
def test_what_cannot_be_given_is_refused_with_the_reason(world: World, stranger: User, words, reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        grant(*words)
    assert not Grant.objects.exists()

"""``manage.py coverage``: for people, for programs, and what it says to a mistyped key."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from parkparty.accounts.models import User
from tests.conftest import World, cover, make_company


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("coverage", *arguments, stdout=out)
    return out.getvalue()


def test_people_read_the_rate_with_its_numbers_and_its_definition(world: World) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    for number in range(2, 7):
        make_company(number, world.kic)
    text = run("--park", "kic", "--as-of", "2020-01-01")
    assert "创智园，截至 2020-01-01" in text
    assert "组织覆盖率 16.7%（1/6）" in text
    assert "实体运营企业：" in text
    assert "平均每个联合党支部覆盖 1.0 家" in text


@pytest.mark.parametrize(
    ("arguments", "companies"),
    [(["--area", "310110"], 1), (["--organization", "KIC"], 1), (["--park", "neighbour"], 0)],
)
def test_areas_and_organisations_are_asked_the_same_way(world: World, arguments: list[str], companies: int) -> None:
    cover(make_company(1, world.kic), world.joint_branch)
    figures = json.loads(run(*arguments, "--json"))
    assert figures["companies"] == figures["organization_covered"] == companies
    assert figures["organization_rate"] == ("100.0" if companies else "—")


def test_an_unknown_key_is_answered_with_those_nearby(world: World) -> None:
    with pytest.raises(CommandError, match="没有园区标识为“kci”的园区。现有：kic"):
        run("--park", "kci")


@pytest.mark.parametrize(("day", "complaint"), [("2020-02-30", "日期按"), ("9999-01-01", "截至日期不晚于今天")])
def test_a_day_that_cannot_be_is_refused(world: World, day: str, complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        run("--park", "kic", "--as-of", day)


def test_a_users_figures_are_cut_to_what_the_user_reaches(world: World, other_secretary: User) -> None:
    assert "邻里园联合支部" in run("--organization", "NB-J1", "--user", "other-secretary")
    with pytest.raises(CommandError, match="没有园区标识为“kic”的园区。现有：一个也没有"):
        run("--park", "kic", "--user", "other-secretary")
    with pytest.raises(CommandError, match="没有登录名为“nobody”的用户"):
        run("--park", "kic", "--user", "nobody")

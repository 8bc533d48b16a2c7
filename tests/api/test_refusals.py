"""Programs that ask wrongly, too often, or for what is not theirs: each is told why, and gets nothing."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from parkparty.access.models import Grant
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.audit.choices import Kind
from parkparty.audit.models import AuditEntry
from parkparty.signin.models import ApiToken
from tests.conftest import World, make_company

LISTS = ("figures/", "organizations/", "companies/", "activities/")


def faults(answer: Any) -> dict[str, str]:
    assert answer["Content-Type"] == "application/problem+json"
    return {fault["parameter"]: fault["detail"] for fault in answer.json()["errors"]}


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic dTpw", "Bearer ppt_wrong", "Bearer \xff", "ppt_x"]
)
def test_R065_no_key_no_answer(viewer: User, client_of: Any, path: str, header: str | None) -> None:
    client = client_of(viewer)  # a browser's sign-in does not count here
    answer = client.get(f"/api/v1/{path}", headers={"Authorization": header} if header is not None else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert faults(answer) == {}


def test_R072_R081_what_ends_the_right_ends_the_key_at_once(world: World, viewer: User, program_of: Any) -> None:
    ask = program_of(viewer)
    assert ask("companies/").status_code == 200
    Grant.objects.filter(user=viewer).update(area=world.putuo, organization=None)
    assert ask("figures/", place="park:kic").status_code == 404
    Grant.objects.filter(user=viewer).delete()
    assert ask("companies/").status_code == 403
    User.objects.filter(pk=viewer.pk).update(is_active=False)
    assert ask("companies/").status_code == 401


def test_a_key_ends_with_its_time(viewer: User, program_of: Any) -> None:
    with time_machine.travel("2026-01-01T08:00:00+08:00", tick=False) as clock:
        ask = program_of(viewer)
        assert ask("companies/").status_code == 200
        clock.move_to("2026-04-01T07:59:59+08:00")
        assert ask("companies/").status_code == 200
        clock.move_to("2026-04-01T08:00:00+08:00")
        refused = ask("companies/")
    assert refused.status_code == 401
    assert "已到期" in refused.json()["detail"]


def test_R032_more_than_a_minute_allows_waits_for_the_next(
    viewer: User, reviewer: User, program_of: Any, settings: Any
) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    with time_machine.travel("2026-01-01T08:00:15+08:00", tick=False) as clock:
        ask, other = program_of(viewer), program_of(reviewer)
        assert [ask("companies/").status_code for _ in range(3)] == [200, 200, 429]
        refused = ask("companies/")
        assert refused["Retry-After"] == "45"
        assert "45 秒" in refused.json()["detail"]
        assert other("companies/").status_code == 200
        clock.move_to("2026-01-01T08:01:00+08:00")
        assert ask("companies/").status_code == 200


def test_R078_what_lies_elsewhere_does_not_exist(
    world: World, reviewer: User, other_secretary: User, make_activity: Any, program_of: Any
) -> None:
    filed = {"state": ActivityState.SUBMITTED}
    ours, theirs = make_company(1, world.neighbour), make_company(2, world.tiandi)
    activity = make_activity(world.neighbour_branch, other_secretary, **filed)
    strange = make_activity(world.putuo_committee, other_secretary, **filed)
    ask = program_of(reviewer)
    for path in (f"companies/{ours.pk}/", f"activities/{activity.pk}/", "organizations/NB-J1/", "organizations/WJC/"):
        assert ask(path).status_code == 200
    missing = ask("companies/987654/").json()
    for path in (f"companies/{theirs.pk}/", f"activities/{strange.pk}/", "organizations/PT/", "organizations/YP/"):
        answer = ask(path)
        assert answer.status_code == 404
        assert {**answer.json(), "request_id": ""} == {**missing, "request_id": ""}
    for path in LISTS:
        for asked in ({"place": "park:tiandi"}, {"place": "area:310110"}, {"organization": "PT"}):
            assert ask(path, **asked).status_code == 404
    told = "".join(ask(path).content.decode() for path in LISTS)
    assert not [name for name in (theirs.name, "普陀区党工委", "天地园", "PT") if name in told]


@pytest.mark.parametrize("narrowed", ["park", "organization"])
def test_a_narrowed_key_reaches_its_node_and_below(world: World, viewer: User, program_of: Any, narrowed: str) -> None:
    make_company(1, world.kic), make_company(2, world.neighbour)
    ask = program_of(viewer, world.kic if narrowed == "park" else world.kic_committee)
    assert ask("organizations/KIC-J1/").status_code == 200
    assert ask("organizations/NB-J1/").status_code == 404
    assert ask("organizations/YP/").status_code == 404
    assert ask("figures/", place="park:neighbour").status_code == 404
    assert ask("figures/", place="park:kic").status_code == (200 if narrowed == "park" else 404)
    companies = [row["name"] for row in ask("companies/").json()["data"]]
    assert companies == (["试验企业00001"] if narrowed == "park" else [])


def test_the_role_that_a_key_does_not_count_reaches_nothing(world: World, make_user: Any, program_of: Any) -> None:
    reader = make_user("reader", "viewer", world.neighbour)
    Grant.objects.create(user=reader, role="secretary", organization=world.joint_branch, since="2015-01-01")
    ask = program_of(reader)
    assert ask("organizations/NB-J1/").status_code == 200
    assert ask("organizations/KIC-J1/").status_code == 404


def test_those_who_may_use_it_may_see_what_it_tells() -> None:
    for action in (Action.VIEW_COVERAGE, Action.VIEW_ORGANIZATION, Action.VIEW_COMPANY, Action.VIEW_ACTIVITY):
        assert set(ROLES_FOR[Action.USE_API]) <= set(ROLES_FOR[action])


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        ("companies/?palce=park:kic", {"palce": "place、"}),
        ("companies/?place=park:kic&place=park:neighbour", {"place": "只写一次"}),
        ("companies/?place=", {"place": "没有值"}),
        ("companies/?as_of=2026/11/21", {"as_of": "2026-11-21"}),
        ("companies/?as_of=2026-02-30", {"as_of": "日期"}),
        ("companies/?limit=0", {"limit": "不小于 1"}),
        ("companies/?limit=501", {"limit": "不大于 500"}),
        ("companies/?limit=ten", {"limit": "整数"}),
        ("companies/?cursor=x", {"cursor": "游标"}),
        ("companies/?cursor=[1,2,3]", {"cursor": "游标"}),
        ("companies/?q=%00", {"q": "空字符"}),
        ("companies/?size=huge&staff=7", {"size": "可选", "staff": "可选"}),
        ("organizations/?cursor=[null]", {"cursor": "游标"}),
        ("organizations/?type=club&status=lost", {"type": "可选", "status": "可选"}),
        ("organizations/KIC/?as_of=2026-01-01", {"as_of": "没有这个参数"}),
        ("activities/?type=dance", {"type": "可选"}),
        ("activities/?since=2026-02-01&until=2026-01-01", {"": "前后颠倒"}),
        ("figures/?denominator=all&as_of=2999-01-01", {"denominator": "可选", "as_of": "不晚于今天"}),
        ("figures/?place=park:kic&organization=KIC", {"": "只写一个"}),
        ("figures/?below=1", {"": "一起写"}),
    ],
)
def test_R024_what_cannot_be_read_is_named_and_mended(
    viewer: User, program_of: Any, path: str, wrong: dict[str, str]
) -> None:
    answer = program_of(viewer)(f"/api/v1/{path}")
    assert answer.status_code == 400
    found = faults(answer)
    assert set(found) == set(wrong)
    assert [name for name, part in wrong.items() if part not in found[name]] == []
    assert all(detail in answer.json()["detail"] for detail in found.values())


@pytest.mark.parametrize("path", [*LISTS, "organizations/KIC/"])
def test_R040_it_can_only_be_read(viewer: User, program_of: Any, path: str) -> None:
    address = f"/api/v1/{path}"
    answer = Client(enforce_csrf_checks=True).post(address, {"name": "x"})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "GET" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["", "companies/", "companies/1/", "openapi.json", "nowhere/"])
def test_R040_other_methods_are_refused_in_words(path: str, method: str) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, f"/api/v1/{path}", b"{}", "application/json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer.json()["status"] == 405
    assert faults(answer) == {}


def test_R044_over_plain_http_a_program_is_refused_and_not_led_on(viewer: User, program_of: Any, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, [r"^api/"]
    answer = program_of(viewer)("companies/")
    assert answer.status_code == 403
    assert "https://" in answer.json()["detail"]
    assert not AuditEntry.objects.filter(kind=Kind.EXPORT).exists()


def test_refused_requests_still_show_in_the_last_use(viewer: User, program_of: Any) -> None:
    ask = program_of(viewer)
    assert ApiToken.objects.get().last_used is None
    ask("companies/", wrong="1")
    assert ApiToken.objects.get().last_used is not None


def test_openapi_is_open_and_holds_no_data(world: World) -> None:
    described = Client().get(reverse("api:openapi"))
    assert described.status_code == 200
    assert "创智园" not in described.content.decode()


def test_an_unknown_address_is_told_as_everything_else_is(client: Client) -> None:
    for address in ("/api/v1/nothing/", "/api/v1/companies/1/owners/"):
        answer = client.get(address)
        assert (answer.status_code, faults(answer)) == (404, {})
        assert answer.json()["request_id"] == answer["X-Request-ID"]
    assert client.get("/nothing/")["Content-Type"].startswith("text/html")


def test_a_fault_of_the_site_is_told_and_tells_nothing(
    viewer: User, program_of: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = program_of(viewer)

    def broken(*_args: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("parkparty.api.views.top_places", broken)
    with pytest.raises(RuntimeError):
        ask("figures/")
    monkeypatch.setattr(Client, "store_exc_info", lambda *_args, **_options: None)
    answer = ask("figures/")
    assert (answer.status_code, answer.json()["status"], faults(answer)) == (500, 500, {})
    assert "secret" not in answer.content.decode()

"""What programs are told: the figures and rows of the pages, page by page, and nothing of people."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import ActivityTheme, ActivityType
from parkparty.audit.choices import Kind
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import LinkKind
from parkparty.coverage.services.counting import fold_all
from parkparty.organizations.models import Officer
from tests.conftest import LONG_AGO, World, cover, make_company

FILED = {"state": ActivityState.SUBMITTED}


def test_figures_are_those_of_the_page_with_all_that_makes_them(
    world: World, viewer: User, program_of: Any, client_of: Any
) -> None:
    companies = [make_company(number, world.kic) for number in range(1, 8)]
    cover(companies[0], world.own_branch, LinkKind.OWN)
    for company in companies[1:5]:
        cover(company, world.joint_branch)
    asked = {"place": "park:kic", "denominator": "registered", "as_of": "2026-06-30"}
    [found] = program_of(viewer)("figures/", **asked).json()["data"]
    assert found["node"] == {"code": "kic", "name": "创智园"}
    assert (found["companies"], found["own"], found["joint"], found["none"]) == (7, 1, 4, 2)
    assert found["organization_rate"] == {"numerator": 5, "denominator": 7, "percent": "71.4", "text": "71.4%"}
    assert (found["as_of"], found["population"]["code"]) == ("2026-06-30", "registered")
    page = client_of(viewer).get(reverse("coverage:park", args=["kic"]), asked).content.decode()
    assert found["organization_rate"]["text"] in page
    assert found["definition"] in page


def test_a_rate_of_few_is_told_as_the_pages_show_it(world: World, viewer: User, program_of: Any) -> None:
    make_company(1, world.kic)
    [found] = program_of(viewer)("figures/", organization="KIC").json()["data"]
    assert found["organization_rate"] == {"numerator": 0, "denominator": 0, "percent": "—", "text": "—"}
    [found] = program_of(viewer)("figures/", place="park:kic").json()["data"]
    assert found["own_rate"]["text"] == "0/1"


def test_without_a_node_figures_begin_where_the_reach_begins_and_go_down_step_by_step(
    world: World, viewer: User, program_of: Any
) -> None:
    ask = program_of(viewer)
    assert [row["node"]["code"] for row in ask("figures/").json()["data"]] == ["310110", "YP"]
    below = ask("figures/", place="area:310110", below="1").json()["data"]
    assert [row["node"]["code"] for row in below] == ["kic", "neighbour"]
    below = ask("figures/", organization="YP", below="1").json()["data"]
    assert [row["node"]["code"] for row in below] == ["WJC"]


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_following_next_gives_every_row_once(world: World, viewer: User, program_of: Any, limit: int) -> None:
    for number in range(5):
        make_company(number, world.kic, name="同名企业" if number < 3 else f"企业{number}")
    ask, seen, page = program_of(viewer), [], {"next": f"/api/v1/companies/?limit={limit}&place=park:kic"}
    while page["next"]:
        page = ask(page["next"]).json()
        assert len(page["data"]) <= limit
        seen += [row["id"] for row in page["data"]]
    assert len(seen) == len(set(seen)) == 5


def test_a_company_is_told_with_its_coverage_on_the_day(world: World, viewer: User, program_of: Any) -> None:
    company = make_company(1, world.kic)
    cover(company, world.joint_branch, until=dt.date(2026, 1, 1))
    ask = program_of(viewer)
    [then] = ask("companies/", as_of="2025-12-31", coverage="joint").json()["data"]
    assert then["covered_by"] == [{"code": "KIC-J1", "name": "创智园联合支部"}]
    now = ask(f"companies/{company.pk}/").json()
    assert (now["coverage"]["code"], now["covered_by"], now["uscc"]) == ("none", [], company.uscc)
    assert now["parks"] == [{"code": "kic", "name": "创智园"}]


def test_an_organisation_is_told_with_counts_and_without_its_officers(
    world: World, viewer: User, program_of: Any, count_members: Any
) -> None:
    count_members(world.joint_branch, 7, probationary=2, mobile=5)
    Officer.objects.create(
        organization=world.joint_branch, post="secretary", name="欧阳娜", phone="021-5555", since=LONG_AGO
    )
    cover(make_company(1, world.kic), world.joint_branch)
    ask = program_of(viewer)
    answer = ask("organizations/KIC-J1/")
    found = answer.json()
    assert (found["full_members"], found["probationary_members"], found["companies"]) == (7, 2, 1)
    assert found["parent"] == {"code": "KIC", "name": "创智园党委"}
    everything = "".join(ask(path).content.decode() for path in ("organizations/", "companies/", "activities/"))
    assert not [word for word in ("欧阳娜", "021-5555") if word in answer.content.decode() + everything]


def test_a_row_of_a_code_table_is_told_by_both_its_names(
    world: World, secretary: User, viewer: User, make_activity: Any, program_of: Any, service_theme: ActivityTheme
) -> None:
    ActivityType.objects.filter(code="theme_day").update(name_en="Theme party day")
    make_activity(world.joint_branch, secretary, theme=service_theme, **FILED)
    for language in ("zh-hans", "en"):
        [found] = program_of(viewer)("activities/", headers={"Accept-Language": language}).json()["data"]
        assert found["types"] == [{"code": "theme_day", "name": "主题党日", "name_en": "Theme party day"}]
        assert found["theme"] == {"code": "service", "name": "党建+服务", "name_en": ""}


def test_activities_leave_with_personal_numbers_masked_and_without_drafts(
    world: World, secretary: User, viewer: User, make_activity: Any, program_of: Any
) -> None:
    told = make_activity(world.joint_branch, secretary, topic="联系 13812345678", place="三楼", **FILED)
    draft = make_activity(world.joint_branch, secretary, topic="还没有写完")
    ask = program_of(viewer)
    [found] = ask("activities/", organization="KIC").json()["data"]
    assert (found["id"], found["topic"], found["state"]["code"]) == (told.pk, "联系 138****5678", "submitted")
    assert ask(f"activities/{draft.pk}/").status_code == 404


def test_what_has_not_changed_is_not_sent_again(world: World, viewer: User, program_of: Any) -> None:
    ask = program_of(viewer)
    first = ask("figures/", place="park:kic")
    again = ask("figures/", headers={"If-None-Match": first["ETag"]}, place="park:kic")
    assert (again.status_code, again.content) == (304, b"")
    make_company(1, world.kic)
    changed = ask("figures/", headers={"If-None-Match": first["ETag"]}, place="park:kic")
    assert changed.json()["data"][0]["companies"] == 1


def test_each_answer_is_on_the_trail_with_what_was_asked(world: World, viewer: User, program_of: Any) -> None:
    ask = program_of(viewer)
    ask("organizations/", place="park:kic")
    ask("organizations/", place="park:tiandi")
    [entry] = AuditEntry.objects.filter(kind=Kind.EXPORT)
    assert (entry.actor, entry.object_name) == (viewer, "区数据平台")
    assert entry.changes["object"][1] == "/api/v1/organizations/?place=park%3Akic"
    assert entry.changes["rows"][1] == 3


@pytest.mark.parametrize(
    "path", ["figures/?place=area:310110&below=1", "figures/", "organizations/", "companies/", "activities/"]
)
def test_an_answer_takes_few_queries_however_many_rows(
    world: World, viewer: User, secretary: User, make_activity: Any, program_of: Any, path: str,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for number in range(6):
        cover(make_company(number, world.kic), world.joint_branch)
        make_activity(world.joint_branch, secretary, **FILED)
    fold_all()
    ask = program_of(viewer)
    with django_assert_max_num_queries(12):
        assert ask(f"/api/v1/{path}").status_code == 200


def test_the_page_that_explains_speaks_of_every_address_and_its_answers(viewer: User, client_of: Any) -> None:
    page = client_of(viewer).get(reverse("api:docs")).content.decode()
    for word in ("/api/v1/figures/", "/api/v1/companies/", "organization_rate", "Bearer", "guishang", "joint_branch"):
        assert word in page


def test_the_page_is_for_those_who_may_use_it(secretary: User, client_of: Any) -> None:
    assert client_of(secretary).get(reverse("api:docs")).status_code == 403
    assert Client().get(reverse("api:docs")).status_code == 302

"""Visits to companies: logged on the company's page, read beside what a company lacks, taken away as a file."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.audit.choices import Kind
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import GapReason, LinkKind
from parkparty.companies.models import Company, CompanyMemberCount, Visit
from parkparty.core.dates import today
from parkparty.organizations.models import Organization
from tests.conftest import LONG_AGO, World, cover, make_company

SignIn = Callable[[User], Client]

GAP = {"coverage": "not_own", "denominator": "yingjian"}
YESTERDAY = today() - dt.timedelta(days=1)


@pytest.fixture
def company(world: World) -> Company:
    company = make_company(1, world.kic, name="甲科技有限公司")
    CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=5)
    return company


def visit(company: Company, by: Organization, on: dt.date, reason: str = "") -> Visit:
    return Visit.objects.create(company=company, organization=by, visited_on=on, reason=reason)


def address(company: Company) -> str:
    return reverse("companies:log_visit", args=[company.pk])


def cells(client: Client, **filters: str) -> dict[str, str]:
    """What the only row of the list says, by the titles of its columns."""
    page = client.get(reverse("companies:list"), filters).content.decode()
    titles = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
    (row,) = re.findall(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    found = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    said = (html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in found)
    return dict(zip(titles, said, strict=True))


def test_a_visit_is_logged_with_what_was_found(company: Company, reviewer: User, client_of: SignIn) -> None:
    client = client_of(reviewer)
    typed = {"visited_on": YESTERDAY.isoformat(), "organization": "WJC", "reason": "owner"}
    answer = client.post(address(company), typed, follow=True)
    assert answer.redirect_chain == [(reverse("companies:detail", args=[company.pk]), 302)]
    page = answer.content.decode()
    assert "走访已登记。" in page
    assert "企业负责人有顾虑" in page
    logged = Visit.objects.get()
    assert (logged.company, logged.organization.code, logged.visited_on) == (company, "WJC", YESTERDAY)
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.actor, entry.changes["reason"]) == ("登记走访", reviewer, [None, "owner"])


def test_the_form_offers_today_and_the_writers_organisation(
    company: Company, reviewer: User, viewer: User, client_of: SignIn
) -> None:
    page = client_of(reviewer).get(reverse("companies:detail", args=[company.pk])).content.decode()
    assert f'value="{today()}"' in page
    assert 'value="五角场街道党工委"' in page
    assert (
        address(company) not in client_of(viewer).get(reverse("companies:detail", args=[company.pk])).content.decode()
    )


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"visited_on": ""}, "填写走访日期。"),
        ({"visited_on": "2026-02-30"}, "日期写成 2026-11-21 的样子。"),
        ({"visited_on": (today() + dt.timedelta(days=1)).isoformat()}, "走访以后再登记"),
        ({"visited_on": "1900-01-01"}, "日期不早于 1921-07-01"),
        ({"organization": ""}, "填写走访的党组织的名称或组织代码。"),
        ({"organization": "TD-C"}, "没有找到这个党组织，或不在授权范围内。"),
        ({"visited_on": YESTERDAY.isoformat()}, "当天的走访已经登记过"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_what_was_typed(
    company: Company, world: World, reviewer: User, client_of: SignIn, typed: dict[str, str], complaint: str
) -> None:
    visit(company, world.street_committee, YESTERDAY)
    answer = client_of(reviewer).post(
        address(company), {"visited_on": today().isoformat(), "organization": "WJC", "reason": "other"} | typed
    )
    assert answer.status_code == 400
    page = html.unescape(answer.content.decode())
    assert complaint in page
    assert '<option value="other" selected>' in page
    assert Visit.objects.count() == 1


def test_of_companies_that_lack_one_the_list_says_why_and_who_looks_after_them(
    company: Company, world: World, reviewer: User, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    assert {"未建原因", "行业"} & cells(client).keys() == {"行业"}
    asked = cells(client, **GAP)
    assert {"未建原因", "行业"} & asked.keys() == {"未建原因"}
    assert (asked["未建原因"], asked["责任单位（岗位）"], asked["最近走访"]) == ("—", "—", "—")
    visit(company, world.kic_committee, dt.date(2026, 3, 1), GapReason.OWNER_HESITATES)
    visit(company, world.street_committee, dt.date(2026, 5, 1))
    asked = cells(client, **GAP)
    assert (asked["未建原因"], asked["最近走访"]) == ("企业负责人有顾虑", "2026-05-01")
    assert asked["责任单位（岗位）"] == world.street_committee.name
    assert cells(client, **GAP, as_of="2026-04-01")["最近走访"] == "2026-03-01"
    cover(company, world.kic_committee, LinkKind.LIAISON)
    assert cells(client, **GAP)["责任单位（岗位）"] == f"{world.kic_committee.name} 联络员"


def test_a_visit_is_told_where_the_company_or_the_organisation_is_in_reach(
    company: Company, world: World, make_user: Any, client_of: SignIn
) -> None:
    """Who covers the company jointly is told nothing of what another committee found."""
    cover(company, world.neighbour_branch)
    visit(company, world.district_committee, dt.date(2026, 3, 1), GapReason.OTHER)
    of_park, of_branch = (
        client_of(make_user(name, Role.VIEWER, node))
        for name, node in (("park", world.kic), ("branch", world.neighbour_branch))
    )
    assert cells(of_park, **GAP)["最近走访"] == "2026-03-01"
    assert cells(of_branch, **GAP)["最近走访"] == "—"
    detail = reverse("companies:detail", args=[company.pk])
    assert "其他原因" in of_park.get(detail).content.decode()
    assert "2026-03-01" not in of_branch.get(detail).content.decode()


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_list_is_taken_away_as_it_is_seen(
    company: Company, world: World, reviewer: User, client_of: SignIn, kind: str
) -> None:
    make_company(2, world.kic, name="=乙公司")
    visit(company, world.street_committee, dt.date(2026, 5, 1), GapReason.PREPARING)
    client = client_of(reviewer)
    answer = client.get(reverse("companies:export"), {**GAP, "format": kind})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="companies-{today()}.{kind}"'
    titles, row = rows_in(answer.content, kind)
    asked = dict(zip(titles, row, strict=True))
    assert asked["企业"] == "甲科技有限公司"
    assert asked["正式党员数"] in (5, "5")
    assert (asked["现状"], asked["未建原因"], asked["最近走访"]) == ("尚未覆盖", "正在筹建", "2026-05-01")
    entry = AuditEntry.objects.latest("pk")
    assert (entry.kind, entry.changes["rows"]) == (Kind.EXPORT, [None, 1])
    everything = client.get(reverse("companies:export"), {"format": kind})
    assert [row[0] for row in rows_in(everything.content, kind)][1:] == [
        "'=乙公司" if kind == "csv" else "=乙公司",
        "甲科技有限公司",
    ]


def rows_in(content: bytes, kind: str) -> list[list[Any]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_more_than_a_file_can_hold_is_narrowed_first(
    company: Company, world: World, reviewer: User, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parkparty.companies.views.MAX_ROWS", 1)
    make_company(2, world.kic)
    answer = client_of(reviewer).get(reverse("companies:export"), {"place": "park:kic"}, follow=True)
    assert answer.redirect_chain == [(reverse("companies:list") + "?place=park%3Akic", 302)]
    assert "缩小范围后再导出" in answer.content.decode()

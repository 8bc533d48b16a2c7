"""From the home of each role through every dashboard that it leads to: each number opens a list of its length."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client

from parkparty.accounts.models import User
from parkparty.companies.choices import CompanyStatus, Denominator, LinkKind
from parkparty.companies.models import CompanyMemberCount, Tenancy
from parkparty.core.dates import today
from parkparty.coverage.services import take_snapshot
from tests.conftest import LONG_AGO, World, cover, make_company

SignIn = Callable[[User], Client]
DASHBOARDS = re.compile(
    r"^/(coverage/((areas|parks|organizations)/[^/]+/|dashboard/|life/|cross/|changes/|snapshots/(\d+/)?)?|rules/duties/)?$"
)
LINK = re.compile(r'<a [^>]*?href="([^"#]+)[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
UNSAID = re.compile(r'<span class="visually-hidden">.*?</span>|<[^>]+>', re.DOTALL)
NUMBER = re.compile(r"(?:勾选缺报 )?([\d,]+)(?: [家个次条项])?")
NODE = re.compile(r"(?:place=|^|&)(area|park|organization)")
NEXT = re.compile(r'<a [^>]*?href="([^"]+)"[^>]*rel="next"|rel="next"[^>]*href="([^"]+)"')


@pytest.fixture
def town(world: World, make_activity: Callable[..., Any], secretary: User, reviewer: User) -> World:
    """Companies in every state in two parks, 35 activities in one month and more before, and a snapshot."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    companies = [make_company(number, world.kic) for number in range(9)]
    cover(companies[0], world.own_branch, LinkKind.OWN)
    for company in companies[1:5]:
        cover(company, world.joint_branch)
    cover(companies[5], None, LinkKind.UNION)
    Tenancy.objects.create(company=companies[6], park=world.neighbour, since=today() - dt.timedelta(days=100))
    make_company(20, world.kic, status=CompanyStatus.DEREGISTERED, status_since=today() - dt.timedelta(days=50))
    cover(make_company(21, world.neighbour), world.neighbour_branch)
    for company, full in zip(companies, (4, 3, 2, 5, 3, 7, 3, 1, 0), strict=True):
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full)
    for days in (*[0] * 35, 40, 200):
        approved = {"state": "approved", "reviewed_by": reviewer, "reviewed_at": "2026-11-02T00:00Z"}
        make_activity(world.joint_branch, secretary, held_on=today() - dt.timedelta(days=days), **approved)
    take_snapshot(world.kic, as_of=today(), denominator=Denominator.OPERATING, by=None)
    return world


def main_of(client: Client, address: str) -> str:
    response = client.get(address, follow=True)
    assert response.status_code == 200, address
    return str(response.content.decode().split("<main")[1].split("</main>")[0])


def links(client: Client, address: str) -> Iterator[tuple[str, str]]:
    for target, text in LINK.findall(main_of(client, address)):
        yield urljoin(address, html.unescape(target)), html.unescape(UNSAID.sub("", text)).strip()


def dashboards(client: Client) -> dict[str, dict[str, int]]:
    """Each kind of dashboard that the home leads to, for the first area, park and organisation that it is shown of,
    with the addresses and numbers of its links.
    """
    found: dict[str, dict[str, int]] = {}
    waiting, seen = ["/"], set()
    while waiting:
        address = waiting.pop(0)
        parts = urlsplit(address)
        kind = re.sub(r"(areas|parks|organizations)/[^/]+", r"\1", parts.path), *NODE.findall(parts.query)
        if not DASHBOARDS.match(parts.path) or kind in seen:
            continue
        seen.add(kind)
        found[address] = {}
        for target, text in links(client, address):
            number = NUMBER.fullmatch(text)
            if number:
                found[address][target] = int(number[1].replace(",", ""))
            else:
                waiting.append(target)
    return found


def length(client: Client, address: str) -> int:
    """The rows of a list with all its pages; of a table of duties, those ticked."""
    page = main_of(client, address)
    if "tick=" in address:
        return page.count(" checked")
    following = NEXT.search(page)
    rest = length(client, urljoin(address, html.unescape(following[1] or following[2]))) if following else 0
    return page.count('<th scope="row">') + rest


def test_every_number_of_every_dashboard_opens_a_list_of_its_length(
    town: World, reviewer: User, client_of: SignIn
) -> None:
    client = client_of(reviewer)
    found = dashboards(client)
    told = {address: number for page in found.values() for address, number in page.items()}
    assert len(found) >= 18
    assert len(told) >= 100
    assert {address: length(client, address) for address in told} == told

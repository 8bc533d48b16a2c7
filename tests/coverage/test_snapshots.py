"""Frozen figures: the same facts give the same bytes, later corrections are listed, tampering is seen."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import CompanyStatus, Denominator, LinkKind
from parkparty.companies.models import Company, CoverageLink, Tenancy
from parkparty.coverage.figures.frozen import coverage_in, faults, keys_in, read
from parkparty.coverage.models import CoverageSnapshot
from parkparty.coverage.services import take_snapshot
from tests.conftest import World, cover, make_company
from tests.golden.kic import AS_OF, fill_kic

DAY = dt.date(2020, 6, 30)
OPERATING = Denominator.OPERATING

SignIn = Callable[[User], Client]


@pytest.fixture
def companies(world: World) -> list[Company]:
    found = [make_company(number, world.kic) for number in range(6)]
    cover(found[0], world.own_branch, LinkKind.OWN)
    for company in found[1:4]:
        cover(company, world.joint_branch)
    return found


@pytest.fixture
def snapshot(world: World, companies: list[Company]) -> CoverageSnapshot:
    return take_snapshot(world.kic, as_of=DAY, denominator=OPERATING, by=None)[0]


def test_the_published_figures_are_frozen_as_they_are(world: World) -> None:
    fill_kic(world.kic, world.kic_committee)
    figures = read(take_snapshot(world.kic, as_of=AS_OF, denominator=OPERATING, by=None)[0])
    assert (figures["companies"], figures["own"], figures["joint"], figures["branches"]) == (195, 8, 140, 15)
    assert figures["definition"].startswith("实体运营企业")


def test_the_same_facts_give_the_same_bytes(world: World, snapshot: CoverageSnapshot) -> None:
    with translation.override("en"):
        again, is_new = take_snapshot(world.kic, as_of=DAY, denominator=OPERATING, by=None)
    assert (again, is_new) == (snapshot, False)
    assert hashlib.sha256(snapshot.figures.encode()).hexdigest() == snapshot.sha256


def test_later_corrections_leave_it_to_the_byte_and_are_listed(
    world: World, snapshot: CoverageSnapshot, companies: list[Company], viewer: User, client_of: SignIn
) -> None:
    client, address = client_of(viewer), reverse("coverage:snapshot_file", args=[snapshot.pk])
    before = client.get(address).content
    page = client.get(reverse("coverage:snapshot", args=[snapshot.pk])).content.decode()
    assert "逐字节相同" in page
    Company.objects.filter(pk=companies[1].pk).update(status=CompanyStatus.DEREGISTERED, status_since=DAY)
    companies[4].links.create(organization=world.joint_branch, kind=LinkKind.JOINT, since=DAY)
    assert client.get(address).content == before == snapshot.figures.encode()
    page = client.get(reverse("coverage:snapshot", args=[snapshot.pk])).content.decode()
    assert "逐字节相同" not in page
    assert "保存以后更正了 2 家企业" in page
    assert companies[1].name in page
    assert companies[4].name in page
    assert companies[2].name not in page
    stored = CoverageSnapshot.objects.get(pk=snapshot.pk)
    assert coverage_in(stored).organization_covered == 4
    assert faults(stored) == []


def test_taken_again_after_a_correction_both_stand(
    world: World, snapshot: CoverageSnapshot, companies: list[Company]
) -> None:
    cover(companies[5], world.joint_branch)
    second, is_new = take_snapshot(world.kic, as_of=DAY, denominator=OPERATING, by=None)
    assert is_new
    assert coverage_in(second).organization_covered == coverage_in(snapshot).organization_covered + 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda s: {"figures": s.figures.replace('"own":1', '"own":2')}, "数字与校验码不符"),
        (lambda s: {"list_hash": "0" * 64}, "企业名单与校验码不符"),
        (lambda s: {"sha256": "0" * 64}, "操作记录中没有这个校验码"),
        (
            lambda s: {
                "figures": (text := s.figures.replace('"own":1', '"own":2')),
                "sha256": hashlib.sha256(text.encode()).hexdigest(),
            },
            "数字与企业名单重新合计的结果不符",
        ),
    ],
)
def test_tampering_is_seen(
    snapshot: CoverageSnapshot, viewer: User, client_of: SignIn, change: Any, complaint: str
) -> None:
    CoverageSnapshot.objects.filter(pk=snapshot.pk).update(**change(snapshot))
    assert complaint in " ".join(faults(CoverageSnapshot.objects.get(pk=snapshot.pk)))
    page = client_of(viewer).get(reverse("coverage:snapshot", args=[snapshot.pk])).content.decode()
    assert complaint in page


def test_the_command_freezes_the_last_month_once(world: World, companies: list[Company]) -> None:
    def run(*arguments: str) -> str:
        out = StringIO()
        call_command("snapshot", *arguments, stdout=out)
        return out.getvalue()

    assert "保存快照 2 份，另有 0 份" in run("--park", "kic", "--area", "310110", "--denominator", "operating")
    assert "保存快照 33 份，另有 2 份" in run()
    assert "截至 2020-06-30" in run("--organization", "KIC", "--as-of", "2020-06-30")
    with pytest.raises(CommandError, match="没有这样的园区：nowhere"):
        run("--park", "nowhere")
    with pytest.raises(CommandError, match="截至日期不晚于今天"):
        run("--as-of", "9999-01-01")


def take(client: Client, **asked: str) -> Any:
    return client.post(reverse("coverage:snapshot_take"), {"as_of": DAY, "denominator": OPERATING, **asked})


def test_reviewers_and_administrators_take_one_by_a_button(
    world: World, companies: list[Company], administrator: User, reviewer: User, client_of: SignIn
) -> None:
    for user, place in ((administrator, "park:kic"), (reviewer, "area:310110019")):
        response = take(client_of(user), place=place)
        snapshot = CoverageSnapshot.objects.latest("pk")
        assert response.url == reverse("coverage:snapshot", args=[snapshot.pk])
        entry = AuditEntry.objects.get(object_type="coverage.coveragesnapshot", object_id=str(snapshot.pk))
        assert (entry.actor, entry.changes) == (user, {"sha256": [None, snapshot.sha256]})
    listed = client_of(reviewer).get(reverse("coverage:snapshots")).content.decode()
    assert listed.count('<th scope="row">') == 2


def test_others_may_not_and_nobody_beyond_their_scope(
    world: World, viewer: User, administrator: User, district_administrator: User, client_of: SignIn
) -> None:
    assert take(client_of(viewer), place="park:kic").status_code == 403
    assert take(client_of(administrator), place="park:neighbour").status_code == 404
    assert take(client_of(administrator)).status_code == 404
    client = client_of(district_administrator)
    wrong = take(client, place="park:kic", as_of="9999-01-01", denominator="sanyou")
    assert wrong.url.startswith(reverse("coverage:snapshots") + "?place=park%3Akic&")
    shown = client.get(wrong.url).content.decode()
    assert "截至日期不晚于今天" in shown
    assert 'value="9999-01-01"' in shown, "what was typed stays"
    assert '<option value="sanyou" selected>' in shown
    assert not CoverageSnapshot.objects.exists()


def test_an_organisation_reached_by_its_park_alone_is_not_shown_whole(
    world: World, make_user: Callable[..., User], client_of: SignIn
) -> None:
    of_place = make_user("of-place", "administrator", world.kic)
    snapshot = take_snapshot(world.joint_branch, as_of=DAY, denominator=OPERATING, by=None)[0]
    client = client_of(of_place)
    assert client.get(reverse("coverage:organization", args=["KIC-J1"])).status_code == 200
    assert client.get(reverse("coverage:snapshot", args=[snapshot.pk])).status_code == 404
    assert take(client, organization="KIC-J1").status_code == 404


def test_the_page_needs_few_queries(
    snapshot: CoverageSnapshot, viewer: User, client_of: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = client_of(viewer)
    for address in (reverse("coverage:snapshots"), reverse("coverage:snapshot", args=[snapshot.pk])):
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200


def kept_names(client: Client, snapshot: CoverageSnapshot, name: str, **asked: Any) -> list[str]:
    """The companies on a page of a list that a snapshot keeps."""
    address = reverse("coverage:snapshot_companies", args=[snapshot.pk], query={"list": name} | asked)
    page = client.get(address).content.decode()
    return [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<th scope="row">(.*?)</th>', page)]


def test_a_list_is_kept_as_it_was_whatever_was_corrected_since(
    snapshot: CoverageSnapshot, companies: list[Company], reviewer: User, client_of: SignIn
) -> None:
    client, names = client_of(reviewer), [company.name for company in companies]
    CoverageLink.objects.filter(company=companies[1]).delete()
    assert kept_names(client, snapshot, "companies") == names
    assert kept_names(client, snapshot, "own") == names[:1]
    assert kept_names(client, snapshot, "joint") == names[1:4]
    assert kept_names(client, snapshot, "organization") == names[:4]
    assert kept_names(client, snapshot, "uncovered") == names[4:]
    assert kept_names(client, snapshot, "effective") == []
    assert [keys_in(snapshot, name) for name in ("own", "joint")] == [
        [companies[0].pk],
        [company.pk for company in companies[1:4]],
    ]


def test_a_kept_list_has_pages_in_both_directions(
    world: World, snapshot: CoverageSnapshot, companies: list[Company], reviewer: User, client_of: SignIn
) -> None:
    client, names = client_of(reviewer), [company.name for company in companies]
    with mock.patch("parkparty.coverage.tables.frozen.ROWS", 4):
        assert kept_names(client, snapshot, "companies") == names[:4]
        assert kept_names(client, snapshot, "companies", older=companies[3].pk) == names[4:]
        assert kept_names(client, snapshot, "companies", newer=companies[4].pk) == names[:4]
        assert kept_names(client, snapshot, "companies", older="x") == names[:4]
        assert kept_names(client, snapshot, "companies", older=companies[5].pk) == []


def test_who_moved_away_stays_on_a_kept_list_without_a_name(
    world: World, snapshot: CoverageSnapshot, companies: list[Company], make_user: Any, client_of: SignIn
) -> None:
    Tenancy.objects.filter(company=companies[0]).update(park=world.tiandi)
    CoverageLink.objects.filter(company=companies[0]).delete()
    client = client_of(make_user("park", "viewer", world.kic))
    assert kept_names(client, snapshot, "own") == ["已不在授权范围内的企业"]


def test_a_list_that_no_snapshot_keeps_is_told(snapshot: CoverageSnapshot, reviewer: User, client_of: SignIn) -> None:
    address = reverse("coverage:snapshot_companies", args=[snapshot.pk], query={"list": "nonsense"})
    assert "没有“nonsense”这份名单" in client_of(reviewer).get(address, follow=True).content.decode()

"""The list as each reader likes it: columns, order, views of one's own and shared ones; its files hold what is seen."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities import newest
from parkparty.activities.choices import ActivityState
from parkparty.activities.columns import COLUMNS
from parkparty.activities.filters import ActivityFilterForm
from parkparty.activities.models import Activity, ActivityTheme, SavedView
from parkparty.audit.models import AuditEntry
from parkparty.places.models import ServiceStation
from tests.conftest import World

LIST, VIEWS = "/activities/", "/activities/views/"


@pytest.fixture(autouse=True)
def records(world: World, in_state: Any) -> None:
    in_state(ActivityState.SUBMITTED, world.joint_branch, topic="早的", held_on="2026-10-01", place="会议室")
    in_state(ActivityState.APPROVED, world.joint_branch, topic="晚的", held_on="2026-11-02")
    in_state(ActivityState.APPROVED, world.neighbour_branch, topic="邻里的", held_on="2026-11-01")


@pytest.fixture
def desk(client_of: Any, reviewer: User) -> Client:
    client: Client = client_of(reviewer)
    return client


def page(client: Client, address: str = LIST) -> str:
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, address
    return answer.content.decode()


def titles(text: str) -> list[str]:
    head = re.search(r"<thead>.*?</thead>", text, re.S)
    plain = re.sub(r'<span class="visually-hidden">.*?</span>|<[^>]+>', "", head[0]) if head else ""
    return plain.split()


def exported(client: Client, text: str) -> list[list[str]]:
    address = re.search(r'href="(/activities/export/[^"]*format=csv)"', text)
    assert address
    answer = client.get(address[1].replace("&amp;", "&"))
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


class TestColumns:
    def test_chosen_once_they_stay_on_the_page_and_in_its_files(self, desk: Client) -> None:
        assert titles(page(desk)) == ["活动", "活动日期", "主办党组织", "计入类型", "实到人数", "应到人数", "状态"]
        answer = desk.post("/activities/columns/", {"column": ["place", "held_on", "x"], "query": "state=submitted"})
        assert answer.url == "/activities/?state=submitted"
        text = page(desk)
        assert titles(text) == ["活动", "活动日期", "地点"]
        assert exported(desk, text)[0] == ["活动", "活动日期", "地点"]
        desk.post("/activities/columns/", {"query": ""})
        assert len(titles(page(desk))) == 7

    def test_they_are_each_readers_own(self, desk: Client, client_of: Any, viewer: User) -> None:
        desk.post("/activities/columns/", {"column": ["place"]})
        assert "状态" in titles(page(client_of(viewer)))

    @pytest.mark.parametrize("key", COLUMNS)
    def test_what_one_reads_comes_with_the_rows(
        self, desk: Client, world: World, key: str, django_assert_num_queries: Any
    ) -> None:
        theme = ActivityTheme.objects.create(code="own", name="本地主题")
        station = ServiceStation.objects.create(park=world.kic, name="服务站")
        Activity.objects.update(theme=theme, station=station, park=world.kic)
        address = f"{LIST}?columns=organization,{key}"
        with CaptureQueriesContext(connection) as asked:
            page(desk, f"{address}&since=2026-11-02")
        with django_assert_num_queries(len(asked)):
            assert "邻里的" in page(desk, address)

    @pytest.mark.parametrize("query", ["columns=x,,place", "columns=%00", "columns=" + "a" * 300, "order=x"])
    def test_what_nobody_knows_in_the_address_does_no_harm(self, desk: Client, query: str) -> None:
        assert "活动" in page(desk, f"{LIST}?{query}")


class TestOrder:
    def test_the_oldest_first_on_the_page_and_in_its_files(self, desk: Client) -> None:
        text = page(desk)
        assert text.index("晚的") < text.index("早的")
        text = page(desk, f"{LIST}?order=oldest&state=counted")
        assert [row[0] for row in exported(desk, text)] == ["活动", "邻里的", "晚的"]
        assert 'aria-sort="ascending"' in text


@pytest.mark.parametrize("few", [100, 0])
def test_of_a_place_only_what_its_organisations_lead_however_many_they_are(
    desk: Client, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(newest, "FEW", few)
    text = page(desk, f"{LIST}?place=park:kic")
    assert text.index("晚的") < text.index("早的")
    assert "邻里的" not in text
    assert "邻里的" in page(desk)


class TestViews:
    def save(
        self, client: Client, name: str = "手边的", query: str = "state=submitted&x=1", **fields: Any
    ) -> SavedView:
        answer = client.post(VIEWS, {"name": name, "query": query, **fields})
        assert answer.status_code == 302
        return SavedView.objects.latest("id")

    def test_a_view_keeps_filters_order_and_columns_under_a_name(self, desk: Client) -> None:
        view = self.save(desk, query="state=submitted&order=oldest&columns=place&x=1&older=1")
        assert parse_qs(view.query) == {"state": ["submitted"], "order": ["oldest"], "columns": ["place"]}
        text = page(desk, f"{VIEWS}{view.pk}/")
        assert "早的" in text
        assert "晚的" not in text
        assert titles(text) == ["活动", "地点"]
        assert 'aria-current="true">手边的<' in text
        again = self.save(desk, query="state=approved")
        assert (again.pk, SavedView.objects.count()) == (view.pk, 1)

    def test_the_list_opens_with_the_chosen_view_until_told_otherwise(self, desk: Client) -> None:
        view = self.save(desk)
        desk.post(f"{VIEWS}{view.pk}/first/", {"first": "yes"})
        assert "晚的" not in page(desk)
        assert "晚的" in page(desk, f"{LIST}?all=1")
        desk.post(f"{VIEWS}{view.pk}/first/", {"first": "no"})
        assert "晚的" in page(desk)
        desk.post(f"{VIEWS}{view.pk}/first/", {"first": "yes"})
        desk.post(f"{VIEWS}{view.pk}/delete/")
        assert "晚的" in page(desk)

    def test_a_shared_one_is_seen_below_and_shows_each_their_own(
        self, desk: Client, world: World, client_of: Any, secretary: User, make_user: Any
    ) -> None:
        view = self.save(desk, query="state=counted", shared_with=world.street_committee.pk)
        text = page(client_of(secretary), f"{VIEWS}{view.pk}/")
        assert "晚的" in text
        assert "邻里的" not in text
        assert "手边的" in page(client_of(secretary))
        outside = [make_user("above", Role.VIEWER, world.district_committee), make_user("p", Role.VIEWER, world.putuo)]
        for reader in outside:
            assert client_of(reader).get(f"{VIEWS}{view.pk}/").status_code == 404
            assert "手边的" not in page(client_of(reader))
        for step in ("delete", "first"):
            assert client_of(outside[0]).post(f"{VIEWS}{view.pk}/{step}/").status_code == 404
        assert client_of(secretary).post(f"{VIEWS}{view.pk}/delete/").status_code == 404

    def test_one_that_asks_for_what_a_reader_does_not_reach_does_not_exist_for_them(
        self, desk: Client, world: World, client_of: Any, secretary: User
    ) -> None:
        view = self.save(desk, query="organization=NB-J1", shared_with=world.street_committee.pk)
        assert "邻里的" in page(desk, f"{VIEWS}{view.pk}/")
        assert client_of(secretary).get(f"{VIEWS}{view.pk}/").status_code == 404

    def test_it_goes_with_the_grant(self, desk: Client, world: World, client_of: Any, secretary: User) -> None:
        view = self.save(desk, shared_with=world.street_committee.pk)
        Grant.objects.filter(user=secretary).update(organization=world.putuo_committee)
        assert client_of(secretary).get(f"{VIEWS}{view.pk}/").status_code == 404

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"name": " "}, "给视图起一个名称"),
            ({"name": "电话 13800138000"}, "138****8000"),
            ({"name": "长" * 41}, "视图名称"),
            ({"query": "since=x"}, "筛选条件有误"),
            ({"query": "organization=PT"}, "筛选条件有误"),
        ],
    )
    def test_what_cannot_be_kept_comes_back_as_typed(self, desk: Client, fields: dict[str, str], fault: str) -> None:
        typed = {"name": "留着的名称", "query": "state=counted"} | fields
        text = desk.post(VIEWS, typed).content.decode()
        assert fault in text
        assert f'value="{typed["name"].strip()}"' in text or not typed["name"].strip()
        assert not SavedView.objects.exists()

    def test_sharing_beyond_ones_own_units_is_refused(self, desk: Client, world: World) -> None:
        for unit in (world.putuo_committee, world.district_committee):
            desk.post(VIEWS, {"name": "x", "query": "", "shared_with": unit.pk})
        assert not SavedView.objects.exists()

    def test_keeping_and_taking_away_are_on_record(self, desk: Client) -> None:
        desk.post(f"{VIEWS}{self.save(desk).pk}/delete/")
        assert list(AuditEntry.objects.order_by("-id").values_list("action", flat=True)[:2]) == ["删除视图", "保存视图"]


def test_few_queries(desk: Client, world: World, reviewer: User, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        SavedView.objects.create(owner=reviewer, name=str(number), organization=world.street_committee)
    for address in (LIST, VIEWS):
        with django_assert_max_num_queries(10):
            desk.get(f"{address}?state=counted")


@pytest.mark.parametrize(
    ("role", "held"), [(Role.VIEWER, "kic"), (Role.VIEWER, "yangpu"), (Role.REVIEWER, "wujiaochang")]
)
@pytest.mark.parametrize("place", ["kic", "neighbour"])
def test_of_a_place_the_reader_sees_what_the_whole_list_shows_of_it(
    world: World, make_user: Any, in_state: Any, role: Role, held: str, place: str
) -> None:
    in_state(ActivityState.DRAFT, world.joint_branch, topic="草稿")
    park, scope = getattr(world, place), scope_of(make_user("reader", role, getattr(world, held)))
    whole = Activity.objects.within(scope).located_in(park)
    form = ActivityFilterForm({"place": f"park:{park.key}"}, scope=scope)
    assert set(form.rows()) == (set(whole) if form.is_valid() else set())
    assert "草稿" not in {row.topic for row in form.rows()}
    assert bool(form.rows()) == (held != "kic" or place == "kic")

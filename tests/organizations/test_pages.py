"""The tree, the one-page examination, the calendar of terms and its letter."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityType
from parkparty.core.dates import add_months, today
from parkparty.coverage.figures import organizations_above
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import MemberCount, Organization
from parkparty.organizations.services import save_organization
from parkparty.places.models import Area, Park
from parkparty.rules.choices import DutyState, RuleKind
from parkparty.rules.figures import History, RuleBook, life_of, term_of, terms_ending
from tests.conftest import LONG_AGO, World, make_organization

SignIn = Callable[[User], Client]
DAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


def in_tree(client: Client, *opened: str) -> list[str]:
    page = client.get("/organizations/-/tree/", {"open": opened}).content.decode()
    return re.findall(r'<li id="node-([^"]+)"', page)


def begin_term(organization: Organization, since: dt.date, until: dt.date | None = None) -> None:
    Organization.objects.filter(pk=organization.pk).update(term_since=since, term_until=until)


class TestTree:
    def test_it_opens_one_node_at_a_time(self, world: World, viewer: User, client_of: SignIn) -> None:
        client = client_of(viewer)
        assert in_tree(client, "") == ["YP"]
        assert in_tree(client, "YP") == ["YP", "WJC"]
        assert in_tree(client, "KIC") == ["YP", "WJC", "KIC", "KIC-J1", "KIC-O1", "NB"]

    def test_an_only_top_stands_open_until_it_is_closed(self, world: World, viewer: User, client_of: SignIn) -> None:
        assert in_tree(client_of(viewer)) == ["YP", "WJC"]
        Grant.objects.create(user=viewer, role=Role.VIEWER, park=world.tiandi, since=LONG_AGO)
        make_organization("TD", OrganizationType.COMMITTEE, park=world.tiandi)
        assert in_tree(client_of(viewer)) == ["YP", "TD"]

    def test_closing_a_node_closes_what_is_below(self, world: World, viewer: User, client_of: SignIn) -> None:
        page = client_of(viewer).get("/organizations/-/tree/", {"open": ["KIC", "NB"]}).content.decode()
        links = dict(re.findall(r'data-tree-toggle="([^"]+)" aria-expanded="true" href="\?([^#"]*)', page))
        assert links["WJC"] == "open="
        assert links["KIC"] == "open=NB"

    def test_it_begins_where_the_reader_reaches(
        self, world: World, secretary: User, administrator: User, client_of: SignIn
    ) -> None:
        assert in_tree(client_of(secretary), "YP", "KIC-J1") == ["KIC-J1"]
        assert in_tree(client_of(administrator), "KIC", "NB") == ["KIC", "KIC-J1", "KIC-O1"]


class TestCheckup:
    def test_duties_done_and_owed_over_the_last_year(
        self, world: World, secretary: User, reviewer: User, make_activity: Callable[..., Activity]
    ) -> None:
        done = {"state": ActivityState.APPROVED, "reviewed_by": reviewer, "reviewed_at": timezone.now()}
        theme_day = ActivityType.objects.get(pk="theme_day")
        make_activity(world.joint_branch, secretary, theme_day, held_on=dt.date(2026, 3, 5), **done)
        history = History(world.joint_branch, RuleKind.PERIODIC_ACTIVITY)
        rows = {row.rule.code: row.duties for row in life_of(history, DAY, RuleBook.read(RuleKind.values))}
        assert {code: len(duties) for code, duties in rows.items()} == {"R30": 4, "R34": 12, "R35": 2, "R36": 2}
        met = [duty.period.name for duty in rows["R34"] if duty.state == DutyState.DONE]
        assert met == ["2026-03"]

    def test_what_was_owed_follows_the_members_and_the_rules_of_then(self, world: World) -> None:
        MemberCount.objects.create(organization=world.own_branch, as_of=dt.date(2026, 9, 1), full=7)
        history = History(world.own_branch, RuleKind.PERIODIC_ACTIVITY)
        book = RuleBook.read(RuleKind.values)
        rows = {row.rule.code: row.duties for row in life_of(history, DAY, book)}
        assert [duty.period.name for duty in rows["R31"]] == ["2026-09", "2026-10", "2026-11"]
        assert life_of(history, dt.date(2017, 6, 30), book) == []

    def test_one_page_tells_it_all(
        self, world: World, reviewer: User, client_of: SignIn, django_assert_max_num_queries: Any
    ) -> None:
        begin_term(world.own_branch, dt.date(2024, 5, 20))
        world.own_branch.refresh_from_db()
        world.own_branch.type = OrganizationType.GENERAL_BRANCH
        save_organization(world.own_branch, by=None, on=dt.date(2025, 1, 1))
        client = client_of(reviewer)
        for code in ("KIC-O1", "KIC-J1", "WJC"):
            with django_assert_max_num_queries(12):
                shown = client.get(f"/organizations/{code}/checkup/").content.decode()
        shown = client.get("/organizations/KIC-O1/checkup/").content.decode()
        for text in ("2025-01-01 起", "独立党支部", "2027-05-20 届满", "R20", "党员人数"):
            assert text in shown


class TestTerms:
    def test_each_ends_by_the_rule_of_the_day_it_began(self, world: World) -> None:
        begin_term(world.joint_branch, dt.date(2023, 5, 20))
        begin_term(world.own_branch, dt.date(2017, 12, 1))
        begin_term(world.neighbour_branch, dt.date(2023, 5, 20), dt.date(2027, 5, 20))
        begin_term(world.kic_committee, dt.date(2022, 2, 28))
        found = terms_ending(Organization.objects.all(), dt.date(2027, 12, 1), DAY, 100)
        assert [(term.organization.code, term.due_on.isoformat()) for term in found] == [
            ("KIC-O1", "2022-12-01"),
            ("KIC-J1", "2026-05-20"),
            ("KIC", "2027-02-28"),
            ("NB-J1", "2027-05-20"),
        ]
        assert [term.is_overdue(DAY) for term in found] == [True, True, False, False]
        assert [term.remind_on for term in found][2:] == [dt.date(2026, 8, 28), dt.date(2026, 11, 20)]

    def test_the_reminder_comes_six_calendar_months_before(self, world: World) -> None:
        begin_term(world.joint_branch, dt.date(2023, 8, 31))
        world.joint_branch.refresh_from_db()
        term = term_of(world.joint_branch, DAY)
        assert term
        assert (term.due_on, term.remind_on) == (dt.date(2026, 8, 31), dt.date(2026, 2, 28))

    def test_the_calendar_keeps_to_the_scope_and_to_the_format(
        self, world: World, administrator: User, client_of: SignIn
    ) -> None:
        soon = add_months(today(), 3)
        begin_term(world.joint_branch, LONG_AGO, soon)
        begin_term(world.neighbour_branch, LONG_AGO, soon)
        Organization.objects.filter(pk=world.joint_branch.pk).update(name="甲,乙;丙" + "长" * 60)
        client = client_of(administrator)
        page = client.get("/organizations/-/terms/").content.decode()
        assert soon.isoformat() in page
        assert "邻里园联合支部" not in page
        response = client.get("/organizations/-/terms.ics")
        lines = response.content.split(b"\r\n")
        assert all(len(line) <= 75 for line in lines)
        unfolded = response.content.replace(b"\r\n ", b"").decode()
        assert f"DTSTART;VALUE=DATE:{soon:%Y%m%d}" in unfolded
        assert "甲\\,乙\\;丙" in unfolded
        assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == 2
        assert "邻里园" not in unfolded

    def test_the_letter_names_the_term_and_its_rules(self, world: World, reviewer: User, client_of: SignIn) -> None:
        client = client_of(reviewer)
        assert "还没有登记本届起始日期" in client.get("/organizations/KIC-J1/letter/").content.decode()
        begin_term(world.joint_branch, dt.date(2024, 5, 20))
        letter = client.get("/organizations/KIC-J1/letter/").content.decode()
        for text in ("2024 年 5 月 20 日", "2027 年 5 月 20 日", "党的基层组织任期", "创智园党委"):
            assert text in letter
        client.cookies["django_language"] = "en"
        with translation.override(settings.LANGUAGE_CODE):  # a page leaves its language to what runs after it
            assert "20 May 2027" in client.get("/organizations/KIC-J1/letter/").content.decode()


@pytest.mark.parametrize(
    "node", ["joint_branch", "kic", "kic_committee", "wujiaochang", "street_committee", "shanghai"]
)
def test_names_above_lead_on_where_the_reader_reaches(world: World, make_user: Callable[..., User], node: str) -> None:
    scope = scope_of(make_user("reader", Role.VIEWER, getattr(world, node)))
    above = organizations_above(world.joint_branch, scope)
    assert [one.code for one, _opens in above] == ["YP", "WJC", "KIC"]
    reached = set(Organization.objects.within(scope))
    assert [opens for _one, opens in above] == [one in reached for one, _opens in above]


def test_what_sits_in_a_place_is_found_by_its_park_or_its_area(world: World) -> None:
    random, found = Random(3), set[int]()
    places = [*Park.objects.all(), *Area.objects.all()]
    for number in range(40):
        park, area = random.choice([None, *Park.objects.all()]), random.choice([None, *Area.objects.all()])
        made = make_organization(f"L{number}", OrganizationType.JOINT_BRANCH, world.kic_committee)
        Organization.objects.filter(pk=made.pk).update(park=park, area=area)
    for place in places:
        seats = ((row, (row.park, row.area)) for row in Organization.objects.select_related("park", "area"))
        meant = {row.pk for row, seat in seats if any(at and at.path.startswith(place.path) for at in seat)}
        assert set(Organization.objects.located_in(place).values_list("pk", flat=True)) == meant
        found.add(len(meant))
    assert len(found) > 3

"""Sheets of organisations, member counts, posts, stations and past activities: what each row does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityType
from parkparty.core import paths
from parkparty.core.dates import today
from parkparty.organizations.choices import OrganizationStatus
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.places.models import Building, ServiceStation
from parkparty.rosters.columns import KINDS
from tests.conftest import World
from tests.rosters.kinds import outcomes, plan_sheets, put_sheets, told

ORGANIZATIONS, COUNTS, POSTS = KINDS["organizations"], KINDS["counts"], KINDS["posts"]
STATIONS, ACTIVITIES = KINDS["stations"], KINDS["activities"]


def organization(name: str, superior: str = "创智园党委", type: str = "联合党支部", **cells: Any) -> dict[str, Any]:
    return {"党组织名称": name, "党组织类型": type, "上级党组织": superior, "批准成立日期": "2024-01-05", **cells}


def test_subordinates_may_stand_before_their_superiors(world: World, administrator: User) -> None:
    rows = [
        organization("丙支部", "乙总支"),
        organization("乙总支", "甲党委", "党总支"),
        organization("甲党委", "创智园党委", "党委"),
    ]
    put_sheets((ORGANIZATIONS, rows), by=administrator)
    found = Organization.objects.get(name="丙支部")
    above = Organization.objects.filter(path__in=paths.ancestors(found.path)).order_by("path")
    assert [str(each) for each in above][-3:] == ["创智园党委", "甲党委", "乙总支"]
    assert (found.park, found.code[:5], found.status) == (world.kic, "KIC-P", OrganizationStatus.ACTIVE)
    assert found.spans.get().since == dt.date(2024, 1, 5)
    assert outcomes(plan_sheets((ORGANIZATIONS, rows), by=administrator)) == ["unchanged"] * 3


def test_without_an_approval_it_is_being_prepared(world: World) -> None:
    put_sheets((ORGANIZATIONS, [organization("筹建支部", 批准成立日期="")]))
    assert Organization.objects.get(name="筹建支部").status == OrganizationStatus.PREPARING


def test_a_circle_and_what_hangs_below_something_wrong_are_refused(world: World) -> None:
    rows = [
        organization("甲", "乙", "党总支"),
        organization("乙", "甲", "党总支"),
        organization("丙", "丁", "党总支"),
        organization("丁", "没有的党委", "党总支"),
        organization("戊", "创智园联合支部"),
    ]
    assert told(plan_sheets((ORGANIZATIONS, rows))) == [
        ("C2", "circle"),
        ("C3", "circle"),
        ("C4", "branch_wrong"),
        ("C5", "organization"),
        ("C6", "superior"),
    ]


def test_a_sheet_renames_by_code_but_never_moves(world: World) -> None:
    rows = [
        {"组织代码": "KIC-J1", "党组织名称": "创智园第一联合支部", "党组织类型": "联合党支部", "本届起始": "2024-05-20"}
    ]
    put_sheets((ORGANIZATIONS, rows))
    world.joint_branch.refresh_from_db()
    assert (world.joint_branch.name, str(world.joint_branch.term_since)) == ("创智园第一联合支部", "2024-05-20")
    moved = [organization("甲公司支部", "邻里园党委", "联合党支部", 批准成立日期="2015-01-01")]
    assert told(plan_sheets((ORGANIZATIONS, moved))) == [("B2", "branch_differs"), ("C2", "branch_differs")]


def test_codes_and_superiors_of_others_are_refused_like_unknown_ones(world: World, administrator: User) -> None:
    rows = [
        organization("一", 组织代码="NB-J1"),
        organization("二", "邻里园党委"),
        organization("三", "没有的党委"),
        organization("四", 所属园区="邻里园"),
        organization("五", ""),
    ]
    found = plan_sheets((ORGANIZATIONS, rows), by=administrator)
    assert told(found) == [
        ("E2", "code"), ("C3", "organization"), ("C4", "organization"), ("F5", "park"), ("C6", "no_superior"),
    ]  # fmt: skip
    sentences = [issue.sentence for each in found for issue in each.row.issues]
    assert sentences[1] == sentences[2]
    assert "邻里" not in "".join(sentences)


def test_a_new_district_begins_its_own_tree(world: World, make_user: Callable[..., User]) -> None:
    by = make_user("new-district", Role.ADMINISTRATOR, world.yangpu)
    top = {"党组织名称": "新区党工委", "党组织类型": "党工委", "所在辖区": "杨浦区", "批准成立日期": "2015-01-01"}
    below = organization("新园区党委", "新区党工委", "党委")
    assert outcomes(put_sheets((ORGANIZATIONS, [below, top]), by=by)) == ["new", "new"]
    assert outcomes(plan_sheets((ORGANIZATIONS, [below, top]), by=by)) == ["unchanged", "unchanged"]
    assert Organization.objects.get(name="新区党工委").parent is None
    for other in ({**top, "党组织类型": "党委"}, {**top, "所在辖区": ""}, {**top, "所在辖区": "普陀区"}):
        found = plan_sheets((ORGANIZATIONS, [{**other, "党组织名称": "另一个"}]), by=by)
        assert [issue.kind for each in found for issue in each.row.issues][-1] == "no_superior"


def test_counts_of_a_day_come_in_once(world: World, administrator: User) -> None:
    rows = [{"党组织名称": "创智园联合支部", "正式党员数": "12 人", "预备党员数": 1, "截至日期": "2025-12-31"}]
    assert outcomes(put_sheets((COUNTS, rows), by=administrator)) == ["new"]
    assert outcomes(plan_sheets((COUNTS, rows), by=administrator)) == ["unchanged"]
    rows[0]["正式党员数"] = 13
    assert outcomes(put_sheets((COUNTS, rows), by=administrator)) == ["changed"]
    assert MemberCount.objects.values_list("full", "probationary", "mobile").get() == (13, 1, 0)


def test_a_count_without_a_day_that_says_nothing_new_changes_nothing(world: World) -> None:
    MemberCount.objects.create(organization=world.joint_branch, as_of=dt.date(2025, 12, 31), full=5)
    rows = [{"党组织名称": "KIC-J1", "正式党员数": 5}, {"党组织名称": "创智园联合支部", "正式党员数": 6}]
    assert told(plan_sheets((COUNTS, rows[:1]))) == []
    assert outcomes(plan_sheets((COUNTS, rows[:1]))) == ["unchanged"]
    assert outcomes(plan_sheets((COUNTS, rows[1:]))) == ["new"]


def test_posts_take_the_offices_telephone_and_nothing_of_a_person(world: World) -> None:
    post = {"党组织名称": "创智园联合支部", "职务": "书记", "任职日期": "2024-05-20", "办公电话": "021-55550000"}
    assert outcomes(put_sheets((POSTS, [post]))) == ["new"]
    assert outcomes(plan_sheets((POSTS, [post]))) == ["unchanged"]
    assert outcomes(put_sheets((POSTS, [{**post, "办公电话": "021-55550001 转 8"}]))) == ["changed"]
    assert Officer.objects.values_list("post", "name", "phone").get() == ("secretary", "", "021-55550001 转 8")
    wrong = [{**post, "办公电话": "138 1234 5678"}, {**post, "党组织名称": "甲公司支部", "办公电话": "张三"}]
    refused = plan_sheets((POSTS, wrong))
    assert told(refused) == [("D2", "personal"), ("D3", "phone")]
    assert refused[0].row.issues[0].value == "138****5678"
    assert told(plan_sheets((POSTS, [{**post, "任职日期": "2026-05-20"}]))) == [("B2", "post_taken")]


SECRETARY = {"党组织名称": "创智园联合支部", "职务": "书记", "任职日期": "2024-05-20"}


@pytest.fixture
def secretary_of_joint(world: World) -> Officer:
    return Officer.objects.create(
        organization=world.joint_branch,
        post="secretary",
        since=dt.date(2024, 5, 20),
        name="某某",
        phone="021-55550000",
        email="a@example.org",
    )


def test_a_post_ends_by_import_and_its_contacts_go(secretary_of_joint: Officer) -> None:
    ended = {**SECRETARY, "卸任日期": "2026-06-30", "办公电话": "021-55550000"}
    found = put_sheets((POSTS, [ended]))
    assert outcomes(found) == ["changed"]
    assert found[0].changes == '[["post_until", "", "2026-06-30"]]', "nothing is told of the contact that went"
    secretary_of_joint.refresh_from_db()
    assert secretary_of_joint.until == dt.date(2026, 6, 30)
    assert (secretary_of_joint.name, secretary_of_joint.phone, secretary_of_joint.email) == ("", "", "")
    for again in (ended, SECRETARY, {**SECRETARY, "任职日期": "", "卸任日期": "2026-06-30"}):
        assert outcomes(plan_sheets((POSTS, [again]))) == ["unchanged"], "nobody comes back to a post by an old sheet"
    assert outcomes(put_sheets((POSTS, [{**ended, "卸任日期": "2026-07-01"}]))) == ["changed"]


def test_another_takes_the_post_on_the_same_sheet(secretary_of_joint: Officer) -> None:
    follower = {**SECRETARY, "任职日期": "2026-07-01", "办公电话": "021-55550001"}
    rows = [follower, {**SECRETARY, "卸任日期": "2026-07-01"}]
    assert sorted(outcomes(put_sheets((POSTS, rows)))) == ["changed", "new"]
    assert outcomes(plan_sheets((POSTS, rows))) == ["unchanged", "unchanged"]
    open_posts = Officer.objects.filter(until__isnull=True)
    assert open_posts.values_list("since", "phone").get() == (dt.date(2026, 7, 1), "021-55550001")


@pytest.mark.parametrize("until", ["2024-05-20", "2026-12-01"])
def test_a_post_ends_after_it_began_and_not_in_the_future(secretary_of_joint: Officer, until: str) -> None:
    follower = {**SECRETARY, "任职日期": "2026-07-01"}
    found = plan_sheets((POSTS, [{**SECRETARY, "卸任日期": until}, follower]))
    assert told(found) == [("D2", "post_ends"), ("B3", "post_taken")]


def test_posts_of_the_past_are_kept_without_contacts(world: World) -> None:
    past = {**SECRETARY, "职务": "委员", "卸任日期": "2025-05-20", "办公电话": "021-55550000"}
    assert outcomes(put_sheets((POSTS, [past]))) == ["new"]
    assert outcomes(plan_sheets((POSTS, [past]))) == ["unchanged"]
    assert Officer.objects.values_list("until", "phone").get() == (dt.date(2025, 5, 20), "")


def test_stations_come_with_their_buildings(world: World, administrator: User) -> None:
    rows = [
        {"站点名称": "创智党群服务站", "园区": "创智园", "楼宇": "7号楼", "启用日期": "2020-07-01"},
        {"站点名称": "江湾党群服务站", "园区": "创智园", "楼宇": "7 号楼"},
    ]
    put_sheets((STATIONS, rows), by=administrator)
    assert ServiceStation.objects.filter(building=Building.objects.get(name="7号楼")).count() == 2
    assert outcomes(plan_sheets((STATIONS, rows), by=administrator)) == ["unchanged"] * 2
    rows[0] |= {"停用日期": "2020-07-01"}
    rows[1] |= {"园区": "天地园"}
    assert told(plan_sheets((STATIONS, rows), by=administrator)) == [("E2", "ends_early"), ("B3", "park")]


@pytest.fixture
def types(db: None) -> None:
    for code, name in (("meeting", "支部党员大会"), ("lecture", "党课")):
        ActivityType.objects.get_or_create(code=code, defaults={"name": name})


def activity(**cells: Any) -> dict[str, Any]:
    return {
        "党组织名称": "创智园联合支部",
        "活动日期": "2024-03-15",
        "活动类型": "支部党员大会、党课",
        "议题": "学习文件",
        **cells,
    }


def test_past_activities_count_at_once_and_only_once(world: World, types: None, administrator: User) -> None:
    planned = put_sheets((ACTIVITIES, [activity()]), by=administrator)
    assert outcomes(planned) == ["new"]
    stored = Activity.objects.get()
    assert (stored.state, stored.flags, stored.park) == (ActivityState.ARCHIVED, "imported", world.kic)
    assert sorted(stored.types.values_list("name", flat=True)) == ["党课", "支部党员大会"]
    assert list(stored.hosts.all()) == [world.joint_branch]
    again = [activity(议题="换了说法"), activity(活动类型="党课")]
    assert outcomes(plan_sheets((ACTIVITIES, again), by=administrator)) == ["unchanged"] * 2


def test_what_is_wrong_with_an_activity(world: World, types: None, administrator: User) -> None:
    rows = [
        activity(活动日期=f"{today().year}-01-01"),
        activity(活动日期="2014-12-31"),
        activity(活动类型="联欢会"),
        activity(活动日期="2024-04-01", 应到人数=5, 实到人数=6),
        activity(活动日期="2024-05-01", 议题="联系 13812345678"),
        activity(党组织名称="邻里园联合支部"),
        activity(),
        activity(活动类型="党课、支部党员大会"),
    ]
    assert told(plan_sheets((ACTIVITIES, rows), by=administrator)) == [
        ("B2", "this_year"), ("B3", "not_founded"), ("C4", "choice"), ("F5", "more_present"), ("D6", "personal"),
        ("A7", "organization"), ("A9", "repeated"),
    ]  # fmt: skip


def test_the_command_line_without_a_user_imports_no_activity(world: World, types: None) -> None:
    assert told(plan_sheets((ACTIVITIES, [activity()]))) == [("A2", "no_author")]


def test_sheets_of_one_workbook_speak_of_each_other(world: World, types: None, administrator: User) -> None:
    sheets = (
        (ORGANIZATIONS, [organization("新支部"), organization("坏支部", "没有的党委")]),
        (COUNTS, [{"党组织名称": "新支部", "正式党员数": 4}, {"党组织名称": "坏支部", "正式党员数": 4}]),
        (POSTS, [{"党组织名称": "新支部", "职务": "书记"}]),
        (ACTIVITIES, [activity(党组织名称="新支部")]),
    )
    assert told(plan_sheets(*sheets, by=administrator)) == [("C3", "organization"), ("A3", "branch_wrong")]
    good = [(kind, rows[:1]) for kind, rows in sheets]
    put_sheets(*good, by=administrator)
    founded = Organization.objects.get(name="新支部")
    counts = (founded.member_counts.count(), founded.officers.count(), founded.activities.count())
    assert counts == (1, 1, 1)

"""J4, J5, J9 and the tree at a desk: two clicks to who owes a branch, three to urge, four to change a rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from parkparty.accounts.models import User
from parkparty.companies.choices import GapReason, LinkKind
from parkparty.companies.models import CompanyMemberCount, Visit
from parkparty.engagement.models import Reminder
from parkparty.rules.models import Rule
from tests.conftest import LONG_AGO, World, cover, make_company

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("code_rows")]
SignIn = Callable[[Page, User], None]


def test_J4_who_should_have_a_branch_and_has_none_is_two_clicks_away(
    desktop_page: Page, sign_in: SignIn, world: World, viewer: User
) -> None:
    own, joint, without, small = (make_company(number, world.kic) for number in range(4))
    for company, full in ((own, 5), (joint, 3), (without, 4), (small, 2)):
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full)
    Visit.objects.create(
        company=without, organization=world.kic_committee, visited_on=LONG_AGO, reason=GapReason.OWNER_HESITATES
    )
    cover(own, world.own_branch, LinkKind.OWN)
    cover(joint, world.joint_branch)
    sign_in(desktop_page, viewer)
    desktop_page.goto("/")
    tile = desktop_page.get_by_role("region", name="应建未建")
    expect(tile.get_by_text("已联合组建，建议单建")).to_be_visible()
    tile.get_by_role("link", name="2 家").first.click()
    listed = desktop_page.get_by_role("rowheader")
    expect(listed).to_have_text([joint.name, without.name])
    titles = "企业 园区 正式党员数 现状 党组织 未建原因 责任单位（岗位） 最近走访"
    expect(desktop_page.get_by_role("columnheader")).to_have_text(titles.split())
    expect(desktop_page.get_by_role("row", name=without.name)).to_contain_text("企业负责人有顾虑")
    listed.get_by_role("link", name=without.name).click()
    expect(desktop_page.get_by_role("heading", level=1, name=without.name)).to_be_visible()


def test_J5_the_assembly_of_the_quarter_is_urged_in_three_clicks(
    desktop_page: Page, sign_in: SignIn, world: World, secretary: User, reviewer: User
) -> None:
    sign_in(desktop_page, reviewer)
    desktop_page.goto("/")
    desktop_page.get_by_role("listitem").filter(has_text="完成率").get_by_role("link").click()
    desktop_page.get_by_role("columnheader", name="支部党员大会").get_by_role("link", name="勾选缺报 3 项").click()
    desktop_page.get_by_role("button", name="催办勾选的各项").click()
    expect(desktop_page.get_by_text("已催办 1 项")).to_be_visible()
    assert list(Reminder.objects.values_list("organization__code", "rule")) == [("KIC-J1", "R30")]


def test_on_a_phone_one_box_ticks_all_and_what_is_done_with_them_stays_in_sight(
    phone_page: Page, sign_in: SignIn, world: World, secretary: User, reviewer: User
) -> None:
    sign_in(phone_page, reviewer)
    phone_page.goto("/missing/")
    phone_page.get_by_label("选择全部").check()
    boxes = phone_page.get_by_role("checkbox")
    expect(boxes).not_to_have_count(1)
    assert all(box.is_checked() for box in boxes.all())
    expect(phone_page.get_by_role("button", name="催办勾选的各项")).to_be_in_viewport()


def test_J9_a_rule_is_changed_in_four_clicks_with_its_figures(
    desktop_page: Page, sign_in: SignIn, world: World, reviewer: User
) -> None:
    sign_in(desktop_page, reviewer)
    desktop_page.goto("/")
    desktop_page.get_by_role("navigation").get_by_role("link", name="规则").click()
    desktop_page.get_by_role("link", name="R03", exact=True).click()
    desktop_page.get_by_label("适用于哪个党组织及其下级（名称或组织代码）").fill("WJC")
    desktop_page.get_by_label("依据（文件名称和条款）").fill("街道试行办法")
    desktop_page.get_by_label("多于（名或家）").fill("8")
    desktop_page.get_by_role("button", name="看变化").click()
    expect(desktop_page.get_by_role("row")).to_have_count(5)
    desktop_page.get_by_role("button", name="保存地方规则").click()
    expect(desktop_page.get_by_text("五角场街道党工委及其下级")).to_be_visible()
    assert Rule.objects.get(pk="R03.1").parameters["more_than"] == 8


def test_a_node_of_the_tree_opens_in_place_and_back_closes_it(
    desktop_page: Page, sign_in: SignIn, world: World, viewer: User
) -> None:
    sign_in(desktop_page, viewer)
    desktop_page.goto("/organizations/-/tree/?open=")
    desktop_page.get_by_role("link", name="展开杨浦区党工委").click()
    expect(desktop_page.get_by_role("link", name="收起杨浦区党工委")).to_be_focused()
    expect(desktop_page.get_by_role("link", name="五角场街道党工委", exact=True)).to_be_visible()
    desktop_page.go_back()
    expect(desktop_page.get_by_role("link", name="五角场街道党工委", exact=True)).to_be_hidden()

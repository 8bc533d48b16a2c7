"""The main menu and the buttons of a page hold what the reader may do, and no more."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User


def links_of(page: str) -> list[str]:
    """The words of the main menu, as on a desk."""
    menu = re.search(r'<nav class="nav-wide".*?</nav>', page, re.S)
    return re.findall(r"</i>([^<]+)</a>", menu[0]) if menu else []


@pytest.fixture
def feedback(client_of: Callable[[User], Client]) -> Callable[[User], str]:
    return lambda user: client_of(user).get(reverse("feedback")).content.decode()


@pytest.mark.parametrize(
    ("role", "menu"),
    [
        ("secretary", ["首页", "活动", "覆盖", "企业", "党组织", "报告", "规则"]),
        ("reviewer", ["首页", "活动", "待审核", "未报活动", "覆盖", "企业", "党组织", "报告", "规则"]),
        ("administrator", ["首页", "活动", "覆盖", "企业", "党组织", "报告", "规则", "名册导入", "用户", "数据维护"]),
        ("viewer", ["首页", "活动", "覆盖", "企业", "党组织", "报告", "规则"]),
        ("auditor", ["首页", "操作记录"]),
        ("stranger", ["首页"]),
    ],
)
def test_the_menu_holds_what_the_role_may_do(
    request: pytest.FixtureRequest, feedback: Callable[[User], str], role: str, menu: list[str]
) -> None:
    assert links_of(feedback(request.getfixturevalue(role))) == menu


def test_the_menu_marks_the_page_one_is_on(auditor: User, client_of: Callable[[User], Client]) -> None:
    page = client_of(auditor).get(reverse("access:trail")).content.decode()
    assert re.findall(r'href="([^"]+)" aria-current="page"', page) == [reverse("access:trail")] * 2


def test_a_page_outside_the_menu_marks_nothing(auditor: User, feedback: Callable[[User], str]) -> None:
    assert 'aria-current="page"' not in feedback(auditor)


@pytest.mark.parametrize(("role", "offered"), [("secretary", True), ("reviewer", False), ("viewer", False)])
def test_a_button_stands_where_it_may_be_pressed(
    request: pytest.FixtureRequest, client_of: Callable[[User], Client], role: str, offered: bool
) -> None:
    page = client_of(request.getfixturevalue(role)).get(reverse("activities:list")).content.decode()
    assert (f'href="{reverse("activities:new")}' in page) is offered

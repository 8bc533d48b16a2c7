"""A general rule changed in the data pages: its figures before and after are shown first, and only then is it saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import CompanyMemberCount
from parkparty.rules.models import Rule
from tests.admin.forms import FormReader, form_at
from tests.conftest import LONG_AGO, World, cover, make_company

Sent = dict[str, Any]


@pytest.fixture
def page(world: World, make_user: Callable[..., User], client: Client) -> Client:
    """Who reaches everything; six companies in one joint branch, and two uncovered ones with 3 and 4 full members."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    for number in range(6):
        cover(make_company(number, world.kic), world.joint_branch)
    for number, full in ((7, 3), (8, 4)):
        CompanyMemberCount.objects.create(company=make_company(number, world.kic), as_of=LONG_AGO, full=full)
    client.force_login(make_user("root", is_superuser=True, is_staff=True))
    return client


def again(shown: str, typed: Sent) -> Sent:
    """The form as the page gave it back, with what was typed."""
    reader = FormReader()
    reader.feed(shown)
    return typed | {"seen": reader.values["seen"]}


@pytest.mark.parametrize(
    ("code", "parameters", "before", "after"),
    [
        ("R03", '{"measure": "units", "types": ["joint_branch"], "more_than": 6}', "（1/8）", "（0/8）"),
        ("R01", '{"full_at_least": 4}', ">0/2<", ">0/1<"),
    ],
)
def test_what_moves_figures_is_shown_before_it_is_saved(
    page: Client, code: str, parameters: str, before: str, after: str
) -> None:
    address = f"/admin/rules/rule/{code}/change/"
    kept = Rule.objects.get(pk=code).parameters
    typed = form_at(page, address) | {"parameters": parameters, "source": "新文件第三条"}
    shown = page.post(address, typed).content.decode()
    assert "还没有保存" in shown
    assert (shown.count(before), shown.count(after)) == (4, 4)
    assert "新文件第三条" in shown, "what was typed stays"
    assert Rule.objects.get(pk=code).parameters == kept
    changed = again(shown, typed) | {"source": "另一文件"}
    assert "还没有保存" in page.post(address, changed).content.decode(), "other values are other figures"
    assert page.post(address, again(shown, typed)).status_code == 302
    assert Rule.objects.get(pk=code).source == "新文件第三条"
    assert AuditEntry.objects.get(object_id=code).changes["source"][1] == "新文件第三条"


def test_what_moves_no_figure_is_saved_at_once(page: Client) -> None:
    address = "/admin/rules/rule/R03/change/"
    assert page.post(address, form_at(page, address) | {"source": "新文件第三条"}).status_code == 302
    assert Rule.objects.get(pk="R03").source == "新文件第三条"
